// SPDX-License-Identifier: MIT
/*
 * mend: patches a running kernel from signed bundles. This file knows the
 * commands; each has its own.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ui.h"

static const struct cmd *const cmds[] = {
	&cmd_build, &cmd_keygen, &cmd_pack, &cmd_sign, &cmd_verify, &cmd_inspect, &cmd_apply,
	&cmd_revert, &cmd_confirm, &cmd_install, &cmd_uninstall, &cmd_boot,
	&cmd_status, &cmd_check, &cmd_list, &cmd_uname,
	&cmd_history, &cmd_stage, &cmd_metrics, &cmd_cve, &cmd_vex, &cmd_trust,
};

#define NR_CMDS		(sizeof(cmds) / sizeof(cmds[0]))

static const char head[] =
	"mend: patch the running Linux kernel from signed bundles\n"
	"\n"
	"Usage: mend COMMAND [OPTIONS] [ARGUMENTS]\n"
	"\n"
	"Commands:\n";

static const char tail[] =
	"\n"
	"Options of every command:\n"
	"  --json       print JSON, also for errors\n"
	"  --help       what the command does, its options and examples\n"
	"  --version    (of mend itself)\n"
	"\n"
	"Exit codes:\n"
	"  0   done\n"
	"  1   error\n"
	"  2   nothing to do: it is so already\n"
	"  3   incompatible: not for this kernel, or a function belongs to somebody else\n"
	"  4   refused: signature, certificate, expiry, generation, damaged bundle, mend.conf, or\n"
	"      running code that somebody has changed\n"
	"  5   busy: a task is inside a function that would change; it is named\n"
	"  6   rolled back: it was switched on, and taken back\n"
	"  64  wrong usage\n"
	"\n"
	"Example, from a payload to a patched kernel:\n"
	"  mend keygen --out keys\n"
	"  mend pack -o fix.mend --name fix --generation 1 --kind security \\\n"
	"       --severity important --title 'Check the length' --payload mend_fix_1.ko \\\n"
	"       --key keys/mend.key --cert keys/mend.pem\n"
	"  mend verify fix.mend --cert keys/mend.pem\n"
	"  mend apply fix.mend\n"
	"  mend status\n"
	"  mend revert fix\n";

static void help(void)
{
	size_t i;

	fputs(head, stdout);
	for (i = 0; i < NR_CMDS; i++)
		printf("  %-12s %s\n", cmds[i]->name, cmds[i]->summary);
	fputs(tail, stdout);
}

static const struct cmd *find(const char *name)
{
	size_t i;

	for (i = 0; i < NR_CMDS; i++)
		if (!strcmp(cmds[i]->name, name))
			return cmds[i];
	return NULL;
}

/* Known before anything can go wrong, so that every error is JSON. */
static bool wants_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--json"))
			return true;
	return false;
}

static int help_for(struct ui *ui, const char *name)
{
	const struct cmd *cmd = name ? find(name) : NULL;

	if (name && !cmd)
		return ui_usage(ui, "there is no command '%s'", name);
	if (cmd)
		ui_help(cmd);
	else
		help();
	return EXIT_CODE_OK;
}

static int version(const struct ui *ui)
{
	if (ui->json)
		return ui_json(json_pack("{s:s, s:i}", "version", MEND_VERSION, "abi",
					 MEND_ABI_VERSION));
	printf("mend %s\n", MEND_VERSION);
	return EXIT_CODE_OK;
}

static int dispatch(struct ui *ui, int argc, char **argv)
{
	const char *name;
	int at = 1;

	while (at < argc && !strcmp(argv[at], "--json"))
		at++;
	name = at < argc ? argv[at] : NULL;
	if (!name)
		return ui_usage(ui, "no command is given");
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help"))
		return help_for(ui, at + 1 < argc ? argv[at + 1] : NULL);
	if (!strcmp(name, "--version"))
		return version(ui);
	ui->cmd = find(name);
	if (!ui->cmd)
		return ui_usage(ui, "there is no command '%s'", name);
	return ui->cmd->run(ui, argc - at, argv + at);
}

/* Nobody reads any more, as behind "| true" */
static volatile sig_atomic_t unread;

static void on_pipe(int number)
{
	(void)number;
	unread = 1;
}

/*
 * What has been begun comes to its end, and is recorded, whether or not somebody reads of it.
 * A handler: what mend runs would inherit SIG_IGN.
 */
static void outlive_reader(void)
{
	struct sigaction action = { .sa_handler = on_pipe, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(SIGPIPE, &action, NULL);
}

/* A result that did not reach its reader is no success. One that has gone knows that. */
static int finish(const struct ui *ui, int code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	if (!unread)
		fprintf(stderr, "mend%s%s: not all of the result could be written to standard output\n"
			"  what to do: see whether there is room where that goes\n",
			ui->cmd ? " " : "", ui->cmd ? ui->cmd->name : "");
	return code ? code : EXIT_CODE_ERROR;
}

int main(int argc, char **argv)
{
	struct ui ui = { .json = wants_json(argc, argv) };

	outlive_reader();
	return finish(&ui, dispatch(&ui, argc, argv));
}
