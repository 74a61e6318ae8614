// SPDX-License-Identifier: MIT
/*
 * The requirements of "check": each met, not met, and not known.
 */
#include "common.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <bpf/btf.h>
#include <zlib.h>

#include "fake.h"
#include "lib/check.h"
#include "lib/fs.h"

static struct checks checks;

static int teardown(void **state)
{
	(void)state;
	checks_free(&checks);
	fake_stop();
	return 0;
}

static void file(const char *name, const char *content)
{
	test_file(fake.root, name, content);
}

/* The only one of that name */
static const struct check_item *item(const char *name)
{
	const struct check_item *found = NULL;
	size_t i;

	for (i = 0; i < checks.nr_items; i++) {
		if (strcmp(checks.items[i].name, name))
			continue;
		if (found)
			fail_msg("two items '%s': %s; %s", name, found->text, checks.items[i].text);
		found = &checks.items[i];
	}
	if (!found)
		fail_msg("no item '%s'", name);
	return found;
}

static void found(const char *name, enum check_state state, uint32_t reason, const char *text)
{
	const struct check_item *i = item(name);

	if (i->state != state || i->reason != reason)
		fail_msg("%s: %s, reason %u: %s", name, check_state_name(i->state), i->reason,
			 i->text);
	test_contains(i->text, text);
	if (state != CHECK_GOOD)
		assert_true(i->remedy[0]);
}

static void kernel(void)
{
	checks_free(&checks);
	check_kernel(&fake.mc, &checks);
}

static void lsm(void)
{
	checks_free(&checks);
	check_lsm(&fake.mc, &checks);
}

static int old_uname(char release[MEND_RELEASE_LEN])
{
	memset(release, 0, MEND_RELEASE_LEN);
	strcpy(release, "5.10.0-8-amd64");
	return 0;
}

static void an_old_kernel_is_not_fit(void **state)
{
	struct err e;

	(void)state;
	kernel();
	found("kernel", CHECK_GOOD, 0, TEST_RELEASE);
	found("build-id", CHECK_GOOD, 0, TEST_BUILD_ID);
	assert_int_equal(checks_error(&checks, &e), 0);
	fake.mc.uname = old_uname;
	kernel();
	found("kernel", CHECK_FAILED, MEND_R_RELEASE, "older than 6.1");
	assert_int_equal(checks_error(&checks, &e), -1);
	assert_int_equal(e.reason, MEND_R_RELEASE);
	assert_int_equal(e.code, EXIT_CODE_INCOMPATIBLE);
	assert_int_equal(checks_worst(&checks), CHECK_FAILED);
}

static void without_a_build_id_neither(void **state)
{
	(void)state;
	fake.mc.notes = "/no/such/file";
	kernel();
	found("build-id", CHECK_FAILED, ERR_IO, "build-id");
}

#define CONFIG	"CONFIG_MODULES=y\nCONFIG_SMP=y\nCONFIG_SYSFS=y\nCONFIG_DYNAMIC_FTRACE_WITH_ARGS=y\n" \
		"CONFIG_UNWINDER_ORC=y\n# CONFIG_KPROBES_SANITY_TEST is not set\nCONFIG_KPROBES=y\n" \
		"CONFIG_SYSTEM_DATA_VERIFICATION=y\nCONFIG_CRYPTO_SHA256=m\n"

static void write_config_gz(const char *text)
{
	char path[200];
	gzFile gz;

	file("proc/.keep", "");
	snprintf(path, sizeof(path), "%s/proc/config.gz", fake.root);
	gz = gzopen(path, "wb");
	assert_non_null(gz);
	assert_int_equal(gzwrite(gz, text, (unsigned int)strlen(text)), strlen(text));
	gzclose(gz);
}

