// SPDX-License-Identifier: MIT
/*
 * ELF notes, from /sys/kernel/notes or a kernel image, and the description of
 * a foreign signature.
 */
#include <stdlib.h>

#include "lib/cms.h"
#include "lib/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };
	uint8_t id[MEND_BUILD_ID_LEN];

	build_id_from_notes(b, id);
	free(cms_describe(b));
	return 0;
}
