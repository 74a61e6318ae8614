// SPDX-License-Identifier: MIT
/*
 * Pass 1: load. From a file to struct object; see object.h for what holds then.
 *
 * libelf checks that headers lie in the file; everything beyond is checked here,
 * since the file may be garbage: this is the only place that trusts nothing.
 */
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "object.h"

#define FILE_MAX	(256UL << 20)

int reloc_width(uint32_t type)
{
	switch (type) {
	case R_X86_64_NONE:
		return 0;
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		return 4;
	case R_X86_64_64:
	case R_X86_64_PC64:
		return 8;
	default:
		return -1;
	}
}

bool reloc_is_pcrel(uint32_t type)
{
	return type == R_X86_64_PC32 || type == R_X86_64_PLT32 || type == R_X86_64_PC64;
}

static Elf *open_elf(const char *path)
{
	struct stat st;
	char *bytes;
	size_t done = 0;
	ssize_t n;
	Elf *elf;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		fail("%s: cannot be opened: %m", path);
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 || (uint64_t)st.st_size > FILE_MAX)
		fail("%s: not a file of 1 byte to %lu MiB", path, FILE_MAX >> 20);
	bytes = xcalloc(1, (size_t)st.st_size);
	while (done < (size_t)st.st_size) {
		n = read(fd, bytes + done, (size_t)st.st_size - done);
		if (n <= 0)
			fail("%s: cannot be read", path);
		done += (size_t)n;
	}
	close(fd);
	if (elf_version(EV_CURRENT) == EV_NONE)
		fail("libelf is older than its header");
	elf = elf_memory(bytes, done);
	if (!elf || elf_kind(elf) != ELF_K_ELF)
		fail("%s: not an ELF file", path);
	return elf;
}

static void check_header(const char *path, Elf *elf)
{
	GElf_Ehdr ehdr;

	if (!gelf_getehdr(elf, &ehdr) || ehdr.e_ident[EI_CLASS] != ELFCLASS64 ||
	    ehdr.e_ident[EI_DATA] != ELFDATA2LSB || ehdr.e_machine != EM_X86_64)
		fail("%s: not for x86-64", path);
	if (ehdr.e_type != ET_REL)
		fail("%s: not a relocatable object", path);
}

static void read_section(struct object *obj, Elf *elf, size_t shstrndx, unsigned int i)
{
	Elf_Scn *scn = elf_getscn(elf, i);
	struct section *sec = &obj->secs[i];
	Elf_Data *data;
	GElf_Shdr shdr;

	if (!scn || !gelf_getshdr(scn, &shdr))
		fail("%s: section %u cannot be read", obj->path, i);
	sec->name = elf_strptr(elf, shstrndx, shdr.sh_name);
	if (!sec->name)
		fail("%s: section %u has no name", obj->path, i);
	sec->index = i;
	sec->type = shdr.sh_type;
	sec->flags = shdr.sh_flags;
	sec->size = shdr.sh_size;
	sec->align = shdr.sh_addralign ? shdr.sh_addralign : 1;
	sec->entsize = shdr.sh_entsize;
	if (sec->flags & SHF_COMPRESSED)
		fail("%s: section %s is compressed", obj->path, sec->name);
	if (sec->align & (sec->align - 1) || sec->align > 1U << 21)
		fail("%s: section %s has an impossible alignment", obj->path, sec->name);
	if (sec->type == SHT_NOBITS) {
		if (sec->size > FILE_MAX)
			fail("%s: section %s is too large", obj->path, sec->name);
		return;
	}
	if (!sec->size)
		return;
	data = elf_rawdata(scn, NULL);
	if (!data || !data->d_buf || data->d_size != sec->size)
		fail("%s: section %s lies outside the file", obj->path, sec->name);
	sec->data = data->d_buf;
}

