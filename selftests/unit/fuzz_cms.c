// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzer of the check of a signature's shape: any bytes, of exactly that size. */
#include <stdlib.h>

#include "cms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 *exact = malloc(size + 1);
	const char *flaw;

	if (!exact)
		abort();
	memcpy(exact, data, size);
	exact[size] = 0;
	flaw = cms_check(exact, size);
	/* What is accepted ends where it says: neither less nor more is. */
	if (!flaw && (!cms_check(exact, size - 1) || !cms_check(exact, size + 1)))
		abort();
	free(exact);
	return 0;
}
