// SPDX-License-Identifier: GPL-2.0-only
/*
 * Certificates and signatures; see keyring.h.
 *
 * Userspace, root included, can look at the keyrings (/proc/keys) and do
 * nothing else: everybody lacks every permission but root's to view, and
 * nobody possesses them, since a link needs a permission too. Search is among
 * those left out on purpose: with it root could invalidate a key. KEEP and
 * the restriction stand behind that as a second wall.
 *
 * Locking: none. Everything is set in keyring_init() and read afterwards.
 */
#define pr_fmt(fmt) "mend: " fmt

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/key.h>
#include <linux/ktime.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/verification.h>
#include "cms.h"
#include "keyring.h"
#include "manifest.h"
#include "report.h"

#ifndef CONFIG_64BIT
#error "keys.sh writes struct keyring_cert for 64-bit kernels"
#endif

/* Written by keys.sh. */
extern const struct keyring_cert mend_keyring_certs[];
extern const u32 mend_keyring_certs_nr;

/* What the kernel may do with a keyring while it is filled. */
#define RING_PERM	(KEY_POS_VIEW | KEY_POS_READ | KEY_POS_WRITE | KEY_POS_SEARCH | \
			 KEY_USR_VIEW)
#define CERT_PERM	(KEY_POS_VIEW | KEY_POS_SEARCH | KEY_USR_VIEW)

/**
 * struct trusted - a certificate that the kernel has accepted
 * @cert: what we know about it
 * @ring: the keyring that holds it alone
 */
struct trusted {
	const struct keyring_cert *cert;
	struct key *ring;
};

/* Set once in keyring_init(). */
static struct trusted *trusted;
static u32 nr_trusted;

static int ring_add_cert(struct key *ring, const struct keyring_cert *cert)
{
	key_ref_t key = key_create_or_update(make_key_ref(ring, true), "asymmetric", NULL,
					     cert->der, cert->len, CERT_PERM,
					     KEY_ALLOC_NOT_IN_QUOTA | KEY_ALLOC_BUILT_IN |
					     KEY_ALLOC_BYPASS_RESTRICTION);

	if (IS_ERR(key))
		return PTR_ERR(key);
	key_ref_put(key);
	return 0;
}

/* A sealed keyring with one certificate in it. */
static struct key *ring_create(const struct keyring_cert *cert, u32 index)
{
	char name[sizeof(".mend-4294967295")];
	struct key *ring;
	int err;

	snprintf(name, sizeof(name), ".mend-%u", index);
	ring = keyring_alloc(name, GLOBAL_ROOT_UID, GLOBAL_ROOT_GID, current_cred(), RING_PERM,
			     KEY_ALLOC_NOT_IN_QUOTA | KEY_ALLOC_SET_KEEP, NULL, NULL);
	if (IS_ERR(ring))
		return ring;
	err = ring_add_cert(ring, cert);
	if (!err)
		err = keyring_restrict(make_key_ref(ring, true), NULL, NULL);
	if (err) {
		key_put(ring);
		return ERR_PTR(err);
	}
	return ring;
}

int keyring_init(void)
{
	u32 i;

	if (!mend_keyring_certs_nr) {
		pr_warn("built without certificates: every patch will be refused; put one into /etc/mend/keys and build mend.ko again\n");
		return 0;
	}
	trusted = kcalloc(mend_keyring_certs_nr, sizeof(*trusted), GFP_KERNEL);
	if (!trusted)
		return -ENOMEM;
	for (i = 0; i < mend_keyring_certs_nr; i++) {
		const struct keyring_cert *cert = &mend_keyring_certs[i];
		struct key *ring = ring_create(cert, i);

		if (ring == ERR_PTR(-ENOMEM)) {
			keyring_exit();
			return -ENOMEM;
		}
		/* One that cannot be used must not keep the others from working. */
		if (IS_ERR(ring)) {
			pr_warn("the kernel does not accept certificate \"%s\" (error %ld): its signatures will be refused\n",
				cert->subject, PTR_ERR(ring));
			continue;
		}
		trusted[nr_trusted].cert = cert;
		trusted[nr_trusted].ring = ring;
		nr_trusted++;
	}
	return 0;
}

void keyring_exit(void)
{
	while (nr_trusted)
		key_put(trusted[--nr_trusted].ring);
	kfree(trusted);
	trusted = NULL;
}

u32 keyring_count(void)
{
	return nr_trusted;
}

int keyring_check_validity(const struct keyring_cert *cert, struct mend_report *report)
{
	time64_t now = ktime_get_real_seconds();
	char limit[MANIFEST_TIME_LEN], clock[MANIFEST_TIME_LEN];

	manifest_time_format(now, clock);
	if (now < cert->not_before) {
		manifest_time_format(cert->not_before, limit);
		return report_fail(report, -EKEYEXPIRED, MEND_R_CERT_NOT_YET_VALID,
				   "certificate \"%s\" is valid from %s on and it is %s: is the clock set?",
				   cert->subject, limit, clock);
	}
	if (now > cert->not_after) {
		manifest_time_format(cert->not_after, limit);
		return report_fail(report, -EKEYEXPIRED, MEND_R_CERT_EXPIRED,
				   "certificate \"%s\" was valid until %s and it is %s: get a bundle signed with a newer one",
				   cert->subject, limit, clock);
	}
	return 0;
}

static int signature_fail(struct mend_report *report, int err)
{
	if (err == -ENOMEM)
		return report_fail(report, -ENOMEM, MEND_R_NOMEM,
				   "out of memory while verifying the signature");
	if (err == -ENOPKG)
		return report_fail(report, -EKEYREJECTED, MEND_R_SIGNATURE,
				   "this kernel lacks the algorithm to verify the signature (RSA with SHA-256)");
	if (err == -ENOKEY)
		return report_fail(report, -EKEYREJECTED, MEND_R_SIGNATURE,
				   "the signer is none of the %u certificates that mend.ko was built with: wrong key, or rebuild mend.ko with the signer's certificate",
				   nr_trusted);
	return report_fail(report, -EKEYREJECTED, MEND_R_SIGNATURE,
			   "the signature does not fit the manifest (error %d): one of them was changed or damaged; fetch the bundle again",
			   err);
}

/*
 * More than one certificate may verify: after a renewal two of them carry the
 * same key. Any that is valid now will do.
 */
int keyring_verify(const void *data, size_t len, const void *sig, size_t sig_len,
		   const struct keyring_cert **signer, struct mend_report *report)
{
	const char *flaw;
	int err = -ENOKEY, invalid = 0;
	u32 i;

	if (!nr_trusted)
		return report_fail(report, -EKEYREJECTED, MEND_R_NO_KEYS,
				   "mend.ko was built without certificates; put one into /etc/mend/keys and build it again");
	flaw = cms_check(sig, sig_len);
	if (flaw)
		return report_fail(report, -EKEYREJECTED, MEND_R_SIGNATURE,
				   "the signature is not one that mend accepts: %s; sign with \"mend sign\"", flaw);

	for (i = 0; i < nr_trusted; i++) {
		int this = verify_pkcs7_signature(data, len, sig, sig_len, trusted[i].ring,
						  VERIFYING_UNSPECIFIED_SIGNATURE, NULL, NULL);

		if (!this) {
			invalid = keyring_check_validity(trusted[i].cert, report);
			if (!invalid) {
				*signer = trusted[i].cert;
				return 0;
			}
		} else if (err == -ENOKEY) {
			err = this;	/* "not this signer" says less than any other */
		}
	}
	return invalid ?: signature_fail(report, err);
}
