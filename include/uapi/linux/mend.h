/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * mend: live patching at one instant. The protocol of /dev/mend.
 *
 * The device
 * ----------
 * /dev/mend is a misc device, mode 0600. Opening it and every ioctl need
 * CAP_SYS_MODULE in the initial user namespace; without it: EPERM,
 * MEND_R_CAPABILITY. All commands may sleep. MEND_IOC_SWITCH may sleep up to
 * its timeout and is interruptible by signals.
 *
 * The way of a patch
 * ------------------
 *   1. MEND_IOC_INFO       what this mend.ko is and which kernel it runs on
 *   2. MEND_IOC_AUTHORIZE  manifest, signature and payload bytes in; a file
 *                          descriptor out. The kernel has verified the
 *                          signature, parsed the manifest, copied the payload
 *                          once and found its digest in the manifest. The
 *                          descriptor is a regular file that holds exactly
 *                          those bytes.
 *   3. finit_module(fd, "", 0) by the same thread. The kernel's module loader
 *                          reads the payload from mend.ko; mend.ko binds the
 *                          new module to the authorization. The payload is
 *                          now "registered": known, and not switched on.
 *                          If it fails, MEND_IOC_AUTH_REPORT on the
 *                          descriptor says why mend.ko refused it (MEND_R_OK:
 *                          it was not mend.ko that refused).
 *   4. MEND_IOC_SWITCH     turns any set of registered patches on and off, at
 *                          one instant, or changes nothing.
 *   5. delete_module()     unloads a payload that was never on, or that is
 *                          off and whose author has declared it unloadable.
 *
 * Structs
 * -------
 * Every struct begins with its own size in bytes, set by the caller. A
 * smaller size than the first published one: EINVAL, MEND_R_SIZE. A larger
 * one is accepted if all bytes that this kernel does not know are zero
 * (otherwise E2BIG, MEND_R_SIZE). Unknown bits in a flags field: EINVAL,
 * MEND_R_FLAGS. Reserved fields that are not zero: EINVAL, MEND_R_RESERVED.
 * Pointers are passed as __u64. Results are written back only into fields
 * marked "out". On failure the struct's report is filled in as well, unless the
 * struct itself could not be read or written (EFAULT) or held (ENOMEM).
 *
 * Reports
 * -------
 * errno is a coarse class for scripts; reason is exact and stable: a number
 * is never given another meaning and never removed.
 *
 *   errno      class
 *   EINVAL     the call is malformed (size, flags, reserved, pointer, range)
 *   E2BIG      something is larger than a documented limit, or from a newer
 *              protocol than this mend.ko knows
 *   EFAULT     a pointer does not point to readable or writable memory
 *   EPERM      the caller lacks CAP_SYS_MODULE, or lockdown forbids it
 *   EBADMSG    the manifest is not one that this mend.ko can read
 *   EKEYREJECTED  no valid key of mend.ko's keyring signed these bytes, or
 *              they are not the bytes that were signed
 *   EKEYEXPIRED   certificate or manifest outside its validity
 *   ENOEXEC    the payload does not fit this kernel
 *   ESTALE     the generation is below the floor
 *   ENOENT     no such patch, object or function
 *   EEXIST     that patch is registered already
 *   EALREADY   every patch named is in the wanted state already
 *   EUCLEAN    the running code is not what was switched on
 *   EBUSY      a task is inside what would change: nothing was changed, try
 *              again; or another owner holds the function (see the reason)
 *   EINTR      a signal came while waiting; nothing was changed
 *   ENOMEM     out of memory; nothing was changed
 *   EMFILE, ENFILE  no file descriptor, or no file, is left
 *   EIO        the kernel did not do what it promises (a bug; logged)
 *
 * The floor: per patch name the highest generation that was ever confirmed
 * since mend.ko was loaded. Without probation a switch is confirmed at once.
 * Rolling back to a generation below is not refused either.
 * Switching off needs no authorization and is never refused for age.
 *
 * Time
 * ----
 * pause_ns: from the moment all CPUs have stopped and the switch begins to
 * look at tasks, to the moment after the one store; CLOCK_MONOTONIC, taken
 * inside the stop window. rendezvous_ns: from the call of stop_machine() to
 * that first moment: the time in which CPUs arrive one by one. Both are of
 * the last attempt, the one that switched.
 */
