/* SPDX-License-Identifier: MIT */
/*
 * The shipped kernel: vmlinux as unpacked from vmlinuz, or one of its modules.
 *
 * Both answer the same questions: what bytes are at an address, what a place that
 * the compiler left to the linker refers to, and which addresses have a name. A
 * module has no addresses before it is loaded; its sections get made-up ones, far
 * apart and in their order.
 */
#ifndef MEND_DIFFER_IMAGE_H
#define MEND_DIFFER_IMAGE_H

#include "kallsyms.h"
#include "object.h"

struct image;

/** image_open_kernel() - an unpacked vmlinux; it needs no symbol table */
struct image *image_open_kernel(const char *path);

/** image_open_module() - a .ko file of the module @name */
struct image *image_open_module(const char *path, const char *name);

/** image_object() - "vmlinux" or the module's name */
const char *image_object(const struct image *img);

bool image_is_module(const struct image *img);

/** image_bytes() - NULL if these are not all in the file */
const uint8_t *image_bytes(const struct image *img, uint64_t addr, uint64_t len);

/** struct image_ref - what a place refers to; @undefined: a name, no address */
struct image_ref {
	const char *undefined;
	uint64_t addr;
};

/**
 * image_reloc() - the symbol's address that was used at @place
 * @r: the relocation that the compiler made there
 *
 * Return: false if there is no relocation of that kind.
 */
bool image_reloc(const struct image *img, uint64_t place, const struct rela *r,
		 struct image_ref *out);

/** image_find() - the symbols of that name by address; @nr: how many */
const struct kallsym *image_find(const struct image *img, const char *name, size_t *nr);

/** image_is_init() - memory that is gone after start-up */
bool image_is_init(const struct image *img, uint64_t addr);

/**
 * image_sympos() - how mend.ko will find a symbol
 *
 * Return: 0 if the name is the only one, its rank otherwise; -1: it cannot be told
 * apart, or there is no such symbol at that address.
 */
int image_sympos(const struct image *img, const char *name, uint64_t addr);

#endif /* MEND_DIFFER_IMAGE_H */
