/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a node is settled and soaked, and when it cannot be. */
#include "steptest.h"

#include "nrb/placement.h"

static int target_pages; /* of each batch that is placed */
static int batches;
static int n_bound; /* batches that only the target may give */
static void (*after_batch)(int batch);

/* -- what is replaced -- */

int __wrap_nrb_placement_bind_range(void *mem, size_t len, enum nrb_policy policy,
	const struct nrb_idset *range_nodes);
int __wrap_nrb_placement_bind_range(void *mem, size_t len, enum nrb_policy policy,
	const struct nrb_idset *range_nodes)
{
	(void)mem;
	if (policy == NRB_POLICY_BIND && len == (size_t)(64 * nrb_zones_page_bytes()) &&
		nrb_idset_has(range_nodes, cell.arm.node)) {
		n_bound++;
	}
	return 0;
}

int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of);
int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of)
{
	(void)pid;
	(void)mem;
	(void)n_pages_max;
	(void)absent;
	(void)node_of;
	pages[0] = target_pages;
	pages[1] = (int64_t)(len / page_bytes) - target_pages;
	batches++;
	if (after_batch != NULL) {
		after_batch(batches);
	}
	return 0;
}

static int setup(void **state)
{
	target_pages = 64;
	batches = n_bound = 0;
	after_batch = NULL;
	return begin(state);
}

/* -- settle and soak -- */

static void test_an_unknown_kswapd_is_said_once(void **state)
{
	struct tree *tree = *state;

	shared->phase = NRB_PHASE_SETTLE;
	nrb_cell_note(&cell, "first");
	assert_int_equal(nrb_step_settle(&cell), 0);
	assert_int_equal(nrb_step_settle(&cell), 0);
	assert_string_equal(shared->sample.note, "first; kswapd of node 0 was not found");
	tree_write(tree, "proc/77/stat", "77 (kswapd0) S 2 0 0\n");
	shared->sample.note[0] = '\0';
	shared->sample.settle_rounds = NRB_ABSENT;
	cell.kswapd_pid = 77;
	assert_int_equal(nrb_step_settle(&cell), 0);
	assert_string_equal(shared->sample.note, "");
}

static void test_why_a_soak_fails(void **state)
{
	(void)state;
	shared->phase = NRB_PHASE_SOAK;
	assert_int_equal(nrb_step_soak(&cell), -EOPNOTSUPP);
	assert_non_null(strstr(nrb_diag_message(), "node 0 was not filled"));
	nrb_diag_reset();
	shared->stop[NRB_PHASE_SOAK] = 1;
	assert_int_equal(nrb_step_soak(&cell), -EOPNOTSUPP);
	assert_non_null(strstr(nrb_diag_message(), "the soak did not end in time"));
}

/* What lay in per-CPU lists while the node was filled may land on it all the same. */
static void test_a_soak_waits_for_the_lists(void **state)
{
	int64_t more = (20 << 20) / (64 * nrb_zones_page_bytes());
	int without;

	(void)state;
	shared->phase = NRB_PHASE_SOAK;
	assert_int_equal(nrb_step_soak(&cell), -EOPNOTSUPP);
	without = batches;
	nrb_arena_unmap(&cell.soak);
	batches = 0;
	listed_mib = 20;
	write_zone(11);
	assert_int_equal(nrb_step_soak(&cell), -EOPNOTSUPP);
	assert_in_range(batches, without + more - 1, without + more + 1);
}

/* At LOW (10 MiB) after so many batches of 64 pages. */
static void reach_low(int batch)
{
	write_zone(batch < 7 ? 11 : 10);
}

static void spill(int batch)
{
	target_pages = batch < 5 ? 64 : 0;
}

/* With every node full the first of either is the end. */
static void test_a_soak_of_full_nodes_ends_at_low(void **state)
{
	(void)state;
	shared->phase = NRB_PHASE_SOAK;
	cell.arm.fill_all = true;
	after_batch = reach_low;
	assert_int_equal(nrb_step_soak(&cell), 0);
	assert_int_equal(batches, 7);
	assert_int_equal(shared->sample.soak_pages, 7 * 64);
	assert_int_equal(shared->sample.soak_rounds, 1);
	nrb_arena_unmap(&cell.soak);
	batches = 0;
	write_zone(11);
	after_batch = spill;
	assert_int_equal(nrb_step_soak(&cell), 0);
	assert_int_equal(batches, 6); /* the first that is placed elsewhere wholly */
}

static void count_steals(int batch)
{
	char text[64];

	snprintf(text, sizeof(text), "pgsteal_kswapd %d\n", batch);
	tree_write(machine, "proc/vmstat", text);
}

/* What kswapd freed meanwhile is no disturbance there; with one node full it is. */
static void test_a_kswapd_that_wakes_in_a_soak(void **state)
{
	(void)state;
	shared->phase = NRB_PHASE_SOAK;
	target_pages = 0;
	after_batch = count_steals;
	cell.arm.fill_all = true;
	assert_int_equal(nrb_step_soak(&cell), 0);
	nrb_arena_unmap(&cell.soak);
	cell.arm.fill_all = false;
	assert_int_equal(nrb_step_soak(&cell), -ESTALE);
	assert_non_null(strstr(nrb_diag_message(), "woke in 5 of 5 soaks"));
	assert_non_null(strstr(nrb_diag_way_out(), "something else"));
}

static void boost(int pages)
{
	boost_pages = pages;
	write_zone(11);
}

static void fall(int batch)
{
	boost(batch < 7 ? 100 : 0);
}

/* A soak ends above LOW while the marks are raised: not before they have fallen is the node at rest. */
static void test_a_soak_under_raised_marks(void **state)
{
	(void)state;
	shared->phase = NRB_PHASE_SOAK;
	target_pages = 0;
	boost(100);
	assert_int_equal(nrb_step_soak(&cell), -ESTALE);
	assert_non_null(strstr(nrb_diag_message(), "were raised in 5 soaks"));
	assert_non_null(strstr(nrb_diag_way_out(), "vm.watermark_boost_factor=0"));
	/* five soaks of four batches elsewhere, and between them one that only the node could take */
	assert_int_equal(batches, 5 * 4 + 4);
	assert_int_equal(n_bound, 4);
	nrb_arena_unmap(&cell.soak);
	batches = n_bound = 0;
	after_batch = fall;
	assert_int_equal(nrb_step_soak(&cell), 0);
	assert_int_equal(batches, 4 + 1 + 4);
	assert_int_equal(n_bound, 1);
	assert_int_equal(shared->sample.soak_rounds, 2);
	assert_int_equal(shared->sample.soak_pages, 9 * 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STEP_TEST(test_an_unknown_kswapd_is_said_once),
		STEP_TEST(test_why_a_soak_fails),
		STEP_TEST(test_a_soak_waits_for_the_lists),
		STEP_TEST(test_a_soak_of_full_nodes_ends_at_low),
		STEP_TEST(test_a_kswapd_that_wakes_in_a_soak),
		STEP_TEST(test_a_soak_under_raised_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
