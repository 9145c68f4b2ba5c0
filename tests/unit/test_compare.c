/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two records against each other: what is paired, what is matched, what it comes to. */
#include "comparetest.h"

#include "nrb/comparepair.h"
#include "nrb/comparetable.h"
#include "nrb/shift.h"

static struct nrb_comparepair pair;

static int finish(void **state)
{
	nrb_comparepair_free(&pair);
	return free_records(state);
}

static void compare(void)
{
	assert_int_equal(nrb_comparepair_make(&pair, &records[1], &records[0], roi), 0);
}

static const struct nrb_compared_effect *effect(int row, enum nrb_metric metric)
{
	assert_true(row < pair.n);
	return &pair.rows[row].effects[metric];
}

/* What all cells of a block share falls out where blocks are paired. */
static void test_paired(void **state)
{
	const struct nrb_compared_effect *p99;

	(void)state;
	add();
	made.times = 1.2;
	add();
	compare();
	assert_null(pair.unpaired);
	assert_int_equal(pair.n, 2);
	p99 = effect(1, NRB_METRIC_ALLOC_P99);
	assert_int_equal(p99->blocks, BLOCKS);
	assert_true(p99->effect.low > 1.18 && p99->effect.high < 1.22);
	assert_int_equal(p99->verdict, NRB_VERDICT_WORSE);
	assert_int_equal(effect(1, NRB_METRIC_LOCAL)->verdict, NRB_VERDICT_SAME);
	assert_int_equal(pair.unclear, 0);
}

/* Without the pairs it does not, and the claim stays open. */
static void test_unpaired(void **state)
{
	double x[BLOCKS], y[BLOCKS];
	struct nrb_estimate shift;
	const struct nrb_compared_effect *p99;

	(void)state;
	add();
	made.times = 1.2;
	header.seed = 2;
	add();
	compare();
	assert_non_null(pair.unpaired);
	p99 = effect(0, NRB_METRIC_ALLOC_P99);
	assert_int_equal(p99->verdict, NRB_VERDICT_UNCLEAR);
	assert_int_equal(pair.unclear, 2);
	for (int i = 0; i < BLOCKS; i++) {
		x[i] = log(records[1].arms[0].all[i].v[NRB_METRIC_ALLOC_P99]);
		y[i] = log(records[0].arms[0].all[i].v[NRB_METRIC_ALLOC_P99]);
	}
	shift = nrb_shift_estimate(x, BLOCKS, y, BLOCKS);
	assert_near(p99->effect.at, exp(shift.at));
	assert_near(p99->effect.low, exp(shift.low));
	assert_near(p99->effect.high, exp(shift.high));
	assert_near(p99->effect.level, shift.level);
}

static void test_other_plan(void **state)
{
	(void)state;
	add();
	made.last_mode = 2;
	add();
	compare();
	assert_string_equal(pair.unpaired, "they did not compare the same combinations");
	assert_int_equal(pair.n, 2);
	assert_int_equal(pair.alone, 1);
	nrb_comparepair_free(&pair);
	made.last_mode = 1;
	header.alloc_bytes = 4096;
	nrb_compared_free(&records[--n_records]);
	add();
	compare();
	assert_string_equal(pair.unpaired, "they allocated different amounts");
}

static void on_other_node(void)
{
	int64_t local = nrb_sample_node(&sample, 1)->pages;

	sample.node = sample.cpu_node = 0;
	nrb_sample_node(&sample, 1)->pages = 100 - local;
	nrb_sample_node(&sample, 0)->pages = local;
	strcpy(sample.lru_gen, "on");
}

/* Which node it was, and what stood for MGLRU, is the machine's: it is no other combination. */
static void test_given(void **state)
{
	(void)state;
	add();
	made.change = on_other_node;
	add();
	compare();
	assert_int_equal(pair.n, 2);
	assert_int_equal(pair.alone, 0);
	assert_null(pair.unpaired);
}

static void lru_by_block(void)
{
	strcpy(sample.lru_gen, sample.block % 2 == 0 ? "on" : "off");
}

static void lru_on(void)
{
	strcpy(sample.lru_gen, "on");
}

/* Where one of both compares them, they are told apart. */
static void test_asked(void **state)
{
	(void)state;
	made.change = lru_by_block;
	add();
	made.change = lru_on;
	add();
	compare();
	assert_int_equal(pair.n, 2);
	assert_int_equal(pair.alone, 2);
	assert_string_equal(pair.rows[0].reference->key->lru_gen, "on");
}

/* The lists of a kernel without MGLRU are those of another one that has it off. */
static void test_kernel_without_mglru(void **state)
{
	(void)state;
	add();
	strcpy(header.lru_gen, "0x0007");
	made.change = lru_by_block;
	add();
	compare();
	assert_int_equal(pair.n, 2);
	assert_int_equal(pair.alone, 2);
	assert_string_equal(pair.rows[0].reference->key->lru_gen, "off");
}

static void test_nothing_in_common(void **state)
{
	(void)state;
	add();
	made.change = bind;
	add();
	compare();
	assert_int_equal(pair.n, 0);
	assert_int_equal(pair.alone, 4);
	assert_int_equal(pair.unclear, 0);
}

