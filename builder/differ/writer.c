// SPDX-License-Identifier: MIT
/* Writing a relocatable object; see writer.h. */
#include "writer.h"

#include <fcntl.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

struct strings {
	char *text;
	size_t len;
};

struct out_section *writer_section(struct writer *w, const char *name, uint32_t type,
				   uint64_t flags, uint64_t align, uint64_t entsize)
{
	struct out_section *sec = xcalloc(1, sizeof(*sec));

	sec->name = name;
	sec->type = type;
	sec->flags = flags;
	sec->align = align;
	sec->entsize = entsize;
	PUSH(w->secs, w->nr_secs, sec);
	sec->symbol = writer_symbol(w, "", STB_LOCAL, STT_SECTION, (unsigned int)w->nr_secs, 0, 0);
	return sec;
}

uint64_t writer_append(struct out_section *sec, const void *data, uint64_t size)
{
	uint64_t at = sec->size;

	sec->size += size;
	if (sec->type == SHT_NOBITS || !size)
		return at;
	sec->data = xrealloc(sec->data, sec->size, 1);
	if (data)
		memcpy(sec->data + at, data, size);
	else
		memset(sec->data + at, 0, size);
	return at;
}

struct out_symbol *writer_symbol(struct writer *w, const char *name, unsigned char bind,
				 unsigned char type, unsigned int section, uint64_t value,
				 uint64_t size)
{
	struct out_symbol *sym = xcalloc(1, sizeof(*sym));

	*sym = (struct out_symbol){ .name = name, .bind = bind, .type = type,
				    .section = section, .value = value, .size = size };
	PUSH(w->syms, w->nr_syms, sym);
	return sym;
}

struct out_symbol *writer_undefined(struct writer *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->nr_syms; i++)
		if (!w->syms[i]->section && !strcmp(w->syms[i]->name, name))
			return w->syms[i];
	return writer_symbol(w, name, STB_GLOBAL, STT_NOTYPE, 0, 0, 0);
}

void writer_rela(struct out_section *sec, uint64_t offset, uint32_t type,
		 struct out_symbol *sym, int64_t addend)
{
	PUSH(sec->relas, sec->nr_relas,
	     ((struct out_rela){ .offset = offset, .type = type, .sym = sym,
				 .addend = addend }));
}

static uint32_t add_string(struct strings *s, const char *text)
{
	size_t len = strlen(text) + 1, at = s->len;

	if (!s->len || !*text) {
		if (s->len)
			return 0;
		s->text = xcalloc(1, 1);
		s->len = at = 1;
		if (!*text)
			return 0;
	}
	s->text = xrealloc(s->text, s->len + len, 1);
	memcpy(s->text + at, text, len);
	s->len += len;
	return (uint32_t)at;
}

static Elf_Scn *add_section(Elf *elf, struct strings *names, const char *name, Elf64_Shdr like,
			    const void *data, size_t size, Elf_Type type)
{
	Elf_Scn *scn = elf_newscn(elf);
	Elf_Data *content = scn ? elf_newdata(scn) : NULL;
	Elf64_Shdr *shdr = scn ? elf64_getshdr(scn) : NULL;

	if (!content || !shdr)
		fail("libelf: %s", elf_errmsg(-1));
	like.sh_name = add_string(names, name);
	*shdr = like;
	content->d_buf = (void *)data;
	content->d_size = size;
	content->d_type = type;
	content->d_align = like.sh_addralign ? like.sh_addralign : 1;
	content->d_version = EV_CURRENT;
	return scn;
}

/* Local ones first, as ELF demands; otherwise in the order of collection. */
static Elf64_Sym *number_symbols(struct writer *w, struct strings *names, unsigned int *locals)
{
	Elf64_Sym *table = xcalloc(w->nr_syms + 1, sizeof(*table));
	unsigned int n = 1;
	int global;
	size_t i;

	*locals = 1;
	for (global = 0; global < 2; global++) {
		for (i = 0; i < w->nr_syms; i++) {
			struct out_symbol *s = w->syms[i];

			if ((s->bind != STB_LOCAL) != global)
				continue;
			s->index = n;
			table[n++] = (Elf64_Sym){
				.st_name = add_string(names, s->name),
				.st_info = ELF64_ST_INFO(s->bind, s->type),
				.st_shndx = (Elf64_Section)s->section,
				.st_value = s->value, .st_size = s->size,
			};
		}
		if (!global)
			*locals = n;
	}
	return table;
}

