/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run that goes well: which cells, in which order, and what becomes of what they measure. */
#include "nrb/run.h"

#include "nrb/swaptrace.h"
#include "runs.h"

/* Which nodes it was asked for, and the knob then. */
static struct {
	int n;
	struct nrb_idset nodes;
} traced;

void __wrap_nrb_swaptrace_open(struct nrb_swaptrace *trace, const struct nrb_root *root,
	const struct nrb_idset *nodes);
void __wrap_nrb_swaptrace_open(struct nrb_swaptrace *trace, const struct nrb_root *root,
	const struct nrb_idset *nodes)
{
	(void)root;
	trace->n = 0;
	traced.n++;
	traced.nodes = *nodes;
}

static void test_measures_every_mode_and_puts_the_knob_back(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct outcome *outcome;

	traced.n = 0;
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(traced.n, 0);
	assert_knob(*state, "4");
	assert_int_equal(outcome->n, 9);
	assert_int_equal(outcome->header.found_mode, 4);
	assert_int_equal(outcome->header.reference_mode, 4);
	assert_int_equal(outcome->header.n_nodes, 2);
	assert_int_equal(outcome->header.fill_bytes, 0); /* all that fits */
	assert_string_equal(outcome->end.reason, "done");
	assert_int_equal(outcome->end.exit_code, 0);
	assert_int_equal(outcome->end.signal, NRB_ABSENT);
	assert_true(outcome->end.restored);
	for (int mode = 0; mode < 8; mode++) {
		const struct nrb_sample *cell = cell_of(outcome, mode);

		assert_int_equal(cell->status, NRB_STATUS_OK);
		assert_string_equal(cell->note, "prepared");
		assert_int_equal(cell->soak_rounds, 0);      /* the knob at rest */
		assert_int_equal(cell->alloc_wall_ns, mode); /* and applied */
		assert_int_equal(cell->alloc_hist.n, FAULTS);
		assert_int_equal(cell->alloc_hist.sum_ns, FAULTS * (1000 + mode));
		assert_int_equal(nrb_sample_find_node(cell, 0)->pages, 100);
		assert_int_equal(nrb_sample_find_node(cell, 1)->pages, mode);
		assert_int_equal(cell->alloc_pages, 100 + mode);
		assert_string_equal(cell->scenario, "steady");
		assert_string_equal(cell->policy, "local");
	}
	release(outcome);
}

static void test_who_swaps_is_asked_where_it_is_the_subject(void **state)
{
	struct nrb_run_options options = options_for(*state, "swapping", "run.jsonl");
	struct outcome *outcome;

	traced.n = 0;
	options.modes_given = true;
	options.modes = 1 << 4;
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(traced.n, 1); /* once for all cells */
	assert_int_equal(nrb_idset_count(&traced.nodes), 1);
	assert_true(nrb_idset_has(&traced.nodes, (int)cell_of(outcome, 4)->node));
	release(outcome);
}

static void test_warm_up_comes_first_and_apart(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct outcome *outcome;

	options.modes_given = true;
	options.modes = 1 << 0 | 1 << 1;
	outcome = run(*state, &options);
	/* the value found, 4, is the reference and was not among them */
	assert_int_equal(outcome->n, 4);
	assert_int_equal(outcome->cells[0].status, NRB_STATUS_WARM_UP);
	assert_int_equal(outcome->cells[0].block, 0);
	assert_int_equal(outcome->cells[0].mode, 4);
	for (int i = 1; i < outcome->n; i++) {
		assert_int_equal(outcome->cells[i].status, NRB_STATUS_OK);
		assert_int_equal(outcome->cells[i].block, 1);
		assert_int_equal(outcome->cells[i].cell, i);
	}
	assert_int_equal(cell_of(outcome, 4)->status, NRB_STATUS_OK);
	release(outcome);
}

/* What stderr got, into text. */
static struct outcome *run_and_listen(
	struct tree *tree, const struct nrb_run_options *options, char *text, size_t len)
{
	FILE *heard = tmpfile();
	int kept = dup(STDERR_FILENO);
	struct outcome *outcome;

	assert_non_null(heard);
	fflush(stderr);
	dup2(fileno(heard), STDERR_FILENO);
	nrb_diag_set_muted(false);
	outcome = run(tree, options);
	nrb_diag_set_muted(true);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(heard);
	text[fread(text, 1, len - 1, heard)] = '\0';
	fclose(heard);
	return outcome;
}

