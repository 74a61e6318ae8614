// SPDX-License-Identifier: MIT
/*
 * libelf, narrowed to what reading a payload needs.
 */
#include "elf_view.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* A payload with as many relocations as mend.ko takes needs half of it. */
#define STEPS_MAX	(1 << 21)

static const struct elf_place nowhere;

bool elf_view_header(const struct elf_view *v, size_t section, GElf_Shdr *shdr)
{
	Elf_Scn *scn = elf_getscn(v->elf, section);

	return scn && gelf_getshdr(scn, shdr);
}

size_t elf_view_section(const struct elf_view *v, const char *name)
{
	GElf_Shdr shdr;
	const char *s;
	size_t i;

	for (i = 1; i < v->nr_sections; i++) {
		if (!elf_view_header(v, i, &shdr))
			continue;
		s = elf_strptr(v->elf, v->shstrndx, shdr.sh_name);
		if (s && !strcmp(s, name))
			return i;
	}
	return 0;
}

struct bytes elf_view_bytes(const struct elf_view *v, size_t section)
{
	Elf_Scn *scn = elf_getscn(v->elf, section);
	Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;

	if (!data || !data->d_buf)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ data->d_buf, data->d_size };
}

static bool find_symbols(struct elf_view *v)
{
	GElf_Shdr shdr;
	size_t i;

	for (i = 1; i < v->nr_sections; i++) {
		if (!elf_view_header(v, i, &shdr) || shdr.sh_type != SHT_SYMTAB)
			continue;
		v->symbols = elf_getdata(elf_getscn(v->elf, i), NULL);
		v->symbol_strings = shdr.sh_link;
		v->nr_symbols = v->symbols ? v->symbols->d_size / sizeof(Elf64_Sym) : 0;
		return v->symbols != NULL;
	}
	return false;
}

/* What is in a file once is there once: or a small file could be read for ever. */
static bool sections_overlap(const struct elf_view *v, size_t file_len)
{
	GElf_Shdr shdr;
	size_t i, left = file_len;

	for (i = 1; i < v->nr_sections; i++) {
		if (!elf_view_header(v, i, &shdr) || shdr.sh_type == SHT_NOBITS ||
		    shdr.sh_type == SHT_NULL)
			continue;
		if (shdr.sh_size > left)
			return true;
		left -= shdr.sh_size;
	}
	return false;
}

size_t elf_view_relas(const struct elf_view *v, size_t rela, GElf_Shdr *shdr, Elf_Data **data)
{
	if (!elf_view_header(v, rela, shdr) || shdr->sh_type != SHT_RELA)
		return 0;
	*data = elf_getdata(elf_getscn(v->elf, rela), NULL);
	return *data ? (*data)->d_size / sizeof(Elf64_Rela) : 0;
}

