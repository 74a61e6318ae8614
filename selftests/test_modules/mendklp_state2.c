// SPDX-License-Identifier: GPL-2.0-only
/* A later version, which knows the first one. */
#include "mendklp_state.h"

MENDKLP_STATE(2);
