/* SPDX-License-Identifier: MIT */
/*
 * Colours on a terminal.
 */
#ifndef MEND_UI_COLOUR_H
#define MEND_UI_COLOUR_H

#include <stddef.h>

enum ui_colour { UI_GREEN, UI_YELLOW, UI_RED };

/**
 * ui_colour() - print the first @len bytes of @s to standard output in a colour
 *
 * Without one if that is no terminal, if TERM is dumb or if NO_COLOR is set.
 */
void ui_colour(enum ui_colour colour, const char *s, size_t len);

#endif /* MEND_UI_COLOUR_H */
