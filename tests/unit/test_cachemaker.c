/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The writer of the cache file, and how its end comes through to the parent. */
#include "nrb/cachemaker.h"

#include "nrb/cachefile.h"
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LEN = (1 << 20) + 4096 };

static enum { MAKE, FAIL, DIE, HANG } writer;

int __real_nrb_cachefile_make(const char *dir, int64_t len, uint64_t seed,
	volatile int64_t *progress, const volatile int32_t *stop, int *fd);
int __wrap_nrb_cachefile_make(const char *dir, int64_t len, uint64_t seed,
	volatile int64_t *progress, const volatile int32_t *stop, int *fd);
int __wrap_nrb_cachefile_make(const char *dir, int64_t len, uint64_t seed,
	volatile int64_t *progress, const volatile int32_t *stop, int *fd)
{
	if (writer == FAIL) {
		return nrb_fail(-ENOSPC, "cannot write the mock");
	}
	if (writer == DIE) {
		raise(SIGKILL);
	}
	while (writer == HANG) {
		pause();
	}
	return __real_nrb_cachefile_make(dir, len, seed, progress, stop, fd);
}

/* A writer that hangs in the kernel does not die by a kill. */
static bool deaf;
static pid_t spared;

int __real_kill(pid_t pid, int signal_number);
int __wrap_kill(pid_t pid, int signal_number);
int __wrap_kill(pid_t pid, int signal_number)
{
	if (deaf && signal_number == SIGKILL) {
		spared = pid;
		return 0;
	}
	return __real_kill(pid, signal_number);
}

struct outcome {
	int rc, fd, signal;
};

/* Make it in the tree's work/; signal_fd may be readable. No process is left behind. */
static struct outcome run(struct tree *tree, const char *dir, int signal_fd)
{
	struct outcome outcome = { .fd = -1 };
	struct nrb_place anywhere = { 0 };
	struct nrb_guard *guard;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", tree->dir, dir);
	assert_int_equal(nrb_guard_begin(&guard, &tree->root, &anywhere), 0);
	outcome.rc = nrb_cachemaker_run(&(struct nrb_cachemaker){ .root = &tree->root,
						.guard = guard,
						.signal_fd = signal_fd,
						.cpus = &anywhere.cpus,
						.dir = path,
						.len = LEN,
						.seed = 7 },
		&outcome.fd, &outcome.signal);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	if (deaf) {
		assert_int_equal(waitpid(spared, NULL, WNOHANG), 0);
		assert_int_equal(__real_kill(spared, SIGKILL), 0);
		assert_int_equal(waitpid(spared, NULL, 0), spared);
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return outcome;
}

static int setup(void **state)
{
	int rc = tree_setup(state);

	tree_write(*state, "proc/sys/kernel/random/boot_id", "x\n");
	tree_write(*state, "work/sub/file", "");
	writer = MAKE;
	return rc;
}

static int count_entries(struct tree *tree, const char *path)
{
	DIR *dir = fdopendir(openat(tree->root.fd, path, O_RDONLY | O_DIRECTORY));
	int n = 0;

	while (readdir(dir) != NULL) {
		n++;
	}
	closedir(dir);
	return n;
}

static void test_hands_over_a_nameless_file(void **state)
{
	int quiet = eventfd(0, EFD_CLOEXEC);
	struct outcome outcome = run(*state, "work", quiet);
	struct stat st;
	char byte = 1;

	assert_int_equal(outcome.rc, 0);
	assert_int_equal(outcome.signal, 0);
	assert_int_equal(fstat(outcome.fd, &st), 0);
	assert_int_equal(st.st_size, LEN);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(pread(outcome.fd, &byte, 1, LEN - 1), 1);
	assert_int_equal(fcntl(outcome.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(count_entries(*state, "work"), 3); /* ., .., sub */
	close(outcome.fd);
	close(quiet);
}

static void test_a_failure_comes_through(void **state)
{
	int quiet = eventfd(0, EFD_CLOEXEC);
	struct outcome outcome;

	writer = FAIL;
	outcome = run(*state, "work", quiet);
	assert_int_equal(outcome.rc, -ENOSPC);
	assert_int_equal(outcome.fd, -1);
	assert_string_equal(
		nrb_diag_message(), "cannot write the mock: No space left on device");
	nrb_diag_reset();
	writer = MAKE;
	outcome = run(*state, "none", quiet);
	assert_int_equal(outcome.rc, -ENOENT);
	assert_non_null(strstr(nrb_diag_message(), "cannot make a file in"));
	close(quiet);
}

static void test_a_killed_writer_is_noticed(void **state)
{
	int quiet = eventfd(0, EFD_CLOEXEC);
	struct outcome outcome;

	writer = DIE;
	outcome = run(*state, "work", quiet);
	assert_int_equal(outcome.rc, -EPIPE);
	assert_non_null(strstr(nrb_diag_message(), "the writer of the cache file died"));
	close(quiet);
}

static void test_a_signal_ends_it(void **state)
{
	struct outcome outcome;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	assert_true(fd >= 0);
	raise(SIGUSR1);
	writer = HANG;
	outcome = run(*state, "work", fd);
	assert_int_equal(outcome.rc, -EINTR);
	assert_int_equal(outcome.signal, SIGUSR1);
	assert_int_equal(outcome.fd, -1);
	/* settings do not wait for it */
	raise(SIGUSR1);
	deaf = true;
	outcome = run(*state, "work", fd);
	deaf = false;
	assert_int_equal(outcome.rc, -EINTR);
	assert_non_null(strstr(nrb_diag_message(), "hangs in the kernel"));
	close(fd);
}

#define MAKER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MAKER_TEST(test_hands_over_a_nameless_file),
		MAKER_TEST(test_a_failure_comes_through),
		MAKER_TEST(test_a_killed_writer_is_noticed),
		MAKER_TEST(test_a_signal_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
