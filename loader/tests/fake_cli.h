/* SPDX-License-Identifier: MIT */
/*
 * The program on a machine made of files, which stand in a directory of each test's own.
 */
#ifndef MEND_TESTS_FAKE_CLI_H
#define MEND_TESTS_FAKE_CLI_H

#include <jansson.h>

#include "lib/bytes.h"

/* The machine: mend-fake runs in it. See prog_machine.c and fake-kernel. */
extern char *cli_dir;

/* What the last command printed on both outputs */
extern struct buf cli_out;

#define MEND		"cd %s && " TEST_MEND_FAKE " "

int cli_group_setup(void **state);
int cli_group_teardown(void **state);
int cli_setup(void **state);
int cli_teardown(void **state);

#define CLI_TEST(f)	cmocka_unit_test_setup_teardown(f, cli_setup, cli_teardown)

/** cli_mend() - "mend ARGS" there; its exit status */
int cli_mend(const char *args);

/** cli_apply() - "mend apply ARGS" there, with the right certificate */
int cli_apply(const char *args);

/** cli_text() - what it printed; cli_has() - fail unless that is in it */
const char *cli_text(void);
void cli_has(const char *needle);

/** cli_file() - the first line of "cat NAME" there */
const char *cli_file(const char *name);

/** cli_fail_call() - from now on mend.ko refuses that */
void cli_fail_call(const char *verb, int errnum, unsigned int reason, const char *why);

/** cli_patch() - a patch that is there */
void cli_patch(const char *name, const char *state, const char *enabled, const char *reason);

/** cli_parse() - what it printed is JSON */
json_t *cli_parse(void);
const char *cli_string(json_t *object, const char *name);

#endif /* MEND_TESTS_FAKE_CLI_H */
