// SPDX-License-Identifier: MIT
/*
 * Colours. The words say the same without them.
 */
#include "ui_colour.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool wanted(void)
{
	const char *term = getenv("TERM"), *none = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(none && *none) && !(term && !strcmp(term, "dumb"));
}

void ui_colour(enum ui_colour colour, const char *s, size_t len)
{
	static const char *const codes[] = {
		[UI_GREEN] = "\033[1;32m", [UI_YELLOW] = "\033[1;33m", [UI_RED] = "\033[1;31m",
	};
	bool coloured = wanted();

	printf("%s%.*s%s", coloured ? codes[colour] : "", (int)len, s, coloured ? "\033[0m" : "");
}