/* One block decides what is counted, if cells are not too far apart, and none of what is timed. */
static void test_few(void **state)
{
	(void)state;
	made.blocks = 3;
	header.seed = 1;
	add();
	header.seed = 2;
	made.local = 50;
	add();
	compare();
	assert_int_equal(effect(1, NRB_METRIC_LOCAL)->verdict, NRB_VERDICT_WORSE);
	assert_near(effect(1, NRB_METRIC_LOCAL)->effect.at, -0.4);
	assert_true(isnan(effect(1, NRB_METRIC_LOCAL)->effect.low));
	assert_int_equal(effect(0, NRB_METRIC_LOCAL)->verdict, NRB_VERDICT_SAME);
	assert_int_equal(effect(1, NRB_METRIC_ALLOC_P99)->verdict, NRB_VERDICT_FEW);
	assert_int_equal(effect(1, NRB_METRIC_ACCESS)->verdict, NRB_VERDICT_NONE);
	nrb_comparepair_free(&pair);
	nrb_compared_free(&records[--n_records]);
	made.local = 90;
	made.scatter = 60;
	add();
	compare();
	assert_int_equal(effect(1, NRB_METRIC_LOCAL)->verdict, NRB_VERDICT_FEW);
	assert_int_equal(pair.unclear, 0);
}

/* Of five against five there would be an interval; the rule is six, as where they are paired. */
static void test_five(void **state)
{
	(void)state;
	made.blocks = 5;
	add();
	header.seed = 2;
	made.times = 10;
	add();
	compare();
	assert_non_null(pair.unpaired);
	assert_int_equal(effect(0, NRB_METRIC_ALLOC_P99)->verdict, NRB_VERDICT_FEW);
	assert_true(isnan(effect(0, NRB_METRIC_ALLOC_P99)->effect.low));
	assert_true(effect(0, NRB_METRIC_ALLOC_P99)->effect.at > 9);
}

static void test_rehearsal(void **state)
{
	(void)state;
	header.rehearsal = true;
	add();
	header.seed = 2;
	made.local = 50;
	add();
	compare();
	assert_int_equal(records[0].kind, NRB_COMPARED_REHEARSAL);
	assert_int_equal(effect(1, NRB_METRIC_ALLOC_P99)->verdict, NRB_VERDICT_UNRANKED);
	assert_true(isnan(effect(1, NRB_METRIC_ALLOC_P99)->effect.at));
	assert_int_equal(effect(1, NRB_METRIC_LOCAL)->verdict, NRB_VERDICT_WORSE);
	assert_int_equal(pair.unclear, 0);
}

static void count_reclaim(void)
{
	sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = sample.mode > 0 ? 7 : 0;
}

static void test_counters(void **state)
{
	(void)state;
	made.change = count_reclaim;
	add();
	made.change = NULL;
	add();
	compare();
	assert_true(isnan(pair.rows[1].counters[NRB_COMPARED_RECLAIM_FAILED]));
	nrb_comparepair_free(&pair);
	assert_int_equal(nrb_comparepair_make(&pair, &records[0], &records[0], roi), 0);
	assert_near(pair.rows[1].counters[NRB_COMPARED_RECLAIM_FAILED], 0);
	assert_near(records[0].arms[1].counters[NRB_COMPARED_RECLAIM_FAILED], 7);
}

static void test_texts(void **state)
{
	struct nrb_compared_effect shown = { .metric = NRB_METRIC_LOCAL,
		.verdict = NRB_VERDICT_SAME,
		.effect = { -0.0001, NAN, NAN, NAN } };
	char buf[NRB_COMPARETABLE_CELL];

	(void)state;
	assert_string_equal(nrb_comparetable_effect(buf, &shown), "0.0 pp same");
	shown.effect.at = -0.984;
	shown.verdict = NRB_VERDICT_WORSE;
	assert_string_equal(nrb_comparetable_effect(buf, &shown), "-98.4 pp worse");
	shown.metric = NRB_METRIC_ALLOC_P99;
	shown.effect = (struct nrb_estimate){ 1.7, 1.6, 1.84, 0.95 };
	assert_string_equal(
		nrb_comparetable_effect(buf, &shown), "1.70 [1.60, 1.84] worse");
	shown.effect = (struct nrb_estimate){ 1.7, NAN, NAN, NAN };
	shown.verdict = NRB_VERDICT_FEW;
	assert_string_equal(nrb_comparetable_effect(buf, &shown), "1.70 few");
	shown.effect = (struct nrb_estimate){ NAN, NAN, NAN, NAN };
	assert_string_equal(nrb_comparetable_effect(buf, &shown), "");
	assert_string_equal(nrb_comparetable_points(buf, 0.0149), "+1.5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		COMPARE_TEST(test_paired),
		COMPARE_TEST(test_unpaired),
		COMPARE_TEST(test_other_plan),
		COMPARE_TEST(test_given),
		COMPARE_TEST(test_asked),
		COMPARE_TEST(test_kernel_without_mglru),
		COMPARE_TEST(test_nothing_in_common),
		COMPARE_TEST(test_few),
		COMPARE_TEST(test_five),
		COMPARE_TEST(test_rehearsal),
		COMPARE_TEST(test_counters),
		COMPARE_TEST(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
