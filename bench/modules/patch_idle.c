// SPDX-License-Identifier: GPL-2.0-only
/* One function of the kernel itself: what upstream's sample patch replaces. */
#include <linux/seq_file.h>
#include "either.h"

static int bench_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, "patched\n");
	return 0;
}

BENCH_PATCH("bench-idle", NULL, BENCH_FUNC(cmdline_proc_show, bench_cmdline_proc_show));
