// SPDX-License-Identifier: GPL-2.0-only
/*
 * The redirection self-test at load: attach, publish, call, take back, with
 * the same code as any switch. A mend.ko that cannot do this on the running
 * kernel refuses to load.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "selftest.h"

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/stop_machine.h>
#include "batch.h"
#include "compat/ksyms.h"
#include "redirect.h"

#define ORIGINAL	1
#define REPLACEMENT	2

/* noipa: the compiler must not know what they return. */
static __attribute__((__noipa__)) int selftest_original(void)
{
	return ORIGINAL;
}

static __attribute__((__noipa__)) int selftest_replacement(void)
{
	return REPLACEMENT;
}

static int publish(void *next)
{
	redirect_publish(next);
	return 0;
}

static int publish_sites(const struct site *sites, u32 nr)
{
	const struct table *old = redirect_current();
	struct table *next = kvmalloc(table_bytes(nr), GFP_KERNEL);
	int err;

	if (!next)
		return -ENOMEM;
	table_build(next, sites, nr, 0);
	err = stop_machine(publish, next, NULL);
	kvfree(err ? next : old);
	return err;
}

static int expect(int want, const char *when)
{
	int got = selftest_original();

	if (got == want)
		return 0;
	pr_err("self-test: %s, the call gave %d instead of %d\n", when, got, want);
	return -ENODEV;
}

static int run(const struct site *site)
{
	int err = expect(ORIGINAL, "attached and not in the table");
	int back;

	if (err)
		return err;
	err = publish_sites(site, 1);
	if (err)
		return err;
	err = expect(REPLACEMENT, "in the table");
	/* If this fails, batch_exit() detaches the site before the table is freed. */
	back = publish_sites(NULL, 0);
	if (!err)
		err = back;
	if (!err)
		err = expect(ORIGINAL, "taken back");
	return err;
}

int selftest_redirect(void)
{
	struct site site = {
		.ip = ksyms_ftrace_location((unsigned long)selftest_original),
		.to = (unsigned long)selftest_replacement,
	};
	struct attach_site attach = { .ip = site.ip };
	struct mend_report report = {};
	int err;

	if (!site.ip) {
		pr_err("self-test: ftrace does not know mend's own function; is ftrace switched off?\n");
		return -ENODEV;
	}
	batch_hold();
	err = batch_attach(&attach, 1, &report);
	if (err)
		pr_err("self-test: %s\n", report.text);
	else
		err = run(&site);
	batch_release_unused(0);
	return err;
}
