// SPDX-License-Identifier: MIT
/*
 * Payloads, written with the real macros of mend/patch.h, and build-ids.
 */
#include "common.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/fs.h"
#include "lib/kernel_image.h"
#include "lib/payload.h"

static int read_payload(const char *name, struct payload *p, struct err *e)
{
	char path[512];
	struct buf b;
	int ret;

	snprintf(path, sizeof(path), "%s/%s.ko", TEST_PAYLOADS, name);
	b = test_read(path);
	ret = payload_read(p, buf_bytes(&b), e);
	buf_free(&b);	/* nothing may point into it any more */
	return ret;
}

static void check_func(const struct manifest_func *f, const char *object, const char *symbol,
		       unsigned int sympos)
{
	assert_string_equal(f->object, object);
	assert_string_equal(f->symbol, symbol);
	assert_int_equal(f->sympos, sympos);
}

static void a_payload_tells_all_about_itself(void **state)
{
	struct payload p;
	struct err e;

	(void)state;
	assert_int_equal(read_payload("good", &p, &e), 0);
	assert_string_equal(p.release, TEST_RELEASE);
	assert_string_equal(p.module, "mend_good_3");
	assert_true(p.has_patch);
	assert_string_equal(p.name, "good");
	assert_int_equal(p.generation, 3);
	assert_true(p.unloadable);
	assert_int_equal(p.nr_funcs, 3);
	check_func(&p.funcs[0], "vmlinux", "first", 0);
	check_func(&p.funcs[1], "vmlinux", "second", 2);
	check_func(&p.funcs[2], "ext4", "third", 0);
	payload_free(&p);
}

static void name_and_generation_may_be_left_out(void **state)
{
	struct payload p;
	struct err e;

	(void)state;
	assert_int_equal(read_payload("named_by_module", &p, &e), 0);
	assert_true(p.has_patch);
	assert_string_equal(p.name, "");
	assert_int_equal(p.generation, 0);
	assert_false(p.unloadable);
	assert_int_equal(p.nr_funcs, 1);
	payload_free(&p);
}

static void what_sanitizers_add_is_no_second_patch(void **state)
{
	struct payload p;
	struct err e;

	(void)state;
	assert_int_equal(read_payload("sanitized", &p, &e), 0);
	assert_true(p.has_patch);
	assert_string_equal(p.name, "");
	assert_true(p.unloadable);
	assert_int_equal(p.nr_funcs, 1);
	payload_free(&p);
}

static void two_patches_cannot_be_told_apart(void **state)
{
	struct payload p;
	struct err e;

	(void)state;
	assert_int_equal(read_payload("two_patches", &p, &e), -1);
	assert_int_equal(e.reason, ERR_INPUT);
	test_contains(e.message, "more than one");
}

/* What has no name of its own has its module's; see test "named_by_module". */
static void a_livepatch_module_is_a_payload(void **state)
{
	struct payload p;
	struct err e;

	(void)state;
	assert_int_equal(read_payload("klp", &p, &e), 0);
	assert_true(p.has_patch);
	assert_string_equal(p.name, "");
	assert_string_equal(p.module, "mend_klp");
	assert_int_equal(p.generation, 0);
	assert_int_equal(p.nr_funcs, 2);
	check_func(&p.funcs[0], "vmlinux", "first", 2);
	check_func(&p.funcs[1], "ext4", "second", 0);
	payload_free(&p);
}

static void what_is_not_in_the_file_is_not_invented(void **state)
{
	struct payload p;
	struct err e;

	(void)state;
	assert_int_equal(read_payload("no_patch", &p, &e), 0);
	assert_false(p.has_patch);
	assert_int_equal(p.nr_funcs, 0);
	payload_free(&p);
}

