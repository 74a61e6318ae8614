// SPDX-License-Identifier: MIT
/*
 * An object as mend-differ reads it, and the passes that need nothing else: one input is
 * the original and the change at once. What is wrong with it ends in fail(), or not at all.
 */
#include "harness.h"
#include "passes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = harness_begin(data, size);
	struct diff d = { 0 };

	if (!setjmp(harness_failed)) {
		d.before = object_load(path);
		d.after = object_load(path);
		object_classify(d.before);
		object_classify(d.after);
		pass_correlate(&d);
		pass_compare(&d);
		pass_closure(&d);
		pass_patchable(&d);
	}
	harness_end();
	return 0;
}