static void the_config_counts_until_mend_ko_is_there(void **state)
{
	const char *sysfs = fake.mc.sysfs;

	(void)state;
	fake.mc.sysfs = "/no/such/directory";
	kernel();
	found("config", CHECK_UNKNOWN, 0, "told nowhere");
	file("boot/config-" TEST_RELEASE, CONFIG "CONFIG_KALLSYMS_ALL=y\n");
	kernel();
	found("config", CHECK_GOOD, 0, "are there");
	/* the running kernel's own account comes first */
	write_config_gz(CONFIG "CONFIG_KALLSYMS_ALL=n\nXCONFIG_KALLSYMS_ALL=y\n");
	kernel();
	found("config", CHECK_FAILED, MEND_R_FTRACE, "without CONFIG_KALLSYMS_ALL");
	assert_null(strstr(item("config")->text, ","));
	fake.mc.sysfs = sysfs;
	kernel();
	found("config", CHECK_GOOD, 0, "mend.ko is loaded");
}

static void what_was_switched_off_is_told(void **state)
{
	(void)state;
	kernel();
	found("ftrace", CHECK_UNKNOWN, 0, "ftrace_enabled");
	found("modules", CHECK_UNKNOWN, 0, "modules_disabled");
	file("proc/sys/kernel/ftrace_enabled", "1\n");
	file("proc/sys/kernel/modules_disabled", "0\n");
	kernel();
	found("ftrace", CHECK_GOOD, 0, "on");
	found("modules", CHECK_GOOD, 0, "can be loaded");
	file("proc/sys/kernel/ftrace_enabled", "0\n");
	file("proc/sys/kernel/modules_disabled", "1\n");
	kernel();
	found("ftrace", CHECK_FAILED, MEND_R_FTRACE, "switched off");
	found("modules", CHECK_FAILED, MEND_R_LOCKDOWN, "modules_disabled is 1");
}