static void read_symbol(struct object *obj, const Elf64_Sym *from, const struct section *strings,
			unsigned int i)
{
	struct symbol *sym = &obj->syms[i];

	if (from->st_name >= strings->size ||
	    !memchr(strings->data + from->st_name, 0, strings->size - from->st_name))
		fail("%s: symbol %u has no name that ends", obj->path, i);
	sym->name = (const char *)strings->data + from->st_name;
	sym->index = i;
	sym->bind = ELF64_ST_BIND(from->st_info);
	sym->type = ELF64_ST_TYPE(from->st_info);
	sym->value = from->st_value;
	sym->size = from->st_size;
	if (from->st_shndx == SHN_UNDEF)
		return;
	if (from->st_shndx == SHN_ABS) {
		sym->absolute = true;
		return;
	}
	if (from->st_shndx >= SHN_LORESERVE || from->st_shndx >= obj->nr_secs)
		fail("%s: symbol %s is in section %u, which mend-differ does not know",
		     obj->path, sym->name, from->st_shndx);
	sym->sec = &obj->secs[from->st_shndx];
	if (sym->value > sym->sec->size || sym->size > sym->sec->size - sym->value)
		fail("%s: symbol %s lies outside its section", obj->path, sym->name);
	if (sym->type == STT_SECTION)
		sym->name = sym->sec->name;
}

static void read_symbols(struct object *obj, const struct section *table, uint32_t link)
{
	const Elf64_Sym *from = (const Elf64_Sym *)table->data;
	const struct section *strings;
	unsigned int i;

	if (obj->syms)
		fail("%s: has two symbol tables", obj->path);
	if (link >= obj->nr_secs || obj->secs[link].type != SHT_STRTAB || !obj->secs[link].data)
		fail("%s: its symbols have no names", obj->path);
	strings = &obj->secs[link];
	if (table->size % sizeof(*from) || (uintptr_t)from % _Alignof(Elf64_Sym))
		fail("%s: its symbol table is malformed", obj->path);
	obj->nr_syms = table->size / sizeof(*from);
	obj->syms = xcalloc(obj->nr_syms, sizeof(*obj->syms));
	for (i = 0; i < obj->nr_syms; i++)
		read_symbol(obj, &from[i], strings, i);
}

