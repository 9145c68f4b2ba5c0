/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's handle on settings: what is written when, and what is refused. */
#include "guardtree.h"

#include "nrb/diag.h"
#include "nrb/guard.h"
#include "nrb/journal.h"
#include "nrb/moment.h"

void __wrap_nrb_moment_pass(const char *moment);
int __wrap_nrb_journal_write(int dir, const struct nrb_journal *journal);
int __real_nrb_journal_write(int dir, const struct nrb_journal *journal);

enum { ALL_GONE_MS = 3000 };

static struct {
	struct tree *tree;
	int journal_writes;
	bool is_full;   /* no journal can be written */
	int full_after; /* so many that can be; 0: no limit */
	bool has_seen_intent;
} world;

static const struct nrb_place anywhere;

int __wrap_nrb_journal_write(int dir, const struct nrb_journal *journal)
{
	world.journal_writes++;
	return world.is_full || (world.full_after > 0 &&
					world.journal_writes > world.full_after)
		       ? nrb_fail(-ENOSPC, "journal")
		       : __real_nrb_journal_write(dir, journal);
}

void __wrap_nrb_moment_pass(const char *moment)
{
	if (strcmp(moment, "after-journal") == 0 && world.tree != NULL) {
		world.has_seen_intent =
			strcmp(tree_read(world.tree, KNOB), "4") == 0 &&
			strstr(tree_read(world.tree, JOURNAL),
				"\"found\":\"4\",\"confirmed\":\"4\",\"intended\":\"3\"") !=
				NULL;
	}
}

static int setup(void **state)
{
	memset(&world, 0, sizeof(world));
	nrb_diag_reset();
	return setup_tree(state);
}

static struct nrb_guard *begin(struct tree *tree)
{
	struct nrb_guard *guard = NULL;

	assert_int_equal(nrb_guard_begin(&guard, &tree->root, &anywhere), 0);
	assert_non_null(guard);
	return guard;
}

static int set_mode(struct nrb_guard *guard, const char *value)
{
	return nrb_guard_set(guard, "vm.zone_reclaim_mode", value);
}

static void assert_journaled(struct tree *tree, const char *entry)
{
	if (strstr(tree_read(tree, JOURNAL), entry) == NULL) {
		fail_msg("no %s in %s", entry, tree_read(tree, JOURNAL));
	}
}

static void test_begin_writes_no_setting(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];
	struct stat st;
	int n = -1;

	assert_false(tree_has(tree, JOURNAL));
	assert_string_equal(tree_read(tree, KNOB), "4");
	assert_null(nrb_guard_found(guard, "vm.zone_reclaim_mode"));
	assert_string_equal(tree_read(tree, OOM), "-1000");
	assert_int_equal(fstatat(tree->root.fd, RUN, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(fstatat(tree->root.fd, LOCK, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(nrb_guard_end(guard, results, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(nrb_guard_end(NULL, results, &n), 0);
	assert_int_equal(wait(NULL), -1); /* its guard has ended */
}

static void test_journal_comes_before_the_write(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);

	world.tree = tree;
	assert_int_equal(set_mode(guard, "3"), 0);
	assert_true(world.has_seen_intent);
	world.tree = NULL;
	assert_string_equal(tree_read(tree, KNOB), "3");
	assert_string_equal(nrb_guard_found(guard, "vm.zone_reclaim_mode"), "4");
	/* and covers the way to rest from then on */
	assert_journaled(tree, "\"found\":\"4\",\"confirmed\":\"3\",\"intended\":\"0\"");
	assert_int_equal(nrb_guard_set(guard, "lru_gen.enabled", "n"), 0);
	assert_journaled(
		tree, "\"found\":\"0x0007\",\"confirmed\":\"n\",\"intended\":\"0x0007\"");
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	assert_string_equal(tree_read(tree, KNOB), "4");
	assert_string_equal(tree_read(tree, LRU_GEN), "0x0007");
	assert_false(tree_has(tree, JOURNAL));
}

static void test_way_back_writes_no_file(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);

	assert_int_equal(set_mode(guard, "3"), 0);
	assert_int_equal(nrb_guard_set(guard, "lru_gen.enabled", "n"), 0);
	world.journal_writes = 0;
	world.is_full = true;
	assert_int_equal(set_mode(guard, "0"), 0);
	assert_int_equal(set_mode(guard, "4"), 0); /* found */
	assert_int_equal(set_mode(guard, "0"), 0);
	assert_int_equal(nrb_guard_set(guard, "lru_gen.enabled", "0x0007"), 0);
	assert_int_equal(world.journal_writes, 0);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	assert_string_equal(tree_read(tree, KNOB), "4");
	assert_false(tree_has(tree, JOURNAL));
}

static void test_nothing_is_written_without_a_journal(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);

	world.is_full = true;
	assert_int_equal(set_mode(guard, "3"), -ENOSPC);
	assert_int_equal(set_mode(guard, "0"), -ENOSPC); /* rest, but never journaled */
	assert_string_equal(tree_read(tree, KNOB), "4");
	assert_null(nrb_guard_found(guard, "vm.zone_reclaim_mode"));
	world.is_full = false;
	assert_int_equal(set_mode(guard, "3"), 0);
	assert_int_equal(set_mode(guard, "0"), 0);
	world.is_full = true;
	assert_int_equal(set_mode(guard, "5"), -ENOSPC);
	assert_string_equal(tree_read(tree, KNOB), "0");
	assert_int_equal(nrb_diag_exit(-ENOSPC), NRB_EXIT_FAILED);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	assert_string_equal(tree_read(tree, KNOB), "4");
}

/* The journal could be written before the write of the setting, but not after it. */
static void test_disk_full_between_the_two_journals(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);

	assert_int_equal(set_mode(guard, "1"), 0);
	world.full_after = world.journal_writes + 1;
	assert_int_equal(set_mode(guard, "3"), -ENOSPC);
	assert_string_equal(tree_read(tree, KNOB), "3");
	/* `restore` would know 3 for ours, but not 0 */
	assert_journaled(tree, "\"found\":\"4\",\"confirmed\":\"1\",\"intended\":\"3\"");
	assert_int_equal(set_mode(guard, "0"), -ENOSPC);
	assert_string_equal(tree_read(tree, KNOB), "3");
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	assert_string_equal(tree_read(tree, KNOB), "4");
}

static void test_what_cannot_be_is_refused(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);

	assert_int_equal(set_mode(guard, "x"), -EINVAL);
	assert_int_equal(set_mode(guard, "-1"), -EINVAL);
	assert_false(tree_has(tree, JOURNAL));
	tree_write(tree, KNOB, "what is this\n");
	assert_int_equal(set_mode(guard, "1"), -EINVAL);
	assert_string_equal(tree_read(tree, KNOB), "what is this");
	unlinkat(tree->root.fd, KNOB, 0);
	assert_int_equal(set_mode(guard, "1"), -ENOENT);
	assert_false(tree_has(tree, JOURNAL));
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
}

