// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function of a module, which need not be loaded: the source of a livepatch module
 * as it is, built against mend's header.
 */
#define KLP_RETURNS	50
#include "mend_klp.c"