static Elf64_Rela *relas_of(const struct out_section *sec)
{
	Elf64_Rela *relas = xcalloc(sec->nr_relas, sizeof(*relas));
	size_t i;

	for (i = 0; i < sec->nr_relas; i++)
		relas[i] = (Elf64_Rela){
			.r_offset = sec->relas[i].offset,
			.r_info = ELF64_R_INFO((uint64_t)sec->relas[i].sym->index,
					       sec->relas[i].type),
			.r_addend = sec->relas[i].addend,
		};
	return relas;
}

static void add_contents(struct writer *w, Elf *elf, struct strings *names)
{
	size_t i;

	for (i = 0; i < w->nr_secs; i++) {
		struct out_section *s = w->secs[i];
		Elf64_Shdr like = { .sh_type = s->type, .sh_flags = s->flags,
				    .sh_addralign = s->align, .sh_entsize = s->entsize };

		add_section(elf, names, s->name, like, s->data, s->size, ELF_T_BYTE);
	}
}

static void add_tables(struct writer *w, Elf *elf, struct strings *names)
{
	struct strings symbol_names = { 0 };
	unsigned int locals;
	Elf64_Sym *symbols = number_symbols(w, &symbol_names, &locals);
	size_t i, symtab = w->nr_secs + 1;

	add_string(&symbol_names, "");
	add_section(elf, names, ".symtab",
		    (Elf64_Shdr){ .sh_type = SHT_SYMTAB, .sh_addralign = 8,
				  .sh_entsize = sizeof(Elf64_Sym), .sh_info = locals,
				  .sh_link = (Elf64_Word)symtab + 1 },
		    symbols, (w->nr_syms + 1) * sizeof(*symbols), ELF_T_SYM);
	add_section(elf, names, ".strtab",
		    (Elf64_Shdr){ .sh_type = SHT_STRTAB, .sh_addralign = 1 },
		    symbol_names.text, symbol_names.len, ELF_T_BYTE);
	for (i = 0; i < w->nr_secs; i++) {
		if (!w->secs[i]->nr_relas)
			continue;
		add_section(elf, names, xasprintf(".rela%s", w->secs[i]->name),
			    (Elf64_Shdr){ .sh_type = SHT_RELA, .sh_addralign = 8,
					  .sh_flags = SHF_INFO_LINK,
					  .sh_entsize = sizeof(Elf64_Rela),
					  .sh_link = (Elf64_Word)symtab,
					  .sh_info = (Elf64_Word)i + 1 },
			    relas_of(w->secs[i]), w->secs[i]->nr_relas * sizeof(Elf64_Rela),
			    ELF_T_RELA);
	}
}

void writer_write(struct writer *w, const char *path)
{
	const char *tmp = xasprintf("%s.new", path);
	struct strings names = { 0 };
	Elf64_Ehdr *ehdr;
	Elf_Scn *scn;
	Elf *elf;
	int fd;

	fd = open(tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		fail("%s: cannot be written: %m", tmp);
	if (elf_version(EV_CURRENT) == EV_NONE || !(elf = elf_begin(fd, ELF_C_WRITE, NULL)) ||
	    !(ehdr = elf64_newehdr(elf)))
		fail("libelf: %s", elf_errmsg(-1));
	ehdr->e_ident[EI_DATA] = ELFDATA2LSB;
	ehdr->e_type = ET_REL;
	ehdr->e_machine = EM_X86_64;
	ehdr->e_version = EV_CURRENT;
	add_contents(w, elf, &names);
	add_tables(w, elf, &names);
	scn = add_section(elf, &names, ".shstrtab",
			  (Elf64_Shdr){ .sh_type = SHT_STRTAB, .sh_addralign = 1 },
			  NULL, 0, ELF_T_BYTE);
	elf_getdata(scn, NULL)->d_buf = names.text;
	elf_getdata(scn, NULL)->d_size = names.len;
	ehdr->e_shstrndx = (Elf64_Half)elf_ndxscn(scn);
	if (elf_update(elf, ELF_C_WRITE) < 0)
		fail("%s: cannot be written: %s", tmp, elf_errmsg(-1));
	elf_end(elf);
	if (close(fd) || rename(tmp, path))
		fail("%s: cannot be written: %m", path);
}
