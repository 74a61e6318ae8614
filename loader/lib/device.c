// SPDX-License-Identifier: MIT
/*
 * Talking to mend.ko. Every failure carries the kernel's own reason and text;
 * errno alone decides only where there is no report.
 */
#include "device.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The kernel asserts the same; see linux/mend.h. */
_Static_assert(sizeof(struct mend_report) == MEND_REPORT_SIZE_V1, "mend_report");
_Static_assert(sizeof(struct mend_info) == MEND_INFO_SIZE_V1, "mend_info");
_Static_assert(sizeof(struct mend_authorize) == MEND_AUTHORIZE_SIZE_V1, "mend_authorize");
_Static_assert(sizeof(struct mend_auth_report) == MEND_AUTH_REPORT_SIZE_V1, "mend_auth_report");
_Static_assert(sizeof(struct mend_op) == MEND_OP_SIZE_V1, "mend_op");
_Static_assert(sizeof(struct mend_blocker) == MEND_BLOCKER_SIZE_V1, "mend_blocker");
_Static_assert(sizeof(struct mend_switch) == MEND_SWITCH_SIZE_V1, "mend_switch");
_Static_assert(sizeof(struct mend_probation) == MEND_PROBATION_SIZE_V1, "mend_probation");
_Static_assert(sizeof(struct mend_verify) == MEND_VERIFY_SIZE_V1, "mend_verify");

static int interrupted(struct err *e)
{
	err_set(e, MEND_R_INTERRUPTED, "interrupted; nothing was changed");
	e->errnum = EINTR;
	return -1;
}

int device_stopped(const struct switch_wait *wait, struct err *e)
{
	return wait->stop && *wait->stop ? interrupted(e) : 0;
}

static int refused(int errnum, const struct mend_report *report, const char *doing, struct err *e)
{
	if (errnum == EINTR)
		return interrupted(e);
	if (report->reason == MEND_R_OK) {
		if (errnum == ENOTTY)
			return err_set(e, MEND_R_SIZE, "%s: mend.ko does not know this call",
				       doing);
		return err_errno(e, MEND_R_INTERNAL, errnum, "%s: mend.ko gives no reason", doing);
	}
	err_set(e, report->reason, "%.*s", (int)sizeof(report->text), report->text);
	e->errnum = errnum;
	if (errnum == EALREADY) {
		e->code = EXIT_CODE_NOTHING;
		e->hint[0] = '\0';
	}
	if (!e->message[0])
		err_append(e, "%s: %s", doing, strerror(errnum));
	return -1;
}

int device_open(struct device *d, const struct machine *mc, struct err *e)
{
	d->mc = mc;
	d->fd = mc->open(mc->device);
	if (d->fd >= 0)
		return 0;
	if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
		return err_set(e, ERR_DEVICE, "mend.ko is not loaded: there is no '%s'",
			       mc->device);
	if (errno == EPERM || errno == EACCES)
		return err_errno(e, MEND_R_CAPABILITY, errno, "'%s' may be used only with "
				 "CAP_SYS_MODULE", mc->device);
	return err_errno(e, ERR_DEVICE, errno, "cannot open '%s'", mc->device);
}

void device_close(struct device *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

int device_info(struct device *d, struct mend_info *info, struct err *e)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	if (!d->mc->ioctl(d->fd, MEND_IOC_INFO, info))
		return 0;
	return refused(errno, &info->report, "cannot ask mend.ko what it is", e);
}

int device_authorize(struct device *d, struct bytes manifest, struct bytes signature,
		     struct bytes payload, struct err *e)
{
	struct mend_authorize a = {
		.size = sizeof(a),
		.manifest = (uintptr_t)manifest.data,
		.signature = (uintptr_t)signature.data,
		.payload = (uintptr_t)payload.data,
		.manifest_len = (uint32_t)manifest.len,
		.signature_len = (uint32_t)signature.len,
		.payload_len = (uint32_t)payload.len,
		.fd = -1,
	};

