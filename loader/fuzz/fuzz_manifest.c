// SPDX-License-Identifier: MIT
/*
 * The manifest's parser. What it accepts, its writer writes again, byte for
 * byte: so nothing is accepted that has two readings.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf again = { 0 };
	struct manifest m;
	struct err e;

	memset(&e, 0, sizeof(e));
	if (manifest_parse(&m, (struct bytes){ data, size }, &e)) {
		if (!e.message[0] || !e.reason)
			abort();
		return 0;
	}
	manifest_write(&m, &again);
	if (again.failed || again.len != size || memcmp(again.data, data, size))
		abort();
	buf_free(&again);
	manifest_free(&m);
	return 0;
}
