/* SPDX-License-Identifier: MIT */
/*
 * What mend/patch.h takes from the kernel's linux/module.h, so that payloads
 * for the tests are written with the real macros and compile anywhere.
 */
#ifndef TEST_LINUX_MODULE_H
#define TEST_LINUX_MODULE_H

#include <linux/types.h>

struct module { char name[56]; };
extern struct module __this_module;
#define THIS_MODULE		(&__this_module)

#define __init			__attribute__((__section__(".init.text")))
#define __exit			__attribute__((__section__(".exit.text")))
#define __used			__attribute__((__used__))
#define __section(s)		__attribute__((__section__(s)))
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define module_init(f)		int init_module(void) __attribute__((__alias__(#f)))
#define module_exit(f)		void cleanup_module(void) __attribute__((__alias__(#f)))

#define TEST_PASTE(a, b)	a##b
#define TEST_UNIQUE(a, b)	TEST_PASTE(a, b)
#define TEST_STRING(s)		#s
#define __MODULE_INFO(tag, name, info)					\
	static const char TEST_UNIQUE(__modinfo_##name, __LINE__)[] __used \
	__section(".modinfo") = TEST_STRING(tag) "=" info
#define MODULE_INFO(tag, info)	__MODULE_INFO(tag, tag, info)
#define MODULE_LICENSE(l)						\
	static const char __modinfo_license[] __used			\
	__section(".modinfo") = "license=" l

/* What modpost adds. */
static const char __modinfo_vermagic[] __used __section(".modinfo") =
	"vermagic=6.1.0-test-amd64 SMP preempt mod_unload modversions ";
static const char __modinfo_name[] __used __section(".modinfo") = "name=" TEST_MODULE;

#endif
