/* SPDX-License-Identifier: MIT */
/*
 * All that libmend asks of the running machine, in one place, so that the
 * tests can put another one there.
 */
#ifndef MEND_LIB_MACHINE_H
#define MEND_LIB_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/mend.h>

#include "err.h"

/**
 * struct machine - a machine with mend.ko, or something that behaves like it
 * @device:	/dev/mend
 * @sysfs:	/sys/kernel/mend
 * @modules:	/sys/module
 * @livepatch:	/sys/kernel/livepatch
 * @kprobes:	the list of kprobes
 * @notes:	the kernel's ELF notes
 * @root:	stands before the paths of everything else: see machine_path()
 * @uname:	fills in the release; 0 or -1 and errno
 * @open:	the device; a descriptor or -1 and errno
 * @ioctl:	on the device or an authorized descriptor
 * @load:	finit_module(fd, "", 0)
 * @unload:	delete_module(name, O_NONBLOCK)
 * @probe:	as modprobe(8) does; 0 or -1 and errno, ENOENT: there is no such module
 */
struct machine {
	const char *device, *sysfs, *modules, *livepatch, *kprobes, *notes, *root;
	int (*uname)(char release[MEND_RELEASE_LEN]);
	int (*open)(const char *path);
	int (*ioctl)(int fd, unsigned long request, void *arg);
	int (*load)(int fd);
	int (*unload)(const char *name);
	int (*probe)(const char *name);
};

/** machine_real - the one this process runs on */
extern const struct machine machine_real;

/** machine_path() - an absolute path on that machine, in a new string, or NULL */
char *machine_path(const struct machine *mc, const char *path);

/** machine_line() - the first line of a pseudo file there; 0, or -1 with @out empty */
int machine_line(const struct machine *mc, const char *path, char *out, size_t size);

/** machine_unload() - delete_module(), not given up at a signal; 0, or -1 and errno */
int machine_unload(const struct machine *mc, const char *module);

/** machine_probe_mend() - load mend.ko unless it is there */
int machine_probe_mend(const struct machine *mc, struct err *e);

/** struct kernel - which kernel runs */
struct kernel {
	char release[MEND_RELEASE_LEN];
	uint8_t build_id[MEND_BUILD_ID_LEN];
};

/** machine_kernel() - release and GNU build-id of the running kernel */
int machine_kernel(const struct machine *mc, struct kernel *k, struct err *e);

#endif /* MEND_LIB_MACHINE_H */