#ifndef _UAPI_LINUX_MEND_H
#define _UAPI_LINUX_MEND_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define MEND_ABI_VERSION	1
#define MEND_DEVICE		"/dev/mend"

/* Sizes include the terminating NUL where the field is a string. */
#define MEND_NAME_LEN		64	/* patch name: [a-z0-9-], no dot */
#define MEND_OBJECT_LEN		64	/* "vmlinux" or a module's name */
#define MEND_SYMBOL_LEN		256	/* a kernel symbol */
#define MEND_RELEASE_LEN	65	/* as uname -r */
#define MEND_BUILD_ID_LEN	20	/* bytes of a GNU build-id */
#define MEND_DIGEST_LEN		32	/* bytes of SHA-256 */
#define MEND_TEXT_LEN		256
#define MEND_STACK_LEN		2048

#define MEND_MANIFEST_MAX	(16U << 10)
#define MEND_SIGNATURE_MAX	(16U << 10)
#define MEND_PAYLOAD_MAX	(64U << 20)
#define MEND_SWITCH_OPS_MAX	64U
#define MEND_TIMEOUT_MAX_MS	(60U * 60 * 1000)

/**
 * enum mend_reason - why something was refused. Stable numbers.
 */
enum mend_reason {
	MEND_R_OK			= 0,

	/* the call */
	MEND_R_CAPABILITY		= 1,	/* EPERM */
	MEND_R_SIZE			= 2,	/* EINVAL, E2BIG */
	MEND_R_FLAGS			= 3,	/* EINVAL */
	MEND_R_RESERVED			= 4,	/* EINVAL */
	MEND_R_RANGE			= 5,	/* EINVAL, E2BIG: out of its limits */
	MEND_R_NOMEM			= 6,	/* ENOMEM */
	MEND_R_INTERRUPTED		= 7,	/* EINTR */
	MEND_R_INTERNAL			= 8,	/* EIO */
	MEND_R_STATE			= 9,	/* EINVAL, EALREADY: no such move */
	MEND_R_NO_PATCH			= 10,	/* ENOENT */
	MEND_R_DUPLICATE		= 11,	/* EEXIST, EINVAL */

	/* trust */
	MEND_R_NO_KEYS			= 32,	/* EKEYREJECTED: built without keys */
	MEND_R_SIGNATURE		= 33,	/* EKEYREJECTED */
	MEND_R_CERT_EXPIRED		= 34,	/* EKEYEXPIRED */
	MEND_R_CERT_NOT_YET_VALID	= 35,	/* EKEYEXPIRED: or the clock is unset */
	MEND_R_MANIFEST_EXPIRED		= 36,	/* EKEYEXPIRED */
	MEND_R_MANIFEST_SYNTAX		= 37,	/* EBADMSG */
	MEND_R_MANIFEST_VERSION		= 38,	/* EBADMSG: newer than this mend.ko */
	MEND_R_DIGEST			= 39,	/* EKEYREJECTED: not the signed bytes */
	MEND_R_FLOOR			= 40,	/* ESTALE */
	MEND_R_UNBOUND			= 41,	/* EKEYREJECTED: not loaded by AUTHORIZE */
	MEND_R_CUSTODY			= 42,	/* EKEYREJECTED: the chain was broken */
	MEND_R_LOCKDOWN			= 43,	/* EPERM */

