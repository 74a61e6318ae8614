// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest patch there is: one function, one string, no unexported symbol.
 * cat /proc/version shows it.
 */
#include <linux/seq_file.h>
#include <linux/utsname.h>
#include <mend/patch.h>

static int note_version_proc_show(struct seq_file *m, void *v)
{
	const struct new_utsname *uts = utsname();

	seq_printf(m, "%s version %s, mended, %s\n", uts->sysname, uts->release, uts->version);
	return 0;
}

static const struct mend_func vmlinux_funcs[] = {
	MEND_FUNC(version_proc_show, note_version_proc_show),
	{ }
};

static const struct mend_object objects[] = {
	{ .funcs = vmlinux_funcs },
	{ }
};

static struct mend_patch patch = {
	.name = PATCH_NAME,
	.generation = PATCH_GENERATION,
	.objs = objects,
	.unloadable = true,	/* code only: nothing outside points into it */
};

MEND_PATCH(patch);
MODULE_DESCRIPTION("mend example: a note in /proc/version");