	if (!d->mc->ioctl(d->fd, MEND_IOC_AUTHORIZE, &a))
		return a.fd;
	return refused(errno, &a.report, "mend.ko did not authorize the payload", e);
}

/* The module loader's own reasons, in words. */
static int load_refused(int errnum, struct err *e)
{
	switch (errnum) {
	case EINTR:
		return interrupted(e);
	case EKEYREJECTED:
	case ENOKEY:
	case EBADMSG:
		return err_set(e, ERR_MODULE_SIGNATURE,
			       "the kernel refuses the payload: as a module it is not signed with "
			       "a key that this kernel trusts");
	case EPERM:
		return err_set(e, MEND_R_LOCKDOWN,
			       "the kernel allows no loading of modules (lockdown, "
			       "kernel.modules_disabled, or no CAP_SYS_MODULE)");
	case EEXIST:
		return err_set(e, ERR_LOAD, "a module of the payload's name is loaded already");
	case ENOEXEC:
		return err_set(e, ERR_LOAD,
			       "the kernel's module loader refuses the payload's format or version "
			       "magic");
	case ENOENT:
		return err_set(e, ERR_LOAD,
			       "the payload needs a symbol that this kernel does not have");
	default:
		return err_errno(e, ERR_LOAD, errnum,
				 "the kernel's module loader refuses the payload");
	}
}

int device_load(struct device *d, int fd, struct err *e)
{
	struct mend_auth_report r = { .size = sizeof(r) };
	int errnum;

	if (!d->mc->load(fd))
		return 0;
	errnum = errno;
	if (!d->mc->ioctl(fd, MEND_IOC_AUTH_REPORT, &r) && r.report.reason != MEND_R_OK)
		return refused(errnum, &r.report, "mend.ko refuses the payload", e);
	load_refused(errnum, e);
	e->errnum = errnum;
	return -1;
}

int device_switch(struct device *d, const struct switch_request *request,
		  struct mend_switch *result, struct err *e)
{
	const struct switch_wait *wait = request->wait;
	struct waiting_watch watch;
	int ret, errnum;

	memset(result, 0, sizeof(*result));
	result->size = sizeof(*result);
	result->flags = request->flags;
	result->ops = (uintptr_t)request->ops;
	result->nr_ops = request->nr_ops;
	result->timeout_ms = wait->timeout_ms;
	result->probation_ms = request->probation_ms;
	if (device_stopped(wait, e))
		return -1;
	waiting_begin(&watch, d->mc, wait);
	ret = d->mc->ioctl(d->fd, MEND_IOC_SWITCH, result);
	errnum = errno;
	waiting_end(&watch);
	return !ret ? 0 : refused(errnum, &result->report, "mend.ko did not switch", e);
}

int device_probation(struct device *d, const char *name, uint64_t generation, uint32_t action,
		     uint32_t reason, struct err *e)
{
	struct mend_probation p = {
		.size = sizeof(p), .generation = generation, .action = action, .reason = reason,
	};

	memcpy(p.name, name, strnlen(name, sizeof(p.name) - 1));
	if (!d->mc->ioctl(d->fd, MEND_IOC_PROBATION, &p))
		return 0;
	return refused(errno, &p.report, action == MEND_PROBATION_CONFIRM ?
		       "mend.ko did not confirm" : "mend.ko did not take it back", e);
}

int device_verify(struct device *d, struct mend_verify *v, struct err *e)
{
	memset(v, 0, sizeof(*v));
	v->size = sizeof(*v);
	if (!d->mc->ioctl(d->fd, MEND_IOC_VERIFY, v))
		return 0;
	return refused(errno, &v->report, "mend.ko did not compare the running code", e);
}

struct mend_op device_op(const char *name, uint64_t generation, uint32_t action)
{
	struct mend_op op = { .generation = generation, .action = action };

	memcpy(op.name, name, strnlen(name, sizeof(op.name) - 1));
	return op;
}
