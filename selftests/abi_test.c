// SPDX-License-Identifier: GPL-2.0-only
/*
 * The door itself: sizes, flags, reserved fields, pointers, ranges and who may
 * come in. What the calls do when they are well formed is tested elsewhere.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "kselftest_mend.h"
#include "mendtest.h"

static int dev;

void suite_setup(void)
{
	go_home();
	load_mend("");
}

void test_setup(void)
{
	load_target();
	dev = mend_device();
}

void test_teardown(void)
{
	clean_up();
}

void suite_teardown(void)
{
	unload("mend");
}

static int call(unsigned long cmd, void *arg)
{
	return ioctl(dev, cmd, arg) ? -errno : 0;
}

static struct mend_switch good_switch(const struct mend_op *op)
{
	struct mend_switch s = {
		.size = sizeof(s), .ops = (uintptr_t)op, .nr_ops = 1, .timeout_ms = 1000,
	};

	return s;
}

static struct mend_authorize good_authorize(const struct signed_case *c)
{
	struct mend_authorize a = {
		.size = sizeof(a),
		.manifest = (uintptr_t)c->manifest,
		.signature = (uintptr_t)c->signature,
		.payload = (uintptr_t)c->payload,
		.manifest_len = c->manifest_len,
		.signature_len = c->signature_len,
		.payload_len = c->payload_len,
	};

	return a;
}

/*
 * For each command: the first published size minus one, zero, and sizes of a
 * future protocol whose extra bytes are zero or not.
 */
static const struct door {
	unsigned long cmd;
	size_t size;
	size_t report;		/* offset of struct mend_report */
	const char *name;
} doors[] = {
	{ MEND_IOC_INFO, MEND_INFO_SIZE_V1, offsetof(struct mend_info, report), "INFO" },
	{ MEND_IOC_AUTHORIZE, MEND_AUTHORIZE_SIZE_V1, offsetof(struct mend_authorize, report),
	  "AUTHORIZE" },
	{ MEND_IOC_SWITCH, MEND_SWITCH_SIZE_V1, offsetof(struct mend_switch, report), "SWITCH" },
	{ MEND_IOC_PROBATION, MEND_PROBATION_SIZE_V1, offsetof(struct mend_probation, report),
	  "PROBATION" },
	{ MEND_IOC_VERIFY, MEND_VERIFY_SIZE_V1, offsetof(struct mend_verify, report), "VERIFY" },
};

#define NR_DOORS	(sizeof(doors) / sizeof(doors[0]))
#define ROOM		4096

/* A well-formed struct for the door, at the start of @arg. */
static void fill(const struct door *door, unsigned char arg[ROOM])
{
	static struct signed_case c;
	static struct mend_op op;

	memset(arg, 0, ROOM);
	if (!c.manifest)
		c = load_case("mend_test_plain");
	op = op_on("test-nobody", 1);
	if (door->cmd == MEND_IOC_AUTHORIZE)
		*(struct mend_authorize *)arg = good_authorize(&c);
	else if (door->cmd == MEND_IOC_SWITCH)
		*(struct mend_switch *)arg = good_switch(&op);
	else if (door->cmd == MEND_IOC_PROBATION)
		*(struct mend_probation *)arg = (struct mend_probation){
			.name = "test-nobody", .action = MEND_PROBATION_CONFIRM,
		};
	*(uint32_t *)arg = door->size;
}

static unsigned int reason_of(const struct door *door, const unsigned char *arg)
{
	return ((const struct mend_report *)(arg + door->report))->reason;
}

/* SWITCH and PROBATION name a patch that does not exist: they change nothing. */
static int passes(const struct door *door)
{
	return door->cmd == MEND_IOC_SWITCH || door->cmd == MEND_IOC_PROBATION ? -ENOENT : 0;
}

