// SPDX-License-Identifier: MIT
/*
 * mend build: runs mend-build. That is a program apart, with a compiler and the kernel's
 * source behind it, which a machine that only applies patches does not need.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui.h"

static const char help[] =
	"Usage: mend build FIX.patch --kernel RELEASE... [OPTIONS] [--json]\n"
	"\n"
	"Makes a bundle from a diff of the kernel's source, without building the kernel. Runs\n"
	"the program mend-build, which is installed apart from this one; mend-build(1) and\n"
	"'mend-build --help' tell its options. Needs no root.\n"
	"\n"
	"Examples:\n"
	"  mend build fix.patch --kernel 6.1.0-56-amd64 --key keys/mend.key -o fix.mend\n"
	"\n"
	"Exit codes are those of mend-build: 0 built, 1 error, 2 the change cannot be made into a\n"
	"patch, 3 nothing changes in that kernel, 4 the kernel was not made from that source, 64\n"
	"wrong usage.\n";

/* Its options are mend-build's own: nothing is read here but what stood in front. */
static int run(struct ui *ui, int argc, char **argv)
{
	static char program[] = "mend-build", json[] = "--json";
	char **args = calloc((size_t)argc + 2, sizeof(*args));
	struct err e;
	int i, n = 0;

	if (!args) {
		err_nomem(&e);
		return ui_fail(ui, &e);
	}
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		free(args);
		ui_help(ui->cmd);
		return EXIT_CODE_OK;
	}
	args[n++] = program;
	if (ui->json)
		args[n++] = json;
	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json"))
			args[n++] = argv[i];
	execvp(program, args);
	err_set(&e, ERR_IO, "cannot run %s: %s", program, strerror(errno));
	err_hint(&e, "install it ('make -C builder install' in mend's source)");
	free(args);
	return ui_fail(ui, &e);
}

const struct cmd cmd_build = {
	"build", "make a bundle from a diff of the kernel's source", help, run
};
