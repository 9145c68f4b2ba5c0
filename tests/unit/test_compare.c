/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records against each other: what is paired, what is matched, what hosts come to. */
#include "grouptest.h"

#include "nrb/comparefleet.h"
#include "nrb/comparepair.h"
#include "nrb/comparetable.h"
#include "nrb/shift.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 8, BLOCKS = 8 };

static const double roi = 0.05;

static struct nrb_header header;
static struct nrb_compared records[MOST];
static int n_records;
static struct nrb_compared_keys keys;
static struct nrb_comparepair pair;
static struct nrb_comparefleet fleet;

/* Of each block what mode 1 takes longer than mode 0, and what the block takes longer than others. */
static const double longer[BLOCKS] = { 1.30, 1.28, 1.31, 1.29, 1.32, 1.27, 1.30, 1.33 };
static const double shared[BLOCKS] = { 1.0, 1.7, 0.6, 2.2, 1.1, 0.8, 1.4, 0.7 };

/* What a record is made of. */
static struct {
	int blocks, last_mode;
	double times; /* all first touches take so many times as long */
	int64_t local; /* pages of 100 that mode 1 keeps, and one less in every other block */
	int64_t scatter;
	bool unsteady; /* mode 1 takes as long as mode 0 in every other block, and more than twice in the others */
	void (*change)(void); /* the sample */
} made;

static int start(void **state)
{
	(void)state;
	nrb_header_init(&header);
	strcpy(header.run_id, "run");
	strcpy(header.host, "host");
	strcpy(header.kernel, "6.1.0");
	header.seed = 1;
	header.reference_mode = 0;
	header.n_nodes = 2;
	header.nodes[1] = 1;
	header.node_bytes[0] = header.node_bytes[1] = (int64_t)62 << 30;
	header.distances[0][1] = header.distances[1][0] = 21;
	made.blocks = BLOCKS;
	made.last_mode = 1;
	made.times = 1;
	made.local = 90;
	made.scatter = 1;
	made.unsteady = false;
	made.change = NULL;
	return 0;
}

static int finish(void **state)
{
	(void)state;
	nrb_comparepair_free(&pair);
	nrb_comparefleet_free(&fleet);
	for (int i = 0; i < n_records; i++) {
		nrb_compared_free(&records[i]);
	}
	n_records = 0;
	nrb_compared_free_keys(&keys);
	return 0;
}

static void add_cell(struct nrb_group *group, int mode, int block)
{
	double ns = 100000 * made.times * shared[block] * (mode > 0 ? longer[block] : 1);

	if (made.unsteady && mode > 0) {
		ns *= block % 2 == 0 ? 0.77 : 1.7;
	}
	make(mode, block + 1, mode > 0 ? made.local - made.scatter * (block % 2) : 10);
	strcpy(sample.page_size, "4k");
	for (int i = 0; i < 1000; i++) {
		nrb_histogram_add(&sample.alloc_hist, (uint64_t)ns);
	}
	if (made.change != NULL) {
		made.change();
	}
	assert_int_equal(nrb_group_add(group, &sample), 0);
}

/* A record of the header and of made, as it would have been read. */
static struct nrb_compared *add(void)
{
	struct nrb_report_data data = { .file = "file", .header = &header, .roi = roi };
	struct nrb_compared *record = &records[n_records++];

