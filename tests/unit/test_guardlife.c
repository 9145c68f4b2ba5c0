/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard process, who holds the lock, and the processes that it kills. */
#include "guardtree.h"

#include "nrb/diag.h"
#include "nrb/guard.h"
#include "nrb/journal.h"
#include "nrb/placement.h"

#include <numaif.h>

enum { BACK_MS = 1000, ALL_GONE_MS = 3000 };

static const struct nrb_place anywhere;

static int setup(void **state)
{
	nrb_diag_reset();
	return setup_tree(state);
}

static struct nrb_guard *begin(struct tree *tree)
{
	struct nrb_guard *guard = NULL;

	assert_int_equal(nrb_guard_begin(&guard, &tree->root, &anywhere), 0);
	assert_non_null(guard);
	return guard;
}

static int set_mode(struct nrb_guard *guard, const char *value)
{
	return nrb_guard_set(guard, "vm.zone_reclaim_mode", value);
}

static pid_t guard_pid(const struct nrb_guard *guard)
{
	char path[64], line[128];
	int pid = -1;
	FILE *info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", nrb_guard_fd(guard));
	info = fopen(path, "r");
	must(info != NULL);
	while (pid < 0 && fgets(line, sizeof(line), info) != NULL) {
		sscanf(line, "Pid: %d", &pid);
	}
	fclose(info);
	must(pid > 0);
	return pid;
}

static bool has_guard(const struct nrb_guard *guard)
{
	struct pollfd pollfd = { .fd = nrb_guard_fd(guard), .events = POLLIN };

	return poll(&pollfd, 1, 0) == 0;
}

static void test_guard_is_deaf_and_alone(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1,
		SIGPIPE };
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);
	pid_t pid = guard_pid(guard);

	for (int i = 0; i < 500 && getsid(pid) != pid; i++) {
		poll(NULL, 0, 2);
	}
	assert_int_equal(getsid(pid), pid);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		assert_int_equal(kill(pid, signals[i]), 0);
	}
	poll(NULL, 0, 50);
	assert_true(has_guard(guard));
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
}

static void test_guard_holds_nothing_of_others(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard;
	int fds[2];
	char byte;

	assert_int_equal(pipe(fds), 0);
	guard = begin(tree);
	close(fds[1]);
	/* end of file: no one else has it open for writing */
	assert_true(
		poll(&(struct pollfd){ .fd = fds[0], .events = POLLIN }, 1, 1000) == 1);
	assert_int_equal(read(fds[0], &byte, 1), 0);
	close(fds[0]);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
}

static void test_dead_guard_is_replaced_before_the_next_write(void **state)
{
	struct tree *tree = *state;
	pid_t pid = fork();

	if (pid == 0) {
		struct nrb_guard *guard = NULL;

		must(nrb_guard_begin(&guard, &tree->root, &anywhere) == 0);
		must(set_mode(guard, "3") == 0);
		kill(guard_pid(guard), SIGKILL);
		must(poll(&(struct pollfd){ nrb_guard_fd(guard), POLLIN, 0 }, 1, 1000) ==
			1);
		must(set_mode(guard, "5") == 0);
		must(has_guard(guard));
		kill(guard_pid(guard), SIGKILL);
		must(poll(&(struct pollfd){ nrb_guard_fd(guard), POLLIN, 0 }, 1, 1000) ==
			1);
		must(nrb_guard_renew(guard) ==
			0); /* as a parent that saw it in its poll */
		must(has_guard(guard));
		must(nrb_guard_renew(guard) == 0); /* and again, needlessly */
		raise(SIGKILL);
	}
	assert_true(becomes(tree, KNOB, "5", 3000));
	assert_true(becomes(tree, KNOB, "4", BACK_MS));
	assert_true(all_end_within(ALL_GONE_MS));
	assert_false(tree_has(tree, JOURNAL));
}

static void test_second_run_is_busy(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree), *second = NULL;
	char pid[32];

	assert_int_equal(set_mode(guard, "3"), 0);
	assert_true(nrb_guard_begin(&second, &tree->root, &anywhere) < 0);
	assert_null(second);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_BUSY);
	snprintf(pid, sizeof(pid), "pid %d", (int)getpid());
	assert_non_null(strstr(nrb_diag_message(), pid));
	assert_string_equal(tree_read(tree, KNOB), "3");
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	guard = begin(tree);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
}

