// SPDX-License-Identifier: GPL-2.0-only
/*
 * mend_poke: changes running text behind everybody's back, while it is loaded.
 *
 *	symbol=MODULE:FUNCTION	where
 *	call=0	the number that it returns becomes another one: one byte of its
 *		first "mov $number, %eax"
 *	call=1	the call or jump that it begins with becomes a NOP
 *
 * Locking: none; the machine is stopped for a change.
 */
#include <linux/err.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/stop_machine.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/sync_core.h>

#define REACH	64
#define CALL	0xe8
#define JMP	0xe9
#define MOV_EAX	0xb8

static char *symbol;
module_param(symbol, charp, 0400);
static bool call;
module_param(call, bool, 0400);

static const u8 nop[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };

/* Bytes that are exchanged with those at addr; alias is the same, writable. */
static struct poke {
	u8 *addr;
	u8 *alias;
	u8 bytes[sizeof(nop)];
	size_t len;
} poke;

static int exchange(void *unused)
{
	u8 old[sizeof(poke.bytes)];

	memcpy(old, poke.addr, poke.len);
	memcpy(poke.alias, poke.bytes, poke.len);
	memcpy(poke.bytes, old, poke.len);
	sync_core();
	return 0;
}

static void sync_cpu(void *unused)
{
	sync_core();
}

static void poke_now(void)
{
	struct page *page = vmalloc_to_page(poke.addr);
	void *map = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	if (WARN_ON(!map))
		return;
	poke.alias = map + offset_in_page(poke.addr);
	stop_machine(exchange, NULL, NULL);
	on_each_cpu(sync_cpu, NULL, 1);
	vunmap(map);
}

static int find_place(u8 *function)
{
	u32 i;

	for (i = 0; i < REACH; i++) {
		poke.addr = function + i;
		if (call && (function[i] == CALL || function[i] == JMP)) {
			memcpy(poke.bytes, nop, sizeof(nop));
			poke.len = sizeof(nop);
			return 0;
		}
		if (!call && function[i] == MOV_EAX && !function[i + 2] && !function[i + 3]) {
			poke.addr++;
			poke.bytes[0] = *poke.addr ^ 0x40;
			poke.len = 1;
			return 0;
		}
	}
	return -ENOENT;
}

static int __init poke_init(void)
{
	/* Disabled: it is there to be asked for its address. */
	struct kprobe probe = { .symbol_name = symbol, .flags = KPROBE_FLAG_DISABLED };
	int err = symbol ? register_kprobe(&probe) : -EINVAL;

	if (err)
		return err;
	unregister_kprobe(&probe);
	err = find_place(probe.addr);
	/* One page is mapped. */
	if (!err && offset_in_page(poke.addr) + poke.len > PAGE_SIZE)
		err = -ERANGE;
	if (!err)
		poke_now();
	return err;
}

static void __exit poke_exit(void)
{
	poke_now();
}

module_init(poke_init);
module_exit(poke_exit);
MODULE_DESCRIPTION("Changes running text for mend's selftests");
MODULE_LICENSE("GPL");
