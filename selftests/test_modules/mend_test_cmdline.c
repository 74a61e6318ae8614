// SPDX-License-Identifier: GPL-2.0-only
/* A function of vmlinux, and a variable that is not exported. */
#include <linux/init.h>
#include <linux/seq_file.h>

#include "test_payload.h"

MEND_EXTERN_DATA("vmlinux", saved_command_line, 0);

static int new_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "patched: %s\n", mend_data(saved_command_line));
	return 0;
}

TEST_PATCH("test-cmdline", 1, NULL, MEND_FUNC(cmdline_proc_show, new_cmdline_proc_show));