static void objects_may_have_callbacks_and_no_functions(void **state)
{
	struct payload p;
	struct err e;

	(void)state;
	assert_int_equal(read_payload("callbacks", &p, &e), 0);
	assert_true(p.has_patch);
	assert_string_equal(p.name, "callbacks");
	assert_int_equal(p.generation, 2);
	assert_false(p.unloadable);
	assert_int_equal(p.nr_funcs, 1);
	check_func(&p.funcs[0], "vmlinux", "first", 0);
	payload_free(&p);
	assert_int_equal(read_payload("only_callbacks", &p, &e), 0);
	assert_true(p.has_patch);
	assert_string_equal(p.name, "only");
	assert_int_equal(p.nr_funcs, 0);
	payload_free(&p);
}

/* The good payload after a change by a command on $f */
static uint32_t after(const char *command)
{
	char *dir = test_dir(), path[256];
	struct buf out = { 0 }, b;
	struct payload p;
	struct err e;
	int ret;

	if (test_run(&out, "f=%s/x.ko; cp %s/good.ko $f && %s", dir, TEST_PAYLOADS, command))
		fail_msg("%s: %s", command, (char *)out.data);
	snprintf(path, sizeof(path), "%s/x.ko", dir);
	b = test_read(path);
	ret = payload_read(&p, buf_bytes(&b), &e);
	if (!ret)
		payload_free(&p);
	buf_free(&b);
	buf_free(&out);
	test_dir_free(dir);
	return ret ? e.reason : 0;
}

static void stripping_debug_information_is_fine(void **state)
{
	(void)state;
	assert_int_equal(after("strip --strip-debug $f"), 0);
}

static void what_is_no_payload_is_refused(void **state)
{
	(void)state;
	assert_int_equal(after("strip $f"), ERR_INPUT);
	assert_int_equal(after("objcopy --strip-symbol=__mend_payload $f"), ERR_INPUT);
	assert_int_equal(after("objcopy --remove-section=.modinfo $f"), ERR_INPUT);
	assert_int_equal(after("sed -i s/vermagic=/vermagik=/ $f"), ERR_INPUT);
	assert_int_equal(after("sed -i s/vermagic=6/vermagic=\\\\//  $f"), ERR_INPUT);
	assert_int_equal(after("sed -i s/dnem/mend/ $f"), ERR_INPUT);	/* the magic */
	assert_int_equal(after("cp /bin/true $f"), ERR_INPUT);
	assert_int_equal(after("objcopy -O elf32-x86-64 $f"), ERR_INPUT);
	assert_int_equal(after(": >$f"), ERR_INPUT);
	assert_int_equal(after("echo hello >$f"), ERR_INPUT);
}

/* "inspect" reads what strangers wrote. */
static void damaged_files_do_no_harm(void **state)
{
	char path[512];
	struct payload p;
	struct err e;
	struct buf b;
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/good.ko", TEST_PAYLOADS);
	b = test_read(path);
	for (i = 0; i < b.len; i += 97) {
		struct buf part = test_copy((struct bytes){ b.data, i });

		if (!payload_read(&p, buf_bytes(&part), &e))
			payload_free(&p);
		buf_free(&part);
	}
	for (i = 0; i < b.len; i += 3) {
		struct buf copy = test_copy(buf_bytes(&b));

		copy.data[i] ^= 0xff;
		if (!payload_read(&p, buf_bytes(&copy), &e))
			payload_free(&p);
		buf_free(&copy);
	}
	buf_free(&b);
}

static void add_note(struct buf *b, uint32_t type, const char *name, const void *desc, size_t len)
{
	Elf64_Nhdr n = { (uint32_t)strlen(name) + 1, (uint32_t)len, type };

	buf_append(b, &n, sizeof(n));
	buf_append(b, name, n.n_namesz);
	buf_fill(b, 0, -n.n_namesz & 3);
	buf_append(b, desc, len);
	buf_fill(b, 0, -len & 3);
}

