// SPDX-License-Identifier: MIT
/*
 * The store: what is written is read again, whoever is killed at whatever moment; and what
 * becomes of records that nobody finished.
 */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "fake.h"
#include "lib/fs.h"
#include "lib/store.h"

#define BOOT	"proc/sys/kernel/random/boot_id"

static struct store store;
static struct records records;
static struct buf out;

static int setup(void **state)
{
	(void)state;
	fake_start();
	test_file(fake.root, BOOT, "this-boot\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	records_free(&records);
	buf_free(&out);
	fake_stop();
	return 0;
}

static void open_store(void)
{
	struct err e;

	if (store_open(&fake.mc, &store, &e))
		fail_msg("%s", e.message);
}

/* As by a process that still runs */
static void begin(struct record *r, const char *name, uint64_t generation)
{
	char path[64], line[128];

	snprintf(path, sizeof(path), "proc/%d/stat", getpid());
	snprintf(line, sizeof(line), "%d (a ) b) R 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "
		 "4242 20\n", getpid());
	test_file(fake.root, path, line);
	record_begin(&fake.mc, r, "apply");
	record_add(r, name, generation, true);
	assert_int_equal(r->started, 4242);
}

static void gone(const struct record *r)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%d/stat", r->pid);
	test_file(fake.root, path, "1 (a) R 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4243 20\n");
}

static void write_record(struct record *r)
{
	struct err e;

	if (store_write(&store, r, &e))
		fail_msg("%s", e.message);
}

static void read_records(void)
{
	struct err e;

	records_free(&records);
	if (store_read(&fake.mc, &records, &e))
		fail_msg("%s", e.message);
}

static void nothing_is_there_before_something_is_written(void **state)
{
	struct staged *list;
	struct err e;
	size_t nr;

	(void)state;
	assert_false(store_exists(&fake.mc));
	read_records();
	assert_int_equal(records.nr_records, 0);
	assert_int_equal(store_list(&fake.mc, &list, &nr, &e), 0);
	assert_int_equal(nr, 0);
	staged_free(list, nr);
	assert_false(store_exists(&fake.mc));
}

static void a_record_comes_back_as_it_was(void **state)
{
	struct record r;
	const struct record *s;
	struct err e;

	(void)state;
	open_store();
	assert_true(store_exists(&fake.mc));
	begin(&r, "ant", 7);
	record_add(&r, "bee", 0, false);
	write_record(&r);
	assert_int_equal(r.number, 1);
	err_set(&e, MEND_R_BUSY, "cat \"is\" in\x01 it");
	record_fail(&r, RECORD_FAILED, &e);
	r.pause_ns = 60600;
	write_record(&r);
	begin(&r, "ant", 8);
	write_record(&r);
	store_close(&store);
	read_records();
	assert_int_equal(records.nr_records, 2);
	assert_int_equal(records.damaged, 0);
	s = &records.list[0];
	assert_int_equal(s->number, 1);
	assert_int_equal(s->outcome, RECORD_FAILED);
	assert_int_equal(s->reason, MEND_R_BUSY);
	assert_string_equal(s->text, "cat \"is\" in\x01 it");
	assert_string_equal(s->verb, "apply");
	assert_string_equal(s->release, TEST_RELEASE);
	assert_string_equal(s->boot_id, "this-boot");
	assert_int_equal(s->pause_ns, 60600);
	assert_int_equal(s->pid, getpid());
	assert_int_equal(s->uid, getuid());
	assert_true(s->user[0]);
	assert_true(s->when > TEST_NOW);
	assert_int_equal(s->nr_patches, 2);
	assert_string_equal(s->patches[1].name, "bee");
	assert_false(s->patches[1].on);
	/* it has failed: it has switched nothing */
	assert_null(records_last(&records, "ant", 7, 0));
	assert_ptr_equal(records_last(&records, "ant", 8, 1), &records.list[1]);
	assert_null(records_last(&records, "ant", 8, 2));
	assert_null(records_last(&records, "bee", 0, 0));
	assert_int_equal(records.list[1].outcome, RECORD_ATTEMPTING);
}

/* As who was told that somebody else was quicker: that one's record counts. */
static void who_has_switched_nothing_has_not_the_last_word(void **state)
{
	struct record r;

	(void)state;
	open_store();
	begin(&r, "ant", 7);
	r.outcome = RECORD_PROBATION;
	write_record(&r);
	begin(&r, "ant", 7);
	r.outcome = RECORD_DONE;
	write_record(&r);
	read_records();
	assert_int_equal(records_last(&records, "ant", 7, 0)->number, 1);
	r.pause_ns = 60600;
	write_record(&r);
	read_records();
	assert_int_equal(records_last(&records, "ant", 7, 0)->number, 2);
	store_close(&store);
}

