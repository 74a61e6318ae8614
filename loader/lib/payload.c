// SPDX-License-Identifier: MIT
/*
 * Reading a payload: its release from the vermagic, and what it replaces from
 * its own struct mend_patch, so that nobody has to say it twice.
 *
 * The struct (mend/patch.h) has no symbol of a fixed name. It is found by its
 * shape: data in which one pointer leads to an array of objects, whose
 * pointers lead to arrays of functions, whose pointers lead to a name and to
 * code, every array with its end. The pointers are the relocations of the
 * file, so nothing is guessed from values. Exactly one such place must exist.
 */
#include "payload.h"

#include <stdlib.h>
#include <string.h>

#include "elf_view.h"
#include "payload_elf.h"
#include "payload_layout.h"

/* Bools and the padding behind them, as one little-endian number */
#define BOOL_UNLOADABLE		1ULL
#define ALL_BOOLS		0x0101010101010101ULL

#define PAYLOAD_SYMBOL		"__mend_payload"
#define PAYLOAD_MAGIC		0x6d656e64

#define OBJECTS_MAX		MEND_FUNCS_MAX

static struct elf_place plus(struct elf_place at, uint64_t n)
{
	return (struct elf_place){ at.section, at.offset + n };
}

/* A pointer into this file; section 0 if it is anything else. */
static struct elf_place pointer(struct elf_view *v, struct elf_place at)
{
	bool external;

	return elf_view_pointer(v, at, &external);
}

/* No pointer and eight zero bytes: how NULL looks in a relocatable file. */
static bool is_null(struct elf_view *v, struct elf_place at)
{
	bool external;
	uint64_t value;

	return !elf_view_pointer(v, at, &external).section && !external &&
	       elf_view_u64(v, at, &value) && !value;
}

static bool is_code(struct elf_view *v, struct elf_place at)
{
	GElf_Shdr shdr;

	return at.section && elf_view_header(v, at.section, &shdr) &&
	       (shdr.sh_flags & SHF_EXECINSTR);
}

/* The strings live in libelf's memory, which goes: keep copies. */
static const char *keep(struct payload *p, const char *text)
{
	char **strings = reallocarray(p->strings, p->nr_strings + 1, sizeof(*strings));

	if (!strings)
		return NULL;
	p->strings = strings;
	p->strings[p->nr_strings] = strdup(text);
	return p->strings[p->nr_strings++];
}

static bool add_func(struct payload *p, const char *object, const char *symbol, uint64_t sympos,
		     struct elf_place code)
{
	struct manifest_func *funcs;
	struct payload_code *codes;

	if (p->nr_funcs == MEND_FUNCS_MAX || sympos > UINT32_MAX)
		return false;
	funcs = reallocarray(p->funcs, p->nr_funcs + 1, sizeof(*funcs));
	if (!funcs)
		return false;
	p->funcs = funcs;
	codes = reallocarray(p->codes, p->nr_funcs + 1, sizeof(*codes));
	if (!codes)
		return false;
	p->codes = codes;
	p->codes[p->nr_funcs] = (struct payload_code){ code.section, code.offset, 0 };
	object = keep(p, object);
	symbol = keep(p, symbol);
	if (!object || !symbol)
		return false;
	p->funcs[p->nr_funcs++] = (struct manifest_func){ object, symbol, (uint32_t)sympos };
	return true;
}

/* One array of struct mend_func, perhaps empty; false if it does not have that shape. */
static bool read_funcs(struct elf_view *v, struct elf_place at, const char *object,
		       struct payload *p)
{
	const char *symbol;
	struct elf_place code;
	uint64_t sympos;

	for (; !is_null(v, at); at = plus(at, FUNC_SIZE)) {
		symbol = elf_view_string(v, pointer(v, at), MEND_SYMBOL_LEN - 1);
		code = pointer(v, plus(at, FUNC_NEW));
		if (!symbol || !manifest_is_symbol(symbol) || !is_code(v, code) ||
		    !elf_view_u64(v, plus(at, FUNC_SYMPOS), &sympos) ||
		    !add_func(p, object, symbol, sympos, code))
			return false;
	}
	return true;
}

/* -1: what is there is no callbacks; otherwise how many there are */
static int count_callbacks(struct elf_view *v, struct elf_place object)
{
	struct elf_place at;
	int i, n = 0;

	for (i = 0; i < OBJECT_NR_CALLBACKS; i++) {
		at = plus(object, OBJECT_CALLBACKS + 8 * (uint64_t)i);
		if (is_null(v, at))
			continue;
		if (!is_code(v, pointer(v, at)))
			return -1;
		n++;
	}
	return n;
}