static void test_only_one_of_many_gets_in(void **state)
{
	enum { N = 8 };
	struct tree *tree = *state;
	int gate[2], in = 0, status;

	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < N; i++) {
		if (fork() == 0) {
			struct nrb_guard *guard;
			char byte;

			close(gate[1]);
			must(read(gate[0], &byte, 1) == 0); /* all at once */
			if (nrb_guard_begin(&guard, &tree->root, &anywhere) < 0) {
				_exit(nrb_diag_exit(-1) == NRB_EXIT_BUSY ? 4 : 99);
			}
			poll(NULL, 0, 1000); /* over what the others wait */
			_exit(nrb_guard_end(guard, NULL, NULL) == 0 ? 0 : 99);
		}
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < N; i++) {
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status));
		assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 4);
		in += WEXITSTATUS(status) == 0;
	}
	assert_int_equal(in, 1);
}

static void test_child_that_left_does_not_hold_the_lock(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree), *second;
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		nrb_guard_leave(guard);
		nrb_guard_leave(NULL);
		must(write(ready[1], "x", 1) == 1);
		pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	/* its leaving has not let go of the lock */
	assert_true(nrb_guard_begin(&second, &tree->root, &anywhere) < 0);
	assert_int_equal(set_mode(guard, "3"), 0);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	guard = begin(tree); /* and it holds none itself */
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
}

static int own_policy(void)
{
	int mode = -1;

	must(get_mempolicy(&mode, NULL, 0, NULL, 0) == 0);
	return mode;
}

/* The parent's memory is kept to a node; who leaves the guard is measured, and is not. */
static void test_leaving_has_its_own_policy(void **state)
{
	struct tree *tree = *state;
	struct nrb_place place = { 0 };
	struct nrb_guard *guard;
	int status;
	pid_t pid;

	nrb_idset_add(&place.nodes, 0);
	assert_int_equal(nrb_guard_begin(&guard, &tree->root, &place), 0);
	assert_int_equal(own_policy(), MPOL_PREFERRED);
	pid = fork();
	if (pid == 0) {
		must(own_policy() == MPOL_PREFERRED);
		nrb_guard_leave(guard);
		must(own_policy() == MPOL_DEFAULT);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	assert_int_equal(own_policy(), MPOL_DEFAULT);
}

/* Fork a process that dies of nothing but a kill. */
static pid_t start_victim(struct tree *tree)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, 0);
		while (true) {
			pause();
		}
	}
	tree_list_process(tree, pid);
	return pid;
}

static bool is_alive(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static void test_processes_are_killed_once_settings_are_back(void **state)
{
	struct tree *tree = *state;
	pid_t kept = start_victim(tree), forgotten = start_victim(tree);
	pid_t pid = fork();

	if (pid == 0) {
		struct nrb_guard *guard;

		must(nrb_guard_begin(&guard, &tree->root, &anywhere) == 0);
		must(nrb_guard_add_process(guard, forgotten) == 0);
		must(nrb_guard_add_process(guard, kept) == 0);
		nrb_guard_forget_process(guard, forgotten);
		must(set_mode(guard, "3") == 0);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(kept, NULL, 0), kept);
	assert_string_equal(tree_read(tree, KNOB), "4");
	assert_true(is_alive(forgotten));
	kill(forgotten, SIGKILL);
	assert_true(all_end_within(ALL_GONE_MS));
}

static void test_reused_pid_is_not_killed(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);
	pid_t pid = start_victim(tree);
	char path[64];

	assert_int_equal(nrb_guard_add_process(guard, pid), 0);
	snprintf(path, sizeof(path), "proc/%d", (int)pid);
	unlinkat(tree->root.fd, path, 0);
	tree_mkdir(tree, path, 0755); /* the same pid, another start time */
	strcat(path, "/stat");
	tree_write(
		tree, path, "1 (x) S 1 77 77 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 98765 0\n");
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	poll(NULL, 0, 50);
	assert_true(is_alive(pid));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_too_many_processes(void **state)
{
	struct nrb_guard *guard = begin(*state);

	for (int i = 0; i < NRB_JOURNAL_MAX_PROCESSES; i++) {
		assert_int_equal(nrb_guard_add_process(guard, 100000000 + i), 0);
	}
	assert_int_equal(nrb_guard_add_process(guard, 99999999), -ENOSPC);
	nrb_guard_forget_process(guard, 100000003);
	assert_int_equal(nrb_guard_add_process(guard, 99999999), 0);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown_tree)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_guard_is_deaf_and_alone),
		TREE_TEST(test_guard_holds_nothing_of_others),
		TREE_TEST(test_dead_guard_is_replaced_before_the_next_write),
		TREE_TEST(test_second_run_is_busy),
		TREE_TEST(test_only_one_of_many_gets_in),
		TREE_TEST(test_child_that_left_does_not_hold_the_lock),
		TREE_TEST(test_leaving_has_its_own_policy),
		TREE_TEST(test_processes_are_killed_once_settings_are_back),
		TREE_TEST(test_reused_pid_is_not_killed),
		TREE_TEST(test_too_many_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
