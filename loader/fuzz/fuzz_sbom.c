// SPDX-License-Identifier: MIT
/*
 * An SBOM of whoever has made the bundle.
 */
#include <stdlib.h>

#include "lib/sbom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sbom s;
	struct err e;
	size_t i;

	if (sbom_read(&s, (struct bytes){ data, size }, &e)) {
		if (!e.message[0])
			abort();	/* every refusal has a reason */
		return 0;
	}
	for (i = 0; i < s.nr_parts; i++)
		if (!s.parts[i].name || !s.parts[i].algorithm != !s.parts[i].checksum)
			abort();
	for (i = 0; i < s.nr_left_out; i++)
		if (!s.left_out[i])
			abort();
	sbom_free(&s);
	return 0;
}
