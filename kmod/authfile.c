// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that hold an authorized payload; see authfile.h.
 *
 * A pseudo-filesystem of our own, never registered and never mounted by
 * anybody else, is what makes the bytes ours: no descriptor to write with can
 * be had, by any way. An inode without open (the default of new_inode()) means
 * that /proc/PID/fd cannot be used to get a second one, nor can a stacked
 * filesystem or a backing file. There is no attribute to set, no page cache,
 * no mmap, no splice.
 *
 * The mount exists while there are files: each file holds it, the mount holds
 * the filesystem type, and both hold mend.ko.
 *
 * Locking: a file's image is set once and freed with the file. authfs_mount
 * and authfs_pins are simple_pin_fs()'s, under its lock.
 */
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include "authfile.h"
#include "authorize.h"
#include "compat/user_task.h"
#include "custody.h"
#include "ioctl.h"

#define AUTHFS_MAGIC	0x6d656e64	/* "mend" */

/**
 * struct authfile - what hangs on an authorized file; all set once
 * @mark: the chain of custody; has a lock of its own
 * @auth: our reference
 * @image: the payload
 * @size: its bytes; i_size is only what others are told
 */
struct authfile {
	struct custody_mark mark;
	struct authorization *auth;
	void *image;
	size_t size;
};

static struct vfsmount *authfs_mount;
static int authfs_pins;

/*
 * Reading is harmless and open to whoever has the descriptor; a read by the
 * kernel for itself (a kvec) is the module loader's, or refused.
 */
static ssize_t authfile_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct authfile *authfile = iocb->ki_filp->private_data;
	size_t count = iov_iter_count(to);
	loff_t pos = iocb->ki_pos;
	int err;

	if (pos < 0)
		return -EINVAL;
	if (!count || pos >= authfile->size)
		return 0;
	count = min_t(size_t, count, authfile->size - pos);
	if (iov_iter_is_kvec(to)) {
		err = custody_read(&authfile->mark, pos, count);
		if (err)
			return err;
	}
	count = copy_to_iter(authfile->image + pos, count, to);
	if (!count)
		return -EFAULT;
	iocb->ki_pos += count;
	return count;
}

static long authfile_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct authfile *authfile = file->private_data;
	struct mend_auth_report args;
	void __user *user = (void __user *)arg;
	u32 size;
	int err;

	BUILD_BUG_ON(sizeof(struct mend_auth_report) != MEND_AUTH_REPORT_SIZE_V1);

	if (cmd != MEND_IOC_AUTH_REPORT)
		return -ENOTTY;
	err = ioctl_get(&args, sizeof(args), MEND_AUTH_REPORT_SIZE_V1, user, &size, &args.report);
	if (!err)
		err = ioctl_no_flags(args.flags, &args.report);
	if (!err)
		authorization_copy_report(authfile->auth, &args.report);
	return ioctl_put_report(user, size, offsetof(struct mend_auth_report, report),
				&args.report, err);
}

static loff_t authfile_llseek(struct file *file, loff_t offset, int whence)
{
	struct authfile *authfile = file->private_data;

	return fixed_size_llseek(file, offset, whence, authfile->size);
}

static int authfile_release(struct inode *inode, struct file *file)
{
	struct authfile *authfile = file->private_data;

	/* A mark holds the file, so there is none. */
	WARN_ON_ONCE(authfile->mark.reader);
	kvfree(authfile->image);
	authorization_put(authfile->auth);
	kfree(authfile);
	return 0;
}

/* No read: kernel_read() wants only read_iter. */
static const struct file_operations authfile_fops = {
	.owner = THIS_MODULE,
	.llseek = authfile_llseek,
	.read_iter = authfile_read_iter,
	.unlocked_ioctl = authfile_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = authfile_release,
};

static int authfile_setattr(compat_mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	return -EPERM;
}

static const struct inode_operations authfile_iops = {
	.setattr = authfile_setattr,
};

static int authfs_init_context(struct fs_context *context)
{
	return init_pseudo(context, AUTHFS_MAGIC) ? 0 : -ENOMEM;
}

static struct file_system_type authfs_type = {
	.name = "mendfs",
	.owner = THIS_MODULE,
	.init_fs_context = authfs_init_context,
	.kill_sb = kill_anon_super,
};

static struct inode *authfs_new_inode(size_t size)
{
	struct inode *inode = new_inode(authfs_mount->mnt_sb);

	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	inode->i_mode = S_IFREG | 0400;
	inode->i_op = &authfile_iops;
	inode->i_flags |= S_IMMUTABLE;
	i_size_write(inode, size);
	return inode;
}

/* The mount is pinned by the caller and, on success, by the file. */
static struct file *authfs_new_file(size_t size)
{
	struct inode *inode = authfs_new_inode(size);
	struct file *file;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	/* alloc_file_pseudo() takes no reference for fops, fput() drops one. */
	__module_get(THIS_MODULE);
	file = alloc_file_pseudo(inode, authfs_mount, "mend-payload", O_RDONLY, &authfile_fops);
	if (IS_ERR(file)) {
		module_put(THIS_MODULE);
		iput(inode);
	}
	return file;
}

struct file *authfile_create(struct authorization *auth, void *image, size_t size)
{
	struct authfile *authfile;
	struct file *file;
	int err;

	authfile = kzalloc(sizeof(*authfile), GFP_KERNEL);
	if (!authfile)
		return ERR_PTR(-ENOMEM);
	err = simple_pin_fs(&authfs_type, &authfs_mount, &authfs_pins);
	if (err) {
		kfree(authfile);
		return ERR_PTR(err);
	}
	file = authfs_new_file(size);
	simple_release_fs(&authfs_mount, &authfs_pins);
	if (IS_ERR(file)) {
		kfree(authfile);
		return file;
	}
	authfile->auth = auth;
	authfile->image = image;
	authfile->size = size;
	custody_mark_init(&authfile->mark, file, auth, size);
	file->private_data = authfile;
	return file;
}