static bool add_object(struct payload *p, const char *object)
{
	const char **objects;

	if (p->nr_objects == OBJECTS_MAX)
		return false;
	objects = reallocarray(p->objects, p->nr_objects + 1, sizeof(*objects));
	if (!objects)
		return false;
	p->objects = objects;
	p->objects[p->nr_objects] = keep(p, object);
	return p->objects[p->nr_objects++];
}

/* An object has functions, or callbacks, or both. */
static bool read_object(struct elf_view *v, struct elf_place at, const char *object,
			struct payload *p)
{
	struct elf_place funcs = pointer(v, plus(at, OBJECT_FUNCS));
	int callbacks = count_callbacks(v, at);
	size_t before = p->nr_funcs;

	if (!funcs.section || callbacks < 0 || !read_funcs(v, funcs, object, p))
		return false;
	return callbacks || p->nr_funcs > before;
}

/* One array of struct mend_object */
static bool read_objects(struct elf_view *v, struct elf_place at, struct payload *p)
{
	const char *object;
	bool any = false;

	for (; !is_null(v, plus(at, OBJECT_FUNCS)); at = plus(at, OBJECT_SIZE)) {
		object = is_null(v, at) ? "vmlinux" :
			 elf_view_string(v, pointer(v, at), MEND_OBJECT_LEN - 1);
		if (!object || !manifest_is_object(object) || !add_object(p, object) ||
		    !read_object(v, at, object, p))
			return false;
		any = true;
	}
	return any;
}

static void drop_funcs(struct payload *p)
{
	while (p->nr_strings)
		free(p->strings[--p->nr_strings]);
	free(p->strings);
	free(p->funcs);
	free(p->codes);
	free(p->objects);
	p->strings = NULL;
	p->funcs = NULL;
	p->codes = NULL;
	p->objects = NULL;
	p->nr_funcs = 0;
	p->nr_objects = 0;
}

/*
 * A struct mend_patch at @at? Leaves @p without funcs if not. Compilers add data that
 * points to the objects as well: the sanitizers' table of variables has a size where
 * the struct has its bools.
 */
static bool read_patch(struct elf_view *v, struct elf_place at, struct payload *p)
{
	struct elf_place objects = pointer(v, plus(at, PATCH_OBJECTS));
	const char *name = "";
	uint64_t generation, bools;

	if (!objects.section)
		return false;
	if (!is_null(v, plus(at, PATCH_NAME)))
		name = elf_view_string(v, pointer(v, plus(at, PATCH_NAME)), MEND_NAME_LEN - 1);
	if (!name || !elf_view_u64(v, plus(at, PATCH_BOOLS), &bools) || (bools & ~ALL_BOOLS) ||
	    !elf_view_u64(v, plus(at, PATCH_GENERATION), &generation) ||
	    !read_objects(v, objects, p)) {
		drop_funcs(p);
		return false;
	}
	memset(p->name, 0, sizeof(p->name));
	memcpy(p->name, name, strlen(name));
	p->generation = generation;
	p->unloadable = bools & BOOL_UNLOADABLE;
	p->has_patch = true;
	return true;
}

static int try_patch(struct elf_view *v, struct elf_place at, struct payload *p,
		     struct err *e)
{
	struct payload second = { 0 };

	if (!p->has_patch) {
		read_patch(v, at, p);
		return 0;
	}
	if (!read_patch(v, at, &second))
		return 0;
	drop_funcs(&second);
	return err_set(e, ERR_INPUT, "the payload holds more than one struct mend_patch");
}

/* Every pointer in writable data may be the member "objects" of the struct. */
static int search_section(struct elf_view *v, size_t rela, struct payload *p, struct err *e)
{
	GElf_Shdr shdr, target;
	Elf_Data *data;
	size_t i, n = elf_view_relas(v, rela, &shdr, &data);
	struct elf_place at = { 0 };
	GElf_Rela r;

	if (!n || !elf_view_header(v, shdr.sh_info, &target) || !(target.sh_flags & SHF_WRITE) ||
	    (target.sh_flags & SHF_EXECINSTR) || target.sh_type != SHT_PROGBITS)
		return 0;
	at.section = shdr.sh_info;
	for (i = 0; i < n; i++) {
		if (!gelf_getrela(data, (int)i, &r) || r.r_offset < PATCH_OBJECTS ||
		    r.r_offset % 8)
			continue;
		at.offset = r.r_offset - PATCH_OBJECTS;
		if (try_patch(v, at, p, e))
			return -1;
	}
	return 0;
}

