// SPDX-License-Identifier: GPL-2.0-only
/*
 * Authorizations; see authorize.h.
 *
 * The order is the point: bytes are copied once and looked at only as our
 * copy; the manifest is verified before it is parsed, and the payload is
 * identified by its digest before anything that is said about it is believed.
 *
 * Locking: an authorization is set once, before its file exists; only the
 * report changes afterwards, under @lock.
 */
#include <linux/err.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>
#include <crypto/sha2.h>
#include "authfile.h"
#include "authorize.h"
#include "buildid.h"
#include "compat/compat.h"
#include "floor.h"
#include "keyring.h"
#include "report.h"

/*
 * A clock that is wrong by a time zone is no reason to refuse; one that is
 * behind the signing by more than a day has never been set.
 */
#define CLOCK_SLACK	(24 * 60 * 60)

/**
 * struct authorization - see authorize.h
 * @ref: references: the file's, the patch's
 * @manifest: parsed, with its payload block selected
 * @text: what it was parsed from
 * @text_len: its length
 * @digest: SHA-256 of the payload, computed
 * @signer: whose signature it was
 * @lock: protects @report
 * @report: why the last load was refused
 */
struct authorization {
	struct kref ref;
	struct manifest manifest;
	char *text;
	size_t text_len;
	u8 digest[MEND_DIGEST_LEN];
	const struct keyring_cert *signer;
	spinlock_t lock;
	struct mend_report report;
};

static void authorization_release(struct kref *ref)
{
	struct authorization *auth = container_of(ref, struct authorization, ref);

	kvfree(auth->text);
	kfree(auth);
}

struct authorization *authorization_get(struct authorization *auth)
{
	kref_get(&auth->ref);
	return auth;
}

void authorization_put(struct authorization *auth)
{
	if (auth)
		kref_put(&auth->ref, authorization_release);
}

static int check_length(const char *what, u32 len, u32 max, struct mend_report *report)
{
	if (!len)
		return report_fail(report, -EINVAL, MEND_R_RANGE, "the %s is empty", what);
	if (len > max)
		return report_fail(report, -E2BIG, MEND_R_RANGE, "the %s has %u bytes; at most %u",
				   what, len, max);
	return 0;
}

static int check_lengths(const struct mend_authorize *args, struct mend_report *report)
{
	int err = check_length("manifest", args->manifest_len, MEND_MANIFEST_MAX, report);

	if (!err)
		err = check_length("signature", args->signature_len, MEND_SIGNATURE_MAX, report);
	if (!err)
		err = check_length("payload", args->payload_len, MEND_PAYLOAD_MAX, report);
	return err;
}

/* The one copy. Charged to the caller: a descriptor may keep it for long. */
static void *copy_bytes(u64 from, u32 len, struct mend_report *report)
{
	void *bytes = kvmalloc(len, GFP_KERNEL_ACCOUNT);

	if (!bytes) {
		report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory for %u bytes", len);
		return ERR_PTR(-ENOMEM);
	}
	if (copy_from_user(bytes, u64_to_user_ptr(from), len)) {
		kvfree(bytes);
		return ERR_PTR(-EFAULT);
	}
	return bytes;
}

/* Verified, then parsed. */
static int read_manifest(struct authorization *auth, const struct mend_authorize *args,
			 struct mend_report *report)
{
	void *sig;
	int err;

	auth->text = copy_bytes(args->manifest, args->manifest_len, report);
	if (IS_ERR(auth->text)) {
		err = PTR_ERR(auth->text);
		auth->text = NULL;
		return err;
	}
	auth->text_len = args->manifest_len;
	sig = copy_bytes(args->signature, args->signature_len, report);
	if (IS_ERR(sig))
		return PTR_ERR(sig);
	err = keyring_verify(auth->text, auth->text_len, sig, args->signature_len, &auth->signer,
			     report);
	kvfree(sig);
	if (err)
		return err;
	return manifest_parse(&auth->manifest, auth->text, auth->text_len, report);
}