static void the_build_id_is_found_among_notes(void **state)
{
	uint8_t id[MEND_BUILD_ID_LEN], found[MEND_BUILD_ID_LEN];
	struct buf b = { 0 };
	size_t len;

	(void)state;
	memset(id, 0x5a, sizeof(id));
	add_note(&b, 1, "Xen", "hello", 5);
	add_note(&b, NT_GNU_BUILD_ID, "Xen", id, sizeof(id));
	add_note(&b, NT_GNU_BUILD_ID, "GNU", id, 16);	/* an MD5 one */
	assert_false(build_id_from_notes(buf_bytes(&b), found));
	add_note(&b, NT_GNU_BUILD_ID, "GNU", id, sizeof(id));
	assert_true(build_id_from_notes(buf_bytes(&b), found));
	assert_memory_equal(id, found, sizeof(id));
	for (len = 0; len < b.len; len++) {
		struct buf part = test_copy((struct bytes){ b.data, len });

		assert_false(build_id_from_notes(buf_bytes(&part), found));
		buf_free(&part);
	}
	buf_free(&b);
}

/* A note whose lengths lie must not lead anywhere. */
static void lying_notes_are_refused(void **state)
{
	uint8_t id[MEND_BUILD_ID_LEN] = { 0 };
	static const uint32_t lies[] = { 0xffffffff, 0xfffffffd, 0x80000000, 21, 200 };
	struct buf b = { 0 };
	size_t i;

	(void)state;
	add_note(&b, NT_GNU_BUILD_ID, "GNU", id, sizeof(id));
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct buf copy = test_copy(buf_bytes(&b));

		memcpy(copy.data, &lies[i], 4);
		assert_false(build_id_from_notes(buf_bytes(&copy), id));
		memcpy(copy.data, b.data, 4);
		memcpy(copy.data + 4, &lies[i], 4);
		assert_false(build_id_from_notes(buf_bytes(&copy), id));
		buf_free(&copy);
	}
	buf_free(&b);
}

/* This program has been linked with a build-id, like a vmlinux. */
static void make_elf(const char *dir)
{
	struct buf out = { 0 };

	test_file(dir, "t.c", "int main(void) { return 0; }\n");
	if (test_run(&out, "cd %s && cc -Wl,--build-id=0x%s -o vmlinux t.c", dir, TEST_BUILD_ID))
		fail_msg("%s", (char *)out.data);
	buf_free(&out);
}

static uint32_t image(const char *dir, const char *name)
{
	uint8_t id[MEND_BUILD_ID_LEN];
	char hex[2 * MEND_BUILD_ID_LEN + 1], path[256];
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (kernel_image_build_id(path, id, &e))
		return e.reason;
	hex_encode(hex, id, sizeof(id));
	assert_string_equal(hex, TEST_BUILD_ID);
	return 0;
}

/* A bzImage's head, then the packed kernel; trailer as the kernel's build adds. */
static void make_bzimage(const char *dir, const char *packed_name, bool trailer, uint32_t lie)
{
	uint8_t head[1024] = { 0 };
	struct buf packed, b = { 0 };
	char path[256];
	struct err e;
	uint32_t v;

	snprintf(path, sizeof(path), "%s/%s", dir, packed_name);
	packed = test_read(path);
	if (trailer)
		buf_append(&packed, "size", 4);
	head[0x1f1] = 1;
	memcpy(head + 0x202, "HdrS", 4);
	head[0x206] = 0x0f;
	head[0x207] = 2;
	v = 3;
	memcpy(head + 0x248, &v, 4);
	v = (uint32_t)packed.len + lie;
	memcpy(head + 0x24c, &v, 4);
	buf_append(&b, head, sizeof(head));
	buf_append(&b, "pad", 3);
	buf_append(&b, packed.data, packed.len);
	snprintf(path, sizeof(path), "%s/vmlinuz", dir);
	assert_int_equal(fs_write(path, buf_bytes(&b), 0600, true, &e), 0);
	buf_free(&packed);
	buf_free(&b);
}