static int call_door(const struct door *door, unsigned char *arg)
{
	int err = call(door->cmd, arg);

	if (!err && door->cmd == MEND_IOC_AUTHORIZE)
		close(((struct mend_authorize *)arg)->fd);
	return err;
}

TEST(structs_have_the_published_sizes)
{
	EXPECT_EQ(MEND_REPORT_SIZE_V1, sizeof(struct mend_report));
	EXPECT_EQ(MEND_INFO_SIZE_V1, sizeof(struct mend_info));
	EXPECT_EQ(MEND_AUTHORIZE_SIZE_V1, sizeof(struct mend_authorize));
	EXPECT_EQ(MEND_AUTH_REPORT_SIZE_V1, sizeof(struct mend_auth_report));
	EXPECT_EQ(MEND_OP_SIZE_V1, sizeof(struct mend_op));
	EXPECT_EQ(MEND_BLOCKER_SIZE_V1, sizeof(struct mend_blocker));
	EXPECT_EQ(MEND_SWITCH_SIZE_V1, sizeof(struct mend_switch));
	EXPECT_EQ(MEND_PROBATION_SIZE_V1, sizeof(struct mend_probation));
	EXPECT_EQ(MEND_VERIFY_SIZE_V1, sizeof(struct mend_verify));
}

TEST(the_published_size_is_accepted)
{
	unsigned char arg[ROOM];
	size_t i;

	for (i = 0; i < NR_DOORS; i++) {
		fill(&doors[i], arg);
		DIAG("%s", doors[i].name);
		EXPECT_EQ(passes(&doors[i]), call_door(&doors[i], arg));
	}
}

/* Neither read nor written is anything behind the size that the caller gave. */
TEST(a_smaller_size_is_refused_and_nothing_is_written_behind_it)
{
	unsigned char arg[ROOM];
	uint32_t size;
	size_t i, k;

	for (i = 0; i < NR_DOORS; i++) {
		for (size = 0; size < doors[i].size; size += 1 + (size > 8) * 37) {
			fill(&doors[i], arg);
			memset(arg + (size < 4 ? 4 : size), 0xa5, ROOM - (size < 4 ? 4 : size));
			*(uint32_t *)arg = size;
			if (call_door(&doors[i], arg) != -EINVAL)
				KSFT_FAILED("%s with size %u is accepted", doors[i].name, size);
			for (k = size < 4 ? 4 : size; k < ROOM; k++)
				ASSERT_EQ(0xa5, arg[k]);
		}
	}
}

TEST(a_larger_size_is_accepted_if_the_rest_is_zero)
{
	unsigned char arg[ROOM];
	size_t i;

	for (i = 0; i < NR_DOORS; i++) {
		fill(&doors[i], arg);
		*(uint32_t *)arg = doors[i].size + 64;
		DIAG("%s", doors[i].name);
		EXPECT_EQ(passes(&doors[i]), call_door(&doors[i], arg));
	}
}

TEST(a_larger_size_is_refused_if_the_rest_is_not_zero)
{
	unsigned char arg[ROOM];
	size_t i;

	for (i = 0; i < NR_DOORS; i++) {
		fill(&doors[i], arg);
		*(uint32_t *)arg = doors[i].size + 64;
		arg[doors[i].size + 63] = 1;
		DIAG("%s", doors[i].name);
		EXPECT_EQ(-E2BIG, call_door(&doors[i], arg));
		EXPECT_EQ(MEND_R_SIZE, reason_of(&doors[i], arg));
	}
}

TEST(an_absurd_size_is_refused)
{
	unsigned char arg[ROOM];
	size_t i;

	for (i = 0; i < NR_DOORS; i++) {
		fill(&doors[i], arg);
		*(uint32_t *)arg = UINT32_MAX;
		DIAG("%s", doors[i].name);
		EXPECT_EQ(-E2BIG, call_door(&doors[i], arg));
	}
}

