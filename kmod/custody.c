// SPDX-License-Identifier: GPL-2.0-only
/*
 * The chain of custody; see custody.h.
 *
 * Whoever may load modules controls the loader's memory, its descriptors and
 * its threads. What he cannot do is be in two system calls at once: so the
 * proof hangs on the task and on the one system call in which the kernel's
 * module loader reads the file, parses what it has read, and calls the new
 * module's init. Nothing is looked up by descriptor, and nothing outlives the
 * call.
 *
 * The mark is cleared by a task work, which runs before the task returns to
 * user space, and in do_exit() if it never does. The work holds the file, and
 * with it mend.ko. It lets go with fput(), which puts itself off to the same
 * task's next task work: no code of mend.ko runs after the last reference.
 *
 * Locking: custody_lock protects the list of marks that are set, and in every
 * mark what struct custody_mark says. A mark that current has set cannot go
 * away under current, locked or not.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include "arch/x86/syscall.h"
#include "authorize.h"
#include "compat/user_task.h"
#include "custody.h"
#include "main.h"
#include "report.h"

static DEFINE_SPINLOCK(custody_lock);
static LIST_HEAD(marks);

int custody_init(void)
{
	return compat_task_work_init();
}

/* Is current in the one system call that counts? NULL: yes. */
static const char *syscall_flaw(void)
{
	u32 flags;

	if (!compat_is_user_task(current))
		return "not read by the thread that loads it";
	if (!arch_in_finit_module(&flags))
		return "not loaded with the native finit_module()";
	if (flags)
		return "loaded with flags";
	if (READ_ONCE(current->ptrace))
		return "the loading thread is traced";
	return NULL;
}

static int custody_fail(struct authorization *auth, struct mend_report *report, const char *what,
			const char *flaw)
{
	struct mend_report own;
	int err;

	err = report_fail(&own, -EKEYREJECTED, MEND_R_CUSTODY,
			  "payload %s refused: %s; load it with \"mend apply\" and nothing in between",
			  what, flaw);
	authorization_set_report(auth, &own);
	if (report)
		*report = own;
	return err;
}

/* Ends what mark_set() began; in the same task. */
static void mark_clear(struct custody_mark *mark)
{
	spin_lock(&custody_lock);
	list_del_init(&mark->link);
	mark->reader = NULL;
	mark->bound = NULL;
	spin_unlock(&custody_lock);
	fput(mark->file);
}

static void mark_work(struct callback_head *work)
{
	mark_clear(container_of(work, struct custody_mark, work));
}

void custody_mark_init(struct custody_mark *mark, struct file *file,
		       struct authorization *auth, loff_t size)
{
	init_task_work(&mark->work, mark_work);
	mark->file = file;
	mark->auth = auth;
	mark->size = size;
	INIT_LIST_HEAD(&mark->link);
	mark->reader = NULL;
	mark->bound = NULL;
}

/* NULL: the mark is current's now, @fresh: and was nobody's before. */
static const char *mark_take(struct custody_mark *mark, bool *fresh)
{
	const char *flaw = NULL;

	spin_lock(&custody_lock);
	*fresh = !mark->reader;
	if (*fresh) {
		mark->reader = current;
		mark->next = 0;
		mark->broken = false;
		mark->bound = NULL;
		list_add(&mark->link, &marks);
	} else if (mark->reader != current) {
		flaw = "another thread is loading from the same descriptor";
	}
	spin_unlock(&custody_lock);
	return flaw;
}

static const char *mark_set(struct custody_mark *mark)
{
	const char *flaw;
	bool fresh;

	flaw = mark_take(mark, &fresh);
	if (flaw || !fresh)
		return flaw;

	authorization_set_report(mark->auth, NULL);
	get_file(mark->file);
	if (compat_task_work_add(&mark->work)) {
		mark_clear(mark);
		return "the loading thread is exiting";
	}
	return NULL;
}

int custody_read(struct custody_mark *mark, loff_t pos, size_t count)
{
	const char *flaw = syscall_flaw();

	if (!flaw)
		flaw = mark_set(mark);
	if (flaw)
		return custody_fail(mark->auth, NULL, authorization_name(mark->auth), flaw);

	spin_lock(&custody_lock);
	if (mark->next != pos)
		mark->broken = true;
	mark->next = pos + count;
	spin_unlock(&custody_lock);
	return 0;
}

/* The only mark of current; NULL: none. @nr: how many there are. */
static struct custody_mark *mark_of_current(u32 *nr)
{
	struct custody_mark *mark, *mine = NULL;

	lockdep_assert_held(&custody_lock);
	*nr = 0;
	list_for_each_entry(mark, &marks, link) {
		if (mark->reader == current) {
			mine = mark;
			(*nr)++;
		}
	}
	return mine;
}

/* What both ends of the chain ask for. NULL: all is well. */
static const char *module_flaw(const struct module *mod)
{
	if (mod->state != MODULE_STATE_COMING)
		return "it is not being loaded";
	if (!mod->args || mod->args[0])
		return "loaded with module parameters";
	return syscall_flaw();
}

static const char *mark_flaw(const struct custody_mark *mark, u32 nr)
{
	lockdep_assert_held(&custody_lock);
	if (nr != 1)
		return "two authorized files were read in one system call";
	if (mark->broken || mark->next != mark->size)
		return "it was not read once from beginning to end";
	return NULL;
}

int custody_bind(struct module *mod, struct authorization **auth, struct mend_report *report)
{
	const char *flaw = module_flaw(mod);
	struct custody_mark *mark;
	u32 nr;

	*auth = NULL;
	spin_lock(&custody_lock);
	mark = mark_of_current(&nr);
	if (mark && !flaw)
		flaw = mark_flaw(mark, nr);
	if (mark && !flaw) {
		if (mark->bound)
			flaw = "a module was made of it already";
		else
			mark->bound = mod;
	}
	spin_unlock(&custody_lock);

	if (!mark)
		return 0;
	if (flaw)
		return custody_fail(mark->auth, report, mod->name, flaw);
	*auth = mark->auth;
	return 0;
}

struct authorization *custody_claim(struct module *mod, struct mend_report *report)
{
	const char *flaw = module_flaw(mod);
	struct custody_mark *mark;
	u32 nr;

	spin_lock(&custody_lock);
	mark = mark_of_current(&nr);
	if (mark && !flaw)
		flaw = mark_flaw(mark, nr);
	if (mark && !flaw && mark->bound != mod)
		flaw = "it is not the module that was made of the authorized file";
	spin_unlock(&custody_lock);

	if (mark && flaw)
		return ERR_PTR(custody_fail(mark->auth, report, mod->name, flaw));
	if (mark)
		return authorization_get(mark->auth);
	if (!mend_require_signature)
		return NULL;
	return ERR_PTR(report_fail(report, -EKEYREJECTED, MEND_R_UNBOUND,
				   "payload %s was not loaded through /dev/mend, so nobody knows what it is: use \"mend apply\" with a signed bundle",
				   mod->name));
}
