// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth.ko: lets the n-th allocation fail that mend.ko causes.
 *
 * An allocation counts if a function of mend.ko is on its stack, whichever task
 * it is. The kernel's own fault injection cannot do that: on x86-64 its filter
 * by stack trace does not exist before 6.2, and fail-nth does not ask it. What
 * fails without a filter is mostly the module loader's, which warns by itself.
 *
 * /sys/kernel/debug/failnth
 *	write N		count from now on and let the N-th fail; 0: none
 *	write N all	and all that come after it
 *	read		"hits COUNT"; "failed STACK", if one did; "order N N ...",
 *			which site each hit was; then every place in mend.ko that
 *			was seen to allocate since the module was loaded, from
 *			number 0 on: "site CALLER ALLOCATOR SEEN FAILED"
 *
 * Needs a kernel with CONFIG_FAILSLAB and CONFIG_FAIL_PAGE_ALLOC: elsewhere the
 * compiler may have left out the two questions that it answers.
 *
 * Locking: failnth_lock protects all of struct failnth but @mend, which is set
 * when mend.ko comes and cleared when it goes. The probes read it with
 * preemption disabled, and the module loader waits for such readers between
 * GOING and the end of the module's memory.
 */
#define pr_fmt(fmt) "failnth: " fmt

#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/uaccess.h>

#define DEPTH		64
#define SITES_MAX	512
#define ORDER_MAX	5000
#define NAME_LEN	128
#define STACK_LEN	1024

/**
 * struct failnth_site - a place in mend.ko that allocates
 * @caller: function and offset in mend.ko
 * @allocator: what it calls there
 * @seen: how often
 * @failed: how often it was made to fail
 */
struct failnth_site {
	char caller[NAME_LEN];
	char allocator[NAME_LEN];
	unsigned long seen;
	unsigned long failed;
};

/**
 * struct failnth - all there is
 * @mend: mend.ko, or NULL
 * @nth: which one fails; 0: none
 * @all: and those behind it
 * @hits: counted since @nth was set
 * @stack: of the first that failed since then; empty: none
 * @order: the site of each of them, as far as there is room
 * @sites: what was seen
 * @nr_sites: how many
 * @entries: scratch
 * @symbol: scratch
 */
static struct failnth {
	const struct module *mend;
	unsigned long nth;
	bool all;
	unsigned long hits;
	char stack[STACK_LEN];
	u16 order[ORDER_MAX];
	struct failnth_site sites[SITES_MAX];
	unsigned int nr_sites;
	unsigned long entries[DEPTH];
	char symbol[KSYM_SYMBOL_LEN];
} failnth;

static DEFINE_RAW_SPINLOCK(failnth_lock);

/*
 * What the debugging tools allocate for themselves: they have their own way
 * out when it fails, and it is not mend.ko that has asked.
 */
static const char * const not_ours[] = {
	"kmemleak_", "create_object", "__create_object", "mem_pool_alloc",
	"kasan_save_", "__stack_depot_save", "stack_depot_save",
	"debug_object_", "__debug_object_", "fill_pool",
};

static bool is_not_ours(const char *symbol)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(not_ours); i++)
		if (!strncmp(symbol, not_ours[i], strlen(not_ours[i])))
			return true;
	return false;
}

/* The innermost entry that is in mend.ko; @nr if there is none. */
static unsigned int mend_entry(const struct module *mend, const unsigned long *entries,
			       unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (within_module(entries[i], mend))
			break;
	return i;
}

static struct failnth_site *site_find(const char *caller, const char *allocator)
{
	struct failnth_site *site;
	unsigned int i;

	for (i = 0; i < failnth.nr_sites; i++) {
		site = &failnth.sites[i];
		if (!strcmp(site->caller, caller) && !strcmp(site->allocator, allocator))
			return site;
	}
	if (failnth.nr_sites == SITES_MAX)
		return NULL;
	site = &failnth.sites[failnth.nr_sites++];
	strscpy(site->caller, caller, NAME_LEN);
	strscpy(site->allocator, allocator, NAME_LEN);
	return site;
}

