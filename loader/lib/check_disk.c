// SPDX-License-Identifier: MIT
/*
 * Is there room for what is to be recorded and kept? Asked before anything is begun.
 */
#include "check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store.h"

#define NAME		"disk"
/* Records, an entry, and the new file of each beside the old one */
#define RECORDS_SIZE	(64U << 10)
#define RECORDS_FILES	4

/* Of the folder that is there, or will hold it */
static int ask(const struct machine *mc, struct statvfs *st)
{
	static const char *const dirs[] = { STORE_DIR, "/var/lib", "/var", "/" };
	int ret = -1;
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]) && ret; i++) {
		char *path = machine_path(mc, dirs[i]);

		ret = path ? statvfs(path, st) : -1;
		free(path);
	}
	return ret;
}

/* Some of it is kept for root. File systems without a number of files say 0. */
static bool has_room(const struct statvfs *st, uint64_t size, uint64_t *free_bytes)
{
	bool root = !geteuid();
	uint64_t files = root ? st->f_ffree : st->f_favail;

	*free_bytes = (uint64_t)(root ? st->f_bfree : st->f_bavail) * st->f_frsize;
	return *free_bytes >= size && (!st->f_files || files >= RECORDS_FILES);
}

void check_disk(const struct machine *mc, uint64_t size, struct checks *c)
{
	uint64_t free_bytes, wanted = size + RECORDS_SIZE;
	struct statvfs st;

	if (ask(mc, &st)) {
		check_remedy(checks_add(c, NAME, CHECK_UNKNOWN, "how much room there is for " STORE_DIR
					" cannot be told: %s", strerror(errno)),
			     "'df " STORE_DIR "' may tell");
	} else if (st.f_flag & ST_RDONLY) {
		check_remedy(checks_fail(c, NAME, ERR_SPACE, "the file system of " STORE_DIR
					 " is read-only"), "mount it writable");
	} else if (!has_room(&st, wanted, &free_bytes)) {
		checks_fail(c, NAME, ERR_SPACE, "%" PRIu64 " KiB are free for " STORE_DIR ", and %"
			    PRIu64 " KiB and %d files are needed", free_bytes >> 10, wanted >> 10,
			    RECORDS_FILES);
	} else {
		checks_add(c, NAME, CHECK_GOOD, "%" PRIu64 " KiB are free for " STORE_DIR ", %" PRIu64
			   " KiB are needed", free_bytes >> 10, wanted >> 10);
	}
}

int check_disk_now(const struct machine *mc, uint64_t size, struct err *e)
{
	struct checks c = { 0 };
	int ret;

	check_disk(mc, size, &c);
	ret = checks_error(&c, e);
	checks_free(&c);
	return ret;
}
