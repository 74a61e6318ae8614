/* SPDX-License-Identifier: MIT */
/*
 * Where things are in the structs of mend/patch.h on a 64-bit machine, and a name of
 * mend/payload.h. These headers are for the kernel, so the loader cannot include them;
 * the tests compile this one against them (tests/kernel/payload_good.c).
 */
#ifndef MEND_LIB_PAYLOAD_LAYOUT_H
#define MEND_LIB_PAYLOAD_LAYOUT_H

#define TYPES_SECTION		".mend.types"

#define DESCRIPTOR_RELOCS	8	/* where the relocations begin */
#define DESCRIPTOR_END		16	/* and where they end */

#define RELOC_SYMBOL_OBJECT	16
#define RELOC_SIZE		48
#define RELOCS_MAX		65536

#define PATCH_NAME		8
#define PATCH_GENERATION	16
#define PATCH_OBJECTS		24
#define PATCH_BOOLS		32	/* the first is "unloadable" */

#define OBJECT_FUNCS		8
#define OBJECT_CALLBACKS	16	/* so many pointers to code */
#define OBJECT_NR_CALLBACKS	5
#define OBJECT_SIZE		72

#define FUNC_NEW		8
#define FUNC_SYMPOS		16
#define FUNC_SIZE		24

#endif /* MEND_LIB_PAYLOAD_LAYOUT_H */
