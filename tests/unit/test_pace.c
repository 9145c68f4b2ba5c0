/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pace of this machine: every part of it is timed, and nothing is left behind. */
#include "nrb/pace.h"

#include "nrb/cachefile.h"
#include "tree.h"

#include <unistd.h>

static int entries(const char *dir)
{
	DIR *opened = opendir(dir);
	int n = 0;

	assert_non_null(opened);
	while (readdir(opened) != NULL) {
		n++;
	}
	closedir(opened);
	return n;
}

static void test_all_is_timed(void **state)
{
	const struct tree *tree = *state;
	struct nrb_pace pace;
	const char *fs_name;
	int before = entries(tree->dir);

	if (nrb_cachefile_check_dir(tree->dir, &fs_name) < 0) {
		skip(); /* where files are made here is memory */
	}
	nrb_pace_try(&pace, tree->dir, false, 64);
	assert_string_equal(pace.why, "");
	assert_int_equal(pace.bytes, 64 << 20);
	assert_true(pace.write_ns > 0 && pace.evict_ns > 0 && pace.fill_ns > 0);
	assert_true(pace.touch_ns > 0 && pace.locate_ns > 0 && pace.chain_ns > 0);
	assert_true(pace.load_ns > 0.1 && pace.load_ns < 1e5);
	nrb_pace_try(&pace, tree->dir, true, 64);
	assert_int_equal(pace.bytes, 64 << 20);
	assert_int_equal(pace.write_ns, 0);
	assert_int_equal(entries(tree->dir), before);
}

static void test_where_it_cannot_be(void **state)
{
	struct nrb_pace pace;

	(void)state;
	nrb_pace_try(&pace, "/proc", false, 64);
	assert_int_equal(pace.bytes, 0);
	assert_string_not_equal(pace.why, "");
	nrb_pace_try(&pace, "/no/such/directory", true, 64);
	assert_int_equal(pace.bytes, 0);
	assert_string_not_equal(pace.why, "");
	assert_string_equal(nrb_diag_message(), ""); /* it is no failure of a plan */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_all_is_timed, tree_setup, tree_teardown),
		cmocka_unit_test(test_where_it_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