TEST(unknown_flags_are_refused)
{
	struct signed_case c = load_case("mend_test_plain");
	struct mend_op op = op_on("test-nobody", 1);
	struct mend_authorize a;
	struct mend_switch s;
	int bit;

	for (bit = 0; bit < 32; bit++) {
		a = good_authorize(&c);
		a.flags = 1U << bit;
		EXPECT_EQ(-EINVAL, call(MEND_IOC_AUTHORIZE, &a));
		EXPECT_EQ(MEND_R_FLAGS, a.report.reason);
		EXPECT_EQ(-1, a.fd);
		s = good_switch(&op);
		s.flags = 1U << bit;
		if (s.flags != MEND_SWITCH_FORCE) {
			EXPECT_EQ(-EINVAL, call(MEND_IOC_SWITCH, &s));
			EXPECT_EQ(MEND_R_FLAGS, s.report.reason);
		}
		op.flags = 1U << bit;
		s = good_switch(&op);
		EXPECT_EQ(-EINVAL, call(MEND_IOC_SWITCH, &s));
		EXPECT_EQ(MEND_R_FLAGS, s.report.reason);
		op.flags = 0;
	}
}

TEST(reserved_fields_that_are_not_zero_are_refused)
{
	struct signed_case c = load_case("mend_test_plain");
	struct mend_op op = op_on("test-nobody", 1);
	struct mend_authorize a;
	struct mend_switch s;
	int i;

	for (i = 0; i < 2; i++) {
		a = good_authorize(&c);
		a.reserved[i] = 1ULL << 63;
		EXPECT_EQ(-EINVAL, call(MEND_IOC_AUTHORIZE, &a));
		EXPECT_EQ(MEND_R_RESERVED, a.report.reason);
		s = good_switch(&op);
		if (i)
			s.reserved = 1ULL << 63;
		else
			s.reserved0 = 1;
		EXPECT_EQ(-EINVAL, call(MEND_IOC_SWITCH, &s));
		EXPECT_EQ(MEND_R_RESERVED, s.report.reason);
	}
}

TEST(the_report_of_an_authorization_has_a_door_of_its_own)
{
	struct signed_case c = load_case("mend_test_plain");
	struct { struct mend_auth_report r; unsigned char rest[8]; } more = { 0 };
	struct mend_auth_report r = { .size = sizeof(r) };
	int fd = authorize(dev, &c, NULL);

	ASSERT_GE(fd, 0);
	EXPECT_EQ(0, ioctl(fd, MEND_IOC_AUTH_REPORT, &r));
	EXPECT_EQ(MEND_R_OK, r.report.reason);
	r.size--;
	EXPECT_EQ(-1, ioctl(fd, MEND_IOC_AUTH_REPORT, &r));
	EXPECT_EQ(EINVAL, errno);
	r.size++;
	r.flags = 1;
	EXPECT_EQ(-1, ioctl(fd, MEND_IOC_AUTH_REPORT, &r));
	EXPECT_EQ(EINVAL, errno);
	more.r.size = sizeof(more);
	EXPECT_EQ(0, ioctl(fd, MEND_IOC_AUTH_REPORT, &more));
	more.rest[7] = 1;
	EXPECT_EQ(-1, ioctl(fd, MEND_IOC_AUTH_REPORT, &more));
	EXPECT_EQ(E2BIG, errno);
	EXPECT_EQ(-1, ioctl(fd, MEND_IOC_INFO, &r));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-ENOTTY, call(MEND_IOC_AUTH_REPORT, &r));
}

TEST(unknown_commands_are_refused)
{
	struct mend_info info = { .size = sizeof(info) };

	EXPECT_EQ(-ENOTTY, call(_IO(MEND_IOC_MAGIC, 0), &info));
	EXPECT_EQ(-ENOTTY, call(_IO(MEND_IOC_MAGIC, 7), &info));
	EXPECT_EQ(-ENOTTY, call(_IO('x', 1), &info));
}

