// SPDX-License-Identifier: GPL-2.0-only
/* Changes vmlinux and mend_target, which it does not fit: there is no such function. */
#include <linux/seq_file.h>
#include "test_payload.h"

static int new_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, "required\n");
	return 0;
}

static int new_no_such_function(void)
{
	return 1;
}

static const struct mend_func vmlinux_funcs[] = {
	MEND_FUNC(cmdline_proc_show, new_cmdline_proc_show),
	{ }
};

static const struct mend_func target_funcs[] = {
	MEND_FUNC(target_no_such_function, new_no_such_function),
	{ }
};

static struct mend_object objects[] = {
	{ .funcs = vmlinux_funcs },
	{ .name = "mend_target", .funcs = target_funcs },
	{ }
};

module_param_named(required, objects[1].required, bool, 0444);
MODULE_PARM_DESC(required, "what the patch says of mend_target");

static struct mend_patch patch = {
	.name = "test-required",
	.generation = 1,
	.objs = objects,
	.unloadable = true,
};

MEND_PATCH(patch);
MODULE_DESCRIPTION("mend selftest payload test-required");
