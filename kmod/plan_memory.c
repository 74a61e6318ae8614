// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of plans; see plan_memory.h.
 *
 * A switch that has to be taken back may have hurt the machine, and memory may
 * be the first thing that it is out of. So while anything is on probation, every
 * switch first makes sure that the plan of a later one, of whatever is registered
 * then, finds its memory here. It is used only if there is no other, by one plan
 * at a time: those that take back are made under the switch mutex.
 *
 * What is kept back is kept until mend.ko goes: it is little.
 *
 * Locking: the switch mutex and registry_mutex to change it. A plan with @back is
 * made and freed under the switch mutex.
 */
#include "plan_memory.h"

#include <linux/mm.h>
#include <linux/slab.h>
#include "patch.h"
#include "range.h"
#include "table.h"

/* Alternatives of a module's function that is not there yet: its body, a .cold part. */
#define PARTS_GUESS	4

/**
 * struct block - a piece of memory kept back
 * @mem: NULL: there is none
 * @size: its bytes
 * @used: of these
 */
struct block {
	void *mem;
	size_t size;
	size_t used;
};

static struct block blocks[PLAN_TABLE + 1];

#ifdef CONFIG_MEND_SELFTEST
bool plan_test_no_memory;
#define no_memory(plan)	((plan)->back && READ_ONCE(plan_test_no_memory))
#else
#define no_memory(plan)	false
#endif

/* Upper bounds, over everything that is registered. */
static void measure(size_t *size)
{
	struct patch_object *object;
	struct patch *patch = NULL;
	struct patch_func *func;
	u32 patches = 0, objects = 0, funcs = 0, ranges = 0;

	while ((patch = patch_next(patch))) {
		patches++;
		ranges++;
		patch_for_each_object(patch, object) {
			objects++;
			patch_for_each_func(object, func) {
				funcs++;
				ranges += 1 + func->new_code.nr + func->old_code.nr + PARTS_GUESS;
			}
		}
	}
	size[PLAN_STEPS] = (patches + 1) * sizeof(struct plan_step);
	size[PLAN_WORK] = (funcs + 1) * (sizeof(struct site) + sizeof(struct attach_site)) +
			  (objects + 1) * sizeof(struct at_switch) + range_set_bytes(ranges) +
			  4 * sizeof(u64);
	size[PLAN_TABLE] = table_bytes(funcs);
}

static int grow(struct block *block, size_t size)
{
	void *mem;

	if (block->mem && block->size >= size)
		return 0;
	mem = kvmalloc(size, GFP_KERNEL);
	if (!mem)
		return -ENOMEM;
	kvfree(block->mem);
	block->mem = mem;
	block->size = size;
	block->used = 0;
	return 0;
}

int plan_reserve(void)
{
	size_t size[ARRAY_SIZE(blocks)];
	u32 i;
	int err = 0;

	lockdep_assert_held(&registry_mutex);
	measure(size);
	for (i = 0; i < ARRAY_SIZE(blocks) && !err; i++)
		err = grow(&blocks[i], size[i]);
	return err;
}

void plan_memory_exit(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		kvfree(blocks[i].mem);
		blocks[i] = (struct block){};
	}
}

static void *take(struct block *block, size_t size)
{
	void *mem = block->mem + block->used;

	size = ALIGN(size, sizeof(u64));
	if (!block->mem || block->size - block->used < size)
		return NULL;
	block->used += size;
	return memset(mem, 0, size);
}

void *plan_alloc(struct plan *plan, enum plan_use use, size_t size)
{
	gfp_t gfp = GFP_KERNEL;
	void *mem = NULL;

	if (plan->must)
		gfp |= __GFP_NOFAIL;
	if (plan->back)
		gfp |= __GFP_NOWARN;
	if (!no_memory(plan))
		mem = kvzalloc(size, gfp);
	if (mem || !plan->back)
		return mem;
	return take(&blocks[use], size);
}

static struct block *block_of(const void *memory)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(blocks); i++)
		if (blocks[i].mem && memory >= blocks[i].mem &&
		    memory < blocks[i].mem + blocks[i].size)
			return &blocks[i];
	return NULL;
}

void plan_release(const struct plan *plan, const void *memory)
{
	struct block *block = plan->back ? block_of(memory) : NULL;

	/* Everything of a block is given back together, and then taken anew. */
	if (block)
		block->used = 0;
	else
		kvfree(memory);
}

void plan_published(struct plan *plan)
{
	struct block *block = plan->back ? block_of(plan->next) : NULL;

	if (block)
		*block = (struct block){};
	plan->next = NULL;
}