/* Innermost first; without the probe's own entries. */
static void note_stack(unsigned int last)
{
	bool begun = false;
	unsigned int i, len = 0;

	if (failnth.stack[0])
		return;
	for (i = 0; i <= last; i++) {
		sprint_symbol_no_offset(failnth.symbol, failnth.entries[i]);
		if (begun)
			len += scnprintf(failnth.stack + len, STACK_LEN - len, "%s%s",
					 len ? " < " : "", failnth.symbol);
		begun = begun || !strncmp(failnth.symbol, "should_fail", 11);
	}
}

/* One that counts: @at is mend.ko's entry in the stack. */
static bool count(unsigned int at, unsigned int nr)
{
	char allocator[NAME_LEN] = "";
	struct failnth_site *site;
	unsigned int i;
	bool fails;

	for (i = 0; i < at; i++) {
		sprint_symbol_no_offset(failnth.symbol, failnth.entries[i]);
		if (is_not_ours(failnth.symbol))
			return false;
		strscpy(allocator, failnth.symbol, NAME_LEN);
	}
	sprint_symbol(failnth.symbol, failnth.entries[at]);
	failnth.symbol[strcspn(failnth.symbol, " ")] = '\0';
	site = site_find(failnth.symbol, allocator);
	if (failnth.hits < ORDER_MAX)
		failnth.order[failnth.hits] = site ? site - failnth.sites : SITES_MAX;
	failnth.hits++;
	fails = failnth.nth && (failnth.hits == failnth.nth ||
				(failnth.all && failnth.hits > failnth.nth));
	if (fails)
		note_stack(min(at + 3, nr - 1));
	if (site) {
		site->seen++;
		site->failed += fails;
	}
	return fails;
}

static bool counts_and_fails(gfp_t gfp)
{
	const struct module *mend = READ_ONCE(failnth.mend);
	unsigned int nr, at;
	unsigned long flags;
	bool fails = false;

	if (!mend || !in_task() || (gfp & __GFP_NOFAIL))
		return false;
	raw_spin_lock_irqsave(&failnth_lock, flags);
	nr = stack_trace_save(failnth.entries, DEPTH, 0);
	at = mend_entry(mend, failnth.entries, nr);
	if (at < nr)
		fails = count(at, nr);
	raw_spin_unlock_irqrestore(&failnth_lock, flags);
	return fails;
}

/* What runs instead of should_failslab() and should_fail_alloc_page(). */
static notrace int slab_fails(struct kmem_cache *cache, gfp_t gfp)
{
	return -ENOMEM;
}

static notrace bool page_fails(gfp_t gfp, unsigned int order)
{
	return true;
}

static int slab_pre(struct kprobe *probe, struct pt_regs *regs)
{
	if (!counts_and_fails((__force gfp_t)regs_get_kernel_argument(regs, 1)))
		return 0;
	instruction_pointer_set(regs, (unsigned long)slab_fails);
	return 1;
}

static int page_pre(struct kprobe *probe, struct pt_regs *regs)
{
	if (!counts_and_fails((__force gfp_t)regs_get_kernel_argument(regs, 0)))
		return 0;
	instruction_pointer_set(regs, (unsigned long)page_fails);
	return 1;
}

