// SPDX-License-Identifier: GPL-2.0-only
/* The same version as mendklp_state2: either supersedes the other. */
#include "mendklp_state.h"

MENDKLP_STATE(2);
