/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of many hosts: which are alike, and what each comes to beside its own reference. */
#include "comparetest.h"

#include "nrb/comparefleet.h"

static struct nrb_comparefleet fleet;

static int finish(void **state)
{
	nrb_comparefleet_free(&fleet);
	return free_records(state);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		COMPARE_TEST(test_hosts),
		COMPARE_TEST(test_classes),
		COMPARE_TEST(test_latest),
		COMPARE_TEST(test_few_of_hosts),
		COMPARE_TEST(test_open_of_hosts),
		COMPARE_TEST(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
