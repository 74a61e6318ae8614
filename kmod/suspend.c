// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend and hibernation; see suspend.h.
 *
 * A switch that waits for a task would keep the freezer waiting, and a task that
 * is frozen never leaves the function it is in. So when the machine is about to
 * suspend, a switch under way gives up, and new ones are refused until it is back.
 * Patches that are on stay on: a hibernation image has them in it.
 *
 * No locks: the kernel calls one notifier at a time.
 */
#include "suspend.h"

#include <linux/notifier.h>
#include <linux/suspend.h>
#include "switch.h"

static int notify(struct notifier_block *block, unsigned long event, void *unused)
{
	switch (event) {
	case PM_HIBERNATION_PREPARE:
	case PM_SUSPEND_PREPARE:
	case PM_RESTORE_PREPARE:
		switch_forbid();
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_SUSPEND:
	case PM_POST_RESTORE:
		switch_allow();
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block suspend_notifier = {
	.notifier_call = notify,
};

int suspend_init(void)
{
	return register_pm_notifier(&suspend_notifier);
}

void suspend_exit(void)
{
	unregister_pm_notifier(&suspend_notifier);
}
