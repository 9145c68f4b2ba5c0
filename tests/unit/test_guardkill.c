/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kills at every moment: of the parent, of the guard process, of both, and a stranger's hand. */
#include "play.h"

#include "nrb/leftover.h"

static void meddle(void)
{
	tree_write(play.tree, KNOB, "2\n");
}

static int play_run(struct tree *tree)
{
	static const struct play_step steps[] = {
		{ "lru_gen.enabled", "n" },
		{ "vm.zone_reclaim_mode", "0" },
		{ "vm.zone_reclaim_mode", "3" },
		{ "vm.zone_reclaim_mode", "0" },
		{ "vm.zone_reclaim_mode", "5" },
		{ "vm.zone_reclaim_mode", "7" },
		{ "lru_gen.enabled", "0x0007" },
		{ "vm.zone_reclaim_mode", "4" },
		{ "vm.zone_reclaim_mode", "0" },
	};

	return play_steps(tree, steps, sizeof(steps) / sizeof(steps[0]));
}

static void assert_as_found(struct tree *tree)
{
	assert_string_equal(tree_read(tree, KNOB), "4");
	assert_string_equal(tree_read(tree, LRU_GEN), "0x0007");
	assert_true(is_cleared(tree));
}

static void test_parent_killed_at_every_moment(void **state)
{
	struct tree *tree = *state;
	int nth = 1, status;

	for (; play_with(tree, nth, kill_parent, &status); nth++) {
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		assert_true(becomes(tree, KNOB, "4", BACK_MS));
		assert_true(all_end_within(ALL_GONE_MS));
		assert_as_found(tree);
	}
	assert_true(nth > 25); /* every step has moments: the play was played */
	assert_as_found(tree);
}

static void restore_leftover(struct tree *tree)
{
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];
	enum nrb_leftover_state left;
	int n;

	assert_int_equal(nrb_leftover_look(&tree->root, &left), 0);
	if (strcmp(tree_read(tree, KNOB), "4") != 0 ||
		strcmp(tree_read(tree, LRU_GEN), "0x0007") != 0) {
		assert_int_equal(left, NRB_LEFTOVER_JOURNAL);
	}
	assert_int_equal(nrb_leftover_restore(&tree->root, results, &n), 0);
	for (int i = 0; i < n; i++) {
		assert_int_equal(results[i].outcome, NRB_RESTORED_OK);
		assert_true(nrb_setting_same(
			results[i].setting, results[i].read_back, results[i].found));
	}
	assert_int_equal(nrb_leftover_restore(&tree->root, results, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(nrb_leftover_look(&tree->root, &left), 0);
	assert_int_equal(left, NRB_LEFTOVER_NONE);
}

static void test_both_killed_at_every_moment(void **state)
{
	struct tree *tree = *state;
	int nth = 1, changed = 0, status;

	for (; play_with(tree, nth, kill_both, &status); nth++) {
		assert_true(WIFSIGNALED(status));
		assert_true(all_end_within(ALL_GONE_MS));
		changed += strcmp(tree_read(tree, KNOB), "4") != 0;
		restore_leftover(tree);
		assert_as_found(tree);
	}
	assert_true(changed > 10); /* there was something to restore */
}

static void test_guard_killed_at_every_moment(void **state)
{
	struct tree *tree = *state;
	int nth = 1, status;

	for (; play_with(tree, nth, kill_guard, &status); nth++) {
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		assert_true(all_end_within(ALL_GONE_MS));
		assert_as_found(tree);
	}
	assert_true(nth > 25);
}

static void test_guard_killed_while_it_restores(void **state)
{
	static const char *const moments[] = { "before-restore", "after-restore" };
	struct tree *tree = *state;
	int status;

	for (size_t i = 0; i < 2; i++) {
		play.kill_guard_at = moments[i];
		play.only = "after-write";
		assert_true(play_with(tree, 3, kill_parent, &status));
		play.only = NULL;
		play.kill_guard_at = NULL;
		assert_true(all_end_within(ALL_GONE_MS));
		assert_string_equal(tree_read(tree, KNOB), i == 0 ? "3" : "4");
		assert_true(tree_has(tree, JOURNAL));
		restore_leftover(tree);
		assert_as_found(tree);
	}
}

/* A stranger writes 2, which is neither found nor ever ours. */
static void test_stranger_at_every_moment(void **state)
{
	struct tree *tree = *state;
	int nth = 1, left_alone = 0, overwritten = 0, status;

	for (; play_with(tree, nth, meddle, &status); nth++) {
		bool is_theirs = strcmp(tree_read(tree, KNOB), "2") == 0;

		assert_true(all_end_within(ALL_GONE_MS));
		assert_true(WIFEXITED(status));
		/* between our look and our write their value is lost; at any other time
		 * it stands, and unless all was over (status 0) the run says so */
		left_alone += is_theirs && WEXITSTATUS(status) == 1;
		overwritten += !is_theirs;
		assert_true(is_theirs || strcmp(tree_read(tree, KNOB), "4") == 0);
		assert_string_equal(tree_read(tree, LRU_GEN), "0x0007");
		tree_write(tree, KNOB, "4\n");
		assert_as_found(tree);
	}
	assert_true(left_alone > 10);
	assert_true(overwritten < nth / 2);
}

static void assert_stranger(struct tree *tree, const char *moment, int nth, bool is_left)
{
	int status;

	play.only = moment;
	assert_true(play_with(tree, nth, meddle, &status));
	play.only = NULL;
	assert_true(all_end_within(ALL_GONE_MS));
	assert_string_equal(tree_read(tree, KNOB), is_left ? "2" : "4");
	assert_int_equal(WEXITSTATUS(status), is_left ? 1 : 0);
	tree_write(tree, KNOB, "4\n");
	assert_as_found(tree);
}

static void test_stranger_is_left_alone(void **state)
{
	/* moments of the knob: the first of each is lru_gen's */
	assert_stranger(*state, "after-write", 3, true);
	assert_stranger(*state, "after-confirm", 3, true);
	assert_stranger(*state, "before-restore", 1, true);
	assert_stranger(*state, "after-journal", 3, false); /* overwritten unseen */
}

static void test_parent_and_stranger(void **state)
{
	struct tree *tree = *state;
	pid_t pid = fork();

	if (pid == 0) {
		const struct nrb_place anywhere = { 0 };

		must(nrb_guard_begin(&play.guard, &tree->root, &anywhere) == 0);
		must(nrb_guard_set(play.guard, "lru_gen.enabled", "n") == 0);
		must(nrb_guard_set(play.guard, "vm.zone_reclaim_mode", "3") == 0);
		tree_write(tree, KNOB, "2\n");
		raise(SIGKILL);
	}
	assert_true(becomes(tree, LRU_GEN, "0x0007", BACK_MS));
	assert_true(all_end_within(ALL_GONE_MS));
	assert_string_equal(tree_read(tree, KNOB), "2"); /* left alone */
	tree_write(tree, KNOB, "4\n");
	assert_as_found(tree); /* and the journal is gone */
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, setup_tree, teardown_tree)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_parent_killed_at_every_moment),
		TREE_TEST(test_both_killed_at_every_moment),
		TREE_TEST(test_guard_killed_at_every_moment),
		TREE_TEST(test_guard_killed_while_it_restores),
		TREE_TEST(test_stranger_at_every_moment),
		TREE_TEST(test_stranger_is_left_alone),
		TREE_TEST(test_parent_and_stranger),
	};

	play.run = play_run;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
