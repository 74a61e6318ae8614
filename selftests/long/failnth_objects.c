// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules that come and go while allocations fail; see failnth.h. Whatever fails,
 * the module loads and unloads: at worst it is not patched, and the patch says so.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failnth.h"
#include "mendtest.h"

static void patches_on(void)
{
	struct mend_op ops[] = {
		op_on("test-plain", 1), op_on("test-modsym", 1), op_on("test-callbacks", 1),
	};

	load_mend("require_signature=0");
	must("load", insmod("test_modules/mend_test_plain.ko", ""));
	must("load", insmod("test_modules/mend_test_modsym.ko", ""));
	must("load", insmod("test_modules/mend_test_callbacks.ko", ""));
	must("switch on", switch_ops(ops, 3, 10000, NULL));
}

static void patches_off(void)
{
	clean_up();
	must("unload", unload("mend"));
	load_target();
}

static bool is_state(const char *name, const char *state)
{
	return !strcmp(attribute(name, 1, "state"), state);
}

/* Patched, or not patched and said so: there is nothing in between. */
static bool says_the_truth(const char *name, const char *file, int patched)
{
	return target(file) == patched ? is_state(name, "on") : is_state(name, "degraded");
}

static void module_comes_before(void)
{
	must("unload", unload("mend_target"));
	patches_on();
}

static int module_comes_run(void)
{
	int err = insmod("test_modules/mend_target.ko", "");

	if (err)
		return err;
	if (says_the_truth("test-plain", "plain", 1) &&
	    says_the_truth("test-modsym", "extern", 30000 + 4711 + target("dup2")))
		return 0;
	printf("# test-plain is %s, target_plain() returned %d; test-modsym is %s\n",
	       attribute("test-plain", 1, "state"), target("plain"),
	       attribute("test-modsym", 1, "state"));
	return -EPROTO;
}

const struct operation module_comes_op = {
	.name = "arrival of a module", .must = true, .before = module_comes_before,
	.run = module_comes_run, .after = patches_off,
};

static int module_goes_run(void)
{
	int err = delete_module_now("mend_target");

	if (err)
		return err;
	return is_state("test-plain", "on") && is_state("test-modsym", "on") &&
	       is_state("test-callbacks", "on") ? 0 : -EPROTO;
}

const struct operation module_goes_op = {
	.name = "departure of a module", .must = true, .before = patches_on,
	.run = module_goes_run, .after = patches_off,
};