static int by_offset(const void *a, const void *b)
{
	const struct rela *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void read_rela(struct object *obj, struct section *sec, const Elf64_Rela *from,
		      struct rela *r)
{
	uint32_t type = ELF64_R_TYPE(from->r_info);
	uint64_t sym = ELF64_R_SYM(from->r_info);
	int width = reloc_width(type);

	if (width < 0)
		fail("%s: section %s has a relocation of type %u, which mend-differ does not know",
		     obj->path, sec->name, type);
	if (sym >= obj->nr_syms)
		fail("%s: section %s has a relocation without a symbol", obj->path, sec->name);
	if (from->r_offset > sec->size || (uint64_t)width > sec->size - from->r_offset)
		fail("%s: section %s has a relocation outside of it", obj->path, sec->name);
	/* Sums of offsets and addends are taken everywhere: they must not overflow. */
	if (from->r_addend > INT32_MAX || from->r_addend < INT32_MIN)
		fail("%s: section %s has a relocation with a huge addend", obj->path, sec->name);
	r->offset = from->r_offset;
	r->type = type;
	r->sym = &obj->syms[sym];
	r->addend = from->r_addend;
}

/* Relocations of what is not loaded (debug information) have types of their own. */
static void read_relas(struct object *obj, const struct section *table, uint32_t info)
{
	const Elf64_Rela *from = (const Elf64_Rela *)table->data;
	struct section *sec;
	size_t i;

	if (info >= obj->nr_secs || !info)
		fail("%s: section %s relocates nothing", obj->path, table->name);
	sec = &obj->secs[info];
	if (!(sec->flags & SHF_ALLOC) && !has_prefix(sec->name, ".discard."))
		return;
	if (sec->nr_relas || !obj->syms || table->size % sizeof(*from) ||
	    (uintptr_t)from % _Alignof(Elf64_Rela) || (table->size && !sec->data))
		fail("%s: the relocations of section %s are malformed", obj->path, sec->name);
	sec->nr_relas = table->size / sizeof(*from);
	sec->relas = xcalloc(sec->nr_relas, sizeof(*sec->relas));
	for (i = 0; i < sec->nr_relas; i++)
		read_rela(obj, sec, &from[i], &sec->relas[i]);
	qsort(sec->relas, sec->nr_relas, sizeof(*sec->relas), by_offset);
	for (i = 1; i < sec->nr_relas; i++)
		if (sec->relas[i].offset < sec->relas[i - 1].offset +
		    (uint64_t)reloc_width(sec->relas[i - 1].type))
			fail("%s: relocations of section %s overlap", obj->path, sec->name);
}

static int by_value(const void *a, const void *b)
{
	const struct symbol *x = *(struct symbol *const *)a, *y = *(struct symbol *const *)b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Only those that somebody named: no sections, files, or labels of the assembler. */
static void attach_symbols(struct object *obj)
{
	struct symbol *sym;
	size_t i;

	for (i = 1; i < obj->nr_syms; i++) {
		sym = &obj->syms[i];
		if (!sym->sec || sym->type == STT_SECTION || sym->type == STT_FILE ||
		    !*sym->name || has_prefix(sym->name, ".L"))
			continue;
		PUSH(sym->sec->syms, sym->sec->nr_syms, sym);
	}
	for (i = 1; i < obj->nr_secs; i++)
		if (obj->secs[i].nr_syms)
			qsort(obj->secs[i].syms, obj->secs[i].nr_syms,
			      sizeof(*obj->secs[i].syms), by_value);
}

struct object *object_load(const char *path)
{
	struct object *obj = xcalloc(1, sizeof(*obj));
	Elf *elf = open_elf(path);
	size_t i, shstrndx;
	GElf_Shdr shdr;

	obj->path = path;
	check_header(path, elf);
	if (elf_getshdrnum(elf, &obj->nr_secs) || elf_getshdrstrndx(elf, &shstrndx) ||
	    obj->nr_secs < 2 || obj->nr_secs >= SHN_LORESERVE)
		fail("%s: has no section table that mend-differ can read", path);
	obj->secs = xcalloc(obj->nr_secs, sizeof(*obj->secs));
	obj->secs[0].name = "";
	for (i = 1; i < obj->nr_secs; i++)
		read_section(obj, elf, shstrndx, (unsigned int)i);
	for (i = 1; i < obj->nr_secs; i++)
		if (obj->secs[i].type == SHT_SYMTAB &&
		    gelf_getshdr(elf_getscn(elf, i), &shdr))
			read_symbols(obj, &obj->secs[i], shdr.sh_link);
	if (!obj->nr_syms)
		fail("%s: has no symbols", path);
	for (i = 1; i < obj->nr_secs; i++) {
		if (obj->secs[i].type == SHT_REL)
			fail("%s: section %s has relocations without addends", path,
			     obj->secs[i].name);
		if (obj->secs[i].type == SHT_RELA && gelf_getshdr(elf_getscn(elf, i), &shdr))
			read_relas(obj, &obj->secs[i], shdr.sh_info);
	}
	attach_symbols(obj);
	return obj;
}

struct target rela_target(const struct rela *r)
{
	struct target t = { .sec = r->sym->sec, .sym = r->sym, .offset = r->addend };

	if (t.sec && r->sym->type != STT_SECTION)
		t.offset += (int64_t)r->sym->value;
	return t;
}

int64_t exact_offset(const struct section *sec, const struct rela *r)
{
	struct target t = rela_target(r);

	return t.offset + (section_is_code(sec) && reloc_is_pcrel(r->type) ? 4 : 0);
}

struct rela *rela_range(const struct section *sec, uint64_t start, uint64_t size, size_t *nr)
{
	size_t lo = 0, hi = sec->nr_relas, mid, i;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (sec->relas[mid].offset < start)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (i = lo; i < sec->nr_relas && sec->relas[i].offset - start < size; i++)
		;
	*nr = i - lo;
	return sec->relas ? sec->relas + lo : NULL;
}

struct symbol *section_symbol(const struct section *sec)
{
	size_t i;

	for (i = 0; i < sec->nr_syms; i++)
		if (sec->syms[i]->type == STT_FUNC || sec->syms[i]->type == STT_OBJECT)
			return sec->syms[i];
	return NULL;
}

struct section *object_section(const struct object *obj, const char *name)
{
	size_t i;

	for (i = 1; i < obj->nr_secs; i++)
		if (!strcmp(obj->secs[i].name, name))
			return &obj->secs[i];
	return NULL;
}
