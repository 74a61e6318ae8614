/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file that the kernel's module loader reads a payload from.
 */
#ifndef MEND_AUTHFILE_H
#define MEND_AUTHFILE_H

#include <linux/types.h>

struct authorization;
struct file;

/**
 * authfile_create() - a read-only file on mend's own pseudo-filesystem
 * @auth: what @image was authorized as
 * @image: its bytes, from kvmalloc() or vmalloc()
 * @size: their number
 *
 * On success the file owns the caller's reference on @auth and @image, and
 * holds mend.ko until it is closed. Context: may sleep.
 *
 * Return: the file, in no descriptor table yet; or ERR_PTR, nothing owned.
 */
struct file *authfile_create(struct authorization *auth, void *image, size_t size);

#endif /* MEND_AUTHFILE_H */