	/* fit */
	MEND_R_RELEASE			= 64,	/* ENOEXEC */
	MEND_R_BUILD_ID			= 65,	/* ENOEXEC */
	MEND_R_PAYLOAD_FORMAT		= 66,	/* ENOEXEC */
	MEND_R_PAYLOAD_MISMATCH		= 67,	/* ENOEXEC: not what the manifest says */
	MEND_R_NO_OBJECT		= 68,	/* ENOENT: module not loaded */
	MEND_R_NO_SYMBOL		= 69,	/* ENOENT */
	MEND_R_AMBIGUOUS		= 70,	/* EINVAL: several, and sympos is 0 */
	MEND_R_INIT_SYMBOL		= 71,	/* EINVAL: __init code or data */
	MEND_R_NO_FENTRY		= 72,	/* EINVAL: not traceable by ftrace */
	MEND_R_UNPATCHABLE		= 73,	/* EINVAL: always on a stack, or mend's */
	MEND_R_RELOC			= 74,	/* ENOEXEC: out of bounds or range */
	MEND_R_FTRACE_OWNER		= 75,	/* EBUSY: somebody else's function */
	MEND_R_FTRACE			= 76,	/* ENODEV, EIO: ftrace is off or refused */
	MEND_R_CALLBACK			= 77,	/* any: the patch's own pre_patch refused */
	MEND_R_STATES			= 78,	/* EINVAL: does not know an active patch's states */

	/* switch */
	MEND_R_BUSY			= 96,	/* EBUSY: a task is inside */
	MEND_R_UNRELIABLE		= 97,	/* EBUSY: a task's stack cannot be read reliably */
	MEND_R_SUSPEND			= 98,	/* EBUSY: the machine is suspending */

	/* why a patch was taken back, or is degraded */
	MEND_R_DEADLINE			= 128,	/* not confirmed in time */
	MEND_R_OOPS			= 129,	/* an oops in or below the payload */
	MEND_R_WARN			= 130,	/* a warning in or below the payload */
	MEND_R_SOFTLOCKUP		= 131,	/* a CPU was stuck */
	MEND_R_HEALTH			= 132,	/* the health command failed */
	MEND_R_INTEGRITY		= 133,	/* EUCLEAN: text or a site was changed */
};

/**
 * struct mend_report - why a call failed
 * @reason:	out: enum mend_reason
 * @reserved:	out: zero
 * @text:	out: one line of English, NUL-terminated; may be empty
 */
struct mend_report {
	__u32 reason;
	__u32 reserved;
	char text[MEND_TEXT_LEN];
};

/* Bits of mend_info.flags */
#define MEND_INFO_REQUIRE_SIGNATURE	(1U << 0)	/* unsigned payloads are refused */
#define MEND_INFO_CHECK_DISABLED	(1U << 1)	/* test build: the stack check is off */

/**
 * struct mend_info - MEND_IOC_INFO
 * @size:	in: sizeof(struct mend_info)
 * @abi:	out: MEND_ABI_VERSION
 * @flags:	out: MEND_INFO_*
 * @nr_keys:	out: certificates in mend.ko's keyring
 * @build_id:	out: the running kernel's GNU build-id, as in /sys/kernel/notes
 * @build_id_len: out: its bytes; 0 if the kernel has none
 * @release:	out: as uname -r in the initial namespace
 * @version:	out: mend.ko's version
 */
struct mend_info {
	__u32 size;
	__u32 abi;
	__u32 flags;
	__u32 nr_keys;
	__u8 build_id[MEND_BUILD_ID_LEN];
	__u32 build_id_len;
	char release[MEND_RELEASE_LEN];
	char version[31];
	struct mend_report report;
};

/**
 * struct mend_authorize - MEND_IOC_AUTHORIZE
 * @size:	in: sizeof(struct mend_authorize)
 * @flags:	in: must be zero
 * @manifest:	in: pointer to the manifest's bytes
 * @signature:	in: pointer to the detached CMS (DER) over them
 * @payload:	in: pointer to the payload's bytes
 * @manifest_len: in: bytes, 1 .. MEND_MANIFEST_MAX
 * @signature_len: in: bytes, 1 .. MEND_SIGNATURE_MAX
 * @payload_len: in: bytes, 1 .. MEND_PAYLOAD_MAX
 * @fd:		out: close-on-exec descriptor for finit_module(); -1 on failure
 * @reserved:	in: must be zero
 *
 * The memory is copied once; changing it during the call cannot make mend.ko
 * load other bytes than it has verified.
 */
