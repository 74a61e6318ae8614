/* SPDX-License-Identifier: GPL-2.0-only */
/* From a payload's description to a struct patch, and back. */
#ifndef MEND_DESCRIBE_H
#define MEND_DESCRIBE_H

#include "patch.h"

/**
 * describe_patch() - check a payload's description and resolve it
 * @desc: in the payload
 * @auth: what allowed it; a reference passes to the patch on success
 * @report: filled in on failure
 *
 * Context: the payload's init; sleeps.
 *
 * Return: a patch in state PATCH_REGISTERED, in no list, without sysfs
 * entries; or ERR_PTR.
 */
struct patch *describe_patch(const struct mend_patch *desc, struct authorization *auth,
			     struct mend_report *report);

/** describe_free() - the reverse; sleeps until the last sysfs reader is gone */
void describe_free(struct patch *patch);

#endif /* MEND_DESCRIBE_H */
