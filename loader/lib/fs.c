// SPDX-License-Identifier: MIT
/*
 * Files. Reads are capped before anything is allocated; writes become visible
 * only when complete and on disk.
 */
#include "fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads to the end of @fd; -1 and EFBIG if there is more than @max. */
static int read_all(int fd, size_t max, struct buf *out)
{
	uint8_t chunk[16384];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			return 0;
		if ((size_t)n > max - out->len) {
			errno = EFBIG;
			return -1;
		}
		buf_append(out, chunk, (size_t)n);
		if (out->failed) {
			errno = ENOMEM;
			return -1;
		}
	}
}

static int read_regular(int fd, const char *path, size_t max, struct buf *out, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st))
		return err_errno(e, ERR_IO, errno, "cannot read '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "'%s' is not a regular file", path);
	if ((uintmax_t)st.st_size > max)
		return err_set(e, ERR_TOO_LARGE, "'%s' has %jd bytes; the limit is %zu", path,
			       (intmax_t)st.st_size, max);
	if (!read_all(fd, max, out))
		return 0;
	if (errno == EFBIG)
		return err_set(e, ERR_TOO_LARGE, "'%s' grew beyond %zu bytes", path, max);
	return err_errno(e, ERR_IO, errno, "cannot read '%s'", path);
}

int fs_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	int fd, ret;

	memset(out, 0, sizeof(*out));
	/* O_NONBLOCK: a fifo given by mistake is refused, not waited for */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_errno(e, ERR_IO, errno, "cannot open '%s'", path);
	ret = read_regular(fd, path, max, out, e);
	close(fd);
	if (ret)
		buf_free(out);
	return ret;
}

int fs_read_pseudo(const char *path, size_t max, struct buf *out)
{
	int fd, ret, saved;

	memset(out, 0, sizeof(*out));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = read_all(fd, max, out);
	saved = errno;
	close(fd);
	if (ret)
		buf_free(out);
	errno = saved;
	return ret;
}

int fs_read_line(const char *path, char *out, size_t size)
{
	struct buf text;
	size_t len;

	out[0] = '\0';
	if (fs_read_pseudo(path, 65536, &text))
		return -1;
	for (len = 0; len < text.len && text.data[len] && text.data[len] != '\n'; len++)
		;
	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(out, text.data, len);
	out[len] = '\0';
	buf_free(&text);
	return 0;
}

char *fs_path(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

static int write_all(int fd, struct bytes data)
{
	while (data.len) {
		ssize_t n = write(fd, data.data, data.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data.data += n;
		data.len -= (size_t)n;
	}
	return fsync(fd);
}

/* The rename itself is durable only once the directory is. 0 or an errno */
static int sync_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	int fd, errnum = ENOMEM;
	char *dir;

	dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	if (!dir)
		return errnum;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	errnum = fd < 0 || fsync(fd) ? errno : 0;
	if (fd >= 0)
		close(fd);
	free(dir);
	return errnum;
}

int fs_sync_parent(const char *path, struct err *e)
{
	int errnum = sync_parent(path);

	return errnum ? err_errno(e, ERR_IO, errnum, "'%s' may not be on disk", path) : 0;
}

int fs_remove(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st)) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return err_errno(e, ERR_IO, errno, "cannot look at '%s'", path);
	}
	if (!S_ISREG(st.st_mode))
		return 0;
	if (unlink(path))
		return err_errno(e, ERR_IO, errno, "cannot remove '%s'", path);
	sync_parent(path);
	return 1;
}

/* link() fails if the name is taken, at the same instant; rename() does not. */
static int publish(const char *temp, const char *path, bool replace)
{
	if (replace)
		return rename(temp, path);
	if (link(temp, path))
		return -1;
	unlink(temp);
	return 0;
}

static int write_temp(int fd, const char *temp, const char *path, struct bytes data, mode_t mode,
		      bool replace)
{
	if (fchmod(fd, mode) || write_all(fd, data))
		return -1;
	return publish(temp, path, replace);
}

int fs_write(const char *path, struct bytes data, mode_t mode, bool replace, struct err *e)
{
	int fd, saved, ret;
	char *temp;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return err_nomem(e);
	fd = mkstemp(temp);
	if (fd < 0) {
		ret = err_errno(e, ERR_IO, errno, "cannot create a file beside '%s'", path);
		free(temp);
		return ret;
	}
	ret = write_temp(fd, temp, path, data, mode, replace);
	saved = errno;
	close(fd);
	if (ret) {
		unlink(temp);
		if (saved == EEXIST)
			err_set(e, ERR_EXISTS, "'%s' exists already", path);
		else
			err_errno(e, ERR_IO, saved, "cannot write '%s'", path);
	} else {
		sync_parent(path);
	}
	free(temp);
	return ret;
}

int fs_write_durable(const char *path, struct bytes data, mode_t mode, bool replace, struct err *e)
{
	if (fs_write(path, data, mode, replace, e))
		return -1;
	return fs_sync_parent(path, e);
}

int fs_make_dir(const char *path)
{
	if (mkdir(path, 0755))
		return errno == EEXIST ? 0 : -1;
	/* Root's umask may be 077, and status is for everybody. */
	return chmod(path, 0755) ? -1 : 1;
}

void fs_free_names(struct dirent **names, int n)
{
	int i;

	for (i = 0; i < n; i++)
		free(names[i]);
	if (n >= 0)
		free(names);
}
