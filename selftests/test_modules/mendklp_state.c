// SPDX-License-Identifier: GPL-2.0-only
/* The first version, which later ones know. */
#include "mendklp_state.h"

MENDKLP_STATE(1);
