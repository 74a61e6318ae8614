// SPDX-License-Identifier: GPL-2.0-only
/*
 * The callbacks of patches' authors; see callbacks.h.
 *
 * Locking: registry_mutex, for the stages and for callback_patch. The window
 * is entered with registry_mutex held by whoever stops the machine.
 */
#define pr_fmt(fmt) "mend: " fmt

#include "callbacks.h"

#include <linux/sched.h>
#include "report.h"

/* Whose callback is being called, and by whom; for mend_get_prev_state(). */
static const struct patch *callback_patch;
static const struct task_struct *callback_task;

static void enter(const struct patch_object *object)
{
	lockdep_assert_held(&registry_mutex);
	callback_patch = object->patch;
	WRITE_ONCE(callback_task, current);
}

static void leave(void)
{
	WRITE_ONCE(callback_task, NULL);
	callback_patch = NULL;
}

static void call(struct patch_object *object, void (*callback)(struct mend_object *obj))
{
	if (!callback)
		return;
	enter(object);
	callback(&object->desc);
	leave();
}

int callback_pre_patch(struct patch_object *object, struct mend_report *report)
{
	int err = 0;

	if (object->stage != CALLBACK_NONE)
		return 0;
	if (object->desc.callbacks.pre_patch) {
		enter(object);
		err = object->desc.callbacks.pre_patch(&object->desc);
		leave();
	}
	if (err)
		return report_fail(report, -ECANCELED, MEND_R_CALLBACK,
				   "the pre-patch callback of '%s' for %s refused with %d",
				   object->patch->name, object->name, err);
	object->stage = CALLBACK_PREPARED;
	return 0;
}

void callback_post_patch(struct patch_object *object)
{
	if (object->stage != CALLBACK_PREPARED && object->stage != CALLBACK_LEAVING)
		return;
	call(object, object->desc.callbacks.post_patch);
	object->stage = CALLBACK_PATCHED;
}

void callback_pre_unpatch(struct patch_object *object)
{
	if (object->stage != CALLBACK_PATCHED)
		return;
	call(object, object->desc.callbacks.pre_unpatch);
	object->stage = CALLBACK_LEAVING;
}

void callback_post_unpatch(struct patch_object *object)
{
	if (object->stage != CALLBACK_PREPARED && object->stage != CALLBACK_LEAVING)
		return;
	call(object, object->desc.callbacks.post_unpatch);
	object->stage = CALLBACK_NONE;
}

void callback_superseded(struct patch_object *object)
{
	object->stage = CALLBACK_NONE;
}

void callbacks_at_switch(const struct at_switch *calls, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		calls[i].object->desc.callbacks.at_switch(&calls[i].object->desc, calls[i].on);
}

struct mend_state *mend_get_state(struct mend_patch *patch, unsigned long id)
{
	struct mend_state *state;

	for (state = patch->states; state && state->id; state++)
		if (state->id == id)
			return state;
	return NULL;
}
EXPORT_SYMBOL_GPL(mend_get_state);

/*
 * The patch whose callback is running has not got its place in the order yet if
 * it is going on, and is not to be found if it is going off.
 */
struct mend_state *mend_get_prev_state(unsigned long id)
{
	const struct patch *self = callback_patch;
	struct mend_state *state, *found = NULL;
	struct patch *patch = NULL;
	u64 seq = 0;

	/* Only whoever holds registry_mutex for a callback can see itself here. */
	if (WARN_ON_ONCE(READ_ONCE(callback_task) != current))
		return NULL;
	while ((patch = patch_next(patch))) {
		if (patch == self || !patch_is_active(patch) || patch->seq < seq ||
		    (patch_is_active(self) && patch->seq > self->seq))
			continue;
		state = mend_get_state((struct mend_patch *)patch->desc, id);
		if (!state)
			continue;
		found = state;
		seq = patch->seq;
	}
	return found;
}
EXPORT_SYMBOL_GPL(mend_get_prev_state);