static void what_is_no_record_is_counted_or_left_alone(void **state)
{
	struct record r;

	(void)state;
	open_store();
	begin(&r, "ant", 7);
	write_record(&r);
	store_close(&store);
	test_file(fake.root, "var/lib/mend/history/0000000002.json", "{ \"number\": 2 }");
	test_file(fake.root, "var/lib/mend/history/0000000003.json", "");
	assert_int_equal(test_run(&out, "cd %s/var/lib/mend/history && cp 0000000001.json "
				  "0000000004.json && cp 0000000001.json 0000000005.json.AbCdEf && "
				  "echo >README && mkdir 0000000006.json && "
				  "head -c 300000 /dev/zero >0000000007.json", fake.root), 0);
	read_records();
	assert_int_equal(records.nr_records, 1);
	assert_int_equal(records.damaged, 5);
	open_store();
	begin(&r, "ant", 8);
	write_record(&r);
	assert_int_equal(r.number, 8);
	store_close(&store);
}

static void old_records_are_forgotten(void **state)
{
	struct record r;
	struct err e;

	(void)state;
	open_store();
	begin(&r, "ant", 7);
	write_record(&r);
	assert_int_equal(test_run(&out, "cd %s/var/lib/mend/history && for i in $(seq 2 1005); do "
				  "sed \"s/\\\"number\\\": 1,/\\\"number\\\": $i,/\" 0000000001.json "
				  ">$(printf %%010d $i).json; done", fake.root), 0);
	begin(&r, "ant", 8);
	assert_int_equal(store_write(&store, &r, &e), 0);
	store_close(&store);
	read_records();
	assert_int_equal(records.nr_records, STORE_HISTORY_MAX);
	assert_int_equal(records.list[0].number, 7);
	assert_int_equal(records.list[STORE_HISTORY_MAX - 1].number, 1006);
}

/* Records 1 and 2, and so many of another patch that there are too many */
static void write_many(struct record *held, struct record *confirmed)
{
	struct record r;

	write_record(held);
	write_record(confirmed);
	begin(&r, "bee", 1);
	write_record(&r);
	assert_int_equal(test_run(&out, "cd %s/var/lib/mend/history && for i in $(seq 4 1005); do "
				  "sed \"s/\\\"number\\\": 3,/\\\"number\\\": $i,/\" 0000000003.json "
				  ">$(printf %%010d $i).json; done", fake.root), 0);
}

static void what_a_boot_decides_by_is_kept(void **state)
{
	struct record held, confirmed, r;
	unsigned int i;

	(void)state;
	open_store();
	begin(&held, "ant", 7);
	held.outcome = RECORD_DOWN;
	begin(&confirmed, "cat", 2);
	confirmed.outcome = RECORD_CONFIRMED;
	write_many(&held, &confirmed);
	for (i = 0; i < 3; i++) {
		begin(&r, "cat", 2);
		r.outcome = RECORD_DONE;
		r.pause_ns = 60600;
		write_record(&r);
		read_records();
		assert_int_equal(records.nr_records, STORE_HISTORY_MAX + 2);
		assert_int_equal(records.list[0].number, 1);
		assert_int_equal(records.list[1].number, 2);
		assert_int_equal(records.list[2].number, 7 + i);
		assert_int_equal(records.list[STORE_HISTORY_MAX + 1].number, 1006 + i);
		assert_int_equal(records_last(&records, "ant", 7, 0)->number, 1);
	}
	store_close(&store);
}

/* What becomes of it, as it was written first */
static enum record_outcome settled(struct record *r)
{
	write_record(r);
	read_records();
	return records.list[r->number - 1].outcome;
}

