/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lock and journal of an earlier run, and what may stand in their places. */
#include "guardtree.h"

#include "nrb/diag.h"
#include "nrb/guard.h"
#include "nrb/leftover.h"
#include "nrb/lock.h"
#include "nrb/process.h"

#define THIS_BOOT "6f9619ff-8b86-d011-b42d-00c04fc964ff"
#define JOURNAL_OF(boot, processes)                                                      \
	"{\"format\":1,\"boot_id\":\"" boot "\",\"pid\":77,\"start_time\":7,"            \
	"\"settings\":[{\"name\":\"vm.zone_reclaim_mode\",\"found\":\"4\","              \
	"\"confirmed\":\"3\",\"intended\":\"0\"}],\"processes\":[" processes "]}\n"

static const struct nrb_place anywhere;

static int setup(void **state)
{
	struct tree *tree;

	nrb_diag_reset();
	setup_tree(state);
	tree = *state;
	tree_mkdir(tree, RUN, 0700);
	tree_mkdir(tree, "run", 0755);
	return 0;
}

static void assert_begin_refused(struct tree *tree, enum nrb_exit code)
{
	struct nrb_guard *guard = NULL;

	nrb_diag_reset();
	assert_true(nrb_guard_begin(&guard, &tree->root, &anywhere) < 0);
	assert_null(guard);
	assert_int_equal(nrb_diag_exit(-1), code);
}

static int restore(struct tree *tree, int *n)
{
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];

	nrb_diag_reset();
	return nrb_leftover_restore(&tree->root, results, n);
}

static void assert_looks(struct tree *tree, enum nrb_leftover_state expected)
{
	enum nrb_leftover_state state = 99;

	assert_int_equal(nrb_leftover_look(&tree->root, &state), 0);
	assert_int_equal(state, expected);
}

static void test_nothing_is_left(void **state)
{
	struct tree *tree = *state;
	int n = -1;

	assert_looks(tree, NRB_LEFTOVER_NONE);
	assert_int_equal(restore(tree, &n), 0);
	assert_int_equal(n, 0);
	unlinkat(tree->root.fd, LOCK, 0);
	assert_int_equal(unlinkat(tree->root.fd, RUN, AT_REMOVEDIR), 0);
	assert_looks(tree, NRB_LEFTOVER_NONE);
	assert_int_equal(restore(tree, &n), 0);
	assert_false(tree_has(tree, RUN)); /* a look and a restore make nothing */
}

/* What a guard could not remove in its time, since a killed child took longer to die. */
static void test_group_without_a_journal_is_removed(void **state)
{
	struct tree *tree = *state;
	int n = -1;

	tree_mkdir(tree, "sys/fs/cgroup/numa-reclaim-bench", 0755);
	assert_int_equal(restore(tree, &n), 0);
	assert_int_equal(n, 0);
	assert_false(tree_has(tree, "sys/fs/cgroup/numa-reclaim-bench"));
	assert_true(tree_has(tree, "sys/fs/cgroup"));
}

