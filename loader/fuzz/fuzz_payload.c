// SPDX-License-Identifier: MIT
/*
 * A payload's ELF file, as "inspect" reads it.
 */
#include <stdlib.h>

#include "lib/contents.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct manifest_func funcs[] = { { "vmlinux", "first", 0 }, { "ext4", "third", 0 } };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct manifest_payload says = { .funcs = funcs, .nr_funcs = 2 };
	struct contents c;
	size_t i;

	contents_read(&c, (struct bytes){ data, size }, &says);
	if (!(c.has_payload && c.has_refs) && !c.why.message[0])
		abort();	/* every refusal has a reason */
	for (i = 0; i < c.payload.nr_funcs; i++)
		if (!manifest_is_symbol(c.payload.funcs[i].symbol) ||
		    !manifest_is_object(c.payload.funcs[i].object))
			abort();	/* these are printed as they are */
	for (i = 0; i < c.payload.nr_objects; i++)
		if (!manifest_is_object(c.payload.objects[i]))
			abort();
	for (i = 0; i < c.refs.nr_refs; i++)
		if (!manifest_is_object(c.refs.refs[i].object) || !c.refs.refs[i].count)
			abort();
	contents_free(&c);
	return 0;
}
