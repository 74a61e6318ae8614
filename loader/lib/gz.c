// SPDX-License-Identifier: MIT
/*
 * Reading with zlib, which takes what is not compressed as it is: one way for both.
 */
#include "gz.h"

#include <zlib.h>

#include "bytes.h"

char *gz_read_text(const char *path, size_t max)
{
	gzFile file = gzopen(path, "rbe");
	struct buf text = { 0 };
	char chunk[16384];
	int n = 0;

	if (!file)
		return NULL;
	while (text.len <= max && (n = gzread(file, chunk, sizeof(chunk))) > 0)
		buf_append(&text, chunk, (size_t)n);
	buf_append(&text, "", 1);
	/* @n: damaged, or not read to its end; gzclose() knows of a file that was cut off */
	if (gzclose(file) != Z_OK || n || text.failed || text.len < 2)
		buf_free(&text);
	return (char *)text.data;
}
