// SPDX-License-Identifier: MIT
/*
 * What is in a payload: sizes, objects, references; good files, damaged ones, and such as
 * were made to keep their reader busy.
 */
#include "common.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/contents.h"
#include "lib/elf_view.h"
#include "lib/fs.h"

static struct manifest_func good_funcs[] = {
	{ "vmlinux", "first", 0 }, { "vmlinux", "second", 2 }, { "ext4", "third", 0 },
};

static const struct manifest_payload says = { .funcs = good_funcs, .nr_funcs = 3 };

static struct buf payload(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.ko", TEST_PAYLOADS, name);
	return test_read(path);
}

/* As binutils tell it */
static unsigned long size_of(const char *symbol)
{
	struct buf out = { 0 };
	unsigned long size;

	if (test_run(&out, "nm -S %s/good.ko | sed -n 's/^[^ ]* \\([^ ]*\\) t %s$/\\1/p'",
		     TEST_PAYLOADS, symbol))
		fail_msg("nm has failed");
	size = strtoul((const char *)out.data, NULL, 16);
	buf_free(&out);
	assert_true(size);
	return size;
}

/* Relocations against what the file does not define, in what is loaded: here in all of it */
static unsigned long exported(void)
{
	struct buf out = { 0 };
	unsigned long n;

	if (test_run(&out, "readelf -rW %s/good.ko | grep -cE ' 0000000000000000 [a-z_]+ [-+] '",
		     TEST_PAYLOADS))
		fail_msg("readelf has failed");
	n = strtoul((const char *)out.data, NULL, 10);
	buf_free(&out);
	return n;
}

static void a_payload_has_sizes_objects_and_references(void **state)
{
	struct buf b = payload("good");
	struct contents c;

	(void)state;
	contents_read(&c, buf_bytes(&b), &says);
	buf_free(&b);	/* nothing may point into it any more */
	assert_true(c.has_payload && c.has_refs && !c.differs);
	assert_int_equal(contents_size(&c, &good_funcs[0]), size_of("my_first"));
	assert_int_equal(contents_size(&c, &good_funcs[1]), size_of("my_second"));
	assert_int_equal(contents_size(&c, &good_funcs[2]), size_of("my_first"));
	assert_int_equal(c.payload.nr_objects, 2);
	assert_string_equal(c.payload.objects[0], "vmlinux");
	assert_string_equal(c.payload.objects[1], "ext4");
	assert_int_equal(c.refs.nr_refs, 1);
	assert_string_equal(c.refs.refs[0].object, "vmlinux");
	assert_int_equal(c.refs.refs[0].count, 1);
	assert_int_equal(c.refs.exported, exported());
	assert_true(c.refs.exported > 0);
	contents_free(&c);
}

static void objects_with_callbacks_only_are_listed_too(void **state)
{
	struct buf b = payload("callbacks");
	struct contents c;

	(void)state;
	contents_read(&c, buf_bytes(&b), &says);
	buf_free(&b);
	assert_int_equal(c.payload.nr_objects, 3);
	assert_string_equal(c.payload.objects[2], "xfs");
	assert_int_equal(c.refs.nr_refs, 0);
	contents_free(&c);
}

static bool differs(const char *name, const struct manifest_payload *mp)
{
	struct buf b = payload(name);
	struct contents c;
	bool ret;

	contents_read(&c, buf_bytes(&b), mp);
	ret = c.differs;
	contents_free(&c);
	buf_free(&b);
	return ret;
}

static void a_manifest_that_says_something_else_is_noticed(void **state)
{
	struct manifest_payload fewer = { .funcs = good_funcs, .nr_funcs = 2 };
	struct manifest_func funcs[3];
	struct manifest_payload other = { .funcs = funcs, .nr_funcs = 3 };

	(void)state;
	assert_false(differs("good", &says));
	assert_true(differs("good", &fewer));
	memcpy(funcs, good_funcs, sizeof(funcs));
	funcs[1].sympos = 1;
	assert_true(differs("good", &other));
	memcpy(funcs, good_funcs, sizeof(funcs));
	funcs[2].object = "xfs";
	assert_true(differs("good", &other));
	assert_false(differs("no_patch", &says));	/* does not say */
}

