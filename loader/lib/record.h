/* SPDX-License-Identifier: MIT */
/*
 * A record of the store: who wanted what, when, and what became of it. Written before
 * anything is done, and once more after.
 */
#ifndef MEND_LIB_RECORD_H
#define MEND_LIB_RECORD_H

#include <jansson.h>

#include "machine.h"
#include "sysfs.h"

#define RECORD_MAX	(256U << 10)	/* bytes of a file */
#define BOOT_ID_LEN	37

enum record_outcome {
	RECORD_ATTEMPTING,	/* written before; nothing is known of the end */
	RECORD_DONE,
	RECORD_PROBATION,	/* done, and not confirmed yet */
	RECORD_CONFIRMED,
	RECORD_ROLLED_BACK,
	RECORD_ENDED,		/* done; off, or shut down in order, before it was confirmed */
	RECORD_FAILED,		/* nothing has changed; @reason says why */
	RECORD_REFUSED,		/* not even tried, or not by mend.ko; @reason says why */
	RECORD_SUPERSEDED,	/* by "boot": the kernel has the fixes itself */
	RECORD_SKIPPED,		/* by "boot": not for this kernel */
	/* found out when it is read: see record_settle() */
	RECORD_INTERRUPTED,	/* the program ended before it could say more */
	RECORD_DOWN,		/* the machine went down, and it was not confirmed */
	RECORD_NR_OUTCOMES,
};

/** struct record_patch - one of those that were to change */
struct record_patch {
	char name[MEND_NAME_LEN];
	uint64_t generation;	/* 0: whichever was on */
	bool on;
};

/**
 * struct record_signer - whom "trust" was about
 * @subject:	its certificate's; empty: the record is about no signer
 * @fingerprint: SHA-256 of the certificate; empty if that cannot be read
 * @trusted:	is to be, or is not to be any more
 */
struct record_signer {
	char subject[256], fingerprint[65];
	bool trusted;
};

/**
 * struct record - one command
 * @number:	its place in the history, from 1; 0: not written yet
 * @verb:	the command
 * @user:	who logged in, or whom the process belongs to
 * @pid, @started: the process, and when it began (clock ticks since boot)
 * @boot_id:	the boot that it was in
 * @reason:	enum mend_reason or enum local_reason, 0: none
 * @pause_ns:	0: nothing was switched
 */
struct record {
	uint64_t number;
	char verb[16];
	int64_t when;
	char user[64];
	uint32_t uid;
	int32_t pid;
	uint64_t started;
	char boot_id[BOOT_ID_LEN];
	char release[MEND_RELEASE_LEN];
	struct record_patch patches[MEND_SWITCH_OPS_MAX];
	size_t nr_patches;
	struct record_signer signer;
	enum record_outcome outcome;
	uint32_t reason;
	char text[ERR_TEXT_LEN];
	uint64_t pause_ns;
};

/** record_begin() - by this process, now */
void record_begin(const struct machine *mc, struct record *r, const char *verb);

/** record_add() - a patch; more than a switch can hold are not remembered */
void record_add(struct record *r, const char *name, uint64_t generation, bool on);

/** record_fail() - the outcome is an error */
void record_fail(struct record *r, enum record_outcome outcome, const struct err *e);

/**
 * record_subject() - "ant.7 bee.2", appended: what the command was about
 *
 * What an apply took off has a minus before it. Of "trust" it is the signer, or "--remove"
 * and the signer.
 */
void record_subject(const struct record *r, struct buf *out);

/** record_json() - a new reference or NULL: as in the file, and for --json */
json_t *record_json(const struct record *r);

/** record_parse() - the bytes of a file; false if they are no record. Pure. */
bool record_parse(struct record *r, struct bytes text);

/**
 * record_settle() - find out what became of one that was not finished
 * @all:	what mend.ko knows now; empty if it is not there; NULL if it cannot be asked
 *
 * Changes the outcome in memory only.
 */
void record_settle(const struct machine *mc, struct record *r, const struct sysfs_patches *all);

/** record_end() - the machine is shut down in order: what is on probation has not gone down */
void record_end(struct record *r);

/** record_outcome_name() - stable */
const char *record_outcome_name(enum record_outcome outcome);

#endif /* MEND_LIB_RECORD_H */
