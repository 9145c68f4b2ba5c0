/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What forbids a run: the setting, the directory, another run. Who may run is a live root's matter. */
#include "nrb/preconditions.h"

#include "nrb/cachefile.h"
#include "nrb/scenarios.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define KNOB "proc/sys/vm/zone_reclaim_mode"

/* What the file system says. */
static struct {
	const char *refused; /* its name; NULL: it serves */
	int64_t free_bytes;
} disk;

int __wrap_nrb_cachefile_check_dir(const char *dir, const char **fs_name);
int __wrap_nrb_cachefile_check_dir(const char *dir, const char **fs_name)
{
	struct stat st;

	if (stat(dir, &st) < 0) {
		return -errno;
	}
	*fs_name = disk.refused;
	return disk.refused != NULL ? -EOPNOTSUPP : 0;
}

/* Who writes cannot write everywhere: as root access(2) would never say so. */
static bool unwritable;

int __wrap_access(const char *path, int mode);
int __wrap_access(const char *path, int mode)
{
	(void)path;
	(void)mode;
	errno = EACCES;
	return unwritable ? -1 : 0;
}

static int64_t may_lock;

int64_t __wrap_nrb_process_may_lock(void);
int64_t __wrap_nrb_process_may_lock(void)
{
	return may_lock;
}

static struct nrb_run_options options;
static struct nrb_plan plan;

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	tree_write(tree, KNOB, "0\n");
	tree_write(tree, "proc/sys/kernel/random/boot_id", "x\n");
	options = (struct nrb_run_options){ .dir = tree->dir };
	plan = (struct nrb_plan){ .reference = 0, .file_bytes = 100LL << 20 };
	disk.refused = NULL;
	unwritable = false;
	return rc;
}

static enum nrb_exit check(struct tree *tree)
{
	nrb_diag_reset();
	return nrb_diag_exit(nrb_preconditions_check(&tree->root, &options, &plan));
}

static void test_nothing_forbids_it(void **state)
{
	struct tree *tree = *state;
	char text[8];

	assert_int_equal(check(tree), NRB_EXIT_OK);
	assert_int_equal(nrb_fsroot_read_str(&tree->root, KNOB, text, 8), 0);
	assert_string_equal(text, "0");
	assert_int_equal(faccessat(tree->root.fd, "run", F_OK, 0), -1);
}

static void test_the_setting_must_be_there(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(unlinkat(tree->root.fd, KNOB, 0), 0);
	assert_int_equal(check(tree), NRB_EXIT_NOT_HERE);
	assert_non_null(strstr(nrb_diag_message(), "zone_reclaim_mode"));
	plan.reference = -1; /* a run without modes only holds it at rest, where it is */
	assert_int_equal(check(tree), NRB_EXIT_OK);
	/* a link is not the setting */
	tree_write(tree, "elsewhere", "0\n");
	assert_int_equal(symlinkat("../../../elsewhere", tree->root.fd, KNOB), 0);
	assert_int_equal(check(tree), NRB_EXIT_NOT_HERE);
	plan.reference = 0;
	assert_int_equal(check(tree), NRB_EXIT_NOT_HERE);
}

static void test_the_directory_must_serve(void **state)
{
	disk.refused = "tmpfs";
	assert_int_equal(check(*state), NRB_EXIT_NOT_HERE);
	assert_non_null(strstr(nrb_diag_message(), "is on tmpfs"));
	assert_non_null(strstr(nrb_diag_way_out(), "--dir"));
	plan.file_bytes = 0; /* without a file it does not matter */
	assert_int_equal(check(*state), NRB_EXIT_OK);
}

/* What is locked must be allowed, by RLIMIT_MEMLOCK and by the tightest cgroup. */
static void test_ballast_must_be_allowed(void **state)
{
	may_lock = 99LL << 20;
	assert_int_equal(check(*state), NRB_EXIT_OK);
	plan.n_ballasts = 1;
	plan.ballasts[0].bytes = 100LL << 20;
	plan.memory_bytes = 200LL << 20;
	assert_int_equal(check(*state), NRB_EXIT_NOT_HERE);
	assert_non_null(strstr(nrb_diag_message(), "RLIMIT_MEMLOCK allows 99 MiB"));
	may_lock = 100LL << 20;
	assert_int_equal(check(*state), NRB_EXIT_OK);
	tree_write(*state, "proc/self/cgroup", "0::/a/b\n");
	tree_write(*state, "sys/fs/cgroup/a/memory.max", "104857600\n");
	tree_write(*state, "sys/fs/cgroup/a/b/memory.max", "max\n");
	assert_int_equal(check(*state), NRB_EXIT_NOT_HERE);
	assert_non_null(strstr(nrb_diag_message(), "cgroup allows 100 MiB"));
	tree_write(*state, "sys/fs/cgroup/a/memory.max", "max\n");
	assert_int_equal(check(*state), NRB_EXIT_OK);
}

