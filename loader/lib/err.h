/* SPDX-License-Identifier: MIT */
/*
 * Errors of libmend. The library never prints and never exits: a function
 * that fails fills in a struct err and returns -1; callers add what they were
 * about; the program prints.
 *
 * A reason is either one of the kernel's (enum mend_reason) or, from
 * ERR_LOCAL on, one that only userspace knows. The reason decides the exit
 * code and the default hint: see reason.c.
 */
#ifndef MEND_LIB_ERR_H
#define MEND_LIB_ERR_H

#include <stdint.h>

/* The exit codes of mend(8). */
enum exit_code {
	EXIT_CODE_OK		= 0,
	EXIT_CODE_ERROR		= 1,
	EXIT_CODE_NOTHING	= 2,	/* nothing to do */
	EXIT_CODE_INCOMPATIBLE	= 3,
	EXIT_CODE_REFUSED	= 4,	/* signature or policy */
	EXIT_CODE_BUSY		= 5,	/* the blocker is named */
	EXIT_CODE_ROLLED_BACK	= 6,
	EXIT_CODE_USAGE		= 64,
};

/* Reasons that the kernel does not have. Stable, like the kernel's. */
enum local_reason {
	ERR_LOCAL		= 1000,
	ERR_USAGE		= 1000,
	ERR_IO			= 1001,	/* a file cannot be read or written */
	ERR_EXISTS		= 1002,	/* would overwrite something */
	ERR_INPUT		= 1003,	/* a file or value given is not what it should be */
	ERR_KEY			= 1004,	/* a key or certificate cannot be used */
	ERR_CRYPTO		= 1005,	/* libcrypto failed */
	ERR_CONTAINER		= 1006,	/* the bundle is not one canonical archive */
	ERR_UNSIGNED		= 1007,
	ERR_TOO_LARGE		= 1008,
	ERR_DEVICE		= 1009,	/* mend.ko is not there */
	ERR_LOAD		= 1010,	/* the kernel's module loader refused */
	ERR_MODULE_SIGNATURE	= 1011,	/* ... because it wants its own signature */
	ERR_NOTHING		= 1012,	/* already so */
	ERR_UNLOAD		= 1013,
	ERR_ROLLED_BACK		= 1014,	/* mend.ko has taken the patch back */
	ERR_POLICY		= 1015,	/* mend.conf cannot be understood */
	ERR_POLICY_MODE		= 1016,	/* not in this mode */
	ERR_POLICY_SIGNER	= 1017,
	ERR_POLICY_KIND		= 1018,
	ERR_POLICY_SEVERITY	= 1019,
	ERR_POLICY_HOLD		= 1020,	/* on the admin's hold list */
	ERR_HELD_BACK		= 1021,	/* the machine went down with it */
	ERR_SPACE		= 1022,	/* no room for the store, or it is read-only */
};

#define ERR_CONTEXT_MAX		4
#define ERR_CONTEXT_LEN		200
#define ERR_TEXT_LEN		600

/**
 * struct err - why something failed
 * @code:	what the program exits with
 * @reason:	enum mend_reason or enum local_reason
 * @errnum:	errno, or 0
 * @nr_context:	entries in @context
 * @context:	what was being done, innermost first
 * @message:	what and why
 * @hint:	what to do; may be empty
 *
 * Lives on the caller's stack; nothing in it is allocated. Begins zeroed.
 */
struct err {
	enum exit_code code;
	uint32_t reason;
	int errnum;
	unsigned int nr_context;
	char context[ERR_CONTEXT_MAX][ERR_CONTEXT_LEN];
	char message[ERR_TEXT_LEN];
	char hint[ERR_TEXT_LEN];
};

#define ERR_FORMAT(a, b)	__attribute__((format(printf, a, b)))

/** err_set() - fill in @e from the start; code and hint come from @reason. Returns -1. */
int err_set(struct err *e, uint32_t reason, const char *fmt, ...) ERR_FORMAT(3, 4);

/** err_errno() - as err_set(), and appends what @errnum means. Returns -1. */
int err_errno(struct err *e, uint32_t reason, int errnum, const char *fmt, ...) ERR_FORMAT(4, 5);

/** err_context() - add what was being done, from the inside out. Returns -1. */
int err_context(struct err *e, const char *fmt, ...) ERR_FORMAT(2, 3);

/** err_append() - add to the message. Returns -1. */
int err_append(struct err *e, const char *fmt, ...) ERR_FORMAT(2, 3);

/** err_hint() - replace the default hint. Returns -1. */
int err_hint(struct err *e, const char *fmt, ...) ERR_FORMAT(2, 3);

/** err_nomem() - out of memory. Returns -1. */
int err_nomem(struct err *e);

#endif /* MEND_LIB_ERR_H */