TEST(pointers_to_nowhere_are_refused)
{
	struct signed_case c = load_case("mend_test_plain");
	struct mend_op op = op_on("test-nobody", 1);
	const uint64_t nowhere[] = { 0, 0x1000, 1ULL << 47, UINT64_MAX - 4095,
				     0xffffffff81000000ULL };
	struct mend_authorize a;
	struct mend_switch s;
	size_t i;

	EXPECT_EQ(-EFAULT, call(MEND_IOC_INFO, NULL));
	EXPECT_EQ(-EFAULT, call(MEND_IOC_AUTHORIZE, (void *)nowhere[4]));
	for (i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		a = good_authorize(&c);
		a.manifest = nowhere[i];
		EXPECT_EQ(-EFAULT, call(MEND_IOC_AUTHORIZE, &a));
		a = good_authorize(&c);
		a.signature = nowhere[i];
		EXPECT_EQ(-EFAULT, call(MEND_IOC_AUTHORIZE, &a));
		a = good_authorize(&c);
		a.payload = nowhere[i];
		EXPECT_EQ(-EFAULT, call(MEND_IOC_AUTHORIZE, &a));
		s = good_switch(&op);
		s.ops = nowhere[i];
		EXPECT_EQ(-EFAULT, call(MEND_IOC_SWITCH, &s));
	}
}

TEST(the_descriptor_is_minus_one_after_a_failure)
{
	struct signed_case c = load_case("wrong-key");
	struct mend_authorize a = good_authorize(&c);

	a.fd = 0;
	ASSERT_EQ(-EKEYREJECTED, call(MEND_IOC_AUTHORIZE, &a));
	EXPECT_EQ(-1, a.fd);
}

TEST(the_authorized_descriptor_is_close_on_exec)
{
	struct signed_case c = load_case("mend_test_plain");
	int fd = authorize(dev, &c, NULL);

	ASSERT_GE(fd, 0);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(O_RDONLY, fcntl(fd, F_GETFL) & O_ACCMODE);
}

TEST(a_switch_of_none_or_too_many_is_refused)
{
	static struct mend_op ops[MEND_SWITCH_OPS_MAX + 1];
	struct mend_switch s = good_switch(ops);
	unsigned int i;

	for (i = 0; i <= MEND_SWITCH_OPS_MAX; i++)
		ops[i] = op_on("test-nobody", i + 1);
	s.nr_ops = 0;
	EXPECT_EQ(-EINVAL, call(MEND_IOC_SWITCH, &s));
	EXPECT_EQ(MEND_R_RANGE, s.report.reason);
	s.nr_ops = MEND_SWITCH_OPS_MAX + 1;
	EXPECT_EQ(-E2BIG, call(MEND_IOC_SWITCH, &s));
	EXPECT_EQ(MEND_R_RANGE, s.report.reason);
	s.nr_ops = UINT32_MAX;
	EXPECT_EQ(-E2BIG, call(MEND_IOC_SWITCH, &s));
}

TEST(a_timeout_beyond_the_limit_is_refused)
{
	struct mend_op op = op_on("test-nobody", 1);
	struct mend_switch s = good_switch(&op);

	s.timeout_ms = MEND_TIMEOUT_MAX_MS + 1;
	EXPECT_EQ(-EINVAL, call(MEND_IOC_SWITCH, &s));
	EXPECT_EQ(MEND_R_RANGE, s.report.reason);
}

static void expect_op_refused(const struct mend_op *op)
{
	struct mend_switch s = good_switch(op);

	EXPECT_EQ(-EINVAL, call(MEND_IOC_SWITCH, &s));
	DIAG("reason %u: %s", s.report.reason, s.report.text);
	EXPECT_NE(MEND_R_OK, s.report.reason);
	EXPECT_NE(MEND_R_INTERNAL, s.report.reason);
}

