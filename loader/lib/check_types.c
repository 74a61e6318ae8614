// SPDX-License-Identifier: MIT
/*
 * Type layouts: a payload reads and writes structures of the kernel, and what it was
 * compiled with must be what runs. Both sides describe themselves in BTF.
 *
 * A payload's BTF is whole, or only what its kernel's did not have already. In the second
 * case a structure in it that the kernel has, too, by name, is one that differed.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "elf_view.h"

#define KERNELS_MAX	(MEND_FUNCS_MAX + 1)

/**
 * struct types - both sides
 * @kernels:	the kernel's own, then those of the modules that are patched
 * @own:	the payload's
 * @first:	its first type that is not its kernel's
 */
struct types {
	struct btf *kernels[KERNELS_MAX];
	size_t nr_kernels;
	struct btf *own;
	__u32 first;
};

static bool same_string(const struct btf *a, __u32 off_a, const struct btf *b, __u32 off_b)
{
	return !strcmp(btf__name_by_offset(a, off_a), btf__name_by_offset(b, off_b));
}

static bool same_member(const struct btf *a, const struct btf_type *s, const struct btf *b,
			const struct btf_type *t, __u32 i)
{
	const struct btf_member *m = btf_members(s) + i, *n = btf_members(t) + i;

	return same_string(a, m->name_off, b, n->name_off) &&
	       btf_member_bit_offset(s, i) == btf_member_bit_offset(t, i) &&
	       btf_member_bitfield_size(s, i) == btf_member_bitfield_size(t, i) &&
	       btf__resolve_size(a, m->type) == btf__resolve_size(b, n->type);
}

static bool same_layout(const struct btf *a, const struct btf_type *s, const struct btf *b,
			const struct btf_type *t)
{
	__u32 i;

	if (s->size != t->size || btf_vlen(s) != btf_vlen(t))
		return false;
	for (i = 0; i < btf_vlen(s); i++)
		if (!same_member(a, s, b, t, i))
			return false;
	return true;
}

/* Names are not unique: any of that name and kind will do. -1: there is none of that name */
static int find_same(const struct types *types, const struct btf *b, const struct btf_type *s)
{
	const char *name = btf__name_by_offset(types->own, s->name_off);
	__s32 id = btf__find_by_name_kind(b, name, btf_kind(s));
	const struct btf_type *t;

	if (id < 0)
		return -1;
	for (; (__u32)id < btf__type_cnt(b); id++) {
		t = btf__type_by_id(b, (__u32)id);
		if (btf_kind(t) == btf_kind(s) &&
		    same_string(types->own, s->name_off, b, t->name_off) &&
		    same_layout(types->own, s, b, t))
			return 1;
	}
	return 0;
}

/* 1: the same, 0: not, -1: the kernel has none of that name */
static int compare(const struct types *types, const struct btf_type *s)
{
	int found = -1, ret;
	size_t i;

	for (i = 0; i < types->nr_kernels && found < 1; i++) {
		ret = find_same(types, types->kernels[i], s);
		if (ret > found)
			found = ret;
	}
	return found;
}

static bool has_layout(const struct types *types, const struct btf_type *t)
{
	return btf_is_composite(t) && *btf__name_by_offset(types->own, t->name_off);
}

static void compare_all(const struct types *types, struct checks *c)
{
	unsigned int same = 0, differ = 0;
	const struct btf_type *t, *first = NULL;
	__u32 id;
	int ret;

	for (id = types->first; id < btf__type_cnt(types->own); id++) {
		t = btf__type_by_id(types->own, id);
		ret = has_layout(types, t) ? compare(types, t) : -1;
		same += ret == 1;
		if (!ret && !differ++)
			first = t;
	}
	if (differ)
		checks_fail(c, "types", MEND_R_PAYLOAD_FORMAT, "%u type%s that the payload uses %s "
			    "another layout in this kernel, the first is struct or union %s",
			    differ, differ == 1 ? "" : "s", differ == 1 ? "has" : "have",
			    btf__name_by_offset(types->own, first->name_off));
	else if (types->first > 1)
		checks_add(c, "types", CHECK_GOOD, "all types that the payload uses are this "
			   "kernel's");
	else
		checks_add(c, "types", CHECK_GOOD, "%u type%s of the kernel that the payload uses "
			   "%s the same layout", same, same == 1 ? "" : "s",
			   same == 1 ? "has" : "have");
}

static void add_kernel(struct types *types, const struct machine *mc, const char *object)
{
	char path[400];
	struct btf *btf, *base = types->nr_kernels ? types->kernels[0] : NULL;

	snprintf(path, sizeof(path), "%s/sys/kernel/btf/%s", mc->root, object);
	btf = base ? btf__parse_split(path, base) : btf__parse(path, NULL);
	if (btf)
		types->kernels[types->nr_kernels++] = btf;
}

static void open_kernels(struct types *types, const struct machine *mc,
			 const struct manifest_payload *p)
{
	size_t i, j;

	add_kernel(types, mc, "vmlinux");
	for (i = 0; types->nr_kernels && i < p->nr_funcs; i++) {
		for (j = 0; j < i && strcmp(p->funcs[j].object, p->funcs[i].object); j++)
			;
		if (j == i && strcmp(p->funcs[i].object, "vmlinux"))
			add_kernel(types, mc, p->funcs[i].object);
	}
}

/* libbpf takes what builds on other types from a file only. */
static struct btf *parse_split(struct bytes data, struct btf *base)
{
	int fd = memfd_create("btf", MFD_CLOEXEC);
	struct btf *btf = NULL;
	char path[40];

	if (fd < 0)
		return NULL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, data.data, data.len) == (ssize_t)data.len)
		btf = btf__parse_split(path, base);
	close(fd);
	return btf;
}

/* Alone, or on top of the kernel's */
static void open_own(struct types *types, struct bytes data)
{
	types->first = 1;
	types->own = btf__new(data.data, (__u32)data.len);
	if (types->own || !types->nr_kernels)
		return;
	types->first = btf__type_cnt(types->kernels[0]);
	types->own = parse_split(data, types->kernels[0]);
}

static void close_all(struct types *types)
{
	btf__free(types->own);
	while (types->nr_kernels)
		btf__free(types->kernels[--types->nr_kernels]);
}

static int be_silent(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level, (void)fmt, (void)args;
	return 0;
}

static void compare_btf(const struct machine *mc, const struct manifest_payload *p,
			struct bytes data, struct checks *c)
{
	struct types types = { 0 };

	libbpf_set_print(be_silent);
	open_kernels(&types, mc, p);
	open_own(&types, data);
	if (!types.nr_kernels)
		checks_add(c, "types", CHECK_UNKNOWN,
			   "not compared: this kernel tells nothing of its types in "
			   "/sys/kernel/btf");
	else if (!types.own)
		checks_add(c, "types", CHECK_UNKNOWN,
			   "not compared: the payload's type information cannot be read");
	else
		compare_all(&types, c);
	close_all(&types);
}

void check_types(const struct machine *mc, const struct manifest_payload *p, struct bytes payload,
		 struct checks *c)
{
	struct bytes data = { 0 };
	struct elf_view view;
	struct err ignored;
	bool opened = !elf_view_open(&view, payload, &ignored);
	size_t section;

	section = opened ? elf_view_section(&view, ".BTF") : 0;
	if (section)
		data = elf_view_bytes(&view, section);
	if (data.len)
		compare_btf(mc, p, data, c);
	else
		checks_add(c, "types", CHECK_UNKNOWN,
			   "not compared: the payload carries no type information; it was made for "
			   "exactly this kernel build");
	if (opened)
		elf_view_close(&view);
}