/* Cache is charged to it too. */
static void test_the_cgroup_must_allow_it(void **state)
{
	plan.memory_bytes = 200LL << 20;
	tree_write(*state, "proc/self/cgroup", "0::/a\n");
	tree_write(*state, "sys/fs/cgroup/a/memory.max", "209715200\n");
	assert_int_equal(check(*state), NRB_EXIT_OK);
	tree_write(*state, "sys/fs/cgroup/a/memory.max", "209715199\n");
	assert_int_equal(check(*state), NRB_EXIT_NOT_HERE);
	assert_non_null(strstr(nrb_diag_message(), "cgroup allows 199 MiB"));
	assert_non_null(strstr(nrb_diag_way_out(), "memory.max"));
}

static void test_the_directory_must_be_there(void **state)
{
	options.dir = "/nonexistent";
	assert_int_equal(check(*state), NRB_EXIT_FAILED);
	assert_non_null(strstr(nrb_diag_message(), "/nonexistent"));
}

static void test_the_directory_must_be_writable(void **state)
{
	unwritable = true;
	assert_int_equal(check(*state), NRB_EXIT_FAILED);
	assert_non_null(strstr(nrb_diag_message(), "cannot make a file in"));
}

static void test_a_journal_is_in_the_way(void **state)
{
	struct tree *tree = *state;

	tree_write(tree, "run/numa-reclaim-bench/state.json", "{}\n");
	assert_int_equal(chmod(tree->dir, 0755), 0);
	assert_int_equal(fchmodat(tree->root.fd, "run/numa-reclaim-bench", 0700, 0), 0);
	assert_true(check(tree) >= NRB_EXIT_BUSY);
}

static int hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	(void)cell;
	(void)what;
	(void)value;
	return 0;
}

/* 2: also where a policy alone left no memory; every cell binds. */
static void test_a_kernel_that_panics(void **state)
{
	static const struct nrb_variant plain = { .name = "" },
					held = { .name = "", .hold = hold };
	struct nrb_arm arms[] = { { .scenario = &nrb_scenario_clean, .variant = &plain },
		{ .scenario = &nrb_scenario_clean, .variant = &held } };
	static const struct {
		const char *value;
		int n_arms;
		const char *unsupported; /* the second */
		enum nrb_exit code;
	} rows[] = {
		{ "0", 2, "", NRB_EXIT_OK },
		{ "1", 1, "", NRB_EXIT_OK },
		{ "1", 2, "no room", NRB_EXIT_OK },
		{ "1", 2, "", NRB_EXIT_NOT_HERE },
		{ "2", 1, "", NRB_EXIT_NOT_HERE },
		{ "2", 2, "", NRB_EXIT_NOT_HERE },
	};

	plan.arms = arms;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		plan.n_arms = rows[i].n_arms;
		strcpy(arms[1].unsupported, rows[i].unsupported);
		tree_write(*state, "proc/sys/vm/panic_on_oom", rows[i].value);
		assert_int_equal(check(*state), rows[i].code);
		if (rows[i].code != NRB_EXIT_OK) {
			assert_non_null(
				strstr(nrb_diag_message(), "vm.panic_on_oom is "));
			assert_string_equal(nrb_diag_way_out(),
				"sysctl vm.panic_on_oom=0 for the time of a run");
		}
	}
}

#define PRECONDITION_TEST(test)                                                          \
	cmocka_unit_test_setup_teardown(test, setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PRECONDITION_TEST(test_nothing_forbids_it),
		PRECONDITION_TEST(test_the_setting_must_be_there),
		PRECONDITION_TEST(test_the_directory_must_serve),
		PRECONDITION_TEST(test_ballast_must_be_allowed),
		PRECONDITION_TEST(test_the_cgroup_must_allow_it),
		PRECONDITION_TEST(test_the_directory_must_be_there),
		PRECONDITION_TEST(test_the_directory_must_be_writable),
		PRECONDITION_TEST(test_a_journal_is_in_the_way),
		PRECONDITION_TEST(test_a_kernel_that_panics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
