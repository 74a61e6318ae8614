// SPDX-License-Identifier: MIT
/* Fills its struct mend_patch in at run time: nothing to be found in the file. */
#define TEST_MODULE	"mend_no_patch"
#include <mend/patch.h>

static const char *const strings[] = { "first", "second", NULL };
const char *const *pointers[4] = { strings, strings + 1, NULL, strings };

static struct mend_patch patch;

MEND_PATCH(patch);