static void an_attempt_that_nobody_ended_is_told_apart(void **state)
{
	struct record r;

	(void)state;
	open_store();
	begin(&r, "ant", 7);
	write_record(&r);
	assert_int_equal(settled(&r), RECORD_ATTEMPTING);
	gone(&r);
	assert_int_equal(settled(&r), RECORD_INTERRUPTED);
	assert_null(records_last(&records, "ant", 7, 0));
	fake_patch("ant", 7, "ko", "11", true);
	assert_int_equal(settled(&r), RECORD_INTERRUPTED);
	test_contains(records.list[0].text, "it is on");
	assert_int_equal(records.list[0].pause_ns, 4242);
	assert_non_null(records_last(&records, "ant", 7, 0));
	fake_attr("ant", 7, "probation_ms", "1000");
	assert_int_equal(settled(&r), RECORD_PROBATION);
	test_file(fake.root, BOOT, "another-boot\n");
	assert_int_equal(settled(&r), RECORD_DOWN);
	store_close(&store);
}

static void so_is_how_a_probation_ended(void **state)
{
	struct record r;

	(void)state;
	open_store();
	begin(&r, "ant", 7);
	r.outcome = RECORD_PROBATION;
	assert_int_equal(settled(&r), RECORD_ENDED);
	fake_patch("ant", 7, "ko", "11", true);
	fake_attr("ant", 7, "probation_ms", "1000");
	assert_int_equal(settled(&r), RECORD_PROBATION);
	fake_attr("ant", 7, "state", "rolled-back");
	fake_attr("ant", 7, "reason", "128 nobody came");
	assert_int_equal(settled(&r), RECORD_ROLLED_BACK);
	assert_int_equal(records.list[0].reason, MEND_R_DEADLINE);
	assert_string_equal(records.list[0].text, "nobody came");
	fake_attr("ant", 7, "state", "off");
	fake_attr("ant", 7, "enabled", "0");
	assert_int_equal(settled(&r), RECORD_ENDED);
	fake_attr("ant", 7, "state", "on");
	fake_attr("ant", 7, "enabled", "1");
	fake_attr("ant", 7, "probation_ms", "0");
	assert_int_equal(settled(&r), RECORD_CONFIRMED);
	test_file(fake.root, BOOT, "another-boot\n");
	assert_int_equal(settled(&r), RECORD_DOWN);
	store_close(&store);
}

static void of_what_cannot_be_looked_at_nothing_is_told(void **state)
{
	struct record r;

	(void)state;
	open_store();
	begin(&r, "ant", 7);
	r.outcome = RECORD_PROBATION;
	test_file(fake.root, BOOT, "\n");
	assert_int_equal(settled(&r), RECORD_PROBATION);
	test_file(fake.root, BOOT, "this-boot\n");
	assert_int_equal(test_run(&out, "mv %s %s.away && echo >%s", fake.sysfs, fake.sysfs,
				  fake.sysfs), 0);
	assert_int_equal(settled(&r), RECORD_PROBATION);
	/* there is no mend.ko: it cannot be on */
	assert_int_equal(unlink(fake.sysfs), 0);
	assert_int_equal(settled(&r), RECORD_ENDED);
	store_close(&store);
}

static void what_is_known_is_known_after_the_boot(void **state)
{
	struct record r, confirm;

	(void)state;
	open_store();
	begin(&r, "ant", 7);
	r.outcome = RECORD_PROBATION;
	fake_patch("ant", 7, "ko", "11", true);
	/* until somebody has written that down, it may be about to be taken back */
	assert_int_equal(settled(&r), RECORD_CONFIRMED);
	test_file(fake.root, BOOT, "another-boot\n");
	read_records();
	assert_int_equal(records.list[0].outcome, RECORD_DOWN);
	test_file(fake.root, BOOT, "this-boot\n");
	write_record(&r);
	begin(&confirm, "ant", 7);
	confirm.outcome = RECORD_CONFIRMED;
	write_record(&confirm);
	store_settle(&fake.mc);
	test_file(fake.root, BOOT, "another-boot\n");
	read_records();
	assert_int_equal(records.list[0].outcome, RECORD_CONFIRMED);
	store_close(&store);
}

static void as_long_as_one_is_young_all_are(void **state)
{
	struct record r;

	(void)state;
	open_store();
	begin(&r, "ant", 7);
	record_add(&r, "bee", 1, true);
	r.outcome = RECORD_PROBATION;
	fake_patch("ant", 7, "ko", "11", true);
	fake_patch("bee", 1, "ko", "11", true);
	fake_attr("bee", 1, "probation_ms", "1000");
	assert_int_equal(settled(&r), RECORD_PROBATION);
	fake_attr("ant", 7, "enabled", "0");
	fake_attr("ant", 7, "state", "off");
	assert_int_equal(settled(&r), RECORD_PROBATION);
	fake_attr("bee", 1, "state", "rolled-back");
	assert_int_equal(settled(&r), RECORD_ROLLED_BACK);
	store_close(&store);
}

