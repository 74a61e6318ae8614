/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program that measures, inside the guest. One verb a file; see main.c.
 */
#ifndef MEND_BENCH_H
#define MEND_BENCH_H

#include <stdint.h>
#include <stdnoreturn.h>

/** now_ns() - CLOCK_MONOTONIC */
uint64_t now_ns(void);

/** fail() - say why on standard error, with errno if it is set, and exit */
noreturn void fail(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));

/** number() - a whole argument as a number from 0 to @max, or exit */
unsigned long number(const char *arg, unsigned long max);

/**
 * run() - run a command and wait for it; standard output goes to /dev/null
 *
 * Return: its exit status; 128 and more if a signal ended it.
 */
int run(char **argv);

int load_main(int argc, char **argv);
int time_main(int argc, char **argv);
int stall_main(int argc, char **argv);
int switch_main(int argc, char **argv);
int mend_on_main(int argc, char **argv);
int mend_off_main(int argc, char **argv);
int klp_on_main(int argc, char **argv);
int klp_off_main(int argc, char **argv);

#endif /* MEND_BENCH_H */
