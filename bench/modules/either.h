/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One source, two patches: for mend, and for the kernel's own livepatch.
 *
 * Each contender gets the same replacement functions, compiled the same way.
 * Every file here that uses this header is built as mend_NAME and, with
 * BENCH_KLP, as klp_NAME; see Makefile.
 */
#ifndef MEND_BENCH_EITHER_H
#define MEND_BENCH_EITHER_H

#ifdef BENCH_KLP

#include <linux/livepatch.h>
#include <linux/module.h>

#define BENCH_FUNC(_old, _new)	{ .old_name = #_old, .new_func = (_new) }

#define BENCH_PATCH(_name, _object, ...)					\
	static struct klp_func funcs[] = { __VA_ARGS__, { } };			\
	static struct klp_object objects[] = {					\
		{ .name = (_object), .funcs = funcs },				\
		{ }								\
	};									\
	static struct klp_patch patch = {					\
		.mod = THIS_MODULE,						\
		.objs = objects,						\
	};									\
	static int __init bench_init(void)					\
	{									\
		return klp_enable_patch(&patch);				\
	}									\
	static void __exit bench_exit(void)					\
	{									\
	}									\
	module_init(bench_init);						\
	module_exit(bench_exit);						\
	MODULE_INFO(livepatch, "Y");						\
	MODULE_DESCRIPTION("livepatch for the benchmark: " _name);		\
	MODULE_LICENSE("GPL")

#else

#include <mend/patch.h>

#define BENCH_FUNC(_old, _new)	MEND_FUNC(_old, _new)

#define BENCH_PATCH(_name, _object, ...)					\
	static const struct mend_func funcs[] = { __VA_ARGS__, { } };		\
	static const struct mend_object objects[] = {				\
		{ .name = (_object), .funcs = funcs },				\
		{ }								\
	};									\
	static struct mend_patch patch = {					\
		.name = (_name),						\
		.generation = 1,						\
		.objs = objects,						\
		.unloadable = true,						\
	};									\
	MEND_PATCH(patch);							\
	MODULE_DESCRIPTION("mend payload for the benchmark: " _name)

#endif /* BENCH_KLP */

#endif /* MEND_BENCH_EITHER_H */
