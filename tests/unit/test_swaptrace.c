/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracing instance of our own: which event, what it counts, and that it goes. */
#include "nrb/swaptrace.h"

#include "nrb/units.h"

#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define TRACING  "sys/kernel/tracing"
#define INSTANCE "instances/numa-reclaim-bench"
#define FOLIO    "events/vmscan/mm_vmscan_write_folio"
#define PAGE     "events/vmscan/mm_vmscan_writepage"

int __wrap_mkdirat(int dir, const char *path, mode_t mode);
int __real_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_unlinkat(int dir, const char *path, int flags);

/* A kernel's tracefs: the instance comes with all its files, and goes with them. */
static struct {
	const struct tree *tree;
	const char *mount, *event;
	bool lacks_filter;
} kernel;

static void put(const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/" INSTANCE "/%s", kernel.mount, file);
	tree_write(kernel.tree, path, text);
}

static void put_event(const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", kernel.event, file);
	put(path, "0\n");
}

static bool is_instance(const char *path)
{
	return strstr(path, INSTANCE) != NULL;
}

int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	int rc = __real_mkdirat(dir, path, mode);

	if (rc == 0 && is_instance(path)) {
		put("buffer_size_kb", "1408\n");
		put("per_cpu/cpu0/stats", "entries: 0\noverrun: 0\n");
		put("per_cpu/cpu1/stats", "entries: 0\noverrun: 0\n");
		put_event("enable");
		if (!kernel.lacks_filter) {
			put_event("filter");
		}
	}
	return rc;
}

int __wrap_unlinkat(int dir, const char *path, int flags)
{
	char full[256];

	(void)dir;
	assert_int_equal(flags, AT_REMOVEDIR);
	assert_true(is_instance(path));
	snprintf(full, sizeof(full), "%s/%s", kernel.tree->dir, path);
	if (access(full, F_OK) < 0) {
		return -1;
	}
	return nftw(full, tree_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static void has_tracefs(const struct tree *tree, const char *mount, const char *event)
{
	char path[256];

	kernel.tree = tree;
	kernel.mount = mount;
	kernel.event = event;
	kernel.lacks_filter = false;
	snprintf(path, sizeof(path), "%s/%s/enable", mount, event);
	tree_write(tree, path, "0\n");
	snprintf(path, sizeof(path), "%s/instances/.keep", mount);
	tree_write(tree, path, "");
}

static void assert_holds(const char *file, const char *text)
{
	char path[256], held[64] = "";

	snprintf(path, sizeof(path), "%s/" INSTANCE "/%s", kernel.mount, file);
	assert_int_equal(
		nrb_fsroot_read_str(&kernel.tree->root, path, held, sizeof(held)), 0);
	assert_string_equal(held, text);
}

static bool has_instance(void)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/" INSTANCE, kernel.mount);
	return faccessat(kernel.tree->root.fd, path, F_OK, 0) == 0;
}

static void test_counts_one_process(void **state)
{
	const struct tree *tree = *state;

	has_tracefs(tree, TRACING, FOLIO);
	assert_int_equal(nrb_swaptrace_begin(&tree->root, 47), 0);
	assert_holds("buffer_size_kb", "4");
	assert_holds(FOLIO "/filter", "common_pid == 47 && reclaim_flags & 1");
	assert_holds(FOLIO "/enable", "1");
	assert_int_equal(nrb_swaptrace_count(&tree->root), 0);
	put("per_cpu/cpu0/stats",
		"entries: 40\noverrun: 2\ncommit overrun: 7\nbytes: 999\n"
		"oldest event ts:  5.1\nnow ts: 7.3\ndropped events: 9\nread events: 0\n");
	put("per_cpu/cpu1/stats", "entries: 100\noverrun: 11654\n");
	assert_int_equal(nrb_swaptrace_count(&tree->root), 40 + 2 + 100 + 11654);
	nrb_swaptrace_end(&tree->root);
	assert_false(has_instance());
	nrb_swaptrace_end(&tree->root);
	assert_int_equal(nrb_swaptrace_count(&tree->root), NRB_ABSENT);
}

static void test_begins_anew_after_a_killed_run(void **state)
{
	const struct tree *tree = *state;

	has_tracefs(tree, TRACING, FOLIO);
	assert_int_equal(nrb_swaptrace_begin(&tree->root, 47), 0);
	put("per_cpu/cpu0/stats", "entries: 40\noverrun: 2\n");
	assert_int_equal(nrb_swaptrace_begin(&tree->root, 48), 0);
	assert_int_equal(nrb_swaptrace_count(&tree->root), 0);
	assert_holds(FOLIO "/filter", "common_pid == 48 && reclaim_flags & 1");
}

static void test_other_kernels(void **state)
{
	const struct tree *tree = *state;

	kernel.tree = tree;
	assert_int_equal(nrb_swaptrace_begin(&tree->root, 47), -EOPNOTSUPP);
	tree_write(tree, TRACING "/events/vmscan/mm_vmscan_kswapd_wake/enable", "0");
	assert_int_equal(nrb_swaptrace_begin(&tree->root, 47), -EOPNOTSUPP);
	has_tracefs(tree, TRACING, PAGE); /* before 5.19 */
	assert_int_equal(nrb_swaptrace_begin(&tree->root, 47), 0);
	assert_holds(PAGE "/enable", "1");
	nrb_swaptrace_end(&tree->root);
}

static void test_mounted_below_debugfs(void **state)
{
	const struct tree *tree = *state;

	has_tracefs(tree, "sys/kernel/debug/tracing", FOLIO);
	assert_int_equal(nrb_swaptrace_begin(&tree->root, 47), 0);
	put("per_cpu/cpu1/stats", "entries: 3\noverrun: 0\n");
	assert_int_equal(nrb_swaptrace_count(&tree->root), 3);
	nrb_swaptrace_end(&tree->root);
	assert_false(has_instance());
}

static void test_failure_leaves_nothing(void **state)
{
	const struct tree *tree = *state;

	has_tracefs(tree, TRACING, FOLIO);
	kernel.lacks_filter = true;
	assert_int_equal(nrb_swaptrace_begin(&tree->root, 47), -ENOENT);
	assert_false(has_instance());
}

static void test_count_that_cannot_be_read_is_absent(void **state)
{
	const struct tree *tree = *state;
	char path[256];

	has_tracefs(tree, TRACING, FOLIO);
	assert_int_equal(nrb_swaptrace_begin(&tree->root, 47), 0);
	snprintf(path, sizeof(path), "%s/%s/" INSTANCE "/per_cpu/cpu1/stats", tree->dir,
		TRACING);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(nrb_swaptrace_count(&tree->root), NRB_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_counts_one_process),
		TREE_TEST(test_begins_anew_after_a_killed_run),
		TREE_TEST(test_other_kernels),
		TREE_TEST(test_mounted_below_debugfs),
		TREE_TEST(test_failure_leaves_nothing),
		TREE_TEST(test_count_that_cannot_be_read_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
