/* SPDX-License-Identifier: MIT */
/*
 * OpenVEX: which of the CVEs that patches and bundles here name are fixed on this machine.
 */
#ifndef MEND_LIB_VEX_H
#define MEND_LIB_VEX_H

#include <jansson.h>

#include "cves.h"

/**
 * vex_document() - OpenVEX 0.2.0, a new reference; pure
 * @author:	who says so
 * @now:	its timestamp; nothing else depends on it
 *
 * NULL: without memory, or if no CVE is named, since OpenVEX has no empty documents; @e
 * says which, and is ERR_NOTHING then.
 */
json_t *vex_document(const struct cves *c, const char *author, int64_t now, struct err *e);

#endif /* MEND_LIB_VEX_H */
