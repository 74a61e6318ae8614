/* SPDX-License-Identifier: MIT */
/*
 * Which CVEs the package of the running kernel says that it fixes: Debian's changelog.
 */
#ifndef MEND_LIB_CHANGELOG_H
#define MEND_LIB_CHANGELOG_H

#include "machine.h"

#define CHANGELOG_VERSION_LEN	64
#define CHANGELOG_CVE_LEN	32

/**
 * struct changelog_cve - one that is listed
 * @entry:	index in the changelog's versions
 * @newer:	only there: the kernel that runs is older
 */
struct changelog_cve {
	char id[CHANGELOG_CVE_LEN];
	size_t entry;
	bool newer;
};

/**
 * struct changelog - begins with changelog_read() or _parse(), ends with changelog_free()
 * @version:	of the kernel that runs, as in "6.1.192-2"
 * @versions:	of the entries, the newest first
 * @cves:	sorted; one that stands in several entries is there for the newest that is in
 *		the kernel that runs, if there is one
 */
struct changelog {
	char version[CHANGELOG_VERSION_LEN];
	char *text;
	const char **versions;
	struct changelog_cve *cves;
	size_t nr_versions, nr_cves;
};

/**
 * changelog_read() - of the running kernel's package
 *
 * If the package was upgraded since the kernel was booted, what is newer does not count.
 * -1 where nothing can be told, and @e says why: not Debian's kernel, no changelog, or
 * one that does not know the version that runs.
 */
int changelog_read(const struct machine *mc, struct changelog *c, struct err *e);

/**
 * changelog_read_of() - as changelog_read(), of the package of another installed kernel
 *
 * It has to have an entry for the version that runs.
 */
int changelog_read_of(const struct machine *mc, const char *release, struct changelog *c,
		      struct err *e);

/**
 * changelog_parse() - the text of a changelog, for the kernel @version; pure
 * @text:	changed and kept, also on failure, until changelog_free(): from malloc()
 */
int changelog_parse(struct changelog *c, char *text, const char *version, struct err *e);

/** changelog_find() - the version that has fixed @cve; NULL: not listed, nothing is known */
const char *changelog_find(const struct changelog *c, const char *cve);

/** changelog_find_newer() - the version, newer than what runs, that has fixed @cve, or NULL */
const char *changelog_find_newer(const struct changelog *c, const char *cve);

void changelog_free(struct changelog *c);

#endif /* MEND_LIB_CHANGELOG_H */
