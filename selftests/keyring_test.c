// SPDX-License-Identifier: GPL-2.0-only
/*
 * Root cannot change what mend.ko trusts: every keyctl operation is tried on
 * every keyring and key of mend.ko's, found in /proc/keys, and signatures are
 * looked at as before afterwards.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "kselftest_mend.h"
#include "mendtest.h"

#define MAX_KEYS	32

struct key {
	int serial;
	char type[16];
	char description[64];
};

static struct key keys[MAX_KEYS];
static unsigned int nr_keys;

static long keyctl(int cmd, long a, long b, long c, long d)
{
	return syscall(SYS_keyctl, cmd, a, b, c, d) < 0 ? -errno : 0;
}

static long add_key(const char *type, const char *name, const void *data, size_t len, int ring)
{
	return syscall(SYS_add_key, type, name, data, len, ring) < 0 ? -errno : 0;
}

/* Lines of /proc/keys: serial flags usage timeout perm uid gid type description */
static void find_keys(void)
{
	char *all = (char *)slurp("/proc/keys", NULL), *line, *save;

	ASSERT_TRUE(all);
	nr_keys = 0;
	for (line = strtok_r(all, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct key *k = &keys[nr_keys];

		if (nr_keys == MAX_KEYS ||
		    sscanf(line, "%x %*s %*s %*s %*s %*s %*s %15s %63[^\n]", (unsigned int *)&k->serial,
			   k->type, k->description) != 3)
			continue;
		if (strcasestr(k->description, "mend"))
			nr_keys++;
	}
	free(all);
}

void suite_setup(void)
{
	go_home();
	load_mend("");
}

void test_setup(void)
{
	find_keys();
	ASSERT_GT(nr_keys, 0);
}

void suite_teardown(void)
{
	unload("mend");
}

/* The trusted one passes, the untrusted does not, mend.ko still has its keys. */
static void expect_trust_unchanged(void)
{
	struct signed_case good = load_case("mend_test_plain"), bad = load_case("wrong-key");
	struct mend_report report;
	int dev = mend_device(), fd = authorize(dev, &good, &report);

	EXPECT_GE(fd, 0);
	if (fd < 0)
		DIAG("%s", report.text);
	else
		close(fd);
	EXPECT_EQ(-EKEYREJECTED, authorize(dev, &bad, &report));
	EXPECT_EQ(MEND_R_SIGNATURE, report.reason);
	close(dev);
}

static bool is_keyring(const struct key *k)
{
	return !strcmp(k->type, "keyring");
}

/* How many lines of /proc/keys name mend, so that a lost key would be seen. */
static void expect_same_keys(void)
{
	unsigned int before = nr_keys;

	find_keys();
	EXPECT_EQ(before, nr_keys);
}

TEST(the_keyring_of_mend_is_visible)
{
	unsigned int i, rings = 0;

	for (i = 0; i < nr_keys; i++) {
		DIAG("%08x %s %s", keys[i].serial, keys[i].type, keys[i].description);
		rings += is_keyring(&keys[i]);
	}
	EXPECT_GT(rings, 0);
	expect_trust_unchanged();
}

/* The certificate of a key that nobody trusts, in DER. */
static void expect_not_added(int ring, const char *type, const char *file)
{
	size_t len;
	unsigned char *data = slurp(file, &len);

	ASSERT_TRUE(data);
	EXPECT_NE(0, add_key(type, "mend selftest intruder", data, len, ring));
	free(data);
}

TEST(root_cannot_add_a_key)
{
	unsigned int i;

	for (i = 0; i < nr_keys; i++) {
		if (!is_keyring(&keys[i]))
			continue;
		expect_not_added(keys[i].serial, "asymmetric", "cases/wrong.der");
		EXPECT_NE(0, add_key("user", "intruder", "x", 1, keys[i].serial));
		EXPECT_NE(0, add_key("keyring", "intruder", NULL, 0, keys[i].serial));
	}
	expect_same_keys();
	expect_trust_unchanged();
}

/* The intruder's certificate itself is fine: it can be added elsewhere. */
TEST(root_cannot_link_a_key_into_it)
{
	size_t len;
	unsigned char *der = slurp("cases/wrong.der", &len);
	int serial = syscall(SYS_add_key, "asymmetric", "intruder", der, len,
			     KEY_SPEC_PROCESS_KEYRING);
	unsigned int i;

	ASSERT_GT(serial, 0);
	for (i = 0; i < nr_keys; i++) {
		EXPECT_NE(0, keyctl(KEYCTL_LINK, serial, keys[i].serial, 0, 0));
		EXPECT_NE(0, keyctl(KEYCTL_MOVE, serial, KEY_SPEC_PROCESS_KEYRING,
				    keys[i].serial, 0));
	}
	expect_same_keys();
	expect_trust_unchanged();
}

/* Each operation on each keyring and key; the name is the operation's. */
#define CANNOT(_name, _cmd, _b, _c, _d)						\
	TEST(root_cannot_##_name)						\
	{									\
		unsigned int i;							\
										\
		for (i = 0; i < nr_keys; i++)					\
			EXPECT_NE(0, keyctl(_cmd, keys[i].serial, _b, _c, _d));	\
		expect_same_keys();						\
		expect_trust_unchanged();					\
	}

CANNOT(clear, KEYCTL_CLEAR, 0, 0, 0)
CANNOT(revoke, KEYCTL_REVOKE, 0, 0, 0)
CANNOT(invalidate, KEYCTL_INVALIDATE, 0, 0, 0)
CANNOT(set_a_timeout, KEYCTL_SET_TIMEOUT, 1, 0, 0)
CANNOT(change_the_owner, KEYCTL_CHOWN, 0, 0, 0)
CANNOT(change_permissions, KEYCTL_SETPERM, 0x3f3f3f3f, 0, 0)
CANNOT(update, KEYCTL_UPDATE, (long)"x", 1, 0)
CANNOT(read, KEYCTL_READ, (long)(char[64]){ 0 }, 64, 0)
CANNOT(change_the_restriction, KEYCTL_RESTRICT_KEYRING, 0, 0, 0)
CANNOT(search, KEYCTL_SEARCH, (long)"asymmetric", (long)"mend", 0)
CANNOT(link_it_to_a_keyring_of_its_own, KEYCTL_LINK, KEY_SPEC_PROCESS_KEYRING, 0, 0)

TEST(root_cannot_unlink_a_key_from_a_keyring)
{
	unsigned int i, k;

	for (i = 0; i < nr_keys; i++)
		for (k = 0; k < nr_keys; k++)
			EXPECT_NE(0, keyctl(KEYCTL_UNLINK, keys[i].serial, keys[k].serial, 0, 0));
	expect_same_keys();
	expect_trust_unchanged();
}

TEST(root_with_a_keyring_of_the_same_name_gains_nothing)
{
	size_t len;
	unsigned char *der = slurp("cases/wrong.der", &len);
	unsigned int i;
	int ring;

	for (i = 0; i < nr_keys; i++) {
		if (!is_keyring(&keys[i]))
			continue;
		keys[i].description[strcspn(keys[i].description, ":")] = '\0';
		ring = syscall(SYS_add_key, "keyring", keys[i].description, NULL, 0,
			       KEY_SPEC_PROCESS_KEYRING);
		if (ring > 0)
			EXPECT_EQ(0, add_key("asymmetric", "intruder", der, len, ring));
	}
	expect_trust_unchanged();
}

TEST(unloading_mend_takes_its_keys_along)
{
	unload("mend");
	msleep(300);
	find_keys();
	EXPECT_EQ(0, nr_keys);
	load_mend("");
	expect_trust_unchanged();
}

TEST_MAIN()
