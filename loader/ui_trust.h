/* SPDX-License-Identifier: MIT */
/*
 * What "mend trust" shows.
 */
#ifndef MEND_UI_TRUST_H
#define MEND_UI_TRUST_H

#include <jansson.h>

#include "lib/dkms.h"
#include "lib/signers.h"
#include "lib/sysfs.h"

/**
 * struct ui_trust_report - a change that was made
 * @removed:	what was to be removed; NULL: a certificate was added
 * @loaded:	mend.ko is loaded: it does not know of the change
 * @patches:	what has to be unloaded before it can be loaded again
 */
struct ui_trust_report {
	const struct signer_change *change;
	const struct dkms *dkms;
	const char *removed;
	bool keep_module, loaded;
	struct sysfs_patches patches;
};

/** ui_trust_look() - find out about mend.ko; ends with ui_trust_free() */
void ui_trust_look(const struct machine *mc, struct ui_trust_report *r);
void ui_trust_free(struct ui_trust_report *r);

/* All return the exit code, or a document. */
int ui_trust(const struct ui_trust_report *r);
json_t *ui_trust_json(const struct ui_trust_report *r);
int ui_trust_list(const struct signers *s);
json_t *ui_trust_list_json(const struct signers *s);

#endif /* MEND_UI_TRUST_H */
