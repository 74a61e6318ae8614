// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switching a registered patch on and off, many times, through the device.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/mend.h>

#define TIMES_MAX	100000UL
#define TIMEOUT_MS	60000
/* Between two switches: what the one before has left to workers is over. */
#define REST_US		5000

static void switch_once(int fd, const char *patch, uint32_t action)
{
	struct mend_op op = { .generation = 1, .action = action };
	struct mend_switch sw = {
		.size = sizeof(sw),
		.ops = (uintptr_t)&op,
		.nr_ops = 1,
		.timeout_ms = TIMEOUT_MS,
	};
	uint64_t begin;

	if (strlen(patch) >= sizeof(op.name))
		fail("no patch has a name like '%s'", patch);
	strcpy(op.name, patch);
	begin = now_ns();
	if (ioctl(fd, MEND_IOC_SWITCH, &sw))
		fail("'%s' was not switched: %s", patch, sw.report.text);
	printf("%llu %llu %llu %u %u\n", (unsigned long long)sw.pause_ns,
	       (unsigned long long)sw.rendezvous_ns, (unsigned long long)(now_ns() - begin),
	       sw.tasks, sw.attempts);
}

int switch_main(int argc, char **argv)
{
	unsigned long i, times;
	int fd;

	if (argc != 3)
		fail("switch wants a patch and a number");
	times = number(argv[2], TIMES_MAX);
	fd = open(MEND_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fail("cannot open " MEND_DEVICE);
	for (i = 0; i < times; i++) {
		switch_once(fd, argv[1], i % 2 ? MEND_OP_OFF : MEND_OP_ON);
		usleep(REST_US);
	}
	close(fd);
	return 0;
}
