// SPDX-License-Identifier: MIT
/*
 * Decoding kallsyms; see kallsyms.h. Pure.
 *
 * Nothing says where the table is. It is found by its most regular part, the 256
 * tokens that names are compressed with: those of the digits stand for themselves
 * in every kernel. Behind the tokens is the index of where each begins, which
 * proves the find; before them are the markers, one offset for 256 names, and so
 * on backwards. Each part is held against another one, so that a wrong guess is
 * noticed: the markers against the names, the addresses against their order.
 */
#include "kallsyms.h"

#include <stdbool.h>
#include <string.h>

#include "fail.h"

#define NAME_MAX_LEN	1024
#define NR_MAX		(4U << 20)

struct layout {
	const uint8_t *data;
	size_t size;
	size_t tokens, index, index_end;
	size_t markers, nr_markers;
	size_t names;
	uint32_t nr;
};

static uint16_t get16(const struct layout *l, size_t at)
{
	return (uint16_t)(l->data[at] | l->data[at + 1] << 8);
}

static uint32_t get32(const struct layout *l, size_t at)
{
	return get16(l, at) | (uint32_t)get16(l, at + 2) << 16;
}

static uint64_t get64(const struct layout *l, size_t at)
{
	return get32(l, at) | (uint64_t)get32(l, at + 4) << 32;
}

static size_t align8(size_t at)
{
	return (at + 7) & ~(size_t)7;
}

/* Do 256 strings begin at @start, with their index behind them? */
static bool check_tokens(struct layout *l, size_t start)
{
	uint16_t offsets[256];
	size_t at = start;
	int i;

	for (i = 0; i < 256; i++) {
		if (at - start > UINT16_MAX)
			return false;
		offsets[i] = (uint16_t)(at - start);
		while (at < l->size && l->data[at])
			at++;
		if (at++ >= l->size)
			return false;
	}
	l->tokens = start;
	l->index = align8(at);
	l->index_end = l->index + sizeof(offsets);
	if (l->index_end > l->size)
		return false;
	for (i = 0; i < 256; i++)
		if (get16(l, l->index + 2 * (size_t)i) != offsets[i])
			return false;
	return true;
}

static bool find_tokens(struct layout *l)
{
	static const uint8_t digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
	const uint8_t *p = l->data;
	size_t at;
	int back;

	while ((p = memmem(p, l->size - (size_t)(p - l->data), digits, sizeof(digits)))) {
		/* The token of '0' is number 48. */
		at = (size_t)(p - l->data);
		for (back = 0; back < '0' && at; back++)
			for (at--; at && l->data[at - 1]; at--)
				;
		if (back == '0' && check_tokens(l, at))
			return true;
		p++;
	}
	return false;
}

/* Is there a list of @n ascending offsets at @at, from 0 on? */
static bool is_markers(const struct layout *l, size_t at, size_t n)
{
	uint32_t v, last = 0;
	size_t i;

	if (get32(l, at))
		return false;
	for (i = 1; i < n; i++) {
		v = get32(l, at + 4 * i);
		if (v <= last || v - last > 256 * NAME_MAX_LEN)
			return false;
		last = v;
	}
	return true;
}

/*
 * Right before the tokens, or before the list of names in alphabetical order,
 * three bytes each, that some kernels have there. How many names there are, and so
 * where the markers begin, is found by trying.
 */
static bool find_markers(struct layout *l, size_t *from, unsigned int order_width)
{
	size_t nr, n, size;

	for (nr = *from; nr <= NR_MAX; nr++) {
		n = (nr + 255) / 256;
		size = align8(4 * n) + align8(order_width * nr);
		if (size + 16 > l->tokens)
			return false;
		if (!is_markers(l, l->tokens - size, n))
			continue;
		l->markers = l->tokens - size;
		l->nr_markers = n;
		*from = nr + 1;
		return true;
	}
	return false;
}

/* One name's length in tokens; @at moves to its first. */
static bool name_len(const struct layout *l, size_t *at, size_t end, size_t *len)
{
	if (*at >= end)
		return false;
	*len = l->data[(*at)++];
	if (*len & 0x80) {
		if (*at >= end)
			return false;
		*len = (*len & 0x7f) | (size_t)l->data[(*at)++] << 7;
	}
	return *len && *len <= end - *at;
}

