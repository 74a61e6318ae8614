// SPDX-License-Identifier: MIT
/*
 * ustar, canonical form only. Pure: bytes in, views and errors out.
 */
#include "ustar.h"

#include <stdio.h>
#include <string.h>

struct field {
	const char *name;
	size_t offset, size;
	const char *content;	/* NULL: depends on the member */
};

enum { NAME, MODE, UID, GID, SIZE, MTIME, CHKSUM };

/* POSIX.1-1988 ustar; numbers as GNU tar --format=ustar writes them. */
static const struct field fields[] = {
	[NAME] = { "name",	0, 100, NULL },
	[MODE] = { "mode",	100, 8, "0000644" },
	[UID] = { "uid",	108, 8, "0000000" },
	[GID] = { "gid",	116, 8, "0000000" },
	[SIZE] = { "size",	124, 12, NULL },
	[MTIME] = { "mtime",	136, 12, "00000000000" },
	[CHKSUM] = { "checksum", 148, 8, NULL },
	{ "typeflag",		156, 1, "0" },
	{ "linkname",		157, 100, "" },
	{ "magic",		257, 6, "ustar" },
	{ "version",		263, 2, "00" },
	{ "uname",		265, 32, "" },
	{ "gname",		297, 32, "" },
	{ "devmajor",		329, 8, "0000000" },
	{ "devminor",		337, 8, "0000000" },
	{ "prefix",		345, 155, "" },
	{ "padding",		500, 12, "" },
};

#define NR_FIELDS	(sizeof(fields) / sizeof(fields[0]))

static void put(uint8_t *header, const struct field *f, const char *text)
{
	size_t len = strlen(text);

	memcpy(header + f->offset, text, len < f->size ? len : f->size);
}

static void make_header(uint8_t header[USTAR_BLOCK], const char *name, size_t size)
{
	const struct field *f;
	unsigned int sum = 0;
	char number[32];
	size_t i;

	memset(header, 0, USTAR_BLOCK);
	for (f = fields; f < fields + NR_FIELDS; f++)
		if (f->content)
			put(header, f, f->content);
	put(header, &fields[NAME], name);
	snprintf(number, sizeof(number), "%011zo", size);
	put(header, &fields[SIZE], number);

	/* The sum is taken with its own field as blanks. */
	memset(header + fields[CHKSUM].offset, ' ', fields[CHKSUM].size);
	for (i = 0; i < USTAR_BLOCK; i++)
		sum += header[i];
	snprintf(number, sizeof(number), "%06o", sum);
	memcpy(header + fields[CHKSUM].offset, number, 7);
}

static const char *field_at(size_t offset)
{
	size_t i = NR_FIELDS - 1;

	while (fields[i].offset > offset)
		i--;
	return fields[i].name;
}

/* Eleven octal digits and a NUL, nothing else. */
static bool parse_size(const uint8_t *header, size_t *size)
{
	const uint8_t *p = header + fields[SIZE].offset;
	uint64_t value = 0;
	int i;

	for (i = 0; i < 11; i++) {
		if (p[i] < '0' || p[i] > '7')
			return false;
		value = value << 3 | (uint64_t)(p[i] - '0');
	}
	*size = (size_t)value;
	return p[11] == '\0';
}

static size_t padding(size_t size)
{
	return (USTAR_BLOCK - size % USTAR_BLOCK) % USTAR_BLOCK;
}

static size_t first_difference(const uint8_t *a, const uint8_t *b)
{
	size_t i;

	for (i = 0; i < USTAR_BLOCK && a[i] == b[i]; i++)
		;
	return i;
}

static bool all_zero(const uint8_t *p, size_t len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

bool ustar_at(const struct ustar_reader *r, const char *name)
{
	return r->archive.len - r->offset >= USTAR_BLOCK &&
	       !strncmp((const char *)r->archive.data + r->offset, name, fields[NAME].size);
}

static int check_header(const uint8_t *header, const char *name, size_t *size, struct err *e)
{
	uint8_t expected[USTAR_BLOCK];
	size_t diff;

	if (strncmp((const char *)header, name, fields[NAME].size)) {
		if (all_zero(header, USTAR_BLOCK))
			return err_set(e, ERR_CONTAINER, "the archive ends where the member '%s' "
				       "must be", name);
		return err_set(e, ERR_CONTAINER, "the next member is not '%s': members are "
			       "missing, extra or out of order", name);
	}
	if (!parse_size(header, size))
		return err_set(e, ERR_CONTAINER, "member '%s': its size is not eleven octal digits",
			       name);
	make_header(expected, name, *size);
	diff = first_difference(header, expected);
	if (diff < USTAR_BLOCK)
		return err_set(e, ERR_CONTAINER, "member '%s': the header's field '%s' is not what "
			       "a reproducible pack writes", name, field_at(diff));
	return 0;
}

int ustar_next(struct ustar_reader *r, const char *name, size_t max, struct bytes *data,
	       struct err *e)
{
	size_t left = r->archive.len - r->offset, size;
	const uint8_t *p;

	if (left < USTAR_BLOCK)
		return err_set(e, ERR_CONTAINER, "the file ends before the member '%s'", name);
	p = r->archive.data + r->offset;
	if (check_header(p, name, &size, e))
		return -1;
	if (size > max)
		return err_set(e, ERR_TOO_LARGE, "member '%s' has %zu bytes; the limit is %zu",
			       name, size, max);
	p += USTAR_BLOCK;
	left -= USTAR_BLOCK;
	if (left < size || left - size < padding(size))
		return err_set(e, ERR_CONTAINER, "the file ends inside the member '%s'", name);
	if (!all_zero(p + size, padding(size)))
		return err_set(e, ERR_CONTAINER, "member '%s': the padding is not zero", name);
	*data = (struct bytes){ p, size };
	r->offset += USTAR_BLOCK + size + padding(size);
	return 0;
}

int ustar_end(const struct ustar_reader *r, struct err *e)
{
	size_t left = r->archive.len - r->offset;

	if (left < 2 * USTAR_BLOCK)
		return err_set(e, ERR_CONTAINER, "the file ends before its two zero blocks");
	if (!all_zero(r->archive.data + r->offset, 2 * (size_t)USTAR_BLOCK))
		return err_set(e, ERR_CONTAINER, "there is another member behind the last that the "
			       "manifest names");
	if (left > 2 * USTAR_BLOCK)
		return err_set(e, ERR_CONTAINER,
			       "there are %zu bytes behind the end of the archive",
			       left - 2 * USTAR_BLOCK);
	return 0;
}

void ustar_add(struct buf *out, const char *name, struct bytes data)
{
	uint8_t header[USTAR_BLOCK];

	make_header(header, name, data.len);
	buf_append(out, header, sizeof(header));
	buf_append(out, data.data, data.len);
	buf_fill(out, 0, padding(data.len));
}

void ustar_finish(struct buf *out)
{
	buf_fill(out, 0, 2 * (size_t)USTAR_BLOCK);
}
