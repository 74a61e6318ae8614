/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the C tests need to talk to mend.ko: /dev/mend, modules, sysfs and the
 * module they patch. Not a copy of libmend: it checks nothing itself, so that
 * a test can hand mend.ko whatever it likes.
 *
 * Functions return 0 or a negative errno unless they say otherwise; those
 * whose failure is not a result of the test end the process with a message.
 */
#ifndef MENDTEST_H
#define MENDTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/mend.h>

#define MEND_SYSFS	"/sys/kernel/mend"
#define MEND_PARAMETERS	"/sys/module/mend/parameters/"
#define TARGET_DIR	"/proc/mend_target"
#define VICTIM_DIR	"/proc/mend_victim"

/* For switches that nobody is in the way of for long */
#define SWITCH_TIMEOUT_MS	(20000 * slowdown())

/**
 * struct signed_case - what AUTHORIZE takes; a folder below cases/
 *
 * The members are copies in writable memory: a test may spoil them.
 */
struct signed_case {
	unsigned char *manifest;
	unsigned char *signature;
	unsigned char *payload;
	uint32_t manifest_len;
	uint32_t signature_len;
	uint32_t payload_len;
};

/* Files and paths */

/** go_home() - into the folder of the program: all paths below are relative to it */
void go_home(void);
/** slurp() - a whole file; NULL if it cannot be read; @len may be NULL; NUL-terminated */
unsigned char *slurp(const char *path, size_t *len);
/** spit() - write a string into an existing file, at once */
int spit(const char *path, const char *text);
/** memory_file() - a memfd that holds @len bytes, padded with zeros to @size */
int memory_file(const void *data, size_t len, size_t size);

/* Modules */

int finit_module(int fd, const char *args, int flags);
int insmod(const char *path, const char *args);
/** unload() - waits up to some seconds for a worker that still holds the module */
int unload(const char *module);
int delete_module_now(const char *module);
/** delete_module_forced() - as rmmod -f: whoever holds it */
int delete_module_forced(const char *module);
bool is_loaded(const char *module);
/** load_mend() - mend.ko fresh, with these parameters behind those in MEND_PARAMS */
void load_mend(const char *args);
void load_target(void);
/** clean_up() - all patches off, all test modules gone, mend.ko stays */
void clean_up(void);

/* /dev/mend */

/** mend_device() - open it; ends the process if that fails */
int mend_device(void);
struct signed_case load_case(const char *name);
void free_case(struct signed_case *c);
/** authorize() - returns the descriptor, or a negative errno with @report filled in */
int authorize(int dev, const struct signed_case *c, struct mend_report *report);
/** why_refused() - MEND_IOC_AUTH_REPORT */
struct mend_report why_refused(int auth_fd);
/**
 * load_signed() - AUTHORIZE and finit_module() of a folder below cases/
 * @report: the reason of whoever refused first; may be NULL
 */
int load_signed(const char *name, struct mend_report *report);
/** load_ok() - load_signed(); ends the process with the reason if it is refused */
void load_ok(const char *name);
struct mend_op op_on(const char *name, uint64_t generation);
struct mend_op op_off(const char *name, uint64_t generation);
/** switch_ops() - MEND_IOC_SWITCH; @out may be NULL */
int switch_ops(const struct mend_op *ops, unsigned int nr, unsigned int timeout_ms,
	       struct mend_switch *out);
int switch_on(const char *name, uint64_t generation);
/** switch_on_probation() - switch_on(), to be confirmed within @ms */
int switch_on_probation(const char *name, uint64_t generation, unsigned int ms);
/** confirm() - MEND_PROBATION_CONFIRM; @name "": all */
int confirm(const char *name, uint64_t generation, struct mend_report *report);
/** roll_back() - MEND_PROBATION_ROLLBACK for MEND_R_HEALTH; @name "": all */
int roll_back(const char *name, uint64_t generation, struct mend_report *report);
/** verify() - MEND_IOC_VERIFY; @out may be NULL */
int verify(struct mend_verify *out);
int switch_off(const char *name);

/* Looking */

/**
 * slowdown() - how many times longer everything may take: MEND_SLOWDOWN, or 1
 *
 * For limits of time, which are there to end a test that hangs; what a test is
 * about never depends on it.
 */
unsigned int slowdown(void);

/** attribute() - of a patch in sysfs, without the newline; "" if there is none */
const char *attribute(const char *name, uint64_t generation, const char *attr);
/** target() - what a function of mend_target returns now */
int target(const char *file);
/** victim() - the same of mend_victim */
int victim(const char *file);
/** tell_victim() - write to one of its files */
int tell_victim(const char *file, const char *text);
/** wait_for() - until an attribute begins with @value; false: it does not, for @ms */
bool wait_for(const char *name, uint64_t generation, const char *attr, const char *value,
	      unsigned int ms);
/** counter() - a line of /proc/mend_target/counters */
long counter(const char *name);
void msleep(unsigned int ms);
/** wait_for_stack() - until @function is on the stack of a task; false: it never was */
bool wait_for_stack(pid_t pid, const char *function);
/**
 * sleep_in() - a process that reads a file of mend_target and is asleep in
 * target_hold(), or in what has replaced it, when this returns; ends the process that
 * calls it if the other one never gets there
 */
pid_t sleep_in(const char *file);
/** wait_for_module() - until /proc/modules has it, be it still in its init */
bool wait_for_module(const char *module);
/** manifest_value() - the value of the first line with that key, in static memory */
const char *manifest_value(const struct signed_case *c, const char *key);

#endif /* MENDTEST_H */