struct mend_authorize {
	__u32 size;
	__u32 flags;
	__u64 manifest;
	__u64 signature;
	__u64 payload;
	__u32 manifest_len;
	__u32 signature_len;
	__u32 payload_len;
	__s32 fd;
	__u64 reserved[2];
	struct mend_report report;
};

/**
 * struct mend_auth_report - MEND_IOC_AUTH_REPORT, on the authorized descriptor
 * @size:	in: sizeof(struct mend_auth_report)
 * @flags:	in: must be zero
 * @report:	out: why the last load through this descriptor was refused
 */
struct mend_auth_report {
	__u32 size;
	__u32 flags;
	struct mend_report report;
};

#define MEND_OP_ON		1U
#define MEND_OP_OFF		2U

/**
 * struct mend_op - one patch in a switch
 * @name:	in: patch name, NUL-terminated, rest zero
 * @generation:	in: which generation; 0 with MEND_OP_OFF: the one that is on
 * @action:	in: MEND_OP_ON or MEND_OP_OFF
 * @flags:	in: must be zero
 *
 * MEND_OP_ON of a generation while a lower one of that name is on replaces
 * it in the same instant.
 */
struct mend_op {
	char name[MEND_NAME_LEN];
	__u64 generation;
	__u32 action;
	__u32 flags;
};

/**
 * struct mend_blocker - the task that kept a switch from happening
 * @pid:	out: thread id in the initial pid namespace; 0: an idle task
 * @tgid:	out: its process
 * @nr:		out: tasks seen in the way; the check ends at the first
 * @reserved:	out: zero
 * @address:	out: always zero (kernel addresses are not handed out)
 * @comm:	out: its name
 * @object:	out: where it is: "vmlinux" or a module
 * @func:	out: the function it is in; empty if the stack is unreliable
 * @stack:	out: its stack, one "symbol+0x1/0x2 [module]" per line
 */
struct mend_blocker {
	__s32 pid;
	__s32 tgid;
	__u32 nr;
	__u32 reserved;
	__u64 address;
	char comm[16];
	char object[MEND_OBJECT_LEN];
	char func[MEND_SYMBOL_LEN];
	char stack[MEND_STACK_LEN];
};

/* Bits of mend_switch.flags */

/*
 * Switch although tasks are inside: they go on in the code that they are in,
 * old and new code run at the same time until they leave, and whatever the
 * patch promises of consistency is void. The kernel is tainted and the
 * payloads that change are never unloaded. Not with probation_ms.
 */
#define MEND_SWITCH_FORCE	(1U << 0)

#define MEND_PROBATION_MAX_MS	(7U * 24 * 60 * 60 * 1000)

/**
 * struct mend_switch - MEND_IOC_SWITCH
 * @size:	in: sizeof(struct mend_switch)
 * @flags:	in: MEND_SWITCH_*
 * @ops:	in: pointer to an array of struct mend_op
 * @nr_ops:	in: its length, 1 .. MEND_SWITCH_OPS_MAX
 * @timeout_ms:	in: how long to wait for tasks to leave, 0 .. MEND_TIMEOUT_MAX_MS;
 *		0: one attempt
 * @attempts:	out: how often the machine was stopped; 0 if a task was in the way
 *		all the time
 * @tasks:	out: tasks looked at in the last attempt
 * @pause_ns:	out: see "Time" above
 * @rendezvous_ns: out: see "Time" above
 * @wait_ns:	out: from the first attempt to the end of the last
 * @probation_ms: in: 0: confirmed at once; otherwise the patches that go on are on
 *		probation for so long (CLOCK_BOOTTIME), see MEND_IOC_PROBATION;
 *		at most MEND_PROBATION_MAX_MS
 * @reserved0:	in: must be zero
 * @reserved:	in: must be zero
 * @blocker:	out: filled in with EBUSY and MEND_R_BUSY or MEND_R_UNRELIABLE
 */
