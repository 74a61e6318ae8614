/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The certificates that mend.ko was built with, and what they have signed.
 *
 * Each certificate sits in a keyring of its own: the kernel's verification
 * says that a keyring trusts a signature and not which key of it, and mend
 * has to know, because it checks the certificate's validity itself.
 */
#ifndef MEND_KEYRING_H
#define MEND_KEYRING_H

#include <linux/types.h>
#include <uapi/linux/mend.h>

/**
 * struct keyring_cert - a certificate; written by keys.sh, set once at build
 * @der: the certificate
 * @len: its length
 * @not_before: first second of its validity, since the epoch
 * @not_after: last second of its validity
 * @subject: for people; printable
 */
struct keyring_cert {
	const u8 *der;
	u64 len;
	s64 not_before;
	s64 not_after;
	const char *subject;
};

/** keyring_init() - fill and seal the keyrings; module init only */
int keyring_init(void);

/** keyring_exit() - let go of them; nothing verifies any more */
void keyring_exit(void);

/** keyring_count() - how many certificates can be used */
u32 keyring_count(void);

/**
 * keyring_verify() - who signed these bytes, and may he now?
 * @data: signed bytes
 * @len: their length
 * @sig: detached CMS SignedData, as mend/bundle.h describes it
 * @sig_len: its length
 * @signer: out: the certificate; lives as long as mend.ko
 * @report: may be NULL
 *
 * Return: 0; -EKEYREJECTED with MEND_R_NO_KEYS or MEND_R_SIGNATURE;
 * -EKEYEXPIRED with MEND_R_CERT_EXPIRED or MEND_R_CERT_NOT_YET_VALID; -ENOMEM.
 * Context: may sleep.
 */
int keyring_verify(const void *data, size_t len, const void *sig, size_t sig_len,
		   const struct keyring_cert **signer, struct mend_report *report);

/** keyring_check_validity() - is the certificate valid now? Returns as above. */
int keyring_check_validity(const struct keyring_cert *cert, struct mend_report *report);

#endif /* MEND_KEYRING_H */
