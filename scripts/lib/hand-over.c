// SPDX-License-Identifier: MIT
/*
 * hand-over MANIFEST SIGNATURE PAYLOAD: give any bytes to /dev/mend, without
 * the loader's checks, and load what comes back. Prints the kernel's answer.
 *
 * Exit status: 0 loaded, 1 refused, 2 could not even ask.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/mend.h>

static void *slurp(const char *path, __u32 *len)
{
	FILE *file = fopen(path, "re");
	char *bytes = malloc(MEND_PAYLOAD_MAX);

	if (!file || !bytes) {
		perror(path);
		exit(2);
	}
	*len = fread(bytes, 1, MEND_PAYLOAD_MAX, file);
	fclose(file);
	return bytes;
}

static int refused(const char *who, const struct mend_report *report)
{
	printf("%s: %s (reason %u)\n", who, report->text, report->reason);
	return 1;
}

int main(int argc, char **argv)
{
	struct mend_authorize args = { .size = sizeof(args), .fd = -1 };
	struct mend_auth_report why = { .size = sizeof(why) };
	int dev = open(MEND_DEVICE, O_RDWR | O_CLOEXEC);

	if (argc != 4 || dev < 0) {
		perror(argc == 4 ? MEND_DEVICE : "usage: hand-over MANIFEST SIGNATURE PAYLOAD");
		return 2;
	}
	args.manifest = (uintptr_t)slurp(argv[1], &args.manifest_len);
	args.signature = (uintptr_t)slurp(argv[2], &args.signature_len);
	args.payload = (uintptr_t)slurp(argv[3], &args.payload_len);

	if (ioctl(dev, MEND_IOC_AUTHORIZE, &args))
		return refused("the kernel refuses", &args.report);
	if (syscall(SYS_finit_module, args.fd, "", 0) == 0) {
		puts("loaded");
		return 0;
	}
	perror("finit_module");
	if (!ioctl(args.fd, MEND_IOC_AUTH_REPORT, &why))
		return refused("the kernel refuses to load it", &why.report);
	return 1;
}
