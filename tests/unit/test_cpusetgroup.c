/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cgroup of our own: where it can be, who is in it, and that it goes. */
#include "nrb/cpusetgroup.h"

#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define MOUNT "sys/fs/cgroup"
#define GROUP MOUNT "/numa-reclaim-bench"
#define NAME  "numa-reclaim-bench"

int __wrap_mkdirat(int dir, const char *path, mode_t mode);
int __real_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_unlinkat(int dir, const char *path, int flags);
int __real_unlinkat(int dir, const char *path, int flags);

/* A kernel's cgroup: its files come and go with it. */
static struct {
	const struct tree *tree;
	const char *effective; /* what its files say */
	int busy;              /* removals until who was killed in it has left */
	int removals;
	int mkdir_errno;
} kernel;

static const char *const files[] = { "cpuset.mems", "cpuset.mems.effective",
	"cgroup.procs", NULL };

int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	char file[128];
	int rc;

	if (kernel.mkdir_errno != 0) {
		errno = kernel.mkdir_errno;
		return -1;
	}
	rc = __real_mkdirat(dir, path, mode);
	for (int i = 0; rc == 0 && strcmp(path, NAME) == 0 && files[i] != NULL; i++) {
		snprintf(file, sizeof(file), GROUP "/%s", files[i]);
		tree_write(kernel.tree, file, i == 1 ? kernel.effective : "\n");
	}
	return rc;
}

int __wrap_unlinkat(int dir, const char *path, int flags)
{
	char file[128];

	if (strcmp(path, NAME) == 0) {
		kernel.removals++;
		if (faccessat(dir, NAME, F_OK, 0) == 0 && kernel.busy > 0) {
			kernel.busy--;
			errno = EBUSY;
			return -1;
		}
		for (int i = 0; files[i] != NULL; i++) {
			snprintf(file, sizeof(file), NAME "/%s", files[i]);
			(void)__real_unlinkat(dir, file, 0);
		}
	}
	return __real_unlinkat(dir, path, flags);
}

static int setup(void **state)
{
	int rc = tree_setup(state);

	memset(&kernel, 0, sizeof(kernel));
	kernel.tree = *state;
	kernel.effective = "1\n";
	tree_write(*state, MOUNT "/cgroup.subtree_control", "cpuset cpu memory\n");
	tree_write(*state, MOUNT "/cgroup.procs", "1\n");
	tree_write(*state, MOUNT "/a/b/cgroup.procs", "2\n");
	tree_write(*state, "proc/self/cgroup", "1:name=x:/y\n0::/a/b\n");
	return rc;
}

static const char *read_of(const struct tree *tree, const char *path)
{
	static char text[64];

	return nrb_fsroot_read_str(&tree->root, path, text, sizeof(text)) < 0 ? "(none)"
									      : text;
}

static bool has_group(const struct tree *tree)
{
	return faccessat(tree->root.fd, GROUP, F_OK, 0) == 0;
}

static int make(const struct tree *tree, char *why)
{
	struct nrb_idset mems;

	nrb_idset_clear(&mems);
	nrb_idset_add(&mems, 1);
	why[0] = '\0';
	return nrb_cpusetgroup_make(&tree->root, &mems, why, 128);
}

static void test_made_and_removed(void **state)
{
	struct tree *tree = *state;
	char why[128];

	assert_int_equal(make(tree, why), 0);
	assert_string_equal(read_of(tree, GROUP "/cpuset.mems"), "1");
	tree_write(tree, GROUP "/cpuset.mems", "0\n");
	kernel.busy =
		1; /* one of a killed run, whose child still dies, does not matter */
	assert_int_equal(make(tree, why), 0);
	assert_string_equal(read_of(tree, GROUP "/cpuset.mems"), "1");
	nrb_cpusetgroup_remove(&tree->root);
	assert_false(has_group(tree));
	nrb_cpusetgroup_remove(&tree->root);
}