	for (int block = 0; block < made.blocks; block++) {
		for (int mode = 0; mode <= made.last_mode; mode++) {
			add_cell(&data.group, mode, block);
		}
	}
	assert_int_equal(nrb_group_finish(&data.group), 0);
	assert_int_equal(
		nrb_contrasts_make(&data.contrasts, &data.group, &header, roi), 0);
	assert_int_equal(nrb_compared_make(record, &data, &keys), 0);
	nrb_contrasts_free(&data.contrasts);
	nrb_group_free(&data.group);
	return record;
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

static void bind(void)
{
	strcpy(sample.policy, "bind");
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

/* -- many hosts -- */

/* A host of its own whose mode 1 takes so many times as long as above. */
static struct nrb_compared *add_host(int number, double times)
{
	snprintf(header.host, sizeof(header.host), "host-%d", number);
	snprintf(header.host_id, sizeof(header.host_id), "id-%d", number);
	snprintf(header.run_id, sizeof(header.run_id), "run-%d", n_records);
	header.node_bytes[0] -=
		1 << 20; /* like machines keep more or less for themselves */
	made.times = times;
	return add();
}

static struct nrb_comparefleet_summary sum_up(int from, int to, enum nrb_metric metric)
{
	struct nrb_comparefleet_summary summary;

	assert_int_equal(nrb_comparefleet_sum_up(
				 &summary, fleet.rows + from, to - from, metric, roi),
		0);
	return summary;
}

static void make_fleet(void)
{
	assert_int_equal(nrb_comparefleet_make(&fleet, records, n_records, roi), 0);
}

static void test_hosts(void **state)
{
	struct nrb_comparefleet_summary p99, local;

	(void)state;
	for (int i = 3; i > 0; i--) {
		add_host(i, 1);
		nrb_compared_drop_cells(&records[n_records - 1]);
	}
	make_fleet();
	assert_int_equal(fleet.n, 3); /* the reference is no row */
	assert_int_equal(nrb_comparefleet_arm_end(&fleet, 0), 3);
	assert_string_equal(fleet.rows[0].run->host, "host-1");
	p99 = sum_up(0, 3, NRB_METRIC_ALLOC_P99);
	assert_int_equal(p99.hosts, 3);
	assert_int_equal(p99.verdicts[NRB_VERDICT_WORSE], 3);
	assert_int_equal(p99.pooled.n, 3);
	assert_int_equal(p99.verdict, NRB_VERDICT_WORSE);
	assert_true(fabs(p99.pooled.effect.at - 1.3) < 0.01);
	local = sum_up(0, 3, NRB_METRIC_LOCAL);
	assert_int_equal(local.pooled.n, 0); /* shares are not pooled */
	assert_int_equal(local.verdict, NRB_VERDICT_BETTER);
	assert_true(local.median > 0.75 && local.least <= local.median);
	assert_int_equal(fleet.unclear, 0);
}

/* Never pooled: another kernel, other memory or distances, another reference. */
static void test_classes(void **state)
{
	(void)state;
	add_host(1, 1);
	strcpy(header.kernel, "6.10.0");
	add_host(2, 1);
	strcpy(header.kernel, "6.9.0");
	add_host(3, 1);
	header.distances[0][1] = 31;
	add_host(4, 1);
	header.node_bytes[1] *= 2;
	add_host(5, 1);
	header.reference_mode = 1;
	add_host(6, 1);
	make_fleet();
	assert_int_equal(fleet.n, 6);
	for (int i = 0; i < fleet.n; i++) {
		assert_int_equal(nrb_comparefleet_group_end(&fleet, i), i + 1);
		assert_int_equal(sum_up(i, i + 1, NRB_METRIC_ALLOC_P99).pooled.n, 1);
		assert_true(
			isnan(sum_up(i, i + 1, NRB_METRIC_ALLOC_P99).pooled.effect.at));
	}
	/* versions are ordered as such */
	assert_string_equal(fleet.rows[2].run->kernel, "6.1.0");
	assert_string_equal(fleet.rows[3].run->kernel, "6.9.0");
	assert_string_equal(fleet.rows[4].run->kernel, "6.10.0");
}

/* Its latest run is a host's; the others are rows, and no more. */
static void test_latest(void **state)
{
	(void)state;
	strcpy(header.start_utc, "2026-08-23T10:00:00Z");
	add_host(1, 1);
	strcpy(header.start_utc, "2026-08-22T10:00:00Z");
	add_host(1, 1);
	add_host(2, 1);
	make_fleet();
	assert_int_equal(fleet.n, 3);
	assert_false(fleet.rows[0].is_latest);
	assert_true(fleet.rows[1].is_latest && fleet.rows[2].is_latest);
	assert_int_equal(nrb_comparefleet_hosts(fleet.rows, 3), 2);
	assert_int_equal(sum_up(0, 3, NRB_METRIC_ALLOC_P99).hosts, 2);
	assert_int_equal(sum_up(0, 3, NRB_METRIC_ALLOC_P99).pooled.n, 2);
	nrb_comparefleet_free(&fleet);
	made.change = bind; /* a later run of something else takes nothing from it */
	strcpy(header.start_utc, "2026-08-24T10:00:00Z");
	add_host(1, 1);
	make_fleet();
	assert_int_equal(fleet.n, 4);
	assert_int_equal(nrb_comparefleet_arm_end(&fleet, 0), 3);
	assert_int_equal(sum_up(0, 3, NRB_METRIC_ALLOC_P99).hosts, 2);
	assert_int_equal(sum_up(3, 4, NRB_METRIC_ALLOC_P99).hosts, 1);
}

/* Of few blocks a share is decided, as of two records, and a time is not. */
static void test_few_of_hosts(void **state)
{
	(void)state;
	made.blocks = 2;
	for (int i = 0; i < 3; i++) {
		add_host(i, 1);
	}
	make_fleet();
	assert_int_equal(sum_up(0, 3, NRB_METRIC_LOCAL).verdicts[NRB_VERDICT_BETTER], 3);
	assert_int_equal(sum_up(0, 3, NRB_METRIC_ALLOC_P99).verdicts[NRB_VERDICT_FEW], 3);
	assert_int_equal(fleet.unclear, 0);
}

/* What hosts leave open is open if they leave it so together, too. */
static void test_open_of_hosts(void **state)
{
	(void)state;
	made.unsteady = true;
	add_host(1, 1);
	add_host(2, 1);
	make_fleet();
	assert_int_equal(
		sum_up(0, 2, NRB_METRIC_ALLOC_P99).verdicts[NRB_VERDICT_UNCLEAR], 2);
	assert_int_equal(fleet.unclear, 1);
	nrb_comparefleet_free(&fleet);
	add_host(3, 1);
	make_fleet();
	assert_int_equal(sum_up(0, 3, NRB_METRIC_ALLOC_P99).pooled.n, 3);
	assert_int_equal(sum_up(0, 3, NRB_METRIC_ALLOC_P99).verdict, NRB_VERDICT_UNCLEAR);
	assert_int_equal(fleet.unclear, 1);
	nrb_comparefleet_free(&fleet);
	made.unsteady = false;
	for (int i = 4; i < 7; i++) { /* each of them is sure, and all agree: 1.3 */
		add_host(i, 1);
	}
	nrb_compared_free(&records[0]);
	nrb_compared_free(&records[1]);
	records[0] = records[4];
	records[1] = records[5];
	n_records = 4;
	make_fleet();
	assert_int_equal(
		sum_up(0, 4, NRB_METRIC_ALLOC_P99).verdicts[NRB_VERDICT_UNCLEAR], 1);
	assert_int_equal(sum_up(0, 4, NRB_METRIC_ALLOC_P99).verdict, NRB_VERDICT_WORSE);
	assert_int_equal(fleet.unclear, 0);
}

/* Any order of records makes the same rows. */
static void test_order(void **state)
{
	char before[256] = "", after[256] = "";

	(void)state;
	for (int i = 0; i < 5; i++) {
		header.node_bytes[1] = (int64_t)(i % 2 + 1) << 36;
		add_host(7 * i % 5, 1);
	}
	make_fleet();
	for (int i = 0; i < fleet.n; i++) {
		strcat(strcat(before, fleet.rows[i].run->run_id), " ");
	}
	nrb_comparefleet_free(&fleet);
	for (int i = 0; i < 2; i++) {
		struct nrb_compared swap = records[i];

		records[i] = records[4 - i];
		records[4 - i] = swap;
	}
	make_fleet();
	for (int i = 0; i < fleet.n; i++) {
		strcat(strcat(after, fleet.rows[i].run->run_id), " ");
	}
	assert_int_equal(fleet.n, 5);
	assert_string_equal(before, after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_paired),
		TEST(test_unpaired),
		TEST(test_other_plan),
		TEST(test_given),
		TEST(test_asked),
		TEST(test_nothing_in_common),
		TEST(test_few),
		TEST(test_five),
		TEST(test_rehearsal),
		TEST(test_counters),
		TEST(test_texts),
		TEST(test_hosts),
		TEST(test_classes),
		TEST(test_latest),
		TEST(test_few_of_hosts),
		TEST(test_open_of_hosts),
		TEST(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
