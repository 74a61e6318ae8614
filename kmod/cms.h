/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shape of a signature: detached CMS SignedData as mend/bundle.h wants it.
 *
 * The kernel's verification is liberal: it follows chains through
 * certificates that the message brings along, takes several signers, signed
 * attributes and other digests, and does not look at what stands behind the
 * message. mend wants none of that: one signer, known in advance, over the
 * manifest's bytes. This check comes first and lets nothing else pass; whether
 * the signature is right is not its business.
 *
 * Pure: also compiled in userspace for the unit tests and the fuzzer.
 */
#ifndef MEND_CMS_H
#define MEND_CMS_H

#include "pure.h"

/**
 * cms_check() - is it DER of exactly the wanted shape?
 *
 * Return: NULL: yes; otherwise what is wrong, for people.
 */
const char *cms_check(const u8 *der, size_t len);

#endif /* MEND_CMS_H */
