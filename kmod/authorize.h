/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Authorizations: one payload whose exact bytes somebody trusted has signed
 * for this kernel.
 *
 * An authorization is made by MEND_IOC_AUTHORIZE and referenced by its file
 * and by the patch that came out of it. It outlives the file: the payload's
 * bytes go with the file, what was signed about them stays.
 */
#ifndef MEND_AUTHORIZE_H
#define MEND_AUTHORIZE_H

#include <linux/types.h>
#include <uapi/linux/mend.h>
#include "manifest.h"

struct authorization;
struct file;
struct keyring_cert;

/**
 * authorization_open() - check everything, then make the file to load from
 * @args: what the caller passed, copied; size, flags and reserved checked
 * @report: why it was refused
 *
 * Return: a file of mend's own pseudo-filesystem that holds the payload's
 * bytes and the only reference on the authorization; or ERR_PTR: any errno of
 * the table in uapi/linux/mend.h, with its reason. Context: may sleep.
 */
struct file *authorization_open(const struct mend_authorize *args, struct mend_report *report);

struct authorization *authorization_get(struct authorization *auth);

/** authorization_put() - NULL is allowed. Context: may sleep. */
void authorization_put(struct authorization *auth);

/* All of these are set once and live as long as the caller's reference. */
const char *authorization_name(const struct authorization *auth);
u64 authorization_generation(const struct authorization *auth);
const struct manifest *authorization_manifest(const struct authorization *auth);
const char *authorization_manifest_bytes(const struct authorization *auth, size_t *len);
const u8 *authorization_digest(const struct authorization *auth);
const struct keyring_cert *authorization_signer(const struct authorization *auth);

/** authorization_signer_name() - the certificate's subject, for people */
const char *authorization_signer_name(const struct authorization *auth);

/** authorization_expires() - seconds since the epoch; false: never */
bool authorization_expires(const struct authorization *auth, time64_t *seconds);

/** authorization_funcs() - begin a walk with manifest_func_next() */
void authorization_funcs(const struct authorization *auth, struct manifest_funcs *iter);

/**
 * authorization_check_now() - would it still be given?
 *
 * For switching on later: manifest expiry, certificate validity and the floor
 * are looked at again.
 *
 * Return: 0; -EKEYEXPIRED or -ESTALE with the reason in @report. Any context
 * that may not be NMI.
 */
int authorization_check_now(const struct authorization *auth, struct mend_report *report);

/**
 * authorization_set_report() - what MEND_IOC_AUTH_REPORT will tell the loader
 * @report: NULL: nothing went wrong
 */
void authorization_set_report(struct authorization *auth, const struct mend_report *report);

/** authorization_copy_report() - the last one set */
void authorization_copy_report(struct authorization *auth, struct mend_report *report);

#endif /* MEND_AUTHORIZE_H */
