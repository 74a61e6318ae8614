// SPDX-License-Identifier: MIT
/*
 * The container: every byte of a header, every length, every end.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/ustar.h"

static const char content[] = "some content that is not a multiple of a block";

static struct buf one_member(void)
{
	struct buf b = { 0 };

	ustar_add(&b, "manifest", BYTES(content));
	ustar_finish(&b);
	assert_int_equal(b.len, 4 * 512);
	return b;
}

static int read_one(struct bytes archive, size_t max, struct err *e)
{
	struct buf copy = test_copy(archive);
	struct ustar_reader r = { buf_bytes(&copy), 0 };
	struct bytes data;
	int ret;

	ret = ustar_next(&r, "manifest", max, &data, e);
	if (!ret) {
		assert_int_equal(data.len, sizeof(content) - 1);
		assert_memory_equal(data.data, content, data.len);
		ret = ustar_end(&r, e);
	}
	buf_free(&copy);
	return ret;
}

static void reads_what_it_writes(void **state)
{
	struct buf b = one_member();
	struct err e;

	(void)state;
	assert_int_equal(read_one(buf_bytes(&b), 4096, &e), 0);
	assert_int_equal(read_one(buf_bytes(&b), sizeof(content) - 1, &e), 0);
	buf_free(&b);
}

static void refuses_every_changed_byte(void **state)
{
	static const uint8_t flips[] = { 0x01, 0x20, 0x80, 0xff };
	struct buf b = one_member();
	size_t i, f;
	struct err e;

	(void)state;
	for (i = 0; i < b.len; i++) {
		if (i >= 512 && i < 512 + sizeof(content) - 1)
			continue;	/* content is the digest's business */
		for (f = 0; f < sizeof(flips); f++) {
			b.data[i] ^= flips[f];
			if (read_one(buf_bytes(&b), 4096, &e) != -1)
				fail_msg("byte %zu xor 0x%02x was accepted", i, flips[f]);
			assert_true(e.reason == ERR_CONTAINER || e.reason == ERR_TOO_LARGE);
			b.data[i] ^= flips[f];
		}
	}
	buf_free(&b);
}

static void names_the_field(void **state)
{
	static const struct { size_t at; const char *field; } fields[] = {
		{ 100, "'mode'" }, { 107, "'mode'" }, { 108, "'uid'" }, { 116, "'gid'" },
		{ 136, "'mtime'" }, { 148, "'checksum'" }, { 156, "'typeflag'" },
		{ 157, "'linkname'" }, { 256, "'linkname'" }, { 257, "'magic'" },
		{ 263, "'version'" }, { 265, "'uname'" }, { 297, "'gname'" },
		{ 329, "'devmajor'" }, { 337, "'devminor'" }, { 345, "'prefix'" },
		{ 499, "'prefix'" }, { 500, "'padding'" }, { 511, "'padding'" },
	};
	struct buf b = one_member();
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		b.data[fields[i].at] ^= 1;
		assert_int_equal(read_one(buf_bytes(&b), 4096, &e), -1);
		test_contains(e.message, fields[i].field);
		b.data[fields[i].at] ^= 1;
	}
	buf_free(&b);
}

static void refuses_every_truncation(void **state)
{
	struct buf b = one_member();
	struct err e;
	size_t len;

	(void)state;
	for (len = 0; len < b.len; len++) {
		assert_int_equal(read_one((struct bytes){ b.data, len }, 4096, &e), -1);
		assert_int_equal(e.reason, ERR_CONTAINER);
	}
	buf_free(&b);
}

static void refuses_anything_behind_the_end(void **state)
{
	struct buf b = one_member();
	struct err e;

	(void)state;
	buf_fill(&b, 0, 1);
	assert_int_equal(read_one(buf_bytes(&b), 4096, &e), -1);
	test_contains(e.message, "1 bytes behind the end");
	buf_fill(&b, 0, 511);
	assert_int_equal(read_one(buf_bytes(&b), 4096, &e), -1);
	buf_free(&b);
}

static void refuses_more_than_the_cap(void **state)
{
	struct buf b = one_member();
	struct err e;

	(void)state;
	assert_int_equal(read_one(buf_bytes(&b), sizeof(content) - 2, &e), -1);
	assert_int_equal(e.reason, ERR_TOO_LARGE);
	buf_free(&b);
}

static void refuses_another_name(void **state)
{
	static const char *const names[] = { "manifes", "manifestx", "Manifest", "./manifest", "" };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf b = { 0 };

		ustar_add(&b, names[i], BYTES(content));
		ustar_finish(&b);
		assert_int_equal(read_one(buf_bytes(&b), 4096, &e), -1);
		test_contains(e.message, "'manifest'");
		buf_free(&b);
	}
}

static void sizes_around_a_block_work(void **state)
{
	static const size_t sizes[] = { 0, 1, 511, 512, 513, 1024, 100000 };
	uint8_t *data = calloc(1, 100000);
	struct err e;
	size_t i;

	(void)state;
	assert_non_null(data);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct bytes in = { data, sizes[i] }, out;
		struct buf b = { 0 };
		struct ustar_reader r;

		ustar_add(&b, "x", in);
		ustar_finish(&b);
		r = (struct ustar_reader){ buf_bytes(&b), 0 };
		assert_int_equal(b.len % 512, 0);
		assert_int_equal(ustar_next(&r, "x", sizes[i], &out, &e), 0);
		assert_int_equal(out.len, sizes[i]);
		assert_int_equal(ustar_end(&r, &e), 0);
		buf_free(&b);
	}
	free(data);
}

/* One encoding, and GNU tar's options that give it. */
static void gnu_tar_writes_the_same_bytes(void **state)
{
	struct buf ours = { 0 }, theirs, out = { 0 };
	char *dir = test_dir(), path[256];
	struct err e;

	(void)state;
	ustar_add(&ours, "manifest", BYTES(content));
	ustar_add(&ours, "payload/a.ko", BYTES("x"));
	ustar_finish(&ours);
	test_file(dir, "manifest", content);
	test_file(dir, "payload/a.ko", "x");
	assert_int_equal(test_run(&out,
				  "cd %s && tar --format=ustar -b1 --mode=0644 --mtime=@0 "
				  "--owner=:0 --group=:0 --numeric-owner -cf t.tar manifest "
				  "payload/a.ko",
				  dir),
			 0);
	snprintf(path, sizeof(path), "%s/t.tar", dir);
	assert_int_equal(fs_read(path, 65536, &theirs, &e), 0);
	assert_int_equal(theirs.len, ours.len);
	assert_memory_equal(theirs.data, ours.data, ours.len);
	buf_free(&ours);
	buf_free(&theirs);
	buf_free(&out);
	test_dir_free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(refuses_every_changed_byte),
		cmocka_unit_test(names_the_field),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(refuses_anything_behind_the_end),
		cmocka_unit_test(refuses_more_than_the_cap),
		cmocka_unit_test(refuses_another_name),
		cmocka_unit_test(sizes_around_a_block_work),
		cmocka_unit_test(gnu_tar_writes_the_same_bytes),
	};

	return cmocka_run_group_tests_name("ustar", tests, NULL, NULL);
}
