/* SPDX-License-Identifier: MIT */
/*
 * Bytes: a view that owns nothing, and a buffer that grows.
 */
#ifndef MEND_LIB_BYTES_H
#define MEND_LIB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct bytes - somebody else's bytes */
struct bytes {
	const uint8_t *data;
	size_t len;
};

/**
 * struct buf - bytes of one's own
 *
 * Begins zeroed, ends with buf_free(). After a failed allocation @failed
 * stays set and further appends do nothing: check once, at the end.
 */
struct buf {
	uint8_t *data;
	size_t len;
	size_t cap;
	bool failed;
};

void buf_append(struct buf *b, const void *data, size_t len);
void buf_fill(struct buf *b, uint8_t value, size_t len);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_free(struct buf *b);

static inline struct bytes buf_bytes(const struct buf *b)
{
	return (struct bytes){ b->data, b->len };
}

bool bytes_equal(struct bytes a, struct bytes b);

/** hex_encode() - lower case; @out has room for 2 * @len + 1 */
void hex_encode(char *out, const uint8_t *data, size_t len);

/** hex_decode() - exactly 2 * @len lower-case digits and a NUL; returns false otherwise */
bool hex_decode(uint8_t *out, size_t len, const char *text);

#endif /* MEND_LIB_BYTES_H */