static void test_where_it_cannot_be(void **state)
{
	struct tree *tree = *state;
	char why[128];

	tree_write(tree, MOUNT "/cgroup.subtree_control", "cpu cpuset2 memory\n");
	assert_int_equal(make(tree, why), -EOPNOTSUPP);
	assert_non_null(strstr(why, "cgroup.subtree_control does not name cpuset"));
	__real_unlinkat(tree->root.fd, MOUNT "/cgroup.subtree_control", 0);
	assert_int_equal(make(tree, why), -EOPNOTSUPP);
	assert_string_equal(why, "no cgroup v2 at /" MOUNT);
	assert_false(has_group(tree));
}

/* A node that the kernel does not give is left out of the effective ones without an error. */
static void test_node_that_is_not_given(void **state)
{
	struct tree *tree = *state;
	char why[128];

	kernel.effective = "0-1\n";
	assert_int_equal(make(tree, why), -EOPNOTSUPP);
	assert_string_equal(
		why, "/" GROUP " was not given the nodes that it was to have");
	assert_string_equal(nrb_diag_message(), "");
	assert_false(has_group(tree));
}

static void test_read_only(void **state)
{
	char why[128];

	kernel.mkdir_errno = EROFS;
	assert_int_equal(make(*state, why), -EOPNOTSUPP);
	assert_string_equal(why, "/" MOUNT " is mounted read-only");
	kernel.mkdir_errno = ENOMEM; /* that is one */
	assert_int_equal(make(*state, why), -ENOMEM);
}

static void test_in_and_out(void **state)
{
	struct tree *tree = *state;
	char why[128], home[64];

	assert_true(nrb_cpusetgroup_enter(&tree->root, home, sizeof(home)) < 0);
	assert_int_equal(make(tree, why), 0);
	assert_int_equal(nrb_cpusetgroup_enter(&tree->root, home, sizeof(home)), 0);
	assert_string_equal(home, "a/b");
	assert_string_equal(read_of(tree, GROUP "/cgroup.procs"), "0");
	assert_int_equal(nrb_cpusetgroup_leave(&tree->root, home), 0);
	assert_string_equal(read_of(tree, MOUNT "/a/b/cgroup.procs"), "0");
	assert_string_equal(read_of(tree, MOUNT "/cgroup.procs"), "1");
	tree_write(tree, "proc/self/cgroup", "0::/\n");
	assert_int_equal(nrb_cpusetgroup_enter(&tree->root, home, sizeof(home)), 0);
	assert_int_equal(nrb_cpusetgroup_leave(&tree->root, home), 0);
	assert_string_equal(read_of(tree, MOUNT "/cgroup.procs"), "0");
	assert_int_equal(nrb_cpusetgroup_leave(&tree->root, "gone"), -ENOENT);
	assert_non_null(strstr(nrb_diag_message(), "enter")); /* the first failure */
	tree_write(tree, "proc/self/cgroup", "1:cpuset:/v1\n");
	assert_int_equal(nrb_cpusetgroup_enter(&tree->root, home, sizeof(home)), -ENOENT);
}

static void test_waits_for_who_leaves(void **state)
{
	struct tree *tree = *state;
	char why[128];

	assert_int_equal(make(tree, why), 0);
	kernel.busy = 3;
	kernel.removals = 0;
	nrb_cpusetgroup_remove(&tree->root);
	assert_int_equal(kernel.removals, 4);
	assert_false(has_group(tree));
	assert_int_equal(make(tree, why), 0);
	kernel.busy = 100000; /* but not for ever */
	kernel.removals = 0;
	nrb_cpusetgroup_remove(&tree->root);
	assert_true(has_group(tree));
	assert_int_equal(kernel.removals, 100);
	kernel.busy = 0;
	nrb_cpusetgroup_remove(&tree->root);
}

int main(void)
{
#define PLACE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		PLACE_TEST(test_made_and_removed),
		PLACE_TEST(test_where_it_cannot_be),
		PLACE_TEST(test_node_that_is_not_given),
		PLACE_TEST(test_read_only),
		PLACE_TEST(test_in_and_out),
		PLACE_TEST(test_waits_for_who_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
