// SPDX-License-Identifier: MIT
/*
 * Files: caps, kinds, and all or nothing.
 */
#include "common.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fs.h"

static char *dir;
static char path[256];

static int setup(void **state)
{
	(void)state;
	dir = test_dir();
	snprintf(path, sizeof(path), "%s/file", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_dir_free(dir);
	return 0;
}

static void reads_up_to_the_cap(void **state)
{
	struct buf b;
	struct err e;

	(void)state;
	test_file(dir, "file", "0123456789");
	assert_int_equal(fs_read(path, 10, &b, &e), 0);
	assert_int_equal(b.len, 10);
	buf_free(&b);
	assert_int_equal(fs_read(path, 9, &b, &e), -1);
	assert_int_equal(e.reason, ERR_TOO_LARGE);
	assert_null(b.data);
}

static void refuses_what_is_not_a_file(void **state)
{
	struct buf b;
	struct err e;

	(void)state;
	assert_int_equal(fs_read(dir, 100, &b, &e), -1);
	assert_int_equal(e.reason, ERR_INPUT);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(fs_read(path, 100, &b, &e), -1);	/* and does not hang */
	assert_int_equal(e.reason, ERR_INPUT);
	unlink(path);
	assert_int_equal(fs_read(path, 100, &b, &e), -1);
	assert_int_equal(e.reason, ERR_IO);
	assert_int_equal(e.errnum, ENOENT);
	assert_int_equal(fs_read("/dev/zero", 100, &b, &e), -1);
	assert_int_equal(e.reason, ERR_INPUT);
}

static void only_the_file_is_there(const char *expected)
{
	struct buf out = { 0 };

	assert_int_equal(test_run(&out, "ls -A %s", dir), 0);
	assert_string_equal((char *)out.data, expected);
	buf_free(&out);
}

static void writes_and_replaces(void **state)
{
	struct stat st;
	struct buf b;
	struct err e;

	(void)state;
	assert_int_equal(fs_write(path, BYTES("one"), 0640, false, &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(fs_write(path, BYTES("two"), 0600, false, &e), -1);
	assert_int_equal(e.reason, ERR_EXISTS);
	only_the_file_is_there("file\n");
	assert_int_equal(fs_read(path, 100, &b, &e), 0);
	assert_memory_equal(b.data, "one", 3);
	buf_free(&b);
	assert_int_equal(fs_write(path, BYTES("three"), 0600, true, &e), 0);
	assert_int_equal(fs_read(path, 100, &b, &e), 0);
	assert_int_equal(b.len, 5);
	buf_free(&b);
	only_the_file_is_there("file\n");
}

static void a_failed_write_leaves_nothing(void **state)
{
	char target[300];
	struct err e;

	(void)state;
	snprintf(target, sizeof(target), "%s/no/such/place", dir);
	assert_int_equal(fs_write(target, BYTES("x"), 0600, true, &e), -1);
	assert_int_equal(e.reason, ERR_IO);
	/* a directory cannot be replaced by a file */
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(fs_write(path, BYTES("x"), 0600, true, &e), -1);
	only_the_file_is_there("file\n");
}

static void lines_are_cut_to_size(void **state)
{
	char line[5];

	(void)state;
	test_file(dir, "file", "0123456789\nmore\n");
	assert_int_equal(fs_read_line(path, line, sizeof(line)), 0);
	assert_string_equal(line, "0123");
	test_file(dir, "file", "ab\ncd\n");
	assert_int_equal(fs_read_line(path, line, sizeof(line)), 0);
	assert_string_equal(line, "ab");
	test_file(dir, "file", "");
	assert_int_equal(fs_read_line(path, line, sizeof(line)), 0);
	assert_string_equal(line, "");
	assert_int_equal(fs_read_line("/no/such/file", line, sizeof(line)), -1);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_up_to_the_cap),
		TEST(refuses_what_is_not_a_file),
		TEST(writes_and_replaces),
		TEST(a_failed_write_leaves_nothing),
		TEST(lines_are_cut_to_size),
	};

	return cmocka_run_group_tests_name("fs", tests, NULL, NULL);
}