/* Its stat is one that can be read as soon as somebody writes to it. */
static void ends_when_it_is_looked_at(struct record *r)
{
	char path[128];
	struct err e;
	int fd;

	snprintf(path, sizeof(path), "%s/proc/%d/stat", fake.root, r->pid);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	if (fork())
		return;
	fd = open(path, O_WRONLY);
	r->outcome = RECORD_DONE;
	_exit(fd < 0 || store_write(&store, r, &e) || write(fd, "", 1) != 1);
}

static void an_end_that_was_just_written_stays(void **state)
{
	struct record r;
	int status;

	(void)state;
	open_store();
	begin(&r, "ant", 7);
	write_record(&r);
	ends_when_it_is_looked_at(&r);
	store_settle(&fake.mc);
	assert_int_not_equal(wait(&status), -1);
	assert_int_equal(status, 0);
	read_records();
	assert_int_equal(records.list[0].outcome, RECORD_DONE);
	store_close(&store);
}

static void a_full_or_read_only_disk_is_an_error(void **state)
{
	struct record r;
	struct err e;

	(void)state;
	test_file(fake.root, "var/lib/mend", "in the way");
	assert_int_equal(store_open(&fake.mc, &store, &e), -1);
	assert_int_equal(e.reason, ERR_IO);
	test_contains(e.hint, "--unrecorded");
	assert_int_equal(test_run(&out, "rm %s/var/lib/mend", fake.root), 0);
	open_store();
	begin(&r, "ant", 7);
	assert_int_equal(test_run(&out, "rmdir %s && echo >%s", store.history, store.history), 0);
	assert_int_equal(store_write(&store, &r, &e), -1);
	assert_int_equal(e.reason, ERR_IO);
	test_contains(e.hint, "--unrecorded");
	assert_int_equal(r.number, 0);
	store_close(&store);
}

/* Status and history are for everybody, and root's umask is not. */
static void all_may_read_it_whatever_the_umask_is(void **state)
{
	mode_t before = umask(077);
	struct record r;

	(void)state;
	open_store();
	begin(&r, "ant", 7);
	write_record(&r);
	umask(before);
	assert_int_equal(test_run(&out, "stat -c %%a %s/var/lib/mend %s %s %s %s/*", fake.root,
				  store.history, store.bundles, store.installed,
				  store.history), 0);
	assert_string_equal((char *)out.data, "755\n755\n755\n755\n644\n");
	store_close(&store);
}

static void what_killed_writers_leave_is_swept_later(void **state)
{
	struct utimbuf old = { time(NULL) - 3600, time(NULL) - 3600 };
	char path[300];

	(void)state;
	open_store();
	store_close(&store);
	test_file(fake.root, "var/lib/mend/history/0000000001.json.AbCdEf", "new");
	test_file(fake.root, "var/lib/mend/bundles/ant.1.mend.AbCdEf", "old");
	test_file(fake.root, "var/lib/mend/bundles/notes.AbCdEf", "not ours");
	snprintf(path, sizeof(path), "%s/var/lib/mend/bundles/ant.1.mend.AbCdEf", fake.root);
	assert_int_equal(utime(path, &old), 0);
	snprintf(path, sizeof(path), "%s/var/lib/mend/bundles/notes.AbCdEf", fake.root);
	assert_int_equal(utime(path, &old), 0);
	open_store();
	store_close(&store);
	assert_int_equal(test_run(&out, "cd %s/var/lib/mend && ls bundles history", fake.root), 0);
	assert_string_equal((char *)out.data, "bundles:\nnotes.AbCdEf\n\nhistory:\n"
			    "0000000001.json.AbCdEf\n");
}

/* All that a command writes: the attempt, a bundle, the outcome */
static void work(const struct bundle *b)
{
	struct record r;
	struct err e;

	record_begin(&fake.mc, &r, "apply");
	record_add(&r, "ant", 7, true);
	if (store_open(&fake.mc, &store, &e) || store_write(&store, &r, &e) ||
	    store_stage(&store, b, &e))
		_exit(1);
	r.outcome = RECORD_DONE;
	if (store_write(&store, &r, &e))
		_exit(1);
	_exit(0);
}

