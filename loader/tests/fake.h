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

#define FAKE_BUNDLES	4

/**
 * struct fake - how the machine behaves and what was asked of it
 * @dir:	sysfs and all else live here
 * @bundles:	what AUTHORIZE shall be given, byte for byte, one of them each time
 * @authorized:	the one that it was given last: what load registers
 * @authorize, @load, @sw, @unload, @probation, @verify: errno that the call fails with;
 *		0: works
 * @spared:	so many AUTHORIZE and load work before one fails
 * @reason:	of the failing AUTHORIZE, AUTH_REPORT, SWITCH, PROBATION or VERIFY
 * @stop:	SWITCH sets it to SIGUSR1, as a signal's handler just before the ioctl does
 * @load_stop:	load sets it to SIGUSR1
 * @sw_ms:	SWITCH waits that long, or until a signal comes: EINTR
 * @unload_eintr: so many unloads fail with EINTR
 * @silent_load: load succeeds and registers nothing
 * @before_probation: PROBATION does this first
 * @info:	what INFO answers; its abi 0: mend.ko does not know INFO
 * @calls:	one letter per call: o a l r s u p v
 * @sw_args, @ops: of the last SWITCH
 * @probation_args: of the last PROBATION
 * @unloaded:	names, each with a blank behind it
 */
struct fake {
	char *dir;
	const struct bundle *bundles[FAKE_BUNDLES], *authorized;
	int open, authorize, load, sw, unload, probation, verify;
	unsigned int spared;
	uint32_t reason;
	bool silent_load;
	atomic_int *stop, *load_stop;
	unsigned int sw_ms, unload_eintr;
	void (*before_probation)(void);
	struct mend_info info;
	char calls[64];
	struct mend_switch sw_args;
	struct mend_op ops[4];
	struct mend_probation probation_args;
	char unloaded[256];
	int open_fds;
	char sysfs[64], modules[64], livepatch[64], kprobes[64], notes[64], root[64];
	struct machine mc;
};

extern struct fake fake;

/** fake_start() - a machine whose kernel is the test bundle's first payload's */
void fake_start(void);
void fake_stop(void);

/** fake_setup(), fake_teardown() - the same, for tests that need nothing else */
int fake_setup(void **state);
int fake_teardown(void **state);

/** fake_patch() - a directory in sysfs, as mend.ko makes it */
void fake_patch(const char *name, unsigned long long generation, const char *module,
		const char *digest, bool on);

/** fake_nr_patches() - as libmend reads them from there */
size_t fake_nr_patches(void);

/** fake_attr() - write one of a patch's files */
void fake_attr(const char *name, unsigned long long generation, const char *file,
	       const char *content);

#endif /* MEND_TESTS_FAKE_H */
