// SPDX-License-Identifier: GPL-2.0-only
/*
 * A payload whose text the kernel itself rewrites: a static key and static calls,
 * which its parameter "flip" flips at run time.
 */
#include <linux/jump_label.h>
#include <linux/moduleparam.h>
#include <linux/static_call.h>
#include "test_payload.h"
#include "victim.h"

static VICTIM_FN int one(void)
{
	return 1;
}

static VICTIM_FN int two(void)
{
	return 2;
}

static DEFINE_STATIC_KEY_FALSE(flipped);
DEFINE_STATIC_CALL(mutable_number, one);

static VICTIM_FN int new_victim_call(void)
{
	int number = static_call(mutable_number)();

	return static_branch_unlikely(&flipped) ? 10 + number : number;
}

static int flip_set(const char *value, const struct kernel_param *param)
{
	bool on;
	int err = kstrtobool(value, &on);

	if (err)
		return err;
	if (on)
		static_branch_enable(&flipped);
	else
		static_branch_disable(&flipped);
	static_call_update(mutable_number, on ? two : one);
	return 0;
}

static const struct kernel_param_ops flip_ops = { .set = flip_set };
module_param_cb(flip, &flip_ops, NULL, 0200);

TEST_PATCH("test-mutable", 1, "mend_victim", MEND_FUNC(victim_call, new_victim_call));
