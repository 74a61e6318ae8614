/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The callbacks of patches' authors; see struct mend_callbacks.
 *
 * Each object remembers which of its callbacks was called last
 * (enum callback_stage), so that the functions here may be called for any
 * object: what is not due is not called.
 *
 * Context of all but callbacks_at_switch(): registry_mutex held; sleeps.
 */
#ifndef MEND_CALLBACKS_H
#define MEND_CALLBACKS_H

#include "patch.h"

/** callback_pre_patch() - 0; -ECANCELED with MEND_R_CALLBACK: it refused */
int callback_pre_patch(struct patch_object *object, struct mend_report *report);

/** callback_post_patch() - it has been switched on; or not off, after all */
void callback_post_patch(struct patch_object *object);

/** callback_pre_unpatch() - it is about to be switched off */
void callback_pre_unpatch(struct patch_object *object);

/** callback_post_unpatch() - it has been switched off; or not on, after all */
void callback_post_unpatch(struct patch_object *object);

/** callback_superseded() - it has been switched off by a patch that knows better */
void callback_superseded(struct patch_object *object);

/**
 * struct at_switch - one callback to be called inside the stop window
 * @object: whose
 * @on: its functions go on
 */
struct at_switch {
	struct patch_object *object;
	bool on;
};

/** callbacks_at_switch() - call them; all CPUs stopped, interrupts off */
void callbacks_at_switch(const struct at_switch *calls, u32 nr);

#endif /* MEND_CALLBACKS_H */
