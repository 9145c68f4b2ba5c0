/* SPDX-License-Identifier: GPL-2.0-or-later */
/* First acts of a child, identity of a process, and giving up rights. */
#include "guardtree.h"

#include "nrb/process.h"

#include <linux/capability.h>
#include <sys/syscall.h>

/* Run in a process of its own; its exit status is the verdict. */
static int in_child(int (*act)(struct tree *tree), struct tree *tree)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		_exit(act(tree));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int begin_well(struct tree *tree)
{
	sigset_t mask;
	int signal_number = 0;

	signal(SIGTERM, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	must(nrb_process_begin_child(&tree->root, getppid()) == 0);
	must(prctl(PR_GET_PDEATHSIG, &signal_number) == 0 && signal_number == SIGKILL);
	must(signal(SIGTERM, SIG_DFL) == SIG_DFL);
	must(sigprocmask(SIG_BLOCK, NULL, &mask) == 0 && !sigismember(&mask, SIGINT));
	return 0;
}

static int begin_orphaned(struct tree *tree)
{
	must(nrb_process_begin_child(&tree->root, getppid() + 1) == -ESRCH);
	return 0;
}

static int begin_refused(struct tree *tree)
{
	must(nrb_process_begin_child(&tree->root, getppid()) == -EISDIR);
	return 0;
}

static void test_child_begins(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(in_child(begin_well, tree), 0);
	assert_string_equal(tree_read(tree, OOM), "1000");
}

static void test_child_of_a_dead_parent_does_not_go_on(void **state)
{
	assert_int_equal(in_child(begin_orphaned, *state), 0);
}

static void test_child_does_not_go_on_without_oom_score(void **state)
{
	struct tree *tree = *state;

	unlinkat(tree->root.fd, OOM, 0);
	assert_int_equal(
		in_child(begin_well, tree), 0); /* recorded machine: no such file */
	tree_mkdir(tree, OOM, 0755);
	assert_int_equal(in_child(begin_refused, tree), 0);
}

static void test_child_dies_with_its_parent(void **state)
{
	struct tree *tree = *state;
	pid_t pid = fork();
	int fds[2];
	char byte;

	if (pid == 0) {
		pid_t parent = getpid();

		must(pipe(fds) == 0);
		if (fork() == 0) {
			must(nrb_process_begin_child(&tree->root, parent) == 0);
			must(write(fds[1], "x", 1) == 1);
			pause();
			_exit(0);
		}
		must(read(fds[0], &byte, 1) == 1);
		raise(SIGKILL);
	}
	assert_true(all_end_within(3000));
}

static void test_oom_score_on_the_live_machine(void **state)
{
	struct nrb_root live;
	char text[16];

	(void)state;
	assert_int_equal(nrb_fsroot_open(&live, "/"), 0);
	if (fork() == 0) {
		must(nrb_process_begin_child(&live, getppid()) == 0);
		must(nrb_fsroot_read_str(&live, OOM, text, sizeof(text)) == 0);
		_exit(strcmp(text, "1000") == 0 ? 0 : 1);
	}
	int status = -1;

	assert_true(wait(&status) > 0);
	assert_int_equal(status, 0);
	nrb_fsroot_close(&live);
}

static void test_start_time(void **state)
{
	static const char stat[] =
		"77 (a) 1 (b c) S 1 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2 3\n";
	struct tree *tree = *state;
	int64_t ticks = 0;

	tree_mkdir(tree, "proc/77", 0755);
	tree_write(tree, "proc/77/stat", stat);
	assert_int_equal(nrb_process_start_time(&tree->root, 77, &ticks), 0);
	assert_int_equal(ticks, 98765);
	assert_int_equal(nrb_process_start_time(&tree->root, 78, &ticks), -ENOENT);
	tree_write(tree, "proc/77/stat", "77 (a) S 1 77\n");
	assert_int_equal(nrb_process_start_time(&tree->root, 77, &ticks), -EINVAL);
	tree_write(tree, "proc/77/stat", "");
	assert_int_equal(nrb_process_start_time(&tree->root, 77, &ticks), -EINVAL);
}

static void test_start_time_tells_processes_apart(void **state)
{
	struct tree *tree = *state;
	int64_t ours = 0, again = 0, theirs = 0;
	pid_t pid;

	tree_list_process(tree, getpid());
	assert_int_equal(nrb_process_start_time(&tree->root, getpid(), &ours), 0);
	poll(NULL, 0, 50); /* over a clock tick */
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	tree_list_process(tree, pid);
	assert_int_equal(nrb_process_start_time(&tree->root, pid, &theirs), 0);
	assert_int_equal(nrb_process_start_time(&tree->root, getpid(), &again), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(ours, again);
	assert_true(theirs > ours);
}

static void test_boot_id(void **state)
{
	struct tree *tree = *state;
	char id[64];

	assert_int_equal(nrb_process_boot_id(&tree->root, id, sizeof(id)), 0);
	assert_string_equal(id, "6f9619ff-8b86-d011-b42d-00c04fc964ff");
	unlinkat(tree->root.fd, BOOT_ID, 0);
	assert_int_equal(nrb_process_boot_id(&tree->root, id, sizeof(id)), 0);
	assert_string_equal(id, "");
}

static uint32_t effective(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	must(syscall(SYS_capget, &head, data) == 0);
	return data[0].effective;
}

static int drop_all_but_nice(struct tree *tree)
{
	const int keep[] = { CAP_SYS_NICE, -1 };
	uint32_t before = effective();

	(void)tree;
	must(nrb_process_drop_capabilities(keep, keep) == 0);
	must(effective() == (before & (1u << CAP_SYS_NICE)));
	must(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	if ((before & (1u << CAP_SETPCAP)) != 0) {
		must(prctl(PR_CAPBSET_READ, CAP_SYS_NICE) == 1);
		must(prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) == 0);
		must(prctl(PR_CAPBSET_READ, CAP_CHOWN) == 0);
	}
	return 0;
}

/* What it keeps it cannot hand on to a program. */
static int bound_more(struct tree *tree)
{
	const int keep[] = { CAP_SYS_NICE, -1 }, none[] = { -1 };
	uint32_t before = effective();

	(void)tree;
	must(nrb_process_drop_capabilities(keep, none) == 0);
	must(effective() == (before & (1u << CAP_SYS_NICE)));
	if ((before & (1u << CAP_SETPCAP)) != 0) {
		for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++) {
			must(prctl(PR_CAPBSET_READ, cap) == 0);
		}
	}
	return 0;
}

static int drop_everything(struct tree *tree)
{
	const int none[] = { -1 };

	(void)tree;
	must(nrb_process_drop_capabilities(none, none) == 0);
	must(effective() == 0);
	must(nrb_process_drop_capabilities(none, none) == 0);
	return 0;
}

static void test_drops_capabilities(void **state)
{
	assert_int_equal(in_child(drop_all_but_nice, *state), 0);
	assert_int_equal(in_child(bound_more, *state), 0);
	assert_int_equal(in_child(drop_everything, *state), 0);
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, setup_tree, teardown_tree)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_child_begins),
		TREE_TEST(test_child_of_a_dead_parent_does_not_go_on),
		TREE_TEST(test_child_does_not_go_on_without_oom_score),
		TREE_TEST(test_child_dies_with_its_parent),
		TREE_TEST(test_oom_score_on_the_live_machine),
		TREE_TEST(test_start_time),
		TREE_TEST(test_start_time_tells_processes_apart),
		TREE_TEST(test_boot_id),
		TREE_TEST(test_drops_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
