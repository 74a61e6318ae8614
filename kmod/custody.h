/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chain of custody: from the bytes that were authorized to the struct
 * module that was made of them.
 *
 *	the module loader reads an authorized file	custody_read()
 *	 -> the file carries a mark: "read by this task, in this syscall"
 *	the new module is COMING			custody_bind()
 *	 -> the mark names the module
 *	the module's init calls mend_register()		custody_claim()
 *	the syscall returns: the mark is gone, with the binding
 */
#ifndef MEND_CUSTODY_H
#define MEND_CUSTODY_H

#include <linux/list.h>
#include <linux/task_work.h>
#include <linux/types.h>
#include <uapi/linux/mend.h>

struct authorization;
struct file;
struct module;
struct task_struct;

/**
 * struct custody_mark - who is reading an authorized file; one per file
 * @work: clears the mark when the reader's syscall returns
 * @file: set once; the file that embeds the mark
 * @auth: set once; what the file holds
 * @size: set once; the image's size
 * @link: in the list of marks that are set, protected by custody_lock
 * @reader: the task inside finit_module(), NULL: not marked; as above
 * @next: offset that the next read must begin at; as above
 * @broken: the reads were not one pass from 0 to @size; as above
 * @bound: the module made of the image, NULL: none yet; as above
 */
struct custody_mark {
	struct callback_head work;
	struct file *file;
	struct authorization *auth;
	loff_t size;
	struct list_head link;
	struct task_struct *reader;
	loff_t next;
	bool broken;
	struct module *bound;
};

/** custody_init() - find what is needed; module init, after ksyms_init() */
int custody_init(void);

/** custody_mark_init() - before the file can be reached by anybody */
void custody_mark_init(struct custody_mark *mark, struct file *file,
		       struct authorization *auth, loff_t size);

/**
 * custody_read() - the kernel is about to read @count bytes at @pos
 *
 * Sets the mark at the first read of a finit_module(). Anything else that
 * reads on the kernel's behalf is refused.
 *
 * Return: 0; -EKEYREJECTED with the reason on the authorization.
 */
int custody_read(struct custody_mark *mark, loff_t pos, size_t count);

/**
 * custody_bind() - a module is COMING; is it one of ours?
 * @mod: the new module
 * @auth: out: NULL: not loaded through mend, none of our business; otherwise
 *	the authorization, borrowed until the current syscall returns
 * @report: why not
 *
 * Context: the module notifier of highest priority, in the loading task.
 *
 * Return: 0; -EKEYREJECTED with MEND_R_CUSTODY: it comes through mend, and not
 * in the one way that proves what it is: refuse the load. The reason has been
 * put on the authorization as well.
 */
int custody_bind(struct module *mod, struct authorization **auth, struct mend_report *report);

/**
 * custody_claim() - what was @mod authorized as?
 * @mod: a module in its init, called from there
 * @report: why not
 *
 * Return: a new reference; NULL: it was not, and signatures are not required;
 * ERR_PTR(-EKEYREJECTED) with MEND_R_UNBOUND or MEND_R_CUSTODY.
 */
struct authorization *custody_claim(struct module *mod, struct mend_report *report);

#endif /* MEND_CUSTODY_H */
