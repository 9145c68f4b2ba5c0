/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our instance of tracefs: made, removed, and whose may be removed by whom. */
#include "nrb/traceinstance.h"

#include "tracefs.h"

#define TRACE_TEST(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, tracefs_setup, tree_teardown)

enum { OTHER = 4711 };

static int make(struct nrb_traceinstance *instance, char *why)
{
	why[0] = '\0';
	return nrb_traceinstance_make(instance, &tracefs.tree->root, why, 128);
}

static void put_instance(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), INSTANCES "/%s/tracing_on", name);
	tree_write(tracefs.tree, path, "1\n");
}

static void test_made_and_removed(void **state)
{
	struct nrb_traceinstance instance;
	char why[128], wanted[64];

	(void)state;
	tracefs_put_process(getpid(), 'R', 77);
	assert_int_equal(make(&instance, why), 0);
	snprintf(wanted, sizeof(wanted), "numa-reclaim-bench-%d-77", (int)getpid());
	assert_string_equal(tracefs.made, wanted);
	assert_string_equal(tracefs_get("tracing_on"), "0");
	assert_int_equal(nrb_fsroot_write_str(&instance.files, "trace_clock", "mono"), 0);
	assert_string_equal(tracefs_get("trace_clock"), "mono");
	assert_int_equal(nrb_traceinstance_left(&tracefs.tree->root), 1);
	assert_int_equal(nrb_traceinstance_remove(&instance), 0);
	assert_false(tracefs_has(tracefs.made));
	assert_int_equal(nrb_traceinstance_remove(&instance), 0);
	assert_int_equal(tracefs.removals, 1);
	assert_true(tracefs_has("foreign"));
}

static void test_where_debugfs_mounts_it(void **state)
{
	const struct tree *tree = *state;
	struct nrb_traceinstance instance;
	char from[256], to[256], why[128];

	tree_write(tree, "sys/kernel/debug/tracing/x", "");
	snprintf(from, sizeof(from), "%s/" INSTANCES, tree->dir);
	snprintf(to, sizeof(to), "%s/sys/kernel/debug/tracing/instances", tree->dir);
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(symlink(to, from), 0); /* nobody's link is followed */
	(void)remove(from);
	tracefs.mkdir_errno = ENOMEM; /* it got there */
	assert_int_equal(make(&instance, why), -ENOMEM);
	assert_non_null(strstr(why, strerror(ENOMEM)));
	assert_int_equal(tracefs.removals, 0);
}

static void test_cannot_be_had(void **state)
{
	static const struct {
		int error;
		const char *words;
	} rows[] = { { EACCES, "not allowed" }, { EPERM, "not allowed" },
		{ EROFS, "Read-only" } };
	struct nrb_traceinstance instance;
	char why[128], path[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tracefs.mkdir_errno = rows[i].error;
		assert_int_equal(make(&instance, why), -rows[i].error);
		assert_non_null(strstr(why, rows[i].words));
		assert_int_equal(nrb_traceinstance_remove(&instance), 0);
	}
	tracefs.mkdir_errno = 0;
	tracefs.lacks = "tracing_on";
	assert_int_equal(make(&instance, why), -ENOENT);
	assert_false(tracefs_has(tracefs.made)); /* it does not stay */
	snprintf(path, sizeof(path), "%s/sys", ((const struct tree *)*state)->dir);
	nftw(path, tree_remove, 8, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(make(&instance, why), -ENOENT);
	assert_non_null(strstr(why, "not mounted"));
	assert_int_equal(nrb_traceinstance_left(&tracefs.tree->root), 0);
	assert_int_equal(nrb_traceinstance_clear(&tracefs.tree->root), 0);
}

/* Another's who lives, and what only looks like ours, stays. */
static void test_clears_the_dead_ones(void **state)
{
	static const char *const stay[] = { "foreign", "numa-reclaim-bench-4711-500",
		"numa-reclaim-bench-4711", "numa-reclaim-bench-4711-500x",
		"numa-reclaim-bench-x-500", "numa-reclaim-bench-" };
	static const char *const go[] = { "numa-reclaim-bench-4711-499",
		"numa-reclaim-bench-4712-1", "numa-reclaim-bench-4713-9" };
	const struct tree *tree = *state;

	tracefs_put_process(OTHER, 'S', 500);
	tracefs_put_process(4713, 'Z', 9);
	for (size_t i = 1; i < sizeof(stay) / sizeof(stay[0]); i++) {
		put_instance(stay[i]);
	}
	for (size_t i = 0; i < sizeof(go) / sizeof(go[0]); i++) {
		put_instance(go[i]);
	}
	assert_int_equal(nrb_traceinstance_left(&tree->root), 3);
	assert_int_equal(nrb_traceinstance_clear(&tree->root), 3);
	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++) {
		assert_true(tracefs_has(stay[i]));
	}
	for (size_t i = 0; i < sizeof(go) / sizeof(go[0]); i++) {
		assert_false(tracefs_has(go[i]));
	}
	assert_int_equal(nrb_traceinstance_clear(&tree->root), 0);
}

static void test_a_new_one_clears_too(void **state)
{
	struct nrb_traceinstance instance;
	char why[128];

	(void)state;
	put_instance("numa-reclaim-bench-4712-1");
	assert_int_equal(make(&instance, why), 0);
	assert_false(tracefs_has("numa-reclaim-bench-4712-1"));
	assert_true(tracefs_has(tracefs.made));
	assert_int_equal(nrb_traceinstance_remove(&instance), 0);
}

/* Whoever has a file of it open holds it: clear waits, remove does not. */
static void test_busy(void **state)
{
	const struct tree *tree = *state;
	struct nrb_traceinstance instance;
	char why[128];

	assert_int_equal(make(&instance, why), 0);
	tracefs.busy = 4;
	assert_int_equal(nrb_traceinstance_remove(&instance), -EBUSY);
	assert_int_equal(tracefs.removals, 1);
	assert_true(tracefs_has(tracefs.made));
	assert_int_equal(nrb_traceinstance_clear(&tree->root), 1); /* the caller's own */
	assert_int_equal(tracefs.removals, 5);
	assert_false(tracefs_has(tracefs.made));

	put_instance("numa-reclaim-bench-4712-1");
	put_instance("numa-reclaim-bench-4713-1");
	tracefs.busy = 1000;
	tracefs.removals = 0;
	assert_int_equal(nrb_traceinstance_clear(&tree->root), 0);
	assert_true(tracefs.removals > 50 && tracefs.removals < 150); /* 2 s in all */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRACE_TEST(test_made_and_removed),
		TRACE_TEST(test_where_debugfs_mounts_it),
		TRACE_TEST(test_cannot_be_had),
		TRACE_TEST(test_clears_the_dead_ones),
		TRACE_TEST(test_a_new_one_clears_too),
		TRACE_TEST(test_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
