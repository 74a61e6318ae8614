// SPDX-License-Identifier: MIT
/* The shipped kernel; see image.h. */
#include "image.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

/* Made-up addresses of a module: section i is at i << 40, in the middle. */
#define MODULE_SHIFT	40
#define MODULE_MIDDLE	(1ULL << (MODULE_SHIFT - 1))

struct image {
	const char *object;
	const char *path;
	struct object *module;	/* NULL: vmlinux */
	const uint8_t *file;	/* vmlinux */
	size_t file_size;
	struct kallsym *syms;	/* by name, then address */
	size_t nr_syms;
	uint64_t init_begin, init_end;
};

const char *image_object(const struct image *img)
{
	return img->object;
}

bool image_is_module(const struct image *img)
{
	return img->module;
}

static int by_name(const void *a, const void *b)
{
	const struct kallsym *x = a, *y = b;
	int cmp = strcmp(x->name, y->name);

	if (cmp)
		return cmp;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

const struct kallsym *image_find(const struct image *img, const char *name, size_t *nr)
{
	size_t lo = 0, hi = img->nr_syms, mid, end;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(img->syms[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo; end < img->nr_syms && !strcmp(img->syms[end].name, name); end++)
		;
	*nr = end - lo;
	return img->syms + lo;
}

static const uint8_t *map_file(struct image *img)
{
	struct stat st;
	void *map;
	int fd = open(img->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    (size_t)st.st_size < sizeof(Elf64_Ehdr))
		fail("%s: is no kernel image", img->path);
	img->file_size = (size_t)st.st_size;
	map = mmap(NULL, img->file_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		fail("%s: cannot be read: %m", img->path);
	close(fd);
	return map;
}

static const Elf64_Phdr *segments(const struct image *img, size_t *nr)
{
	const Elf64_Ehdr *ehdr = (const Elf64_Ehdr *)img->file;

	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) || ehdr->e_ident[EI_CLASS] != ELFCLASS64 ||
	    ehdr->e_machine != EM_X86_64 || ehdr->e_type != ET_EXEC ||
	    ehdr->e_phentsize != sizeof(Elf64_Phdr) || ehdr->e_phoff % 8 ||
	    ehdr->e_phoff > img->file_size ||
	    ehdr->e_phnum * sizeof(Elf64_Phdr) > img->file_size - ehdr->e_phoff)
		fail("%s: is no x86-64 vmlinux; unpack vmlinuz first", img->path);
	*nr = ehdr->e_phnum;
	return (const Elf64_Phdr *)(img->file + ehdr->e_phoff);
}

static uint64_t only_symbol(const struct image *img, const char *name)
{
	size_t nr;
	const struct kallsym *sym = image_find(img, name, &nr);

	if (nr != 1)
		fail("%s: its kallsyms have no %s", img->path, name);
	return sym->addr;
}

struct image *image_open_kernel(const char *path)
{
	struct image *img = xcalloc(1, sizeof(*img));
	struct kallsyms all = { 0 };
	const Elf64_Phdr *seg;
	size_t i, nr;

	img->object = "vmlinux";
	img->path = path;
	img->file = map_file(img);
	seg = segments(img, &nr);
	for (i = 0; i < nr && !all.nr; i++)
		if (seg[i].p_type == PT_LOAD && seg[i].p_offset <= img->file_size &&
		    seg[i].p_filesz <= img->file_size - seg[i].p_offset &&
		    kallsyms_read(img->file + seg[i].p_offset, seg[i].p_filesz, &all))
			all.nr = 0;
	if (!all.nr)
		fail("%s: no kallsyms found in it; the kernel needs CONFIG_KALLSYMS", path);
	img->syms = all.syms;
	img->nr_syms = all.nr;
	qsort(img->syms, img->nr_syms, sizeof(*img->syms), by_name);
	img->init_begin = only_symbol(img, "__init_begin");
	img->init_end = only_symbol(img, "__init_end");
	return img;
}

static uint64_t module_addr(const struct section *sec, int64_t offset)
{
	return ((uint64_t)sec->index << MODULE_SHIFT) + MODULE_MIDDLE + (uint64_t)offset;
}

static const struct section *module_section(const struct image *img, uint64_t addr,
					    uint64_t *offset)
{
	uint64_t i = addr >> MODULE_SHIFT;

	*offset = (addr & ((1ULL << MODULE_SHIFT) - 1)) - MODULE_MIDDLE;
	return i && i < img->module->nr_secs ? &img->module->secs[i] : NULL;
}

struct image *image_open_module(const char *path, const char *name)
{
	struct image *img = xcalloc(1, sizeof(*img));
	const struct symbol *sym;
	size_t i;

	img->object = name;
	img->path = path;
	img->module = object_load(path);
	for (i = 1; i < img->module->nr_syms; i++) {
		sym = &img->module->syms[i];
		if (!sym->sec || !*sym->name || sym->type == STT_SECTION || sym->type == STT_FILE)
			continue;
		PUSH(img->syms, img->nr_syms,
		     ((struct kallsym){ .addr = module_addr(sym->sec, (int64_t)sym->value),
					.name = sym->name,
					.type = sym->bind == STB_LOCAL ? 't' : 'T' }));
	}
	if (!img->nr_syms)
		fail("%s: has no symbols", path);
	qsort(img->syms, img->nr_syms, sizeof(*img->syms), by_name);
	return img;
}

bool image_is_init(const struct image *img, uint64_t addr)
{
	const struct section *sec;
	uint64_t offset;

	if (!img->module)
		return addr >= img->init_begin && addr < img->init_end;
	sec = module_section(img, addr, &offset);
	return sec && (has_prefix(sec->name, ".init") || has_prefix(sec->name, ".exit"));
}

const uint8_t *image_bytes(const struct image *img, uint64_t addr, uint64_t len)
{
	const struct section *sec;
	const Elf64_Phdr *seg;
	uint64_t offset;
	size_t i, nr;

	if (img->module) {
		sec = module_section(img, addr, &offset);
		if (!sec || !sec->data || offset > sec->size || len > sec->size - offset)
			return NULL;
		return sec->data + offset;
	}
	seg = segments(img, &nr);
	for (i = 0; i < nr; i++) {
		if (seg[i].p_type != PT_LOAD || addr < seg[i].p_vaddr ||
		    addr - seg[i].p_vaddr > seg[i].p_filesz ||
		    len > seg[i].p_filesz - (addr - seg[i].p_vaddr))
			continue;
		offset = seg[i].p_offset + (addr - seg[i].p_vaddr);
		if (offset <= img->file_size && len <= img->file_size - offset)
			return img->file + offset;
	}
	return NULL;
}

static bool module_reloc(const struct image *img, uint64_t place, const struct rela *r,
			 struct image_ref *out)
{
	const struct section *sec;
	const struct rela *found;
	struct target t;
	uint64_t offset;
	size_t nr;

	sec = module_section(img, place, &offset);
	if (!sec)
		return false;
	found = rela_range(sec, offset, 1, &nr);
	if (nr != 1 || reloc_width(found->type) != reloc_width(r->type) ||
	    reloc_is_pcrel(found->type) != reloc_is_pcrel(r->type))
		return false;
	t = rela_target(found);
	if (!t.sec) {
		out->undefined = t.sym->name;
		return t.offset == r->addend;
	}
	out->addr = module_addr(t.sec, t.offset - r->addend);
	return true;
}

/* What the linker wrote there, solved for the symbol. */
bool image_reloc(const struct image *img, uint64_t place, const struct rela *r,
		 struct image_ref *out)
{
	int width = reloc_width(r->type);
	const uint8_t *bytes;
	uint64_t value = 0;

	out->undefined = NULL;
	if (img->module)
		return module_reloc(img, place, r, out);
	bytes = image_bytes(img, place, (uint64_t)width);
	if (!bytes)
		return false;
	memcpy(&value, bytes, (size_t)width);
	if (width == 4 && r->type != R_X86_64_32)
		value = (uint64_t)(int64_t)(int32_t)value;
	if (reloc_is_pcrel(r->type))
		value += place;
	out->addr = value - (uint64_t)r->addend;
	return true;
}

int image_sympos(const struct image *img, const char *name, uint64_t addr)
{
	const struct kallsym *syms;
	int rank = 0, found = -1;
	size_t i, nr;

	syms = image_find(img, name, &nr);
	for (i = 0; i < nr; i++) {
		if (image_is_init(img, syms[i].addr))
			continue;
		/* Which section of a module comes first is up to its loader. */
		if (img->module && syms[i].addr >> MODULE_SHIFT != addr >> MODULE_SHIFT)
			return -1;
		rank++;
		if (syms[i].addr == addr)
			found = rank;
	}
	return found < 0 ? -1 : rank == 1 ? 0 : found;
}