static void test_large_value_found_comes_back_verbatim(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard;

	tree_write(tree, KNOB, "255\n");
	guard = begin(tree);
	assert_int_equal(set_mode(guard, "1"), 0);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	assert_string_equal(tree_read(tree, KNOB), "255");
}

static void test_stranger_is_named_and_left_alone(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];
	int n;

	assert_int_equal(set_mode(guard, "3"), 0);
	assert_int_equal(nrb_guard_check(guard), 0);
	tree_write(tree, KNOB, "2\n");
	assert_int_equal(nrb_guard_check(guard), -ESTALE);
	assert_non_null(strstr(nrb_diag_message(), "2"));
	assert_non_null(strstr(nrb_diag_message(), "3"));
	assert_int_equal(set_mode(guard, "0"), -ESTALE);
	assert_int_equal(nrb_guard_end(guard, results, &n), -ESTALE);
	assert_int_equal(nrb_diag_exit(-ESTALE), NRB_EXIT_DISTURBED);
	assert_int_equal(n, 1);
	assert_int_equal(results[0].outcome, NRB_RESTORED_FOREIGN);
	assert_string_equal(results[0].found, "4");
	assert_string_equal(results[0].held, "2");
	assert_string_equal(tree_read(tree, KNOB), "2");
	assert_false(tree_has(tree, JOURNAL));
}

static void test_what_was_found_is_no_stranger(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);

	assert_int_equal(set_mode(guard, "3"), 0);
	tree_write(
		tree, KNOB, "4\n"); /* someone put it back for us: disturbed, but done */
	assert_int_equal(nrb_guard_check(guard), -ESTALE);
	assert_int_equal(nrb_guard_end(guard, NULL, NULL), 0);
	assert_string_equal(tree_read(tree, KNOB), "4");
}

static void test_what_cannot_be_put_back_keeps_the_journal(void **state)
{
	struct tree *tree = *state;
	struct nrb_guard *guard = begin(tree);
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];
	int n;

	nrb_fail(-EIO, "an earlier failure"); /* which 8 must outrank */
	assert_int_equal(nrb_guard_set(guard, "lru_gen.enabled", "n"), 0);
	assert_int_equal(set_mode(guard, "3"), 0);
	unlinkat(tree->root.fd, KNOB, 0);
	tree_mkdir(tree, KNOB, 0755);
	assert_true(nrb_guard_end(guard, results, &n) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_NOT_RESTORED);
	assert_non_null(strstr(nrb_diag_way_out(), "echo 4 > "));
	assert_non_null(strstr(nrb_diag_way_out(), KNOB));
	assert_int_equal(n, 2);
	assert_int_equal(results[0].outcome, NRB_RESTORED_OK);
	assert_int_equal(results[1].outcome, NRB_RESTORED_FAILED);
	assert_string_equal(tree_read(tree, LRU_GEN), "0x0007");
	assert_true(tree_has(tree, JOURNAL));
	assert_true(all_end_within(ALL_GONE_MS)); /* the guard process is dismissed */
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown_tree)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_begin_writes_no_setting),
		TREE_TEST(test_journal_comes_before_the_write),
		TREE_TEST(test_way_back_writes_no_file),
		TREE_TEST(test_nothing_is_written_without_a_journal),
		TREE_TEST(test_disk_full_between_the_two_journals),
		TREE_TEST(test_what_cannot_be_is_refused),
		TREE_TEST(test_large_value_found_comes_back_verbatim),
		TREE_TEST(test_stranger_is_named_and_left_alone),
		TREE_TEST(test_what_was_found_is_no_stranger),
		TREE_TEST(test_what_cannot_be_put_back_keeps_the_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
