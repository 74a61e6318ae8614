// SPDX-License-Identifier: MIT
/*
 * mend boot
 */
#include <stdio.h>

#include "lib/store.h"
#include "ui_boot.h"
#include "ui_switch.h"

static const char help[] =
	"Usage: mend boot [--timeout TIME] [--keys DIR | --cert FILE] [--json]\n"
	"       mend boot --health [--json]\n"
	"       mend boot --end [--json]\n"
	"\n"
	"What mend-boot.service runs early in each boot: loads mend.ko if anything is to be done,\n"
	"and switches on what 'mend install' has installed, in the order of installation. Each\n"
	"bundle is verified again. What was on probation before and not confirmed is on probation\n"
	"again. One that fails does not keep the others off. Not tried are those that have nothing\n"
	"for this kernel (superseded, if its package's changelog lists all of their CVEs;\n"
	"otherwise skipped), and those that the machine went down with, or that mend.ko has taken\n"
	"back (held back). Where mend.conf(5) or mend.mode on the kernel command line says 'stage'\n"
	"or 'off', nothing is switched on, and all are refused. All of it is recorded: 'mend\n"
	"history'.\n"
	"\n"
	"  --timeout TIME  how long to wait, for each of them, for tasks that are inside a function\n"
	"                  that would change (10 s)\n"
	"  --keys DIR      directory with trusted certificates, *.pem (" TRUST_DIR ")\n"
	"  --cert FILE     trust the certificates of this file only\n"
	"  --health        the machine is up: run the health command of mend.conf(5), and confirm or\n"
	"                  take back what this boot has put on probation\n"
	"  --end           the machine is about to be shut down in order: what is on probation has\n"
	"                  not gone down with it\n"
	"\n"
	"Example:\n"
	"  systemctl enable --now mend-boot.service\n"
	"\n"
	"Exit codes, the first that is true: 1 one has failed, 4 one was refused or is held back,\n"
	"3 one was skipped, 0 all are on, superseded, or not wanted. With --health: 0 confirmed, or\n"
	"there was nothing to judge, 6 taken back, 1 error.\n";

enum { OPT_KEYS = OPT_FIRST, OPT_CERT, OPT_TIMEOUT, OPT_HEALTH, OPT_END };

static const struct option options[] = {
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "cert", required_argument, NULL, OPT_CERT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "health", no_argument, NULL, OPT_HEALTH },
	{ "end", no_argument, NULL, OPT_END },
	UI_OPTIONS
};

/* Where nothing was ever recorded there is nothing to end. */
static int end(struct ui *ui)
{
	struct store s;
	struct err e;
	int ret;

	if (store_exists(&machine_real)) {
		ret = store_open(&machine_real, &s, &e);
		if (!ret) {
			ret = store_end(&machine_real, &s, &e);
			store_close(&s);
		}
		if (ret)
			return ui_fail(ui, &e);
	}
	return ui->json ? ui_json(json_object()) : EXIT_CODE_OK;
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct ui_switch how = UI_SWITCH_DEFAULT;
	struct ui_boot q = { .trust = { 0 } };
	bool ends = false, judges = false;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":", options)) != -1) {
		if (c == '?')
			return ui->exit;
		if (c == OPT_TIMEOUT && ui_switch_timeout(ui, &how, optarg))
			return ui->exit;
		if (c == OPT_KEYS)
			q.trust.keys = optarg;
		else if (c == OPT_CERT)
			q.trust.cert = optarg;
		ends |= c == OPT_END;
		judges |= c == OPT_HEALTH;
	}
	if (ends && judges)
		return ui_usage(ui, "--health and --end are different moments of a boot");
	if (optind < argc || (q.trust.keys && q.trust.cert))
		return ui_usage(ui, "'boot' takes no argument, and at most one of --keys and --cert");
	q.timeout_ms = how.timeout_ms;
	if (judges)
		return ui_boot_health(ui);
	return ends ? end(ui) : ui_boot_run(ui, &q);
}

const struct cmd cmd_boot = {
	"boot", "switch on what is installed: for mend-boot.service", help, run
};
