// SPDX-License-Identifier: MIT
/*
 * Type layouts: a payload reads and writes structures of the kernel, and what it was
 * compiled with must be what runs. Both sides describe themselves in BTF.
 *
 * mend-build puts the types that a payload uses into a section of mend's own. What
 * pahole adds to a module is taken as well: it is whole, or only what its kernel's did
 * not have already. In the second case a structure in it that the kernel has, too, by
 * name, is one that differed.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "btf_layout.h"
#include "elf_view.h"
#include "payload_layout.h"

#define KERNELS_MAX	(MEND_FUNCS_MAX + 1)

/**
 * struct wanted - a structure, union or typedef that the payload uses
 * @id:		the type behind the name
 * @found:	the kernel has one of that name; @same: and it is the same
 * @other:	one that is not
 */
struct wanted {
	const char *name;
	__u32 kind, id;
	bool found, same;
	struct btf_pair other;
};

/**
 * struct types - both sides
 * @kernels:	the kernel's own, then those of the modules that are patched
 * @absent:	a module that is patched, and tells nothing, since it is not loaded; or NULL
 * @own:	the payload's
 * @first:	its first type that is not its kernel's
 * @wanted:	sorted; a name stands there once for each type that it has
 */
struct types {
	struct btf *kernels[KERNELS_MAX];
	size_t nr_kernels;
	const char *absent;
	struct btf *own;
	__u32 first;
	struct wanted *wanted;
	size_t nr_wanted;
};

static int by_name(const void *a, const void *b)
{
	const struct wanted *v = a, *w = b;
	int order = strcmp(v->name, w->name);

	return order ? order : (int)v->kind - (int)w->kind;
}

/* Names of structures without one are no names; false: out of memory */
static bool list_wanted(struct types *types)
{
	const struct btf_type *t;
	struct wanted *w;
	__u32 id, layout;

	types->wanted = calloc(btf__type_cnt(types->own), sizeof(*types->wanted));
	if (!types->wanted)
		return false;
	for (id = types->first; id < btf__type_cnt(types->own); id++) {
		layout = btf_layout_of(types->own, id);
		if (!layout)
			continue;
		t = btf__type_by_id(types->own, id);
		w = &types->wanted[types->nr_wanted++];
		*w = (struct wanted){ .name = btf__name_by_offset(types->own, t->name_off),
				      .kind = btf_kind(t), .id = layout };
	}
	qsort(types->wanted, types->nr_wanted, sizeof(*types->wanted), by_name);
	return true;
}

/* Names are not unique: any of that name and kind will do. */
static void compare(struct types *types, struct wanted *w, const struct btf *kernel, __u32 id)
{
	struct btf_pair pair = { types->own, kernel, w->id, id };

	if (w->same)
		return;
	w->found = true;
	w->same = btf_same_layout(pair, NULL, 0);
	if (!w->same && !w->other.kernel)
		w->other = pair;
}

/* The kernel has by far more types than the payload: it is gone through once. */
static void compare_type(struct types *types, const struct btf *kernel, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(kernel, id);
	struct wanted key = { .kind = btf_kind(t) }, *w, *end = types->wanted + types->nr_wanted;
	__u32 layout = btf_layout_of(kernel, id);

	if (!layout)
		return;
	key.name = btf__name_by_offset(kernel, t->name_off);
	w = bsearch(&key, types->wanted, types->nr_wanted, sizeof(key), by_name);
	if (!w)
		return;
	while (w > types->wanted && !by_name(w - 1, &key))
		w--;
	for (; w < end && !by_name(w, &key); w++)
		compare(types, w, kernel, layout);
}

static void compare_kernel(struct types *types, size_t i)
{
	__u32 id = i ? btf__type_cnt(types->kernels[0]) : 1;

	for (; id < btf__type_cnt(types->kernels[i]); id++)
		compare_type(types, types->kernels[i], id);
}

static void add_difference(const struct types *types, unsigned int differ,
			   const struct wanted *first, struct checks *c)
{
	const char *tag = first->kind == BTF_KIND_STRUCT ? "struct " :
			  first->kind == BTF_KIND_UNION ? "union " : "";
	char why[BTF_WHY_LEN] = "";

	btf_same_layout(first->other, why, sizeof(why));
	if (types->absent)
		check_remedy(checks_add(c, "types", CHECK_UNKNOWN, "not compared: module %s is not "
					"loaded, and what this kernel itself calls %s%s is another "
					"type (%s)", types->absent, tag, first->name, why),
			     "load it, and check again");
	else
		check_remedy(checks_fail(c, "types", MEND_R_PAYLOAD_FORMAT, "%u type%s that the "
					 "payload uses %s another layout in this kernel, the first "
					 "is %s%s: %s", differ, differ == 1 ? "" : "s",
					 differ == 1 ? "has" : "have", tag, first->name, why),
			     "build the payload from the source and with the configuration that "
			     "this kernel was made from");
}

static void compare_all(struct types *types, struct checks *c)
{
	unsigned int same = 0, differ = 0;
	const struct wanted *first = NULL, *w;
	size_t i;

	for (i = 0; i < types->nr_kernels; i++)
		compare_kernel(types, i);
	for (w = types->wanted; w < types->wanted + types->nr_wanted; w++) {
		same += w->same;
		if (w->found && !w->same && !differ++)
			first = w;
	}
	if (differ)
		add_difference(types, differ, first, c);
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
	else if (base)
		types->absent = object;
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
	free(types->wanted);
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
		check_remedy(checks_add(c, "types", CHECK_UNKNOWN,
					"not compared: this kernel tells nothing of its types in "
					"/sys/kernel/btf"),
			     "a kernel with CONFIG_DEBUG_INFO_BTF does");
	else if (!types.own)
		check_remedy(checks_add(c, "types", CHECK_UNKNOWN, "not compared: the payload's type "
					"information cannot be read"), "tell its vendor");
	else if (!list_wanted(&types))
		check_remedy(checks_add(c, "types", CHECK_UNKNOWN, "not compared: out of memory"),
			     "free some memory, and check again");
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
	size_t section = 0;

	if (opened)
		section = elf_view_section(&view, TYPES_SECTION) ?:
			  elf_view_section(&view, ".BTF");
	if (section)
		data = elf_view_bytes(&view, section);
	if (data.len)
		compare_btf(mc, p, data, c);
	else
		check_remedy(checks_add(c, "types", CHECK_UNKNOWN,
					"not compared: the payload carries no type information; it "
					"was made for exactly this kernel build"),
			     "have it made by mend-build, whose payloads carry it");
	if (opened)
		elf_view_close(&view);
}