struct mend_switch {
	__u32 size;
	__u32 flags;
	__u64 ops;
	__u32 nr_ops;
	__u32 timeout_ms;
	__u32 attempts;
	__u32 tasks;
	__u64 pause_ns;
	__u64 rendezvous_ns;
	__u64 wait_ns;
	__u32 probation_ms;
	__u32 reserved0;
	__u64 reserved;
	struct mend_report report;
	struct mend_blocker blocker;
};

#define MEND_PROBATION_CONFIRM	1U
#define MEND_PROBATION_ROLLBACK	2U

/**
 * struct mend_probation - MEND_IOC_PROBATION
 * @size:	in: sizeof(struct mend_probation)
 * @flags:	in: must be zero
 * @name:	in: patch name, NUL-terminated, rest zero; empty: all
 * @generation:	in: which; 0: the one that is on
 * @action:	in: MEND_PROBATION_CONFIRM: it stays; MEND_PROBATION_ROLLBACK: it is
 *		taken back now, since @reason (MEND_R_HEALTH)
 * @reason:	in: enum mend_reason; zero with MEND_PROBATION_CONFIRM
 * @reserved:	in: must be zero
 *
 * A patch on probation that is not confirmed before its deadline is taken back
 * by mend.ko itself, also when the one who switched it on is gone; so it is
 * after an oops or a warning with the payload on the stack, and after a soft
 * lockup. What it had superseded is on again then; patches switched on later
 * stay. All patches that one switch has put on probation share their fate.
 *
 * Errors: ENOENT (MEND_R_NO_PATCH), EALREADY (MEND_R_STATE: it is not on
 * probation), EBUSY (a rollback waits for a task; it is tried until it is done).
 */
struct mend_probation {
	__u32 size;
	__u32 flags;
	char name[MEND_NAME_LEN];
	__u64 generation;
	__u32 action;
	__u32 reason;
	__u64 reserved;
	struct mend_report report;
};

/**
 * struct mend_verify - MEND_IOC_VERIFY
 * @size:	in: sizeof(struct mend_verify)
 * @flags:	in: must be zero
 * @patches:	out: patches that are on and were looked at
 * @functions:	out: their functions
 * @differences: out: functions whose text or entry is not what was switched on
 * @reserved:	out: zero
 *
 * Compares the running text with what was switched on. EUCLEAN with
 * MEND_R_INTEGRITY: the report names the first difference; the patch is degraded
 * then, with that reason.
 */
struct mend_verify {
	__u32 size;
	__u32 flags;
	__u32 patches;
	__u32 functions;
	__u32 differences;
	__u32 reserved;
	struct mend_report report;
};

/* The numbers carry no struct size on purpose: structs grow, numbers stay. */
#define MEND_IOC_MAGIC		0xe7
#define MEND_IOC_INFO		_IO(MEND_IOC_MAGIC, 1)
#define MEND_IOC_AUTHORIZE	_IO(MEND_IOC_MAGIC, 2)
#define MEND_IOC_AUTH_REPORT	_IO(MEND_IOC_MAGIC, 3)
#define MEND_IOC_SWITCH		_IO(MEND_IOC_MAGIC, 4)
#define MEND_IOC_PROBATION	_IO(MEND_IOC_MAGIC, 5)
#define MEND_IOC_VERIFY		_IO(MEND_IOC_MAGIC, 6)

/*
 * The sizes of the first published protocol. Both sides assert them (kmod in
 * ctl.c, libmend in device.c): a struct may grow at its end, never change.
 */
#define MEND_REPORT_SIZE_V1		264
#define MEND_INFO_SIZE_V1		400
#define MEND_AUTHORIZE_SIZE_V1		328
#define MEND_AUTH_REPORT_SIZE_V1	272
#define MEND_OP_SIZE_V1			80
#define MEND_BLOCKER_SIZE_V1		2408
#define MEND_SWITCH_SIZE_V1		2744
#define MEND_PROBATION_SIZE_V1		360
#define MEND_VERIFY_SIZE_V1		288

#endif /* _UAPI_LINUX_MEND_H */
