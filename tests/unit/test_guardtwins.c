/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kills at every moment of a run that sets twins, also between the writes of one: both files are as
 * found. */
#include "kernelfs.h"
#include "play.h"

#include "nrb/leftover.h"

static const struct found {
	const char *ratio, *bytes, *background_ratio, *background_bytes;
} founds[] = {
	{ "20", "0", "10", "0" }, { "0", "1048576", "0", "4096" },
	{ "0", "0", "0", "0" }, /* 0 %: everything is written at once */
};

int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text)
{
	int rc = kernelfs_write(root, path, text);

	if (strstr(path, "dirty") != NULL) {
		nrb_moment_pass("written");
	}
	return rc;
}

static void find(struct tree *tree, const struct found *found)
{
	tree_write(tree, DIRTY_RATIO, found->ratio);
	tree_write(tree, DIRTY_BYTES, found->bytes);
	tree_write(tree, BACKGROUND_RATIO, found->background_ratio);
	tree_write(tree, BACKGROUND_BYTES, found->background_bytes);
}

static void assert_as(struct tree *tree, const struct found *found)
{
	assert_string_equal(tree_read(tree, DIRTY_RATIO), found->ratio);
	assert_string_equal(tree_read(tree, DIRTY_BYTES), found->bytes);
	assert_string_equal(tree_read(tree, BACKGROUND_RATIO), found->background_ratio);
	assert_string_equal(tree_read(tree, BACKGROUND_BYTES), found->background_bytes);
}

static int play_twins(struct tree *tree)
{
	static const struct play_step steps[] = {
		{ "vm.dirty", "8192" },
		{ "vm.dirty", "0%" },
		{ "vm.dirty_background", "67108864" },
		{ "vm.dirty", "16384" },
	};

	return play_steps(tree, steps, sizeof(steps) / sizeof(steps[0]));
}

static void test_parent_killed(void **state)
{
	struct tree *tree = *state;

	for (size_t i = 0; i < sizeof(founds) / sizeof(founds[0]); i++) {
		int nth = 1, status;

		find(tree, &founds[i]);
		for (; play_with(tree, nth, kill_parent, &status); nth++) {
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
			assert_true(all_end_within(ALL_GONE_MS));
			assert_as(tree, &founds[i]);
			assert_true(is_cleared(tree));
		}
		assert_true(nth > 20);
		assert_as(tree, &founds[i]);
	}
}

static void test_both_killed(void **state)
{
	struct tree *tree = *state;
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];

	for (size_t i = 0; i < sizeof(founds) / sizeof(founds[0]); i++) {
		int nth = 1, changed = 0, on_the_way = 0, n, status;

		find(tree, &founds[i]);
		for (; play_with(tree, nth, kill_both, &status); nth++) {
			assert_true(WIFSIGNALED(status));
			assert_true(all_end_within(ALL_GONE_MS));
			changed += strcmp(tree_read(tree, DIRTY_BYTES),
					   founds[i].bytes) != 0;
			on_the_way += strcmp(tree_read(tree, DIRTY_RATIO), "1") == 0;
			assert_int_equal(
				nrb_leftover_restore(&tree->root, results, &n), 0);
			assert_as(tree, &founds[i]);
			assert_true(is_cleared(tree));
		}
		assert_true(changed > 10);
		/* to 0 %, and where that was found once more on the way back */
		assert_int_equal(on_the_way, i == 2 ? 2 : 1);
	}
}

static void meddle_with_ratio(void)
{
	tree_write(play.tree, DIRTY_RATIO, "33");
	tree_write(play.tree, DIRTY_BYTES, "0");
}

static void meddle_with_bytes(void)
{
	tree_write(play.tree, DIRTY_RATIO, "0");
	tree_write(play.tree, DIRTY_BYTES, "99999744");
}

/* After each write of ours, somebody sets one of the two. */
static void test_stranger_at_either(void **state)
{
	static const struct {
		void (*act)(void);
		struct found left;
	} strangers[] = {
		{ meddle_with_ratio, { "33", "0", "10", "0" } },
		{ meddle_with_bytes, { "0", "99999744", "10", "0" } },
	};
	struct tree *tree = *state;
	int status;

	play.only = "after-confirm";
	for (size_t i = 0; i < 2; i++) {
		int nth = 1;

		find(tree, &founds[0]);
		for (; play_with(tree, nth, strangers[i].act, &status); nth++) {
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
			assert_true(all_end_within(ALL_GONE_MS));
			assert_as(tree, &strangers[i].left);
			assert_true(is_cleared(tree));
			find(tree, &founds[0]);
		}
		assert_int_equal(nth - 1, 4);
	}
	play.only = NULL;
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, setup_tree, teardown_tree)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_parent_killed),
		TREE_TEST(test_both_killed),
		TREE_TEST(test_stranger_at_either),
	};

	play.run = play_twins;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