/* A probe that changes the instruction pointer has to have one. */
static void no_post(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe slab_probe = {
	.symbol_name = "should_failslab", .pre_handler = slab_pre, .post_handler = no_post,
};

static struct kprobe page_probe = {
	.symbol_name = "should_fail_alloc_page", .pre_handler = page_pre, .post_handler = no_post,
};

static int failnth_show(struct seq_file *m, void *unused)
{
	struct failnth_site site;
	unsigned long flags, hits;
	unsigned int i;
	char *stack = kmalloc(STACK_LEN, GFP_KERNEL);

	if (!stack)
		return -ENOMEM;
	raw_spin_lock_irqsave(&failnth_lock, flags);
	hits = failnth.hits;
	strscpy(stack, failnth.stack, STACK_LEN);
	raw_spin_unlock_irqrestore(&failnth_lock, flags);
	seq_printf(m, "hits %lu\n", hits);
	if (stack[0])
		seq_printf(m, "failed %s\n", stack);
	kfree(stack);
	/* Read when nothing is counted: what is torn here is of no use to anybody. */
	seq_puts(m, "order");
	for (i = 0; i < min_t(unsigned long, hits, ORDER_MAX); i++)
		seq_printf(m, " %u", READ_ONCE(failnth.order[i]));
	seq_putc(m, '\n');
	/* Entries are only added. */
	for (i = 0; i < READ_ONCE(failnth.nr_sites); i++) {
		raw_spin_lock_irqsave(&failnth_lock, flags);
		site = failnth.sites[i];
		raw_spin_unlock_irqrestore(&failnth_lock, flags);
		seq_printf(m, "site %s %s %lu %lu\n", site.caller, site.allocator, site.seen,
			   site.failed);
	}
	return 0;
}

static int failnth_open(struct inode *inode, struct file *file)
{
	return single_open(file, failnth_show, NULL);
}

static ssize_t failnth_write(struct file *file, const char __user *user, size_t len, loff_t *pos)
{
	char text[32], all[8] = "";
	unsigned long nth, flags;

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, len))
		return -EFAULT;
	text[len] = '\0';
	if (sscanf(text, "%lu %7s", &nth, all) < 1 || (all[0] && strcmp(all, "all")))
		return -EINVAL;
	raw_spin_lock_irqsave(&failnth_lock, flags);
	failnth.nth = nth;
	failnth.all = all[0];
	/* Switching it off keeps what has been counted, to be read. */
	if (nth) {
		failnth.hits = 0;
		failnth.stack[0] = '\0';
	}
	raw_spin_unlock_irqrestore(&failnth_lock, flags);
	return len;
}

static const struct file_operations failnth_fops = {
	.owner = THIS_MODULE,
	.open = failnth_open,
	.read = seq_read,
	.write = failnth_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int failnth_notify(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *mod = data;

	if (strcmp(mod->name, "mend"))
		return NOTIFY_DONE;
	if (state == MODULE_STATE_COMING)
		WRITE_ONCE(failnth.mend, mod);
	else if (state == MODULE_STATE_GOING)
		WRITE_ONCE(failnth.mend, NULL);
	return NOTIFY_OK;
}

static struct notifier_block failnth_notifier = {
	.notifier_call = failnth_notify,
	.priority = INT_MAX,
};

static struct dentry *failnth_file;

static int __init failnth_init(void)
{
	int err = register_module_notifier(&failnth_notifier);

	if (err)
		return err;
	err = register_kprobe(&slab_probe);
	if (err)
		goto unregister_notifier;
	err = register_kprobe(&page_probe);
	if (err)
		goto unregister_slab;
	failnth_file = debugfs_create_file("failnth", 0600, NULL, NULL, &failnth_fops);
	if (!IS_ERR(failnth_file))
		return 0;
	err = PTR_ERR(failnth_file);
	unregister_kprobe(&page_probe);
unregister_slab:
	unregister_kprobe(&slab_probe);
unregister_notifier:
	unregister_module_notifier(&failnth_notifier);
	pr_err("cannot probe the allocators: error %d\n", err);
	return err;
}

static void __exit failnth_exit(void)
{
	debugfs_remove(failnth_file);
	unregister_kprobe(&page_probe);
	unregister_kprobe(&slab_probe);
	unregister_module_notifier(&failnth_notifier);
}

module_init(failnth_init);
module_exit(failnth_exit);
MODULE_DESCRIPTION("Lets allocations of mend.ko fail, one after the other");
MODULE_LICENSE("GPL");