/* Its system calls, in order; the child is killed at entry of number @nr. True: it was */
static bool killed_at(const struct bundle *b, unsigned int nr, long *calls, unsigned int max)
{
	unsigned int n = 0, stops = 0;
	struct user_regs_struct regs;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		work(b);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	for (;;) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return false;
		}
		if (stops++ % 2)
			continue;	/* the way out of it */
		assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &regs), 0);
		if (calls && n < max)
			calls[n] = (long)regs.orig_rax;
		if (n++ == nr)
			break;
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return true;
}

static void is_whole(const struct bundle *b)
{
	struct staged *list;
	struct buf content;
	struct err e;
	size_t i, nr;

	read_records();
	assert_int_equal(records.damaged, 0);
	for (i = 0; i < records.nr_records; i++) {
		assert_int_equal(records.list[i].number, i + 1);
		if (records.list[i].outcome != RECORD_DONE)
			assert_int_equal(records.list[i].outcome, RECORD_INTERRUPTED);
	}
	assert_int_equal(store_list(&fake.mc, &list, &nr, &e), 0);
	assert_true(nr <= 1);
	if (nr) {
		assert_int_equal(fs_read(list[0].path, MEND_BUNDLE_MAX, &content, &e), 0);
		assert_true(bytes_equal(buf_bytes(&content), buf_bytes(&b->file)));
		buf_free(&content);
	}
	staged_free(list, nr);
}

/* Each start afresh, and each time one system call further */
static void kill_everywhere(const struct bundle *b)
{
	unsigned int nr = 0;
	bool killed;

	do {
		killed = killed_at(b, nr++, NULL, 0);
		is_whole(b);
		/* whoever comes next finishes the job */
		killed_at(b, UINT32_MAX, NULL, 0);
		is_whole(b);
		assert_int_equal(records.list[records.nr_records - 1].outcome, RECORD_DONE);
		assert_int_equal(test_run(&out, "rm -r %s/var", fake.root), 0);
	} while (killed);
	/* as many as there must be: three files, with their directories */
	assert_true(nr > 40);
}

static void load_bundle(struct bundle *b, struct signer *s)
{
	struct buf file = { 0 };
	struct err e;

	test_signer(s, TEST_NOW - 86400);
	test_bundle(&file, s, NULL, NULL);
	assert_int_equal(bundle_open(b, &file, &s->trust, TEST_NOW, &e), 0);
}

static void killed_at_any_system_call_it_is_whole(void **state)
{
	struct signer s;
	struct bundle b;

	(void)state;
	load_bundle(&b, &s);
	kill_everywhere(&b);
	bundle_free(&b);
	test_signer_free(&s);
}

/*
 * A power cut cannot be made here; the order that guards against it can be seen: what is
 * in a file is on disk before its name is, and the name before anything goes on.
 */
static void names_follow_what_is_on_disk(void **state)
{
	unsigned int i, publishes = 0;
	bool synced = false, named = false;
	long calls[2000] = { 0 };
	struct signer s;
	struct bundle b;

	(void)state;
	load_bundle(&b, &s);
	assert_false(killed_at(&b, UINT32_MAX, calls, 2000));
	for (i = 0; i < 2000; i++) {
		if (calls[i] == SYS_write) {
			synced = false;
		} else if (calls[i] == SYS_link || calls[i] == SYS_rename) {
			assert_true(synced);
			assert_false(named);
			named = true;
			publishes++;
		} else if (calls[i] == SYS_fsync) {
			synced = true;
			named = false;
		}
	}
	assert_false(named);
	assert_int_equal(publishes, 3);
	bundle_free(&b);
	test_signer_free(&s);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_there_before_something_is_written),
		TEST(a_record_comes_back_as_it_was),
		TEST(who_has_switched_nothing_has_not_the_last_word),
		TEST(what_is_no_record_is_counted_or_left_alone),
		TEST(old_records_are_forgotten),
		TEST(what_a_boot_decides_by_is_kept),
		TEST(an_attempt_that_nobody_ended_is_told_apart),
		TEST(so_is_how_a_probation_ended),
		TEST(of_what_cannot_be_looked_at_nothing_is_told),
		TEST(what_is_known_is_known_after_the_boot),
		TEST(as_long_as_one_is_young_all_are),
		TEST(an_end_that_was_just_written_stays),
		TEST(a_full_or_read_only_disk_is_an_error),
		TEST(all_may_read_it_whatever_the_umask_is),
		TEST(what_killed_writers_leave_is_swept_later),
		TEST(killed_at_any_system_call_it_is_whole),
		TEST(names_follow_what_is_on_disk),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
