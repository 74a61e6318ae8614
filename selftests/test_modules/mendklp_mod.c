// SPDX-License-Identifier: GPL-2.0-only
/* A module that does nothing, for patches with callbacks for it. */
#include <linux/module.h>

static int __init mendklp_mod_init(void)
{
	return 0;
}

static void __exit mendklp_mod_exit(void)
{
}

module_init(mendklp_mod_init);
module_exit(mendklp_mod_exit);
MODULE_DESCRIPTION("mend selftest: a module that comes and goes");
MODULE_LICENSE("GPL");
