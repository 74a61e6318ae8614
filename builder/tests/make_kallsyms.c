// SPDX-License-Identifier: MIT
/* See make_kallsyms.h. */
#include "make_kallsyms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PADDING		300
#define BASE		0xffffffff80000000ULL
#define FRONT		64	/* something in front, as in a kernel */

struct buffer {
	uint8_t *data;
	size_t len;
};

static void put(struct buffer *b, const void *data, size_t len)
{
	b->data = realloc(b->data, b->len + len + 1);
	if (!b->data)
		abort();
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void align8(struct buffer *b)
{
	while (b->len % 8)
		put(b, "", 1);
}

static void put32(struct buffer *b, uint32_t v)
{
	put(b, &v, 4);
}

/* Per-CPU ones first: absolute addresses are not negative. */
static void put_addresses(struct buffer *b, const struct made_symbol *syms, size_t nr)
{
	uint64_t base = BASE;
	size_t i;

	align8(b);
	for (i = 0; i < nr; i++)
		put32(b, syms[i].addr >> 32 ? (uint32_t)(base - 1 - syms[i].addr) :
					      (uint32_t)syms[i].addr);
	align8(b);
	put(b, &base, 8);
}

/* Two-byte lengths exist, and so one name here has to be long. */
static void put_name(struct buffer *b, const char *name)
{
	size_t len = strlen(name);
	uint8_t head[2] = { (uint8_t)((len & 0x7f) | 0x80), (uint8_t)(len >> 7) };

	if (len < 128)
		head[0] = (uint8_t)len;
	put(b, head, len < 128 ? 1 : 2);
	put(b, name, len);
}

static void put_names(struct buffer *b, const struct made_symbol *syms, size_t nr, int layout)
{
	uint32_t markers[64];
	size_t i, start;

	align8(b);
	put32(b, (uint32_t)nr);
	align8(b);
	start = b->len;
	for (i = 0; i < nr; i++) {
		if (i % 256 == 0)
			markers[i / 256] = (uint32_t)(b->len - start);
		put_name(b, syms[i].name);
	}
	align8(b);
	put(b, markers, 4 * ((nr + 255) / 256));
	align8(b);
	if (layout == KALLSYMS_OLD_ORDERED) {
		for (i = 0; i < nr; i++)
			put(b, "\1\2\3", 3);
		align8(b);
	}
}

/* A token for each character; those that no name has are something longer. */
static void put_tokens(struct buffer *b)
{
	uint16_t index[256];
	size_t start = b->len;
	char text[3] = "";
	int i;

	for (i = 0; i < 256; i++) {
		index[i] = (uint16_t)(b->len - start);
		if (i > ' ' && i < 127)
			snprintf(text, sizeof(text), "%c", i);
		else
			snprintf(text, sizeof(text), "%02x", (unsigned int)i & 0xff);
		put(b, text, strlen(text) + 1);
	}
	align8(b);
	put(b, index, sizeof(index));
}

static int by_addr(const void *a, const void *b)
{
	const struct made_symbol *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

uint8_t *make_kallsyms(const struct made_symbol *syms, size_t nr, int layout, size_t *size)
{
	struct made_symbol *all = calloc(nr + PADDING, sizeof(*all));
	struct buffer b = { 0 };
	char *name;
	size_t i;

	if (!all)
		abort();
	for (i = 0; i < PADDING; i++) {
		if (asprintf(&name, "tpad_%0*zu", i == 7 ? 200 : 1, i) < 0)
			abort();
		all[i] = (struct made_symbol){ BASE + 16 * i, name };
	}
	memcpy(all + PADDING, syms, nr * sizeof(*syms));
	nr += PADDING;
	qsort(all, nr, sizeof(*all), by_addr);
	for (i = 0; i < FRONT; i++)
		put(&b, "\x5a", 1);
	if (layout != KALLSYMS_NEW)
		put_addresses(&b, all, nr);
	put_names(&b, all, nr, layout);
	put_tokens(&b);
	if (layout == KALLSYMS_NEW)
		put_addresses(&b, all, nr);
	for (i = 0; i < nr; i++)
		if (!strncmp(all[i].name, "tpad_", 5))
			free((char *)all[i].name);
	free(all);
	*size = b.len;
	return b.data;
}
