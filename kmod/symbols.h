/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From names to addresses.
 */
#ifndef MEND_SYMBOLS_H
#define MEND_SYMBOLS_H

#include <linux/types.h>
#include <uapi/linux/mend.h>
#include "range.h"

struct module;

/**
 * struct symbol_ref - a symbol by object, name and rank
 * @mod: the module it lives in, which the caller keeps loaded; NULL: vmlinux
 * @object: that module's name or "vmlinux", for messages
 * @name: the symbol
 * @sympos: its rank by address among those of the same name, from 1;
 *	0: it must be the only one
 */
struct symbol_ref {
	struct module *mod;
	const char *object;
	const char *name;
	unsigned long sympos;
};

/**
 * symbol_resolve() - the address of a symbol
 *
 * Init code and data do not count: neither as a result nor in the rank.
 *
 * Context: may sleep.
 *
 * Return: 0; -ENOENT (MEND_R_NO_SYMBOL); -EINVAL (MEND_R_AMBIGUOUS,
 * MEND_R_INIT_SYMBOL); -ENOMEM.
 */
int symbol_resolve(const struct symbol_ref *ref, unsigned long *addr,
		   struct mend_report *report);

/**
 * symbol_check_patchable() - may the function at @addr be redirected?
 * @ip: out: its ftrace record
 *
 * Return: 0; -EINVAL (MEND_R_NO_FENTRY, MEND_R_UNPATCHABLE).
 */
int symbol_check_patchable(const struct symbol_ref *ref, unsigned long addr, unsigned long *ip,
			   struct mend_report *report);

/**
 * symbol_parts() - all text of a function: its body and what the compiler has
 * moved out of it into NAME.cold
 * @addr: its address
 * @parts: out: kmalloc'ed, the body first
 * @nr: out
 *
 * Static functions of one name have .cold parts of one name, and nothing says
 * which belongs to which: all are taken. That can only make the consistency
 * check wait for a task that would not have mattered.
 */
int symbol_parts(const struct symbol_ref *ref, unsigned long addr, struct addr_range **parts,
		 u32 *nr, struct mend_report *report);

/**
 * module_symbol_name() - the name of the symbol at exactly @addr in a module
 * @name: out: a copy of it
 * @size: room in @name
 *
 * Return: whether there is one.
 */
bool module_symbol_name(struct module *mod, unsigned long addr, char *name, size_t size);

/** module_symbol_addr() - the first symbol of that name; 0: none. Init data included. */
unsigned long module_symbol_addr(struct module *mod, const char *name);

/**
 * module_symbols_with_prefix() - all whose name begins with @prefix
 * @addrs: out: their addresses, @max at most
 *
 * Return: how many were stored; with @max 0: how many there are.
 */
u32 module_symbols_with_prefix(struct module *mod, const char *prefix, unsigned long *addrs,
			       u32 max);

#endif /* MEND_SYMBOLS_H */
