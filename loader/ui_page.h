/* SPDX-License-Identifier: MIT */
/*
 * A bundle as a page for people, and as JSON.
 */
#ifndef MEND_UI_PAGE_H
#define MEND_UI_PAGE_H

#include "lib/bundle.h"
#include "lib/machine.h"
#include "ui.h"

/**
 * ui_page() - what the manifest, the payloads and the SBOM say
 * @kernel:	the running one, to tell whether the bundle is for it; or NULL
 */
void ui_page(const struct bundle *b, const struct kernel *kernel);

json_t *ui_page_json(const struct bundle *b, const struct kernel *kernel);

#endif /* MEND_UI_PAGE_H */
