// SPDX-License-Identifier: MIT
/*
 * Counting relocations. What mend.ko would refuse is an error here as well, as far as it
 * is read.
 */
#include "refs.h"

#include <stdlib.h>
#include <string.h>

#include "manifest.h"
#include "payload_elf.h"
#include "payload_layout.h"

/* As many as a patch can have, and vmlinux */
#define OBJECTS_MAX	(MEND_FUNCS_MAX + 1)

static int damaged(struct err *e)
{
	return err_set(e, ERR_INPUT, "the payload's table of relocations is damaged");
}

/* From the descriptor at @at: the first relocation, and how many there are. */
static int find_table(struct elf_view *v, struct elf_place at, struct elf_place *first, size_t *nr,
		      struct err *e)
{
	struct elf_place begin_at = { at.section, at.offset + DESCRIPTOR_RELOCS };
	struct elf_place end_at = { at.section, at.offset + DESCRIPTOR_END }, end;
	bool external;
	uint64_t len;

	*first = elf_view_pointer(v, begin_at, &external);
	end = elf_view_pointer(v, end_at, &external);
	if (!first->section || end.section != first->section || end.offset < first->offset)
		return damaged(e);
	len = end.offset - first->offset;
	if (len % RELOC_SIZE || len / RELOC_SIZE > RELOCS_MAX)
		return damaged(e);
	*nr = (size_t)(len / RELOC_SIZE);
	return 0;
}

static int count_object(struct refs *r, const char *object, struct err *e)
{
	struct ref *refs;
	size_t i;

	for (i = 0; i < r->nr_refs; i++) {
		if (!strcmp(r->refs[i].object, object)) {
			r->refs[i].count++;
			return 0;
		}
	}
	if (r->nr_refs == OBJECTS_MAX)
		return err_set(e, ERR_INPUT, "the payload refers to more than %d objects",
			       OBJECTS_MAX);
	refs = reallocarray(r->refs, r->nr_refs + 1, sizeof(*refs));
	if (!refs)
		return err_nomem(e);
	r->refs = refs;
	memset(&refs[i], 0, sizeof(*refs));
	memcpy(refs[i].object, object, strlen(object));	/* shorter: see count_table() */
	refs[i].count = 1;
	r->nr_refs++;
	return 0;
}

static int count_table(struct elf_view *v, struct refs *r, struct err *e)
{
	struct elf_place descriptor, at;
	const char *object;
	bool external;
	size_t nr = 0;

	if (payload_descriptor(v, &descriptor, e) || find_table(v, descriptor, &at, &nr, e))
		return -1;
	at.offset += RELOC_SYMBOL_OBJECT;
	for (; nr; nr--, at.offset += RELOC_SIZE) {
		object = elf_view_string(v, elf_view_pointer(v, at, &external),
					 MEND_OBJECT_LEN - 1);
		if (!object || !manifest_is_object(object))
			return damaged(e);
		if (count_object(r, object, e))
			return -1;
	}
	return 0;
}

static void count_exported(const struct elf_view *v, struct refs *r)
{
	GElf_Shdr shdr, target;
	size_t i, n, nr;
	Elf_Data *data;
	GElf_Rela rela;
	GElf_Sym sym;

	for (i = 1; i < v->nr_sections; i++) {
		nr = elf_view_relas(v, i, &shdr, &data);
		if (!elf_view_header(v, shdr.sh_info, &target) || !(target.sh_flags & SHF_ALLOC))
			continue;
		for (n = 0; n < nr; n++)
			r->exported += gelf_getrela(data, (int)n, &rela) &&
				       gelf_getsym(v->symbols, (int)GELF_R_SYM(rela.r_info),
						   &sym) &&
				       sym.st_shndx == SHN_UNDEF && sym.st_name;
	}
}

int refs_read(struct refs *r, struct bytes ko, struct err *e)
{
	struct elf_view v;
	int ret;

	memset(r, 0, sizeof(*r));
	if (elf_view_open(&v, ko, e))
		return -1;
	ret = count_table(&v, r, e);
	count_exported(&v, r);
	elf_view_close(&v);
	if (ret)
		refs_free(r);
	return ret;
}

void refs_free(struct refs *r)
{
	free(r->refs);
	memset(r, 0, sizeof(*r));
}
