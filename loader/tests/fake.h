/* SPDX-License-Identifier: MIT */
/*
 * A machine with a mend.ko made of a directory: it loads, switches and unloads
 * by writing the files of sysfs, and fails where it is told to.
 */
#ifndef MEND_TESTS_FAKE_H
#define MEND_TESTS_FAKE_H

#include <stdatomic.h>

#include "lib/bundle.h"
#include "lib/machine.h"

/**
 * struct fake - how the machine behaves and what was asked of it
 * @dir:	sysfs and all else live here
 * @bundle:	what AUTHORIZE shall be given, byte for byte
 * @authorize, @load, @sw, @unload: errno that the call fails with; 0: works
 * @reason:	of the failing AUTHORIZE, AUTH_REPORT or SWITCH
 * @stop:	SWITCH sets it to SIGUSR1, as a signal's handler just before the ioctl does
 * @sw_ms:	SWITCH waits that long, or until a signal comes: EINTR
 * @unload_eintr: so many unloads fail with EINTR
 * @silent_load: load succeeds and registers nothing
 * @calls:	one letter per call: o a l r s u i
 * @last_op:	of the last SWITCH
 */
struct fake {
	char *dir;
	const struct bundle *bundle;
	int open, authorize, load, sw, unload;
	uint32_t reason;
	bool silent_load;
	atomic_int *stop;
	unsigned int sw_ms, unload_eintr;
	char calls[64];
	struct mend_op last_op;
	uint32_t timeout_ms;
	int open_fds;
	char sysfs[64], livepatch[64], kprobes[64], notes[64];
	struct machine mc;
};

extern struct fake fake;

/** fake_start() - a machine whose kernel is the test bundle's first payload's */
void fake_start(void);
void fake_stop(void);

/** fake_patch() - a directory in sysfs, as mend.ko makes it */
void fake_patch(const char *name, unsigned long long generation, const char *module,
		const char *digest, bool on);

#endif /* MEND_TESTS_FAKE_H */
