/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way back: its order, what becomes of each form of setting, and what is said. */
#include "guardtree.h"
#include "kernelfs.h"

#include "nrb/diag.h"
#include "nrb/putback.h"

#define GROUP "sys/fs/cgroup/numa-reclaim-bench"
#define TRACE "sys/kernel/tracing/instances/numa-reclaim-bench-4711-99"

int __wrap_unlinkat(int dir, const char *path, int flags);
int __real_unlinkat(int dir, const char *path, int flags);

/* What was done, a letter each: k the knob, s another setting, l MGLRU, g the group, t the instance of
 * tracefs, j the journal. */
static char acts[64];
static bool is_broken; /* nothing can be written */

static void note(const char *act)
{
	strncat(acts, act, sizeof(acts) - strlen(acts) - 1);
}

int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text)
{
	note(strcmp(path, KNOB) == 0 ? "k" : strcmp(path, LRU_GEN) == 0 ? "l" : "s");
	return is_broken ? -EIO : kernelfs_write(root, path, text);
}

int __wrap_unlinkat(int dir, const char *path, int flags)
{
	int rc = __real_unlinkat(dir, path, flags);

	if (rc == 0) {
		note(flags != AT_REMOVEDIR             ? "j"
			: strstr(path, "4711") != NULL ? "t"
						       : "g");
	}
	return rc;
}

struct place {
	struct tree *tree;
	int dir;
	struct nrb_journal journal;
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];
	int n;
};

static void add_entry(struct place *place, const char *name, const char *found,
	const char *confirmed, const char *intended)
{
	struct nrb_journal_entry *entry =
		&place->journal.entries[place->journal.n_entries++];

	entry->setting = nrb_setting_find(name);
	strcpy(entry->found, found);
	strcpy(entry->confirmed, confirmed);
	strcpy(entry->intended, intended);
}

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	void *tree = NULL;

	nrb_diag_reset();
	nrb_diag_set_muted(true);
	is_broken = false;
	setup_tree(&tree);
	place->tree = tree;
	tree_mkdir(tree, RUN, 0700);
	tree_write(tree, DIRTY_RATIO, "0\n");
	tree_write(tree, DIRTY_BYTES, "1048576\n");
	place->dir = openat(place->tree->root.fd, RUN, O_RDONLY | O_DIRECTORY);
	acts[0] = '\0';
	*state = place;
	return place->dir < 0;
}

static int teardown(void **state)
{
	struct place *place = *state;
	void *tree = place->tree;
	int rc;

	close(place->dir);
	rc = teardown_tree(&tree);
	free(place);
	return rc;
}

static int put_all_back(struct place *place)
{
	assert_int_equal(nrb_journal_write(place->dir, &place->journal), 0);
	acts[0] = '\0';
	return nrb_putback_all(&place->tree->root, place->dir, &place->journal,
		place->results, &place->n);
}

static void test_order(void **state)
{
	struct place *place = *state;

	tree_mkdir(place->tree, GROUP, 0755);
	tree_mkdir(place->tree, TRACE, 0755);
	add_entry(place, "vm.zone_reclaim_mode", "1", "4", "4");
	add_entry(place, "vm.dirty", "20%", "1048576", "20%");
	add_entry(place, "lru_gen.enabled", "0x0003", "0x0007", "0x0003");
	assert_int_equal(put_all_back(place), 0);
	/* the knob, and then the last first */
	assert_string_equal(acts, "klsgtj");
	assert_false(tree_has(place->tree, GROUP));
	assert_false(tree_has(place->tree, TRACE));
	assert_false(tree_has(place->tree, JOURNAL));
	assert_int_equal(place->n, 3);
	assert_string_equal(place->results[0].read_back, "1");
	assert_string_equal(place->results[1].held, "1048576");
	assert_string_equal(place->results[1].read_back, "20%");
	assert_string_equal(nrb_putback_outcome(&place->results[1]), "restored");
	assert_string_equal(tree_read(place->tree, DIRTY_RATIO), "20");
	assert_string_equal(tree_read(place->tree, DIRTY_BYTES), "0");
}

static void test_twins_of_a_stranger(void **state)
{
	struct place *place = *state;

	tree_write(place->tree, DIRTY_RATIO, "20\n"); /* as found, but the other too */
	add_entry(place, "vm.dirty", "20%", "1048576", "20%");
	assert_int_equal(put_all_back(place), -ESTALE);
	assert_string_equal(acts, "j");
	assert_string_equal(nrb_putback_outcome(&place->results[0]), "left alone");
	assert_non_null(strstr(nrb_diag_message(),
		"someone else set vm.dirty to 20%+1048576 where ours was 1048576"));
	assert_string_equal(tree_read(place->tree, DIRTY_BYTES), "1048576");
}

/* One that was killed on its way to 0 %. */
static void test_twins_on_the_way(void **state)
{
	struct place *place = *state;

	tree_write(place->tree, DIRTY_RATIO, "1\n");
	tree_write(place->tree, DIRTY_BYTES, "0\n");
	add_entry(place, "vm.dirty", "0%", "1048576", "0%");
	assert_int_equal(put_all_back(place), 0);
	assert_string_equal(tree_read(place->tree, DIRTY_RATIO), "0");
	place->journal.n_entries = 0;
	tree_write(place->tree, DIRTY_RATIO, "1\n");
	add_entry(place, "vm.dirty", "20%", "1048576", "20%");
	assert_int_equal(put_all_back(place), -ESTALE); /* no way of ours leads there */
}

static void test_failure_names_the_command(void **state)
{
	struct place *place = *state;

	add_entry(place, "vm.dirty", "0%", "1048576", "0%");
	assert_int_equal(nrb_journal_write(place->dir, &place->journal), 0);
	is_broken = true;
	assert_int_equal(nrb_putback_all(&place->tree->root, place->dir, &place->journal,
				 place->results, &place->n),
		-ECANCELED);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_NOT_RESTORED);
	assert_string_equal(nrb_diag_way_out(),
		"type: echo 1 > ROOT/" DIRTY_RATIO "; echo 0 > ROOT/" DIRTY_RATIO);
	assert_non_null(strstr(
		nrb_diag_message(), "vm.dirty was not put back to 0%, it holds 1048576"));
	assert_true(tree_has(place->tree, JOURNAL));
}

int main(void)
{
#define PLACE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		PLACE_TEST(test_order),
		PLACE_TEST(test_twins_of_a_stranger),
		PLACE_TEST(test_twins_on_the_way),
		PLACE_TEST(test_failure_names_the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
