// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probation while allocations fail; see failnth.h. What may be taken back later has
 * to have its memory before anything is switched, and taking it back must need none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "failnth.h"
#include "mendtest.h"

#define LONG_MS	(60 * 60 * 1000)

static void first_generation_on(void)
{
	load_mend("require_signature=0");
	must("load", insmod("test_modules/mend_test_gen_1.ko", ""));
	must("load", insmod("test_modules/mend_test_gen_2.ko", ""));
	must("switch on", switch_on("test-gen", 1));
}

static void all_off(void)
{
	clean_up();
	must("unload", unload("mend"));
	load_target();
}

static int on_probation_run(void)
{
	int err = switch_on_probation("test-gen", 2, LONG_MS);

	if (err)
		return target("plain") == 1 ? err : -EPROTO;
	return target("plain") == 2 ? 0 : -EPROTO;
}

const struct operation on_probation_op = {
	.name = "switch on probation", .before = first_generation_on, .run = on_probation_run,
	.after = all_off,
};

static void second_generation_on_probation(void)
{
	first_generation_on();
	must("switch on probation", on_probation_run());
}

static int take_back_run(void)
{
	struct mend_probation p = {
		.size = sizeof(p), .name = "test-gen",
		.action = MEND_PROBATION_ROLLBACK, .reason = MEND_R_HEALTH,
	};
	int dev = mend_device();
	int err = ioctl(dev, MEND_IOC_PROBATION, &p) ? -errno : 0;

	close(dev);
	if (err)
		return err;
	return target("plain") == 1 ? 0 : -EPROTO;
}

const struct operation take_back_op = {
	.name = "taking back", .must = true, .before = second_generation_on_probation,
	.run = take_back_run, .after = all_off,
};