/* Where the warm-up told: nobody waits for hours unawares. */
static void test_says_how_long_a_block_will_take(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct outcome *outcome;
	char text[8192];

	options.modes_given = true;
	options.modes = 1 << 0 | 1 << 1;
	options.blocks = 2;
	outcome = run_and_listen(*state, &options, text, sizeof(text));
	if (strstr(text, "a block of 3 cells will take about ") == NULL ||
		strstr(text, " s, by the warm-up; 2 blocks ") == NULL) {
		fail_msg("it said: %s", text);
	}
	release(outcome);
}

/* The modes of a block as one number, in the order run; and that each of 0..7 is there once. */
static uint64_t order_of(const struct outcome *outcome, int block)
{
	unsigned int seen = 0;
	uint64_t order = 0;

	for (int i = 0; i < outcome->n; i++) {
		if (outcome->cells[i].block == block) {
			seen += 1u << (4 * (unsigned int)outcome->cells[i].mode);
			order = order << 4 | (uint64_t)outcome->cells[i].mode;
		}
	}
	assert_int_equal(seen, 0x11111111);
	return order;
}

static void test_blocks_are_shuffled_and_complete(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "a.jsonl");
	struct outcome *a, *b;
	int same = 0;

	options.blocks = 4;
	options.roi_ppm = 20000;
	a = run(*state, &options);
	assert_int_equal(a->n, 33);
	assert_int_equal(a->header.seed, 42);
	assert_int_equal(a->header.roi_ppm, 20000);
	assert_int_equal(a->header.blocks, 4);
	options = options_for(*state, "steady", "b.jsonl");
	options.blocks = 4;
	b = run(*state, &options);
	assert_int_equal(b->header.roi_ppm, NRB_ABSENT);
	for (int block = 1; block <= 4; block++) {
		assert_int_equal(order_of(a, block), order_of(b, block));
		same += block > 1 && order_of(a, block) == order_of(a, 1);
	}
	assert_int_equal(same, 0);
	for (int i = 0; i < a->n; i++) {
		assert_int_equal(a->cells[i].seed, b->cells[i].seed);
		for (int k = 0; k < i; k++) {
			assert_int_not_equal(a->cells[i].seed, a->cells[k].seed);
		}
	}
	assert_string_not_equal(a->header.run_id, b->header.run_id);
	release(a);
	release(b);
}

/* In every block, and told apart; in the modes' own cells the key is absent. */
static void test_the_reference_runs_once_more(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	int controls[3] = { 0 }, references = 0;
	struct outcome *outcome;

	options.modes_given = true;
	options.modes = 1 << 4 | 1 << 7;
	options.aa = true;
	options.blocks = 2;
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(outcome->n, 7);
	for (int i = 0; i < outcome->n; i++) {
		const struct nrb_sample *cell = &outcome->cells[i];

		if (cell->control != NRB_ABSENT) {
			assert_int_equal(cell->control, 1);
			assert_int_equal(cell->mode, 4); /* as found */
			controls[cell->block]++;
		} else {
			references += cell->block > 0 && cell->mode == 4;
		}
	}
	assert_int_equal(controls[0], 0);
	assert_int_equal(controls[1], 1);
	assert_int_equal(controls[2], 1);
	assert_int_equal(references, 2);
	release(outcome);
}

/* All cells take the same: the pilot's six blocks do. A budget that ends before leaves no interval. */
static void test_the_width_decides(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "wide.jsonl");
	struct outcome *outcome;

	options.modes_given = true;
	options.modes = 1 << 4 | 1 << 7;
	options.blocks = 0;
	options.width_ppm = 10000;
	options.budget_s = 100000;
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(outcome->n, 1 + 2 * 6);
	assert_int_equal(outcome->header.width_ppm, 10000);
	assert_int_equal(outcome->header.blocks, NRB_ABSENT);
	assert_int_equal(outcome->end.width_ppm, 0);
	assert_int_equal(outcome->end.exit_code, 0);
	assert_false(outcome->result.too_wide);
	release(outcome);
	options = options_for(*state, "steady", "ended.jsonl");
	options.modes_given = true;
	options.modes = 1 << 4 | 1 << 7;
	options.blocks = 0;
	options.width_ppm = 10000;
	options.budget_s = 1;
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_true(outcome->n < 1 + 2 * 6);
	assert_int_equal(outcome->end.width_ppm, NRB_ABSENT);
	assert_int_equal(outcome->end.exit_code, NRB_EXIT_INCONCLUSIVE);
	assert_true(outcome->result.too_wide);
	release(outcome);
}