/*
 * By digest, whatever the release: so that other bytes are called other bytes,
 * and the right ones for another kernel are called that.
 */
static int choose_payload(struct authorization *auth, u32 len, struct mend_report *report)
{
	const char *release = init_uts_ns.name.release;
	struct manifest *m = &auth->manifest;

	if (manifest_select(m, auth->text, auth->text_len, auth->digest, release)) {
		if (manifest_select(m, auth->text, auth->text_len, auth->digest, NULL))
			return report_fail(report, -EKEYREJECTED, MEND_R_DIGEST,
					   "the payload (SHA-256 %*phN...) is none of the %u that the manifest of \"%s\" names: it was changed or damaged; fetch the bundle again",
					   8, auth->digest, m->nr_payloads, m->name);
		return report_fail(report, -ENOEXEC, MEND_R_RELEASE,
				   "this payload is for kernel %s and %s is running: take the one for it",
				   m->payload.release, release);
	}
	if (m->payload.size != len)
		return report_fail(report, -EKEYREJECTED, MEND_R_DIGEST,
				   "the manifest says that the payload has %u bytes and it has %u: pack the bundle again",
				   m->payload.size, len);
	return 0;
}

static int check_build_id(const struct manifest *m, struct mend_report *report)
{
	const u8 *running;
	u32 len;

	running = buildid_get(&len);
	if (len == sizeof(m->payload.build_id) && !memcmp(m->payload.build_id, running, len))
		return 0;
	if (!len)
		return report_fail(report, -ENOEXEC, MEND_R_BUILD_ID,
				   "this kernel has no build-id, so nothing shows that the payload fits it");
	return report_fail(report, -ENOEXEC, MEND_R_BUILD_ID,
			   "this payload is for build %*phN... of kernel %s and %*phN... is running: same name, other kernel",
			   8, m->payload.build_id, m->payload.release, 8, running);
}

static int check_times(const struct manifest *m, struct mend_report *report)
{
	time64_t now = ktime_get_real_seconds();
	char limit[MANIFEST_TIME_LEN], clock[MANIFEST_TIME_LEN];

	manifest_time_format(now, clock);
	if (m->has_expires && now >= m->expires) {
		manifest_time_format(m->expires, limit);
		return report_fail(report, -EKEYEXPIRED, MEND_R_MANIFEST_EXPIRED,
				   "\"%s\" generation %llu expired at %s and it is %s: get a newer bundle",
				   m->name, m->generation, limit, clock);
	}
	if (m->created - CLOCK_SLACK > now) {
		manifest_time_format(m->created, limit);
		return report_fail(report, -EKEYEXPIRED, MEND_R_CERT_NOT_YET_VALID,
				   "\"%s\" generation %llu was made at %s and it is %s: is the clock set?",
				   m->name, m->generation, limit, clock);
	}
	return 0;
}

static int check_floor(const struct manifest *m, struct mend_report *report)
{
	u64 floor = floor_get(m->name);

	if (m->generation >= floor)
		return 0;
	return report_fail(report, -ESTALE, MEND_R_FLOOR,
			   "\"%s\" generation %llu is older than %llu, which was on and confirmed: going back needs no old bundle, use \"mend revert\"",
			   m->name, m->generation, floor);
}

/*
 * The module loader of a locked down kernel refuses a module without a
 * signature of the kernel's own kind; say so while there is a place for words.
 */
static int check_lockdown(const u8 *payload, size_t len, struct mend_report *report)
{
	static const char marker[] = COMPAT_MODULE_SIG_MARKER;
	const size_t marker_len = sizeof(marker) - 1;

	if (len > marker_len && !memcmp(payload + len - marker_len, marker, marker_len))
		return 0;
	if (!security_locked_down(LOCKDOWN_MODULE_SIGNATURE))
		return 0;
	return report_fail(report, -EPERM, MEND_R_LOCKDOWN,
			   "the kernel is locked down and the payload carries no module signature: sign it with a key that the kernel trusts, before packing");
}