static void test_journal_blocks_a_run_until_restored(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = NULL;
	int n;

	tree_write(tree, JOURNAL, JOURNAL_OF(THIS_BOOT, ""));
	tree_write(tree, KNOB, "3\n");
	assert_looks(tree, NRB_LEFTOVER_JOURNAL);
	assert_begin_refused(tree, NRB_EXIT_BUSY);
	assert_non_null(strstr(nrb_diag_way_out(), "restore"));
	assert_string_equal(tree_read(tree, KNOB), "3");
	assert_int_equal(restore(tree, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(tree_read(tree, KNOB), "4");
	assert_looks(tree, NRB_LEFTOVER_NONE);
	assert_int_equal(nrb_guard_begin(&guard, &tree->root, &anywhere), 0);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
}

static void test_each_value_that_may_stand_there(void **state)
{
	static const struct {
		const char *held, *after;
		enum nrb_exit code;
	} cases[] = {
		{ "3\n", "4", NRB_EXIT_OK },        /* confirmed */
		{ "0\n", "4", NRB_EXIT_OK },        /* intended */
		{ "4\n", "4", NRB_EXIT_OK },        /* found */
		{ "2\n", "2", NRB_EXIT_DISTURBED }, /* a stranger's */
	};
	struct tree *tree = *state;
	int n;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tree_write(tree, JOURNAL, JOURNAL_OF(THIS_BOOT, ""));
		tree_write(tree, KNOB, cases[i].held);
		assert_int_equal(nrb_diag_exit(restore(tree, &n)), cases[i].code);
		assert_int_equal(n, 1);
		assert_string_equal(tree_read(tree, KNOB), cases[i].after);
		assert_false(tree_has(tree, JOURNAL));
	}
}

static void test_failed_restore_keeps_the_journal(void **state)
{
	struct tree *tree = *state;
	int n;

	tree_write(tree, JOURNAL, JOURNAL_OF(THIS_BOOT, ""));
	unlinkat(tree->root.fd, KNOB, 0);
	assert_true(restore(tree, &n) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_NOT_RESTORED);
	assert_true(tree_has(tree, JOURNAL));
	tree_write(tree, KNOB, "3\n"); /* it is there again */
	assert_int_equal(restore(tree, &n), 0);
	assert_string_equal(tree_read(tree, KNOB), "4");
	assert_false(tree_has(tree, JOURNAL));
}

static void test_journal_of_another_boot_is_removed(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = NULL;
	int n;

	tree_write(tree, JOURNAL, JOURNAL_OF("another", ""));
	tree_write(tree, KNOB, "3\n");
	assert_looks(tree, NRB_LEFTOVER_STALE);
	assert_int_equal(restore(tree, &n), 0);
	assert_int_equal(n, 0);
	assert_string_equal(tree_read(tree, KNOB), "3"); /* not ours any more */
	assert_false(tree_has(tree, JOURNAL));
	tree_write(tree, JOURNAL, JOURNAL_OF("another", ""));
	assert_int_equal(nrb_guard_begin(&guard, &tree->root, &anywhere), 0);
	assert_false(tree_has(tree, JOURNAL));
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
}

static void test_damaged_journal_writes_nothing(void **state)
{
	struct tree *tree = *state;
	int n;

	tree_write(tree, KNOB, "3\n");
	tree_write(tree, JOURNAL, "{\"format\":1,\"settings\":[{\"name\":\"vm.zone");
	assert_looks(tree, NRB_LEFTOVER_JOURNAL);
	assert_begin_refused(tree, NRB_EXIT_BUSY);
	assert_true(restore(tree, &n) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_NOT_RESTORED);
	assert_non_null(strstr(nrb_diag_message(), JOURNAL));
	assert_int_equal(n, 0);
	assert_string_equal(tree_read(tree, KNOB), "3");
	assert_true(tree_has(tree, JOURNAL)); /* evidence */
}

static void test_leftover_processes_are_killed(void **state)
{
	struct tree *tree = *state;
	char journal[1024];
	int64_t start = 0;
	pid_t pid = fork();
	int n;

	if (pid == 0) {
		pause();
	}
	tree_list_process(tree, pid);
	assert_int_equal(nrb_process_start_time(&tree->root, pid, &start), 0);
	snprintf(journal, sizeof(journal),
		"{\"format\":1,\"boot_id\":\"" THIS_BOOT "\",\"pid\":77,\"start_time\":7,"
		"\"settings\":[],\"processes\":[{\"pid\":%d,\"start_time\":%lld},"
		"{\"pid\":%d,\"start_time\":1}]}\n",
		(int)pid, (long long)start,
		(int)getpid()); /* not us: another start time */
	tree_list_process(tree, getpid());
	tree_write(tree, JOURNAL, journal);
	assert_int_equal(restore(tree, &n), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A process that holds the lock for some time. */
static void hold_lock(struct tree *tree, int ms)
{
	int ready[2], dir, lock;
	char byte;

	must(pipe(ready) == 0);
	if (fork() == 0) {
		must(nrb_leftover_lock(&tree->root, 0, &dir, &lock) == 0);
		must(write(ready[1], "x", 1) == 1);
		poll(NULL, 0, ms);
		_exit(0);
	}
	must(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	close(ready[1]);
}

static void test_restore_waits_for_a_guard_at_work(void **state)
{
	struct tree *tree = *state;
	uint64_t before_ns;
	int n;

	tree_write(tree, JOURNAL, JOURNAL_OF(THIS_BOOT, ""));
	tree_write(tree, KNOB, "3\n");
	hold_lock(tree, 500);
	assert_looks(tree, NRB_LEFTOVER_LIVE);
	before_ns = nrb_clock_ns();
	assert_int_equal(restore(tree, &n), 0);
	assert_true(nrb_clock_ns() - before_ns > 300000000);
	assert_string_equal(tree_read(tree, KNOB), "4");
	assert_true(all_end_within(1000));
}

static void test_restore_does_not_wait_for_ever(void **state)
{
	struct tree *tree = *state;
	uint64_t before_ns = nrb_clock_ns();
	int n;

	tree_write(tree, JOURNAL, JOURNAL_OF(THIS_BOOT, ""));
	tree_write(tree, KNOB, "3\n");
	hold_lock(tree, 7000);
	assert_true(restore(tree, &n) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_BUSY);
	assert_in_range((nrb_clock_ns() - before_ns) / 1000000, 4900, 6500);
	assert_string_equal(tree_read(tree, KNOB), "3");
	assert_true(tree_has(tree, JOURNAL));
	assert_true(all_end_within(5000));
}

/* Another process has the pid that the run has in its container. */
static void test_a_pid_of_another_container_is_told_as_such(void **state)
{
	struct tree *tree = *state;
	char journal[256];
	int dir, lock;

	hold_lock(tree, 300);
	tree_write(tree, JOURNAL, JOURNAL_OF(THIS_BOOT, ""));
	assert_true(nrb_leftover_lock(&tree->root, 0, &dir, &lock) < 0);
	assert_non_null(strstr(nrb_diag_message(), "another run (pid 77) holds"));
	close(dir);
	nrb_diag_reset();
	snprintf(journal, sizeof(journal),
		"{\"format\":1,\"boot_id\":\"" THIS_BOOT "\",\"pid\":%d,\"start_time\":1,"
		"\"settings\":[],\"processes\":[]}\n",
		(int)getpid());
	tree_list_process(tree, getpid());
	tree_write(tree, JOURNAL, journal);
	assert_true(nrb_leftover_lock(&tree->root, 0, &dir, &lock) < 0);
	assert_non_null(strstr(nrb_diag_message(), "of another container"));
	close(dir);
	assert_true(all_end_within(5000));
}

static void test_a_look_disturbs_no_run(void **state)
{
	struct tree *tree = *state;
	pid_t looker = fork();

	if (looker == 0) {
		enum nrb_leftover_state left;

		while (nrb_leftover_look(&tree->root, &left) == 0) {
		}
		_exit(0);
	}
	for (int i = 0; i < 200; i++) {
		int dir, lock;

		assert_int_equal(nrb_leftover_lock(&tree->root, 200, &dir, &lock), 0);
		close(lock);
		close(dir);
	}
	kill(looker, SIGKILL);
	assert_true(all_end_within(1000));
}

static void test_links_are_not_followed(void **state)
{
	struct tree *tree = *state;
	int n;

	tree_write(tree, "victim", "untouched");
	must(symlinkat("../../victim", tree->root.fd, LOCK) == 0);
	assert_begin_refused(tree, NRB_EXIT_FAILED);
	assert_true(restore(tree, &n) < 0);
	unlinkat(tree->root.fd, LOCK, 0);
	must(symlinkat("../../victim", tree->root.fd, JOURNAL) == 0);
	assert_begin_refused(tree, NRB_EXIT_BUSY);
	assert_true(restore(tree, &n) < 0);
	assert_string_equal(tree_read(tree, "victim"), "untouched");
}

static void test_directory_that_is_not_ours_alone(void **state)
{
	struct tree *tree = *state;
	int n;

	tree_mkdir(tree, RUN, 0770);
	assert_begin_refused(tree, NRB_EXIT_FAILED);
	tree_mkdir(tree, RUN, 0702);
	assert_begin_refused(tree, NRB_EXIT_FAILED);
	assert_true(restore(tree, &n) < 0);
	assert_int_equal(unlinkat(tree->root.fd, RUN, AT_REMOVEDIR), 0);
	tree_mkdir(tree, "elsewhere", 0700);
	must(symlinkat("../elsewhere", tree->root.fd, RUN) == 0);
	assert_begin_refused(tree, NRB_EXIT_FAILED);
	unlinkat(tree->root.fd, RUN, 0);
	tree_write(tree, RUN, "a file in its place");
	assert_begin_refused(tree, NRB_EXIT_FAILED);
	assert_string_equal(tree_read(tree, KNOB), "4");
}

static void test_directory_of_someone_else(void **state)
{
	struct tree *tree = *state;

	if (geteuid() != 0) {
		print_message("skipped: only root can give a directory away\n");
		skip();
	}
	assert_int_equal(fchownat(tree->root.fd, RUN, 1, (gid_t)-1, 0), 0);
	assert_begin_refused(tree, NRB_EXIT_FAILED);
	assert_non_null(strstr(nrb_diag_message(), "owner 1"));
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown_tree)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_nothing_is_left),
		TREE_TEST(test_group_without_a_journal_is_removed),
		TREE_TEST(test_journal_blocks_a_run_until_restored),
		TREE_TEST(test_each_value_that_may_stand_there),
		TREE_TEST(test_failed_restore_keeps_the_journal),
		TREE_TEST(test_journal_of_another_boot_is_removed),
		TREE_TEST(test_damaged_journal_writes_nothing),
		TREE_TEST(test_leftover_processes_are_killed),
		TREE_TEST(test_restore_waits_for_a_guard_at_work),
		TREE_TEST(test_restore_does_not_wait_for_ever),
		TREE_TEST(test_a_pid_of_another_container_is_told_as_such),
		TREE_TEST(test_a_look_disturbs_no_run),
		TREE_TEST(test_links_are_not_followed),
		TREE_TEST(test_directory_that_is_not_ours_alone),
		TREE_TEST(test_directory_of_someone_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
