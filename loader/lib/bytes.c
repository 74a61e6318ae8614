// SPDX-License-Identifier: MIT
/*
 * A growing buffer and hexadecimal digits.
 */
#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 512;
	uint8_t *data;

	if (b->failed)
		return false;
	while (cap - b->len < more) {
		if (cap > SIZE_MAX / 2)
			goto failed;
		cap *= 2;
	}
	if (cap == b->cap)
		return true;
	data = realloc(b->data, cap);
	if (!data)
		goto failed;
	b->data = data;
	b->cap = cap;
	return true;
failed:
	b->failed = true;
	return false;
}

void buf_append(struct buf *b, const void *data, size_t len)
{
	if (!len || !reserve(b, len))
		return;
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void buf_fill(struct buf *b, uint8_t value, size_t len)
{
	if (!len || !reserve(b, len))
		return;
	memset(b->data + b->len, value, len);
	b->len += len;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0) {
		b->failed = true;
		return;
	}
	buf_append(b, text, (size_t)len);
	free(text);
}

void buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

void hex_encode(char *out, const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (; len; len--, data++) {
		*out++ = digits[*data >> 4];
		*out++ = digits[*data & 15];
	}
	*out = '\0';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool hex_decode(uint8_t *out, size_t len, const char *text)
{
	if (strlen(text) != 2 * len)
		return false;
	for (; len; len--, text += 2) {
		int high = digit(text[0]), low = digit(text[1]);

		if (high < 0 || low < 0)
			return false;
		*out++ = (uint8_t)(high << 4 | low);
	}
	return true;
}