static int search(struct elf_view *v, struct payload *p, struct err *e)
{
	size_t i;

	for (i = 1; i < v->nr_sections; i++)
		if (search_section(v, i, p, e))
			return -1;
	if (!v->steps)
		return err_set(e, ERR_INPUT, "it has more pointers than any payload needs");
	return 0;
}

/* A symbol tells how long the function is that begins at its place, in its section. */
static void measure(const struct elf_view *v, const GElf_Sym *sym, struct payload *p)
{
	struct payload_code *code;
	GElf_Shdr shdr;
	size_t i;

	for (i = 0; i < p->nr_funcs; i++) {
		code = &p->codes[i];
		if (code->section != sym->st_shndx || code->offset != sym->st_value ||
		    !elf_view_header(v, code->section, &shdr) || code->offset > shdr.sh_size ||
		    sym->st_size > shdr.sh_size - code->offset)
			continue;
		if (sym->st_size > code->size)
			code->size = sym->st_size;
	}
}

static void measure_all(const struct elf_view *v, struct payload *p)
{
	GElf_Sym sym;
	size_t i;

	for (i = 1; i < v->nr_symbols; i++)
		if (gelf_getsym(v->symbols, (int)i, &sym) && GELF_ST_TYPE(sym.st_info) == STT_FUNC)
			measure(v, &sym, p);
}

/* The value of "key=..." in .modinfo, or NULL */
static const char *modinfo(struct elf_view *v, const char *key)
{
	struct elf_place at = { elf_view_section(v, ".modinfo"), 0 };
	struct bytes all = elf_view_bytes(v, at.section);
	size_t len = strlen(key);
	const char *s;

	while (at.offset < all.len) {
		s = elf_view_string(v, at, all.len);
		if (!s)
			break;
		if (!strncmp(s, key, len) && s[len] == '=')
			return s + len + 1;
		at.offset += strlen(s) + 1;
	}
	return NULL;
}

static int read_modinfo(struct elf_view *v, struct payload *p, struct err *e)
{
	const char *vermagic = modinfo(v, "vermagic"), *name = modinfo(v, "name");
	size_t len = vermagic ? strcspn(vermagic, " ") : 0;

	if (!len || !name)
		return err_set(e, ERR_INPUT, "not a kernel module: it has no vermagic or no name");
	if (len >= sizeof(p->release) || strlen(name) >= sizeof(p->module))
		return err_set(e, ERR_INPUT,
			       "the kernel's release or the module's name is too long");
	memcpy(p->release, vermagic, len);
	memcpy(p->module, name, strlen(name));
	if (!manifest_is_release(p->release))
		return err_set(e, ERR_INPUT, "'%s' cannot be a kernel release", p->release);
	return 0;
}

int payload_descriptor(const struct elf_view *v, struct elf_place *at, struct err *e)
{
	uint64_t head;

	*at = elf_view_symbol(v, PAYLOAD_SYMBOL);
	if (!at->section || !elf_view_u64(v, *at, &head))
		return err_set(e, ERR_INPUT,
			       "a kernel module, but not a payload: it has no %s; use MEND_PATCH() "
			       "and keep the symbol table when stripping",
			       PAYLOAD_SYMBOL);
	if ((uint32_t)head != PAYLOAD_MAGIC || head >> 32 != 1)
		return err_set(e, ERR_INPUT,
			       "the payload is of another version than this mend knows");
	return 0;
}

int payload_read(struct payload *p, struct bytes ko, struct err *e)
{
	struct elf_place at;
	struct elf_view v;
	int ret;

	memset(p, 0, sizeof(*p));
	if (elf_view_open(&v, ko, e))
		return -1;
	ret = payload_descriptor(&v, &at, e) || read_modinfo(&v, p, e) || search(&v, p, e) ? -1 : 0;
	measure_all(&v, p);
	elf_view_close(&v);
	if (ret)
		payload_free(p);
	return ret;
}

void payload_free(struct payload *p)
{
	drop_funcs(p);
	memset(p, 0, sizeof(*p));
}