static int check_payload(struct authorization *auth, const u8 *payload, u32 len,
			 struct mend_report *report)
{
	int err;

	sha256(payload, len, auth->digest);
	err = choose_payload(auth, len, report);
	if (!err)
		err = check_build_id(&auth->manifest, report);
	if (!err)
		err = check_times(&auth->manifest, report);
	if (!err)
		err = check_floor(&auth->manifest, report);
	if (!err)
		err = check_lockdown(payload, len, report);
	return err;
}

static struct authorization *authorization_new(struct mend_report *report)
{
	struct authorization *auth = kzalloc(sizeof(*auth), GFP_KERNEL_ACCOUNT);

	if (!auth) {
		report_fail(report, -ENOMEM, MEND_R_NOMEM, "out of memory for an authorization");
		return NULL;
	}
	kref_init(&auth->ref);
	spin_lock_init(&auth->lock);
	return auth;
}

struct file *authorization_open(const struct mend_authorize *args, struct mend_report *report)
{
	struct authorization *auth;
	struct file *file;
	void *payload;
	int err;

	err = check_lengths(args, report);
	if (err)
		return ERR_PTR(err);
	auth = authorization_new(report);
	if (!auth)
		return ERR_PTR(-ENOMEM);
	err = read_manifest(auth, args, report);
	if (err)
		goto put_auth;
	payload = copy_bytes(args->payload, args->payload_len, report);
	if (IS_ERR(payload)) {
		err = PTR_ERR(payload);
		goto put_auth;
	}
	err = check_payload(auth, payload, args->payload_len, report);
	if (err)
		goto free_payload;
	file = authfile_create(auth, payload, args->payload_len);
	if (!IS_ERR(file))
		return file;
	err = report_fail(report, PTR_ERR(file), MEND_R_NOMEM,
			  "no file can be made for the payload (error %ld)", PTR_ERR(file));
free_payload:
	kvfree(payload);
put_auth:
	authorization_put(auth);
	return ERR_PTR(err);
}

const char *authorization_name(const struct authorization *auth)
{
	return auth->manifest.name;
}

u64 authorization_generation(const struct authorization *auth)
{
	return auth->manifest.generation;
}

const struct manifest *authorization_manifest(const struct authorization *auth)
{
	return &auth->manifest;
}

const char *authorization_manifest_bytes(const struct authorization *auth, size_t *len)
{
	*len = auth->text_len;
	return auth->text;
}

const u8 *authorization_digest(const struct authorization *auth)
{
	return auth->digest;
}

const struct keyring_cert *authorization_signer(const struct authorization *auth)
{
	return auth->signer;
}

const char *authorization_signer_name(const struct authorization *auth)
{
	return auth->signer->subject;
}

bool authorization_expires(const struct authorization *auth, time64_t *seconds)
{
	*seconds = auth->manifest.expires;
	return auth->manifest.has_expires;
}

void authorization_funcs(const struct authorization *auth, struct manifest_funcs *iter)
{
	manifest_funcs_begin(iter, &auth->manifest, auth->text);
}

int authorization_check_now(const struct authorization *auth, struct mend_report *report)
{
	int err = keyring_check_validity(auth->signer, report);

	if (!err)
		err = check_times(&auth->manifest, report);
	if (!err)
		err = check_floor(&auth->manifest, report);
	return err;
}

void authorization_set_report(struct authorization *auth, const struct mend_report *report)
{
	spin_lock(&auth->lock);
	if (report)
		auth->report = *report;
	else
		report_clear(&auth->report);
	spin_unlock(&auth->lock);
}

void authorization_copy_report(struct authorization *auth, struct mend_report *report)
{
	spin_lock(&auth->lock);
	*report = auth->report;
	spin_unlock(&auth->lock);
}
