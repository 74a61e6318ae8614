// SPDX-License-Identifier: MIT
/*
 * Pass 7: origin; see origin.h.
 *
 * What vmlinux exports is left to the module loader. Everything else has to be
 * found by mend.ko, by object, name and rank, and the shipped image says whether
 * that leads to the right address: the one that the original code uses.
 */
#include "origin.h"

#include <string.h>

#include "hooks.h"

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* By an address that is known for certain. */
static bool at_address(struct diff *d, const struct image *img, const char *name, uint64_t addr,
		       const char *function, struct origin *out)
{
	if (image_is_init(img, addr)) {
		refuse(&d->refusals, REFUSE_INIT_EXIT, function,
		       "%s is gone after start-up", name);
		return false;
	}
	*out = (struct origin){ .name = name, .object = image_object(img),
				.sympos = image_sympos(img, name, addr) };
	if (out->sympos >= 0)
		return true;
	refuse(&d->refusals, REFUSE_UNRESOLVED, function,
	       "the symbols of %s do not lead to %s", out->object, name);
	return false;
}

/* By name alone: the only one, or the only global one. 0: none, 2: several. */
static int only_by_name(const struct image *img, const char *name, uint64_t *addr)
{
	const struct kallsym *syms;
	unsigned int all = 0, global = 0;
	uint64_t any = 0;
	size_t i, nr;

	syms = image_find(img, name, &nr);
	for (i = 0; i < nr; i++) {
		if (image_is_init(img, syms[i].addr))
			continue;
		any = syms[i].addr;
		all++;
		if (is_upper(syms[i].type)) {
			*addr = any;
			global++;
		}
	}
	if (global == 1)
		return 1;
	*addr = any;
	return all > 1 ? 2 : (int)all;
}

static bool by_name(struct diff *d, const struct image *img, const char *name,
		    const char *function, struct origin *out)
{
	uint64_t addr;

	switch (only_by_name(img, name, &addr)) {
	case 0:
		refuse(&d->refusals, REFUSE_UNRESOLVED, function, "%s has no symbol %s",
		       image_object(img), name);
		return false;
	case 1:
		return at_address(d, img, name, addr, function, out);
	default:
		refuse(&d->refusals, REFUSE_AMBIGUOUS, function, "%s has several symbols %s",
		       image_object(img), name);
		return false;
	}
}

bool origin_function(struct diff *d, const struct symbol *before, struct origin *out)
{
	uint64_t addr;

	if (anchor_symbol(d->anchor, before->name, &addr))
		return at_address(d, d->img, before->name, addr, before->name, out);
	refuse(&d->refusals, REFUSE_UNRESOLVED, before->name,
	       "it is not known where it is in the shipped %s (weak, or not in the image)",
	       image_object(d->img));
	return false;
}

bool origin_defined(struct diff *d, const struct symbol *before, const char *function,
		    struct origin *out)
{
	uint64_t addr;

	if (before->bind != STB_LOCAL && !image_is_module(d->img) &&
	    symvers_is_kernels(d->symvers, before->name)) {
		*out = (struct origin){ .name = before->name, .object = "vmlinux",
					.exported = true };
		return true;
	}
	if (before->bind == STB_WEAK)
		return by_name(d, d->img, before->name, function, out);
	if (anchor_symbol(d->anchor, before->name, &addr))
		return at_address(d, d->img, before->name, addr, function, out);
	refuse(&d->refusals, REFUSE_UNRESOLVED, function,
	       "it is not known where %s is in the shipped %s", before->name,
	       image_object(d->img));
	return false;
}

/* A symbol of the same module, in another of its source files? */
static bool is_own(const struct diff *d, const char *name)
{
	size_t nr;

	if (!image_is_module(d->img))
		return false;
	image_find(d->img, name, &nr);
	return nr > 0;
}

/* What every payload reaches: the module loader knows mend.ko, and the patch is its own. */
static bool is_mends(const struct diff *d, const char *name)
{
	return !strcmp(name, THIS_PATCH) || (d->mend && symvers_find(d->mend, name));
}

bool origin_undefined(struct diff *d, const char *name, const char *function,
		      struct origin *out)
{
	const struct symver *v = symvers_find(d->symvers, name);
	uint64_t addr;

	if (symvers_is_kernels(d->symvers, name) || is_mends(d, name) ||
	    is_shared(d->shared, name)) {
		*out = (struct origin){ .name = name, .object = "vmlinux", .exported = true };
		return true;
	}
	if (anchor_extern(d->anchor, name, &addr))
		return at_address(d, d->img, name, addr, function, out);
	if (is_own(d, name))
		return by_name(d, d->img, name, function, out);
	if (v && strcmp(v->module, "vmlinux")) {
		*out = (struct origin){ .name = name, .object = v->module };
		return true;
	}
	return by_name(d, d->kernel, name, function, out);
}
