// SPDX-License-Identifier: MIT
/* Comparing layouts; see btf_layout.h. */
#include "btf_layout.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Nothing that a compiler writes is near it; garbage may hold itself. */
#define DEPTH_MAX	32

struct compare {
	const struct btf *own, *kernel;
	char *why;
	size_t size;
	unsigned int depth;
};

__attribute__((format(printf, 2, 3)))
static bool differs(const struct compare *c, const char *fmt, ...)
{
	va_list args;

	if (c->why) {
		va_start(args, fmt);
		vsnprintf(c->why, c->size, fmt, args);
		va_end(args);
	}
	return false;
}

static const char *member_name(const struct btf *btf, const struct btf_type *t, __u32 i)
{
	return btf__name_by_offset(btf, btf_members(t)[i].name_off);
}

/* "byte 4", or "bit 35" */
static const char *place(__u32 bit, char text[32])
{
	if (bit % 8)
		snprintf(text, 32, "bit %u", bit);
	else
		snprintf(text, 32, "byte %u", bit / 8);
	return text;
}

/* Both have it: where? */
static bool same_place(const struct compare *c, const struct btf_type *s, __u32 i,
		       const struct btf_type *t, __u32 j)
{
	__u32 bit = btf_member_bit_offset(s, i), other = btf_member_bit_offset(t, j);
	const char *name = member_name(c->own, s, i);
	char text[32], text2[32];

	if (bit != other)
		return differs(c, "its member '%s' is at %s for the payload, and at %s in this "
			       "kernel", name, place(bit, text), place(other, text2));
	if (btf_member_bitfield_size(s, i) != btf_member_bitfield_size(t, j) ||
	    btf__resolve_size(c->own, btf_members(s)[i].type) !=
	    btf__resolve_size(c->kernel, btf_members(t)[j].type))
		return differs(c, "its member '%s' has another size in this kernel", name);
	return true;
}

/* Number @i has another name in the kernel's: what has happened to it? */
static bool other_names(const struct compare *c, const struct btf_type *s,
			const struct btf_type *t, __u32 i)
{
	const char *name = member_name(c->own, s, i);
	__u32 j;

	for (j = 0; j < btf_vlen(t) && strcmp(name, member_name(c->kernel, t, j)); j++)
		;
	if (j == btf_vlen(t))
		return differs(c, "this kernel has no member '%s' in it", name);
	if (same_place(c, s, i, t, j))
		differs(c, "this kernel has the member '%s' in it, which the payload does not know",
			member_name(c->kernel, t, i));
	return false;
}

/* Of an array what it is made of; false unless that is a structure or union without a name. */
static bool find_nameless(const struct btf *btf, __u32 *id)
{
	const struct btf_type *t;
	unsigned int depth;
	int ret;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		ret = btf__resolve_type(btf, *id);
		t = ret > 0 ? btf__type_by_id(btf, (__u32)ret) : NULL;
		if (!t)
			return false;
		*id = (__u32)ret;
		if (!btf_is_array(t))
			return btf_is_composite(t) && !t->name_off;
		*id = btf_array(t)->type;
	}
	return false;
}

static bool same_layout(struct compare c, __u32 id, __u32 kernel_id);

static bool same_inside(const struct compare *c, const struct btf_type *s,
			const struct btf_type *t, __u32 i)
{
	__u32 id = btf_members(s)[i].type, other = btf_members(t)[i].type;
	bool nameless = find_nameless(c->own, &id);

	if (nameless != find_nameless(c->kernel, &other))
		return differs(c, "its member '%s' is of another kind in this kernel",
			       member_name(c->own, s, i));
	return !nameless || same_layout(*c, id, other);
}

static bool same_layout(struct compare c, __u32 id, __u32 kernel_id)
{
	const struct btf_type *s = btf__type_by_id(c.own, id);
	const struct btf_type *t = btf__type_by_id(c.kernel, kernel_id);
	__u32 i;

	if (++c.depth > DEPTH_MAX)
		return differs(&c, "it does not end");
	for (i = 0; i < btf_vlen(s) && i < btf_vlen(t); i++) {
		if (strcmp(member_name(c.own, s, i), member_name(c.kernel, t, i)))
			return other_names(&c, s, t, i);
		if (!same_place(&c, s, i, t, i) || !same_inside(&c, s, t, i))
			return false;
	}
	if (i < btf_vlen(s))
		return differs(&c, "this kernel has no member '%s' in it",
			       member_name(c.own, s, i));
	if (i < btf_vlen(t))
		return differs(&c, "this kernel has the member '%s' in it, which the payload does "
			       "not know", member_name(c.kernel, t, i));
	return s->size == t->size ||
	       differs(&c, "it has %u bytes for the payload, and %u in this kernel", s->size,
		       t->size);
}

bool btf_same_layout(struct btf_pair pair, char *why, size_t size)
{
	struct compare c = {
		.own = pair.own, .kernel = pair.kernel, .why = why, .size = size,
	};

	return same_layout(c, pair.id, pair.kernel_id);
}

__u32 btf_layout_of(const struct btf *btf, __u32 id)
{
	const struct btf_type *named = btf__type_by_id(btf, id), *t = named;

	if (!named->name_off)
		return 0;
	if (btf_is_typedef(named)) {
		id = named->type;
		t = btf__type_by_id(btf, id);
		if (!t || t->name_off)
			return 0;
	}
	return t && btf_is_composite(t) ? id : 0;
}
