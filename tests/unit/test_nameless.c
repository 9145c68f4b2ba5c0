/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that has no name until it is whole, also where the file system must have one. */
#include "nrb/nameless.h"

#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int __wrap_openat64(int dir, const char *path, int flags, ...);
int __real_openat64(int dir, const char *path, int flags, ...);

static bool must_have_a_name;

int __wrap_openat64(int dir, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	if (must_have_a_name && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return __real_openat64(dir, path, flags, mode);
}

int __wrap_renameat(int dir, const char *old, int new_dir, const char *new);
int __real_renameat(int dir, const char *old, int new_dir, const char *new);

static bool signal_comes;
static volatile sig_atomic_t signals_taken, taken_before_rename;

static void take(int signal)
{
	(void)signal;
	signals_taken++;
}

int __wrap_renameat(int dir, const char *old, int new_dir, const char *new)
{
	if (signal_comes) {
		raise(SIGTERM);
		taken_before_rename = signals_taken;
	}
	return __real_renameat(dir, old, new_dir, new);
}

static char path[128];

static const char *name(const struct tree *tree, const char *base)
{
	snprintf(path, sizeof(path), "%s/%s", tree->dir, base);
	return path;
}

static void assert_holds(const struct tree *tree, const char *base, const char *text)
{
	char held[16];

	assert_int_equal(nrb_fsroot_read_str(&tree->root, base, held, sizeof(held)), 0);
	assert_string_equal(held, text);
}

static void open_new(struct tree *tree, struct nrb_nameless *file)
{
	assert_int_equal(nrb_nameless_open(file, name(tree, "x"), 0600), 0);
	assert_int_equal(write(file->fd, "new", 3), 3);
	/* without a name, or with one that hides it */
	assert_int_equal(tree_entries(tree), must_have_a_name ? 1 : 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void make_and_drop(struct tree *tree)
{
	struct nrb_nameless file;
	struct stat st;

	open_new(tree, &file);
	nrb_nameless_close(&file);
	assert_int_equal(tree_entries(tree), 0);
	open_new(tree, &file);
	assert_int_equal(nrb_nameless_name(&file), 0);
	nrb_nameless_close(&file);
	assert_holds(tree, "x", "new");
	assert_int_equal(fstatat(tree->root.fd, "x", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(tree_entries(tree), 1);
	assert_int_equal(unlinkat(tree->root.fd, "x", 0), 0);
}

static void take_the_place(struct tree *tree)
{
	struct nrb_nameless file;

	open_new(tree, &file);
	/* planted meanwhile */
	tree_write(tree, "victim", "old");
	assert_int_equal(symlinkat("victim", tree->root.fd, "x"), 0);
	assert_int_equal(nrb_nameless_name(&file), -EEXIST);
	assert_holds(tree, "victim", "old");
	/* the link itself is what goes */
	assert_int_equal(nrb_nameless_replace(&file), 0);
	nrb_nameless_close(&file);
	assert_holds(tree, "victim", "old");
	assert_holds(tree, "x", "new");
	assert_int_equal(readlinkat(tree->root.fd, "x", path, sizeof(path)), -1);
	assert_int_equal(tree_entries(tree), 2);
}

static void test_without_a_name(void **state)
{
	make_and_drop(*state);
}

static void test_with_a_hidden_name(void **state)
{
	must_have_a_name = true;
	make_and_drop(*state);
	must_have_a_name = false;
}

static void test_no_link_is_followed(void **state)
{
	take_the_place(*state);
}

static void test_no_link_is_followed_by_a_hidden_one(void **state)
{
	must_have_a_name = true;
	take_the_place(*state);
	must_have_a_name = false;
}

/* Who is told to end while there are two names leaves one. */
static void test_a_signal_waits(void **state)
{
	void (*before)(int) = signal(SIGTERM, take);

	signals_taken = taken_before_rename = 0;
	signal_comes = true;
	take_the_place(*state);
	signal_comes = false;
	assert_int_equal(taken_before_rename, 0);
	assert_int_equal(signals_taken, 1);
	(void)signal(SIGTERM, before);
}

/* Not to be renamed over: neither name is left. */
static void test_a_directory_stays(void **state)
{
	struct tree *tree = *state;
	struct nrb_nameless file;

	open_new(tree, &file);
	assert_int_equal(mkdirat(tree->root.fd, "x", 0700), 0);
	assert_int_equal(nrb_nameless_replace(&file), -EISDIR);
	nrb_nameless_close(&file);
	assert_int_equal(tree_entries(tree), 1);
}

static void test_killed(void **state)
{
	struct tree *tree = *state;
	struct nrb_nameless file;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)nrb_nameless_open(&file, name(tree, "x"), 0600);
		(void)!write(file.fd, "new", 3);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(tree_entries(tree), 0);
}

/* What a directory's path leads to later is another matter. */
static void test_stays_in_its_directory(void **state)
{
	struct tree *tree = *state;
	struct nrb_nameless file;

	tree_write(tree, "a/own", "");
	tree_write(tree, "b/other", "");
	assert_int_equal(nrb_nameless_open(&file, name(tree, "a/x"), 0600), 0);
	assert_int_equal(renameat(tree->root.fd, "a", tree->root.fd, "moved"), 0);
	assert_int_equal(symlinkat("b", tree->root.fd, "a"), 0);
	assert_int_equal(nrb_nameless_name(&file), 0);
	nrb_nameless_close(&file);
	assert_int_equal(faccessat(tree->root.fd, "moved/x", F_OK, 0), 0);
	assert_int_equal(faccessat(tree->root.fd, "b/x", F_OK, 0), -1);
}

static void test_no_directory(void **state)
{
	struct nrb_nameless file;

	assert_int_equal(nrb_nameless_open(&file, name(*state, "none/x"), 0600), -ENOENT);
	assert_int_equal(nrb_nameless_open(&file, "/dev/null/x", 0600), -ENOTDIR);
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_without_a_name),
		TREE_TEST(test_with_a_hidden_name),
		TREE_TEST(test_no_link_is_followed),
		TREE_TEST(test_no_link_is_followed_by_a_hidden_one),
		TREE_TEST(test_a_signal_waits),
		TREE_TEST(test_a_directory_stays),
		TREE_TEST(test_killed),
		TREE_TEST(test_stays_in_its_directory),
		TREE_TEST(test_no_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
