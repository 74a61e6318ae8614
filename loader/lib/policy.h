/* SPDX-License-Identifier: MIT */
/*
 * /etc/mend/mend.conf: what this machine's admin allows; see mend.conf(5).
 */
#ifndef MEND_LIB_POLICY_H
#define MEND_LIB_POLICY_H

#include "bundle.h"
#include "machine.h"

#define POLICY_FILE	"/etc/mend/mend.conf"

/* The stricter, the higher */
enum policy_mode { POLICY_APPLY, POLICY_STAGE, POLICY_OFF };

/** struct policy_list - words; empty: no restriction */
struct policy_list {
	char **words;
	size_t nr_words;
};

/**
 * struct policy - begins with policy_load(), ends with policy_free()
 * @from_command_line: the mode is the kernel command line's
 * @signers:	SHA-256 fingerprints of certificates
 * @hold:	NAME, or NAME.GENERATION
 * @severity:	index in manifest_severities: those behind it are refused
 * @probation_ms, @health: for switches that ask for none; 0 and NULL: none
 * @max_pause_ns: a longer one is warned of; 0: none is
 */
struct policy {
	enum policy_mode mode;
	bool from_command_line;
	struct policy_list signers, kinds, hold;
	size_t severity;
	uint32_t probation_ms;
	char *health;
	uint64_t max_pause_ns;
};

/** policy_load() - the file and the kernel command line; everything is allowed without them */
int policy_load(const struct machine *mc, struct policy *p, struct err *e);

/** policy_brake() - what keeps all patches from being applied, in words, or NULL */
const char *policy_brake(const struct policy *p);

/** policy_parse() - the text of a file; pure but for memory */
int policy_parse(struct policy *p, struct bytes text, struct err *e);

/** policy_check() - may this bundle, which is verified, be used in @mode? */
int policy_check(const struct policy *p, enum policy_mode mode, const struct bundle *b,
		 struct err *e);

/** policy_check_manifest() - of that, what needs neither signer nor mode */
int policy_check_manifest(const struct policy *p, const struct manifest *m, struct err *e);

void policy_free(struct policy *p);

/** policy_modes - words of enum policy_mode, NULL-terminated */
extern const char *const policy_modes[];

/** policy_word() - index in a NULL-terminated list, or -1 */
int policy_word(const char *const *words, const char *s);

#endif /* MEND_LIB_POLICY_H */
