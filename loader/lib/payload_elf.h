/* SPDX-License-Identifier: MIT */
/*
 * What the readers of a payload's ELF file share. Inside libmend only.
 */
#ifndef MEND_LIB_PAYLOAD_ELF_H
#define MEND_LIB_PAYLOAD_ELF_H

#include "elf_view.h"

/** payload_descriptor() - where its struct mend_payload is, of a version that is known */
int payload_descriptor(const struct elf_view *v, struct elf_place *at, struct err *e);

#endif /* MEND_LIB_PAYLOAD_ELF_H */