static int compare_places(const struct elf_place *a, const struct elf_place *b)
{
	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* Of two at one place, which a linker does not make, any will do, but the same each time. */
static int compare_pointers(const void *a, const void *b)
{
	const struct elf_pointer *x = a, *y = b;
	int order = compare_places(&x->at, &y->at);

	return order ? order : memcmp(&x->rela, &y->rela, sizeof(x->rela));
}

static size_t count_relas(const struct elf_view *v)
{
	GElf_Shdr shdr;
	Elf_Data *data;
	size_t i, n = 0;

	for (i = 1; i < v->nr_sections; i++)
		n += elf_view_relas(v, i, &shdr, &data);
	return n;
}

static int find_pointers(struct elf_view *v, struct err *e)
{
	size_t i, n, nr, all = count_relas(v);
	struct elf_pointer *p;
	GElf_Shdr shdr;
	Elf_Data *data;

	v->pointers = calloc(all ? all : 1, sizeof(*v->pointers));
	if (!v->pointers)
		return err_nomem(e);
	for (i = 1; i < v->nr_sections; i++) {
		nr = elf_view_relas(v, i, &shdr, &data);
		for (n = 0; n < nr; n++) {
			p = &v->pointers[v->nr_pointers];
			if (!gelf_getrela(data, (int)n, &p->rela) ||
			    GELF_R_TYPE(p->rela.r_info) != R_X86_64_64)
				continue;
			p->at = (struct elf_place){ shdr.sh_info, p->rela.r_offset };
			v->nr_pointers++;
		}
	}
	qsort(v->pointers, v->nr_pointers, sizeof(*v->pointers), compare_pointers);
	v->steps = STEPS_MAX;
	return 0;
}

static int check_kind(const struct elf_view *v, struct err *e)
{
	GElf_Ehdr ehdr;

	if (elf_kind(v->elf) != ELF_K_ELF || !gelf_getehdr(v->elf, &ehdr))
		return err_set(e, ERR_INPUT, "not an ELF file");
	if (ehdr.e_type != ET_REL || ehdr.e_ident[EI_CLASS] != ELFCLASS64)
		return err_set(e, ERR_INPUT, "an ELF file, but not a 64-bit kernel module");
	if (ehdr.e_machine != EM_X86_64)
		return err_set(e, ERR_INPUT, "a kernel module for another machine than x86-64");
	return 0;
}

int elf_view_open(struct elf_view *v, struct bytes file, struct err *e)
{
	memset(v, 0, sizeof(*v));
	elf_version(EV_CURRENT);
	/* libelf wants it writable but opens it for reading only */
	v->elf = file.len ? elf_memory((char *)(uintptr_t)file.data, file.len) : NULL;
	if (!v->elf)
		return err_set(e, ERR_INPUT, "not an ELF file");
	if (check_kind(v, e))
		goto failed;
	if (elf_getshdrnum(v->elf, &v->nr_sections) || elf_getshdrstrndx(v->elf, &v->shstrndx))
		v->nr_sections = 0;
	if (sections_overlap(v, file.len)) {
		err_set(e, ERR_INPUT, "not a kernel module: its sections overlap, or it is cut");
		goto failed;
	}
	if (!find_symbols(v)) {
		err_set(e, ERR_INPUT, "no symbol table: do not strip more than debug information");
		goto failed;
	}
	if (!find_pointers(v, e))
		return 0;
failed:
	elf_view_close(v);
	return -1;
}

void elf_view_close(struct elf_view *v)
{
	elf_end(v->elf);
	free(v->pointers);
	memset(v, 0, sizeof(*v));
}

struct elf_place elf_view_symbol(const struct elf_view *v, const char *name)
{
	GElf_Sym sym;
	const char *s;
	size_t i;

	for (i = 1; i < v->nr_symbols; i++) {
		if (!gelf_getsym(v->symbols, (int)i, &sym) || sym.st_shndx == SHN_UNDEF ||
		    sym.st_shndx >= SHN_LORESERVE)
			continue;
		s = elf_strptr(v->elf, v->symbol_strings, sym.st_name);
		if (s && !strcmp(s, name))
			return (struct elf_place){ sym.st_shndx, sym.st_value };
	}
	return nowhere;
}

static struct elf_place follow(const struct elf_view *v, const GElf_Rela *rela, bool *external)
{
	GElf_Sym sym;

	if (!gelf_getsym(v->symbols, (int)GELF_R_SYM(rela->r_info), &sym))
		return nowhere;
	*external = sym.st_shndx == SHN_UNDEF;
	if (*external || sym.st_shndx >= SHN_LORESERVE)
		return nowhere;
	return (struct elf_place){ sym.st_shndx, sym.st_value + (uint64_t)rela->r_addend };
}

struct elf_place elf_view_pointer(struct elf_view *v, struct elf_place at, bool *external)
{
	size_t low = 0, high = v->nr_pointers, middle;

	*external = false;
	if (!v->steps)
		return nowhere;
	v->steps--;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare_places(&v->pointers[middle].at, &at) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == v->nr_pointers || compare_places(&v->pointers[low].at, &at))
		return nowhere;
	return follow(v, &v->pointers[low].rela, external);
}

/* .bss: zeros that are not in the file */
static bool is_in_bss(const struct elf_view *v, struct elf_place at, size_t len)
{
	GElf_Shdr shdr;

	return elf_view_header(v, at.section, &shdr) && shdr.sh_type == SHT_NOBITS &&
	       at.offset <= shdr.sh_size && shdr.sh_size - at.offset >= len;
}

bool elf_view_u64(const struct elf_view *v, struct elf_place at, uint64_t *value)
{
	struct bytes b = elf_view_bytes(v, at.section);

	*value = 0;
	if (is_in_bss(v, at, sizeof(*value)))
		return true;
	if (at.offset > b.len || b.len - at.offset < sizeof(*value))
		return false;
	memcpy(value, b.data + at.offset, sizeof(*value));
	*value = le64toh(*value);
	return true;
}

const char *elf_view_string(const struct elf_view *v, struct elf_place at, size_t max)
{
	struct bytes b = elf_view_bytes(v, at.section);
	size_t left;

	if (!at.section || at.offset >= b.len)
		return NULL;
	left = b.len - at.offset;
	if (!memchr(b.data + at.offset, '\0', left <= max ? left : max + 1))
		return NULL;
	return (const char *)b.data + at.offset;
}