/* Everything at once: whether the account and the references could be read */
static unsigned int reads(const struct buf *b)
{
	struct contents c;
	unsigned int ret;

	contents_read(&c, buf_bytes(b), &says);
	ret = (c.has_payload ? 1 : 0) | (c.has_refs ? 2 : 0);
	if (ret != 3)
		assert_true(c.why.message[0]);
	contents_free(&c);
	return ret;
}

static Elf64_Shdr *sections(struct buf *b)
{
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)(void *)b->data;

	return (Elf64_Shdr *)(void *)(b->data + ehdr->e_shoff);
}

static size_t find_section(struct buf *b, const char *name)
{
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)(void *)b->data;
	Elf64_Shdr *shdr = sections(b);
	size_t i;

	for (i = 1; i < ehdr->e_shnum; i++)
		if (!strcmp((char *)b->data + shdr[ehdr->e_shstrndx].sh_offset + shdr[i].sh_name,
			    name))
			return i;
	fail_msg("no section %s", name);
	return 0;
}

/* The relocation of .mend.payload at that offset gets another addend. */
static void move_pointer(struct buf *b, uint64_t offset, int64_t by)
{
	Elf64_Shdr *shdr = &sections(b)[find_section(b, ".rela.mend.payload")];
	Elf64_Rela *rela = (Elf64_Rela *)(void *)(b->data + shdr->sh_offset);
	size_t i;

	for (i = 0; i < shdr->sh_size / sizeof(*rela); i++) {
		if (rela[i].r_offset == offset) {
			rela[i].r_addend += by;
			return;
		}
	}
	fail_msg("no relocation");
}

static void damaged_tables_of_relocations_are_not_counted(void **state)
{
	static const struct { uint64_t offset; int64_t by; } damages[] = {
		{ 16, 8 },		/* not a whole number of them */
		{ 16, -96 },		/* ends before it begins */
		{ 16, 48 },		/* one that is not there */
		{ 16, 1LL << 40 },	/* too many */
		{ 8, -48 }, { 8, 24 }, { 8, INT64_MIN },
	};
	struct buf b = payload("good");
	size_t i;

	(void)state;
	assert_int_equal(reads(&b), 3);
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct buf copy = test_copy(buf_bytes(&b));

		move_pointer(&copy, damages[i].offset, damages[i].by);
		if (reads(&copy) != 1)
			fail_msg("damage %zu was not noticed", i);
		buf_free(&copy);
	}
	buf_free(&b);
}

static void names_of_objects_are_checked(void **state)
{
	struct buf b = payload("good"), copy = test_copy(buf_bytes(&b));
	Elf64_Shdr *shdr = &sections(&copy)[find_section(&copy, ".mend.strings")];

	(void)state;
	memset(copy.data + shdr->sh_offset, 0x1b, 4);
	memset(copy.data + shdr->sh_offset + 8, 0x1b, 4);
	assert_int_equal(reads(&copy), 1);
	memset(copy.data + shdr->sh_offset, 'a', shdr->sh_size);	/* no end */
	assert_int_equal(reads(&copy), 1);
	buf_free(&copy);
	buf_free(&b);
}

/* A symbol that says that it is longer than its section is not believed. */
static void sizes_beyond_the_section_are_not_shown(void **state)
{
	struct buf b = payload("good");
	Elf64_Shdr *shdr = &sections(&b)[find_section(&b, ".symtab")];
	Elf64_Sym *sym = (Elf64_Sym *)(void *)(b.data + shdr->sh_offset);
	struct contents c;
	size_t i;

	(void)state;
	for (i = 0; i < shdr->sh_size / sizeof(*sym); i++)
		sym[i].st_size = UINT64_MAX - 1;
	contents_read(&c, buf_bytes(&b), &says);
	assert_true(c.has_payload);
	for (i = 0; i < 3; i++)
		assert_int_equal(contents_size(&c, &good_funcs[i]), 0);
	contents_free(&c);
	buf_free(&b);
}

static void sections_that_overlap_are_refused(void **state)
{
	struct buf b = payload("good");
	Elf64_Shdr *shdr = sections(&b);
	size_t strings = find_section(&b, ".mend.strings"), text = find_section(&b, ".text");

	(void)state;
	shdr[strings].sh_offset = 0;
	shdr[strings].sh_size = b.len;
	shdr[text].sh_offset = 0;
	shdr[text].sh_size = 1;
	assert_int_equal(reads(&b), 0);
	buf_free(&b);
}