TEST(malformed_ops_are_refused)
{
	struct mend_op op = op_on("test-nobody", 1);

	memset(op.name, 'a', sizeof(op.name));
	expect_op_refused(&op);
	op = op_on("test-nobody", 1);
	op.name[sizeof(op.name) - 1] = 'x';
	expect_op_refused(&op);
	op = op_on("", 1);
	expect_op_refused(&op);
	op = op_on("test-nobody", 1);
	op.action = 0;
	expect_op_refused(&op);
	op.action = 3;
	expect_op_refused(&op);
	op = op_on("test-nobody", 0);
	expect_op_refused(&op);
}

TEST(one_patch_twice_in_one_switch_is_refused)
{
	struct mend_op ops[] = { op_on("test-plain", 1), op_on("test-plain", 1) };
	struct mend_switch s = good_switch(ops);

	ASSERT_EQ(0, load_signed("mend_test_plain", NULL));
	s.nr_ops = 2;
	EXPECT_EQ(-EINVAL, call(MEND_IOC_SWITCH, &s));
	EXPECT_EQ(MEND_R_DUPLICATE, s.report.reason);
	ops[1] = op_off("test-plain", 1);
	s = good_switch(ops);
	s.nr_ops = 2;
	EXPECT_EQ(-EINVAL, call(MEND_IOC_SWITCH, &s));
	EXPECT_EQ(0, target("plain"));
}

static void drop_capability(int cap)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	ASSERT_EQ(0, syscall(SYS_capget, &header, data));
	data[cap / 32].effective &= ~(1U << (cap % 32));
	ASSERT_EQ(0, syscall(SYS_capset, &header, data));
}

static void expect_no_entry(void)
{
	unsigned char arg[ROOM];
	size_t i;
	int fd;

	fd = open(MEND_DEVICE, O_RDWR);
	EXPECT_EQ(-1, fd);
	EXPECT_EQ(EPERM, errno);
	for (i = 0; i < NR_DOORS; i++) {
		fill(&doors[i], arg);
		DIAG("%s", doors[i].name);
		EXPECT_EQ(-EPERM, call_door(&doors[i], arg));
		EXPECT_EQ(MEND_R_CAPABILITY, reason_of(&doors[i], arg));
	}
}

/* Both at open and at each call through a descriptor that was opened before. */
TEST(a_caller_without_cap_sys_module_is_refused)
{
	drop_capability(CAP_SYS_MODULE);
	expect_no_entry();
}

TEST(other_capabilities_do_not_help)
{
	struct mend_info info = { .size = sizeof(info) };

	drop_capability(CAP_SYS_ADMIN);
	EXPECT_EQ(0, call(MEND_IOC_INFO, &info));
	drop_capability(CAP_SYS_MODULE);
	EXPECT_EQ(-EPERM, call(MEND_IOC_INFO, &info));
}

/* Root of a user namespace has CAP_SYS_MODULE there, which is not enough. */
TEST(root_in_a_user_namespace_is_refused)
{
	if (unshare(CLONE_NEWUSER))
		SKIP("this kernel gives no user namespace: %s", strerror(errno));
	expect_no_entry();
}

TEST(sysfs_is_closed_to_a_user_namespace)
{
	ASSERT_EQ(0, load_signed("mend_test_plain", NULL));
	if (unshare(CLONE_NEWUSER))
		SKIP("this kernel gives no user namespace: %s", strerror(errno));
	EXPECT_GT(0, spit(MEND_SYSFS "/test-plain.1/enabled", "1"));
	EXPECT_EQ(0, target("plain"));
}

TEST(sysfs_is_closed_without_cap_sys_module)
{
	ASSERT_EQ(0, load_signed("mend_test_plain", NULL));
	drop_capability(CAP_SYS_MODULE);
	EXPECT_EQ(-EPERM, spit(MEND_SYSFS "/test-plain.1/enabled", "1"));
	EXPECT_EQ(0, target("plain"));
}

TEST_MAIN()