static void kernel_images_have_a_build_id(void **state)
{
	char *dir = test_dir();
	struct buf out = { 0 };

	(void)state;
	make_elf(dir);
	assert_int_equal(image(dir, "vmlinux"), 0);
	assert_int_equal(test_run(&out, "cd %s && gzip -nk vmlinux && objcopy -O binary "
				  "--only-section=.note.gnu.build-id vmlinux notes", dir), 0);
	assert_int_equal(image(dir, "notes"), 0);
	make_bzimage(dir, "vmlinux.gz", false, 0);
	assert_int_equal(image(dir, "vmlinuz"), 0);
	make_bzimage(dir, "vmlinux.gz", false, 1);	/* longer than the file */
	assert_int_equal(image(dir, "vmlinuz"), ERR_INPUT);
	make_bzimage(dir, "vmlinux", false, 0);		/* not packed as any we know */
	assert_int_equal(image(dir, "vmlinuz"), ERR_INPUT);
	assert_int_equal(image(dir, "t.c"), ERR_INPUT);
	assert_int_equal(image(dir, "missing"), ERR_IO);
	buf_free(&out);
	test_dir_free(dir);
}

static void damaged_kernel_images_are_refused(void **state)
{
	char *dir = test_dir();
	struct buf out = { 0 };

	(void)state;
	make_elf(dir);
	assert_int_equal(test_run(&out,
				  "cd %s && gzip -nk vmlinux && head -c 2000 vmlinux.gz >half && "
				  "gzip -nc t.c >other",
				  dir),
			 0);
	make_bzimage(dir, "half", false, 0);
	assert_int_equal(image(dir, "vmlinuz"), ERR_INPUT);
	make_bzimage(dir, "other", false, 0);
	assert_int_equal(image(dir, "vmlinuz"), ERR_INPUT);
	buf_free(&out);
	test_dir_free(dir);
}

/* The other packers, where they are installed. */
static void packers_with_a_trailer_work(void **state)
{
	static const struct { const char *tool, *command; } packers[] = {
		{ "xz", "xz -k -c --check=crc32" }, { "zstd", "zstd -q -c" },
		{ "lz4", "lz4 -l -q -c" }, { "bzip2", "bzip2 -k -c" },
	};
	char *dir = test_dir();
	struct buf out = { 0 };
	size_t i, done = 0;

	(void)state;
	make_elf(dir);
	for (i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
		if (test_run(&out, "command -v %s", packers[i].tool))
			continue;
		assert_int_equal(test_run(&out, "cd %s && %s vmlinux >packed", dir,
					  packers[i].command), 0);
		make_bzimage(dir, "packed", true, 0);
		assert_int_equal(image(dir, "vmlinuz"), 0);
		done++;
	}
	buf_free(&out);
	test_dir_free(dir);
	if (!done)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payload_tells_all_about_itself),
		cmocka_unit_test(name_and_generation_may_be_left_out),
		cmocka_unit_test(what_sanitizers_add_is_no_second_patch),
		cmocka_unit_test(two_patches_cannot_be_told_apart),
		cmocka_unit_test(a_livepatch_module_is_a_payload),
		cmocka_unit_test(what_is_not_in_the_file_is_not_invented),
		cmocka_unit_test(objects_may_have_callbacks_and_no_functions),
		cmocka_unit_test(stripping_debug_information_is_fine),
		cmocka_unit_test(what_is_no_payload_is_refused),
		cmocka_unit_test(damaged_files_do_no_harm),
		cmocka_unit_test(the_build_id_is_found_among_notes),
		cmocka_unit_test(lying_notes_are_refused),
		cmocka_unit_test(kernel_images_have_a_build_id),
		cmocka_unit_test(damaged_kernel_images_are_refused),
		cmocka_unit_test(packers_with_a_trailer_work),
	};

	return cmocka_run_group_tests_name("payload", tests, NULL, NULL);
}