/*
 * Four thousand places that look like a patch with as many functions as there can be,
 * and one too many.
 */
static const char busy[] =
	".section .modinfo,\"a\"\n.asciz \"vermagic=6.1.0-test-amd64 \", \"name=busy\"\n"
	".data\n.rept 4000\n.quad objects\n.endr\n"
	".section .mend.payload,\"aw\"\n__mend_payload: .long 0x6d656e64, 1\n"
	".quad __mend_payload, __mend_payload\n"
	".section .rodata,\"a\"\nname: .asciz \"first\"\n.balign 8\n"
	"objects: .quad 0, funcs, 0, 0, 0, 0, 0, 0, 0\n.fill 72\n"
	"funcs: .rept 257\n.quad name, code, 0\n.endr\n.fill 24\n"
	".text\ncode: ret\n";

static void a_file_cannot_keep_its_reader_busy(void **state)
{
	char *dir = test_dir(), path[256];
	struct buf out = { 0 }, b;
	struct payload p;
	struct err e;

	(void)state;
	test_file(dir, "busy.s", busy);
	if (test_run(&out, "as -o %s/busy.ko %s/busy.s", dir, dir))
		fail_msg("%s", (char *)out.data);
	snprintf(path, sizeof(path), "%s/busy.ko", dir);
	b = test_read(path);
	assert_int_equal(payload_read(&p, buf_bytes(&b), &e), -1);
	test_contains(e.message, "more pointers than any payload");
	buf_free(&b);
	buf_free(&out);
	test_dir_free(dir);
}

static void damaged_files_do_no_harm(void **state)
{
	struct buf b = payload("good");
	size_t i;

	(void)state;
	for (i = 0; i < b.len; i += 61) {
		struct buf part = test_copy((struct bytes){ b.data, i });

		assert_int_not_equal(reads(&part), 3);
		buf_free(&part);
	}
	for (i = 0; i < b.len; i += 2) {
		struct buf copy = test_copy(buf_bytes(&b));

		copy.data[i] ^= i % 4 ? 0xff : 0x01;
		reads(&copy);
		buf_free(&copy);
	}
	buf_free(&b);
}

/* The test bundle's payloads are no ELF files. */
static void the_page_says_what_it_could_not_read(void **state)
{
	char *dir = test_dir(), path[256];
	struct buf file = { 0 }, out = { 0 };
	struct err e;

	(void)state;
	test_bundle(&file, NULL, NULL, NULL);
	snprintf(path, sizeof(path), "%s/x.mend", dir);
	assert_int_equal(fs_write(path, buf_bytes(&file), 0600, true, &e), 0);
	assert_int_equal(test_run(&out, TEST_MEND " inspect %s", path), 0);
	test_contains((char *)out.data, "  unreadable  not an ELF file; what is shown is the "
		      "manifest's word\n");
	test_contains((char *)out.data, "  replaces    vmlinux:");
	assert_int_equal(test_run(&out, TEST_MEND " inspect --json %s", path), 0);
	test_contains((char *)out.data, "\"error\": \"not an ELF file\"");
	test_contains((char *)out.data, "\"references\": null");
	buf_free(&file);
	buf_free(&out);
	test_dir_free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payload_has_sizes_objects_and_references),
		cmocka_unit_test(objects_with_callbacks_only_are_listed_too),
		cmocka_unit_test(a_manifest_that_says_something_else_is_noticed),
		cmocka_unit_test(damaged_tables_of_relocations_are_not_counted),
		cmocka_unit_test(names_of_objects_are_checked),
		cmocka_unit_test(sizes_beyond_the_section_are_not_shown),
		cmocka_unit_test(sections_that_overlap_are_refused),
		cmocka_unit_test(a_file_cannot_keep_its_reader_busy),
		cmocka_unit_test(damaged_files_do_no_harm),
		cmocka_unit_test(the_page_says_what_it_could_not_read),
	};

	return cmocka_run_group_tests_name("contents", tests, NULL, NULL);
}
