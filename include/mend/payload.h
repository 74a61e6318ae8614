/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mend: what a payload's ELF file holds for mend.ko, whoever wrote it: the
 * macros of mend/patch.h or mend-build.
 *
 * One symbol, MEND_PAYLOAD_SYMBOL, names a struct mend_payload in the
 * payload's data. mend.ko finds it through the new module's symbol table when
 * the module is COMING, before the module's own init, before jump labels and
 * static calls of the payload are looked at, and applies the relocations it
 * points to. All pointers in it are ordinary relocated pointers (the module
 * loader fills them in) and must point into the payload itself.
 *
 * Why not ordinary relocations: symbols that are not exported cannot be
 * resolved by the module loader; and one that lives in a module would pin
 * that module, or keep the payload from loading before it.
 */
#ifndef _MEND_PAYLOAD_H
#define _MEND_PAYLOAD_H

#ifndef __ASSEMBLY__
#include <linux/types.h>
#endif

#define MEND_PAYLOAD_SYMBOL	"__mend_payload"
#define MEND_PAYLOAD_MAGIC	0x6d656e64	/* "mend" */
#define MEND_PAYLOAD_VERSION	1
#define MEND_RELOC_SECTION	".mend.relocs"
#define MEND_RELOCS_MAX		65536

/*
 * The structures and unions that the payload's functions use, as BTF that stands alone.
 * 'mend check' holds it against the kernel's own; neither the kernel nor mend.ko reads
 * it, and it takes no memory there. Not ".BTF": the kernel expects that of a module to
 * build on its own, and complains of any other, or refuses it.
 */
#define MEND_TYPES_SECTION	".mend.types"

/*
 * Relocation types: S the symbol's address, A the addend, P the place. The
 * value is written from @addend; what stands at the place is not read.
 */
#define MEND_RELOC_64		1	/* S + A, 8 bytes */
#define MEND_RELOC_32		2	/* S + A, 4 bytes, must zero-extend */
#define MEND_RELOC_32S		3	/* S + A, 4 bytes, must sign-extend */
#define MEND_RELOC_PC32		4	/* S + A - P, 4 bytes, signed */
#define MEND_RELOC_PLT32	5	/* as PC32: the target is code */
#define MEND_RELOC_PC64		6	/* S + A - P, 8 bytes: keys of jump labels */

#ifndef __ASSEMBLY__

/**
 * struct mend_reloc - one relocation that mend.ko applies
 * @place:	address to write, inside the payload
 * @object:	owner: "vmlinux": applied when the payload is loaded; a module that
 *		the patch changes: applied, again, whenever that module is bound to
 *		the patch. Usually the object whose function uses it. Jump labels
 *		and static calls of the payload are read when it is loaded: what
 *		they refer to must not be owned by a module.
 * @symbol_object: where @symbol lives
 * @symbol:	its name
 * @addend:	A
 * @sympos:	which of several of that name, by address from 1; 0: the only one
 * @type:	MEND_RELOC_*
 */
struct mend_reloc {
	__u64 place;
	__u64 object;		/* const char * */
	__u64 symbol_object;	/* const char * */
	__u64 symbol;		/* const char * */
	__s64 addend;
	__u32 sympos;
	__u32 type;
};

#define MEND_RELOC_SIZE		48

/**
 * struct mend_payload - a payload's descriptor
 * @magic:	MEND_PAYLOAD_MAGIC
 * @version:	MEND_PAYLOAD_VERSION
 * @relocs:	first struct mend_reloc
 * @relocs_end:	behind the last; equal to @relocs: none
 */
struct mend_payload {
	__u32 magic;
	__u32 version;
	__u64 relocs;
	__u64 relocs_end;
};

#endif /* __ASSEMBLY__ */
#endif /* _MEND_PAYLOAD_H */