static void lockdown_and_secure_boot_are_warnings(void **state)
{
	char path[300];
	struct err e;

	(void)state;
	lsm();
	found("lockdown", CHECK_GOOD, 0, "shows none");
	found("secure-boot", CHECK_GOOD, 0, "shows no Secure Boot");
	file("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	file("sys/firmware/efi/efivars/.keep", "");
	snprintf(path, sizeof(path), "%s/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-"
		 "aa0d-00e098032b8c", fake.root);
	assert_int_equal(fs_write(path, BYTES("\6\0\0\0\1"), 0600, true, &e), 0);
	lsm();
	found("lockdown", CHECK_WARNING, 0, "locked down");
	found("secure-boot", CHECK_WARNING, 0, "is on");
	assert_int_equal(checks_error(&checks, &e), 0);
	file("sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	assert_int_equal(fs_write(path, BYTES("\6\0\0\0\0"), 0600, true, &e), 0);
	lsm();
	found("lockdown", CHECK_GOOD, 0, "not locked down");
	found("secure-boot", CHECK_GOOD, 0, "is off");
}

static void policies_over_files_are_in_the_way(void **state)
{
	(void)state;
	file("sys/kernel/security/ima/policy", "dont_appraise func=MODULE_CHECK\n"
	     "appraise func=KEXEC_KERNEL_CHECK\nmeasure func=MODULE_CHECK\n");
	lsm();
	found("file-policy", CHECK_GOOD, 0, "");
	file("sys/kernel/security/ima/policy", "measure x\nappraise func=MODULE_CHECK a=b\n");
	lsm();
	found("file-policy", CHECK_FAILED, MEND_R_LOCKDOWN, "IMA");
	file("sys/kernel/security/lsm", "lockdown,capability,loadpin\n");
	lsm();
	found("file-policy", CHECK_FAILED, MEND_R_LOCKDOWN, "LoadPin");
	file("proc/sys/kernel/loadpin/enforce", "0\n");
	file("sys/kernel/security/ima/policy", "");
	lsm();
	found("file-policy", CHECK_GOOD, 0, "");
}

static void module(const struct trust *trust, int64_t now)
{
	struct err e;

	err_set(&e, MEND_R_NO_KEYS, "there is no directory");
	checks_free(&checks);
	check_module(&fake.mc, trust, &e, now, &checks);
}

static void mend_ko_and_its_certificates(void **state)
{
	struct signer s;

	(void)state;
	test_signer(&s, TEST_NOW);
	fake.info = (struct mend_info){ .abi = MEND_ABI_VERSION, .nr_keys = 1, .version = "1.2",
					.flags = MEND_INFO_REQUIRE_SIGNATURE };
	module(&s.trust, TEST_NOW);
	found("mend.ko", CHECK_GOOD, 0, "mend.ko 1.2 is loaded");
	found("keyring", CHECK_GOOD, 0, "1 certificate");
	found("certificate", CHECK_GOOD, 0, "test signer is trusted until");
	module(&s.trust, TEST_NOW + 975LL * 86400);
	found("certificate", CHECK_WARNING, 0, "expires at");
	module(&s.trust, TEST_NOW + 1001LL * 86400);
	found("certificate", CHECK_WARNING, 0, "expired");
	fake.info.nr_keys = 0;
	module(NULL, TEST_NOW);
	found("keyring", CHECK_FAILED, MEND_R_NO_KEYS, "without a certificate");
	found("certificate", CHECK_FAILED, MEND_R_NO_KEYS, "no directory");
	fake.info.nr_keys = 1;
	fake.info.flags = 0;
	module(&s.trust, TEST_NOW);
	found("keyring", CHECK_WARNING, 0, "nobody has signed");
	fake.info.abi++;
	module(&s.trust, TEST_NOW);
	found("mend.ko", CHECK_FAILED, MEND_R_SIZE, "protocol");
	test_signer_free(&s);
}

static void a_mend_ko_that_is_not_loaded(void **state)
{
	struct trust none = { 0 };
	struct buf out = { 0 };

	(void)state;
	fake.open = EACCES;
	module(&none, TEST_NOW);
	found("mend.ko", CHECK_UNKNOWN, 0, "only root");
	fake.open = ENOENT;
	module(&none, TEST_NOW);
	found("mend.ko", CHECK_FAILED, ERR_DEVICE, "there is no mend.ko for this kernel");
	file("lib/modules/" TEST_RELEASE "/extra/.keep", "");
	assert_int_equal(test_run(&out, "cp " TEST_PAYLOADS "/good.ko %s/lib/modules/" TEST_RELEASE
				  "/extra/mend.ko && PATH=$PATH:/sbin:/usr/sbin depmod -b %s "
				  TEST_RELEASE, fake.root, fake.root), 0);
	buf_free(&out);
	module(&none, TEST_NOW);
	found("mend.ko", CHECK_FAILED, ERR_DEVICE, "installed and not loaded");
}

static void a_payload_may_need_a_module_signature(void **state)
{
	const struct bytes plain = BYTES("payload"), signed_one =
		BYTES("payload~Module signature appended~\n");

	(void)state;
	check_signature(&fake.mc, plain, &checks);
	found("module-signature", CHECK_GOOD, 0, "wants none");
	checks_free(&checks);
	file("sys/module/module/parameters/sig_enforce", "Y\n");
	check_signature(&fake.mc, plain, &checks);
	found("module-signature", CHECK_FAILED, ERR_MODULE_SIGNATURE, "has no module signature");
	checks_free(&checks);
	check_signature(&fake.mc, signed_one, &checks);
	found("module-signature", CHECK_GOOD, 0, "the payload has one");
	checks_free(&checks);
	file("sys/module/module/parameters/sig_enforce", "N\n");
	file("sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	check_signature(&fake.mc, plain, &checks);
	found("module-signature", CHECK_FAILED, ERR_MODULE_SIGNATURE, "has no module signature");
}

static struct manifest_func funcs[4] = {
	{ "vmlinux", "first", 0 }, { "vmlinux", "twice", 2 }, { "ext4", "first", 0 },
	{ "xfs", "gone", 0 },
};
static struct manifest_payload payload = { .funcs = funcs, .nr_funcs = 4 };

static void functions(void)
{
	checks_free(&checks);
	check_functions(&fake.mc, &payload, &checks);
}

#define KALLSYMS	"0000000000000000 T first\n0000000000000000 t twice\n" \
			"0000000000000000 D gone\n0000000000000000 t firsts\n" \
			"0000000000000000 t first\t[ext4]\n0000000000000000 t first\t[other]\n"
#define TRACEABLE	"first\nfirst [ext4]\nfirst [other]\n"

static void functions_must_be_there_and_traceable(void **state)
{
	(void)state;
	functions();
	found("functions", CHECK_UNKNOWN, 0, "kallsyms");
	found("traceable", CHECK_UNKNOWN, 0, "cannot be read");
	test_file(fake.dir, "module/ext4/initstate", "live\n");
	file("proc/kallsyms", KALLSYMS "0000000000000000 W twice\n");
	file("sys/kernel/tracing/available_filter_functions", TRACEABLE "twice\n");
	functions();
	found("functions", CHECK_GOOD, 0, "3 of 4 there; the others belong to modules");
	found("traceable", CHECK_GOOD, 0, "all of them");
	file("sys/kernel/tracing/available_filter_functions", TRACEABLE);
	functions();
	found("traceable", CHECK_FAILED, MEND_R_NO_FENTRY, "vmlinux:twice");
	file("proc/kallsyms", KALLSYMS);
	functions();
	found("functions", CHECK_FAILED, MEND_R_NO_SYMBOL, "number 2");
	file("proc/kallsyms", KALLSYMS "0000000000000000 t twice\n0000000000000000 t first\n");
	functions();
	found("functions", CHECK_FAILED, MEND_R_AMBIGUOUS, "2 functions first in vmlinux");
	test_file(fake.dir, "module/xfs/initstate", "live\n");
	file("proc/kallsyms", KALLSYMS "0000000000000000 t twice\n");
	functions();
	found("functions", CHECK_FAILED, MEND_R_NO_SYMBOL, "no function gone in xfs");
}

static void owners(void)
{
	checks_free(&checks);
	check_owners(&fake.mc, &payload, &checks);
}

static void others_may_own_a_function(void **state)
{
	(void)state;
	owners();
	found("owners", CHECK_GOOD, 0, "");
	test_file(fake.dir, "kprobes", "ffffffff81000000  k  first+0x0    [FTRACE]\n");
	owners();
	found("owners", CHECK_WARNING, 0, "vmlinux:first has a kprobe");
	test_file(fake.dir, "livepatch/klp_fix/vmlinux/first,1/.keep", "");
	test_file(fake.dir, "livepatch/klp_fix/enabled", "0\n");
	owners();
	found("owners", CHECK_WARNING, 0, "kprobe");
	test_file(fake.dir, "livepatch/klp_fix/enabled", "1\n");
	owners();
	found("owners", CHECK_FAILED, MEND_R_FTRACE_OWNER, "the kernel livepatch 'klp_fix'");
}

/* Types of a kernel, or of a payload: one struct, whose second member is at @offset */
static struct btf *make_btf(struct btf *base, const char *name, __u32 offset)
{
	struct btf *btf = base ? btf__new_empty_split(base) : btf__new_empty();
	int number;

	assert_non_null(btf);
	number = btf__add_int(btf, "number", 4, 0);
	assert_true(btf__add_struct(btf, name, 16) > 0);
	assert_int_equal(btf__add_field(btf, "a", number, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, "b", number, offset, 0), 0);
	return btf;
}

static void write_btf(const struct btf *btf, const char *path)
{
	__u32 size;
	const void *data = btf__raw_data(btf, &size);
	struct err e;

	assert_int_equal(fs_write(path, (struct bytes){ data, size }, 0644, true, &e), 0);
}

/* A payload with what is in the file "types" in that section; NULL: without */
static void check_payload_with(const char *section)
{
	struct buf out = { 0 }, ko;
	char path[200];
	struct err e;

	assert_int_equal(test_run(&out, "cd %s && objcopy %s%s%s " TEST_PAYLOADS "/good.ko "
				  "types.ko", fake.dir, section ? "--add-section " : "",
				  section ?: "", section ? "=types" : ""), 0);
	buf_free(&out);
	snprintf(path, sizeof(path), "%s/types.ko", fake.dir);
	assert_int_equal(fs_read(path, 1 << 20, &ko, &e), 0);
	checks_free(&checks);
	check_types(&fake.mc, &payload, buf_bytes(&ko), &checks);
	buf_free(&ko);
}

static void types_in(const char *section, const struct btf *btf)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/types", fake.dir);
	if (btf)
		write_btf(btf, path);
	check_payload_with(btf ? section : NULL);
}

/* A payload that uses these; NULL: it does not say */
static void types(const struct btf *btf)
{
	types_in(".mend.types", btf);
}

/* What /sys/kernel/btf tells of the kernel, or of a module of it */
static void tell_types(const char *object, const struct btf *btf)
{
	char path[200];

	file("sys/kernel/btf/.keep", "");
	snprintf(path, sizeof(path), "%s/sys/kernel/btf/%s", fake.root, object);
	write_btf(btf, path);
}

/* The kernel with these types, and the modules that the payload patches */
static void tell_kernel(struct btf *btf)
{
	struct btf *module = make_btf(btf, "of_a_module", 64);

	tell_types("vmlinux", btf);
	tell_types("ext4", module);
	tell_types("xfs", module);
	btf__free(module);
}

static struct btf *kernel_types(void)
{
	struct btf *btf = make_btf(NULL, "thing", 64);

	tell_kernel(btf);
	return btf;
}

static void types_are_compared_by_their_layout(void **state)
{
	struct btf *kernel_btf, *own = make_btf(NULL, "thing", 64);

	(void)state;
	types(NULL);
	found("types", CHECK_UNKNOWN, 0, "the payload carries no type information");
	types(own);
	found("types", CHECK_UNKNOWN, 0, "this kernel tells nothing");
	kernel_btf = kernel_types();
	types(own);
	found("types", CHECK_GOOD, 0, "1 type of the kernel that the payload uses has the same");
	btf__free(own);
	own = make_btf(NULL, "thing", 32);
	types(own);
	found("types", CHECK_FAILED, MEND_R_PAYLOAD_FORMAT, "the first is struct thing: its "
	      "member 'b' is at byte 4 for the payload, and at byte 8 in this kernel");
	btf__free(own);
	own = make_btf(NULL, "of_its_own", 32);
	types(own);
	found("types", CHECK_GOOD, 0, "0 types");
	btf__free(own);
	btf__free(kernel_btf);
}

static void types_on_top_of_the_kernels_are_compared_too(void **state)
{
	struct btf *kernel_btf = kernel_types(), *own;

	(void)state;
	own = make_btf(kernel_btf, "of_its_own", 64);
	types_in(".BTF", own);
	found("types", CHECK_GOOD, 0, "all types that the payload uses are this kernel's");
	btf__free(own);
	own = make_btf(kernel_btf, "thing", 32);
	types_in(".BTF", own);
	found("types", CHECK_FAILED, MEND_R_PAYLOAD_FORMAT, "thing");
	btf__free(own);
	btf__free(kernel_btf);
}

/* struct outer { union { struct { int a; int b : BITS; } in[NR]; }; TAIL } */
static void add_nested(struct btf *btf, __u32 bits, __u32 nr, const char *tail)
{
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED), id;

	id = btf__add_struct(btf, NULL, 8);
	assert_int_equal(btf__add_field(btf, "a", number, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, "b", number, 32, bits), 0);
	id = btf__add_array(btf, number, id, nr);
	assert_true(btf__add_union(btf, NULL, 8 * nr) > 0);
	assert_int_equal(btf__add_field(btf, "in", id, 0, 0), 0);
	id = (int)btf__type_cnt(btf) - 1;
	assert_true(btf__add_struct(btf, "outer", 32) > 0);
	assert_int_equal(btf__add_field(btf, NULL, id, 0, 0), 0);
	if (tail)
		assert_int_equal(btf__add_field(btf, tail, number, 192, 0), 0);
}

/* What this kernel has is the first; what the payload has, the second */
static void nested(__u32 bits, __u32 nr, const char *tail, const char *finding)
{
	struct btf *btf = btf__new_empty();

	add_nested(btf, bits, nr, tail);
	types(btf);
	if (finding)
		found("types", CHECK_FAILED, MEND_R_PAYLOAD_FORMAT, finding);
	else
		found("types", CHECK_GOOD, 0, "1 type ");
	btf__free(btf);
}

static void what_has_no_name_is_part_of_a_layout(void **state)
{
	struct btf *btf = btf__new_empty();

	(void)state;
	add_nested(btf, 5, 2, "tail");
	tell_kernel(btf);
	nested(5, 2, "tail", NULL);
	nested(6, 2, "tail", "struct outer: its member 'b' has another size");
	nested(5, 1, "tail", "struct outer: its member '' has another size");
	nested(5, 2, "end", "struct outer: this kernel has no member 'end' in it");
	nested(5, 2, NULL, "struct outer: this kernel has the member 'tail' in it, which");
	btf__free(btf);
}

/* A typedef is the name of what has no other. */
static void add_alias(struct btf *btf, __u32 offset)
{
	int number = btf__add_int(btf, "int", 4, 0), id = btf__add_struct(btf, NULL, 16);

	assert_int_equal(btf__add_field(btf, "a", number, offset, 0), 0);
	assert_true(btf__add_typedef(btf, "alias_t", id) > 0);
}

static void typedefs_are_names_too(void **state)
{
	struct btf *kernel_btf = btf__new_empty(), *own = btf__new_empty();

	(void)state;
	add_alias(kernel_btf, 32);
	tell_kernel(kernel_btf);
	types(kernel_btf);
	found("types", CHECK_GOOD, 0, "1 type ");
	add_alias(own, 64);
	types(own);
	found("types", CHECK_FAILED, MEND_R_PAYLOAD_FORMAT, "the first is alias_t: its member 'a'");
	btf__free(own);
	btf__free(kernel_btf);
}

/* Names are not unique, neither in a kernel nor between it and its modules. */
static void any_type_of_the_name_will_do(void **state)
{
	struct btf *kernel_btf = kernel_types(), *module, *own = make_btf(NULL, "thing", 96);
	char path[200];

	(void)state;
	types(own);
	found("types", CHECK_FAILED, MEND_R_PAYLOAD_FORMAT, "struct thing");
	module = make_btf(kernel_btf, "thing", 96);
	tell_types("xfs", module);
	types(own);
	found("types", CHECK_GOOD, 0, "1 type ");
	/* It is not loaded. */
	snprintf(path, sizeof(path), "%s/sys/kernel/btf/xfs", fake.root);
	unlink(path);
	types(own);
	found("types", CHECK_UNKNOWN, 0, "module xfs is not loaded, and what this kernel itself "
	      "calls struct thing is another type");
	btf__free(own);
	btf__free(module);
	btf__free(kernel_btf);
}

static void damaged_types_are_not_compared(void **state)
{
	(void)state;
	btf__free(kernel_types());
	test_file(fake.dir, "types", "nonsense");
	check_payload_with(".mend.types");
	found("types", CHECK_UNKNOWN, 0, "cannot be read");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, fake_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_old_kernel_is_not_fit),
		TEST(without_a_build_id_neither),
		TEST(the_config_counts_until_mend_ko_is_there),
		TEST(what_was_switched_off_is_told),
		TEST(lockdown_and_secure_boot_are_warnings),
		TEST(policies_over_files_are_in_the_way),
		TEST(mend_ko_and_its_certificates),
		TEST(a_mend_ko_that_is_not_loaded),
		TEST(a_payload_may_need_a_module_signature),
		TEST(functions_must_be_there_and_traceable),
		TEST(others_may_own_a_function),
		TEST(types_are_compared_by_their_layout),
		TEST(types_on_top_of_the_kernels_are_compared_too),
		TEST(what_has_no_name_is_part_of_a_layout),
		TEST(typedefs_are_names_too),
		TEST(any_type_of_the_name_will_do),
		TEST(damaged_types_are_not_compared),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