/* Do @l->nr names from @l->names on fit the markers? */
static bool check_names(const struct layout *l)
{
	size_t at = l->names, len;
	uint32_t i;

	for (i = 0; i < l->nr; i++) {
		if (i % 256 == 0 && get32(l, l->markers + i / 256 * 4) != at - l->names)
			return false;
		if (!name_len(l, &at, l->markers, &len))
			return false;
		at += len;
	}
	return align8(at) == l->markers;
}

static bool find_names(struct layout *l)
{
	size_t last = get32(l, l->markers + 4 * (l->nr_markers - 1));
	size_t at, stop;

	if (last + 16 > l->markers)
		return false;
	/* Behind the last marker are 256 names at most. */
	at = (l->markers - last) & ~(size_t)7;
	stop = at > 256 * NAME_MAX_LEN ? at - 256 * NAME_MAX_LEN : 8;
	for (; at >= stop && at >= 8; at -= 8) {
		l->nr = get32(l, at - 8);
		if (get32(l, at - 4) || !l->nr || l->nr > NR_MAX ||
		    (l->nr - 1) / 256 + 1 != l->nr_markers)
			continue;
		l->names = at;
		if (check_names(l))
			return true;
	}
	return false;
}

/* A list that looks like the markers and has no names before it is none. */
static bool find_table(struct layout *l)
{
	static const unsigned int order_widths[] = { 0, 3 };
	size_t i, nr;

	for (i = 0; i < 2; i++)
		for (nr = 256; find_markers(l, &nr, order_widths[i]);)
			if (find_names(l))
				return true;
	return false;
}

static bool set_addresses(const struct layout *l, struct kallsyms *out, size_t offsets,
			  uint64_t base)
{
	uint32_t i;
	int32_t v;

	for (i = 0; i < l->nr; i++) {
		v = (int32_t)get32(l, offsets + 4 * (size_t)i);
		/* Not negative: absolute, as per-CPU offsets are. */
		out->syms[i].addr = v < 0 ? base - 1 - (uint64_t)(int64_t)v : (uint64_t)v;
		if (i && out->syms[i].addr < out->syms[i - 1].addr)
			return false;
	}
	return base >> 40 == 0xffffff && out->syms[l->nr - 1].addr >> 40 == 0xffffff;
}

static bool read_addresses(const struct layout *l, struct kallsyms *out)
{
	size_t bytes = align8(4 * (size_t)l->nr), end = l->names - 8, begin = align8(l->index_end);

	if (end >= bytes + 8 &&
	    set_addresses(l, out, end - 8 - bytes, get64(l, end - 8)))
		return true;
	return bytes + 8 <= l->size - begin &&
	       set_addresses(l, out, begin, get64(l, begin + bytes));
}

/* The first character is the type. */
static bool read_name(const struct layout *l, size_t at, size_t len, struct kallsym *sym)
{
	char text[NAME_MAX_LEN];
	const char *token;
	size_t n = 0;

	while (len--) {
		token = (const char *)l->data + l->tokens +
			get16(l, l->index + 2 * (size_t)l->data[at++]);
		while (*token) {
			if (n == sizeof(text) - 1)
				return false;
			text[n++] = *token++;
		}
	}
	if (n < 2)
		return false;
	text[n] = 0;
	sym->type = text[0];
	sym->name = xasprintf("%s", text + 1);
	return true;
}

int kallsyms_read(const uint8_t *data, size_t size, struct kallsyms *out)
{
	struct layout l = { .data = data, .size = size };
	size_t at, len;

	if (!find_tokens(&l) || !find_table(&l))
		return -1;
	out->nr = l.nr;
	out->syms = xcalloc(l.nr, sizeof(*out->syms));
	at = l.names;
	for (uint32_t i = 0; i < l.nr; i++) {
		if (!name_len(&l, &at, l.markers, &len) || !read_name(&l, at, len, &out->syms[i]))
			return -1;
		at += len;
	}
	return read_addresses(&l, out) ? 0 : -1;
}