/* Cells that this machine cannot run are recorded, say why, and have nothing measured. */
static void test_what_cannot_run_is_recorded(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct outcome *outcome;
	int unsupported = 0;

	options.modes_given = true;
	options.modes = 1 << 4 | 1 << 7;
	options.trim = (struct nrb_levels){ .n = 2, .v = { 1, 0 } };
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(outcome->n, 5);
	assert_int_equal(outcome->cells[0].status, NRB_STATUS_WARM_UP);
	for (int i = 0; i < outcome->n; i++) {
		const struct nrb_sample *cell = &outcome->cells[i];

		if (strcmp(cell->trim, "off") == 0) {
			assert_int_equal(cell->alloc_hist.n, FAULTS);
			continue;
		}
		assert_int_equal(cell->status, NRB_STATUS_UNSUPPORTED);
		assert_non_null(strstr(cell->note, "nodeN/reclaim"));
		assert_int_equal(cell->alloc_hist.n, 0);
		assert_int_equal(cell->alloc_pages, NRB_ABSENT);
		unsupported++;
	}
	assert_int_equal(unsupported, 2);
	release(outcome);
}

/* A kernel without the knob: its arms have no mode, and the first is the warm-up. */
static void test_without_the_knob(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct tree *tree = *state;
	struct outcome *outcome;

	assert_int_equal(unlinkat(tree->root.fd, KNOB, 0), 0);
	options.policy =
		(struct nrb_levels){ .n = 2, .v = { NRB_ARM_BIND, NRB_ARM_LOCAL } };
	outcome = run(tree, &options);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(outcome->n, 3);
	assert_int_equal(outcome->header.found_mode, NRB_ABSENT);
	assert_int_equal(outcome->header.reference_mode, NRB_ABSENT);
	assert_string_equal(outcome->cells[0].policy, "bind");
	for (int i = 0; i < outcome->n; i++) {
		assert_int_equal(outcome->cells[i].mode, NRB_ABSENT);
		assert_int_equal(outcome->cells[i].status,
			i == 0 ? NRB_STATUS_WARM_UP : NRB_STATUS_OK);
	}
	assert_int_equal(faccessat(tree->root.fd, KNOB, F_OK, 0), -1);
	release(outcome);
}

static void test_dry_run_changes_nothing(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct nrb_screen screen = { .ascii = true };
	struct nrb_run_result result;
	struct tree *tree = *state;

	options.dry_run = true;
	options.yes = false;
	assert_int_equal(nrb_run(&options, &tree->root, table, &screen, &result), 0);
	assert_string_equal(result.path, "");
	assert_int_equal(access(options.output, F_OK), -1);
	assert_int_equal(faccessat(tree->root.fd, "run", F_OK, 0), -1);
	assert_knob(tree, "4");
}

/* Nothing is measured for a file that is there already. */
static void test_an_existing_record_is_kept(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct nrb_screen screen = { .ascii = true };
	struct nrb_run_result result;
	struct tree *tree = *state;
	char text[16];
	int rc;

	tree_write(tree, "run.jsonl", "precious\n");
	rc = nrb_run(&options, &tree->root, table, &screen, &result);
	assert_int_equal(rc, -EEXIST);
	assert_int_equal(nrb_diag_exit(rc), NRB_EXIT_FAILED);
	assert_int_equal(
		nrb_fsroot_read_str(&tree->root, "run.jsonl", text, sizeof(text)), 0);
	assert_string_equal(text, "precious");
	assert_knob(tree, "4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(test_measures_every_mode_and_puts_the_knob_back),
		RUN_TEST(test_who_swaps_is_asked_where_it_is_the_subject),
		RUN_TEST(test_warm_up_comes_first_and_apart),
		RUN_TEST(test_says_how_long_a_block_will_take),
		RUN_TEST(test_blocks_are_shuffled_and_complete),
		RUN_TEST(test_the_reference_runs_once_more),
		RUN_TEST(test_the_width_decides),
		RUN_TEST(test_what_cannot_run_is_recorded),
		RUN_TEST(test_without_the_knob),
		RUN_TEST(test_dry_run_changes_nothing),
		RUN_TEST(test_an_existing_record_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
