// SPDX-License-Identifier: MIT
/* Debug information: read, and compared with itself, which finds no difference. */
#include <stdlib.h>

#include "harness.h"
#include "types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = harness_begin(data, size);
	struct symver one = { .name = "exported", .module = "vmlinux" };
	struct symvers symvers = { .list = &one, .nr = 1 };
	struct refusals found = { 0 };
	struct layouts *all;

	if (!setjmp(harness_failed)) {
		all = layouts_read(path);
		layouts_compare(all, all, &symvers, &found);
		if (found.nr)
			abort();
	}
	harness_end();
	return 0;
}
