/* SPDX-License-Identifier: MIT */
/*
 * Files: read once with a cap, write all or nothing.
 */
#ifndef MEND_LIB_FS_H
#define MEND_LIB_FS_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/types.h>

#include "bytes.h"
#include "err.h"

/**
 * fs_read() - a whole regular file, at most @max bytes
 *
 * Opened and read once: later changes to the file do not matter.
 */
int fs_read(const char *path, size_t max, struct buf *out, struct err *e);

/**
 * fs_read_pseudo() - as fs_read(), for files of sysfs and procfs
 *
 * Returns 0, or -1 with errno set. Such files have no size of their own.
 */
int fs_read_pseudo(const char *path, size_t max, struct buf *out);

/**
 * fs_read_line() - the first line of a pseudo file, without its end
 *
 * Returns 0, or -1 with errno set; @out is then empty.
 */
int fs_read_line(const char *path, char *out, size_t size);

/**
 * fs_write() - a temporary file, fsync, rename
 * @replace: false: fail with ERR_EXISTS if @path is there
 *
 * On failure nothing is left behind and @path is as it was.
 */
int fs_write(const char *path, struct bytes data, mode_t mode, bool replace, struct err *e);

/** fs_write_durable() - as fs_write(), and the name is on disk, too; it may be there on failure */
int fs_write_durable(const char *path, struct bytes data, mode_t mode, bool replace,
		     struct err *e);

/** fs_remove() - a regular file; 1: it is gone, 0: there is none. Anything else is left alone. */
int fs_remove(const char *path, struct err *e);

/**
 * fs_make_dir() - that everybody may read, whatever the umask is
 *
 * Returns 1: it was made, 0: it was there, or -1 with errno set.
 */
int fs_make_dir(const char *path);

/** fs_sync_parent() - what was made, replaced or removed at @path is on disk then */
int fs_sync_parent(const char *path, struct err *e);

/** fs_path() - "DIR/NAME" in a new string, or NULL */
char *fs_path(const char *dir, const char *name);

/** fs_free_names() - what scandir() has found; @n: what it has returned */
void fs_free_names(struct dirent **names, int n);

#endif /* MEND_LIB_FS_H */
