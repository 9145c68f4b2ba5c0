/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arms against the reference: paired by block, and what that comes to. */
#include "nrb/contrast.h"

#include "grouptest.h"

enum { BLOCKS = 10, FAULTS = 10000 };

static struct nrb_group group;
static struct nrb_contrasts contrasts;
static struct nrb_header header;

/* A cell whose first touches all take so long. */
static void add(int mode, int block, int64_t local, double fault_ns)
{
	make(mode, block, local);
	strcpy(sample.page_size, "4k");
	for (int i = 0; i < FAULTS; i++) {
		nrb_histogram_add(&sample.alloc_hist, (uint64_t)fault_ns);
	}
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static int setup(void **state)
{
	(void)state;
	memset(&group, 0, sizeof(group));
	nrb_header_init(&header);
	header.reference_mode = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nrb_contrasts_free(&contrasts);
	nrb_group_free(&group);
	return 0;
}

static const struct nrb_contrast *contrast_of(int mode, enum nrb_metric metric)
{
	for (int i = 0; i < group.n_arms; i++) {
		if (group.arms[i]->key.mode == mode) {
			return nrb_contrast_find(&contrasts, group.arms[i], metric);
		}
	}
	return NULL;
}

static void finish(double roi)
{
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(nrb_contrasts_make(&contrasts, &group, &header, roi), 0);
}

static enum nrb_verdict verdict_of(int mode, enum nrb_metric metric)
{
	const struct nrb_contrast *contrast = contrast_of(mode, metric);

	return contrast != NULL ? contrast->verdict : NRB_VERDICT_NONE;
}

/* The host is three times as fast in the end as at first: within a block all share it. */
static double drift(int block)
{
	return 3000 * pow(3, -block / (double)BLOCKS);
}

/* The reference once more stands behind the modes: none of them is compared with it. */
static void test_a_control_is_no_mode(void **state)
{
	const struct nrb_contrast *control;

	(void)state;
	for (int block = 1; block <= BLOCKS; block++) {
		add(0, block, 0, drift(block));
		add(1, block, 0, 2 * drift(block));
		make(0, block, 50);
		strcpy(sample.page_size, "4k");
		sample.control = 1;
		for (int i = 0; i < FAULTS; i++) {
			nrb_histogram_add(
				&sample.alloc_hist, (uint64_t)(1.5 * drift(block)));
		}
		assert_int_equal(nrb_group_add(&group, &sample), 0);
	}
	finish(0.05);
	assert_true(fabs(contrast_of(1, NRB_METRIC_ALLOC_P99)->effect.at - 2) < 0.01);
	for (int i = 0; i < contrasts.n; i++) {
		assert_int_equal(contrasts.list[i].arm->key.control, 0);
		assert_int_equal(contrasts.list[i].reference->key.control, 0);
	}
	assert_true(contrasts.n_controls >= 2);
	control = &contrasts.list[contrasts.n];
	assert_int_equal(control->metric, NRB_METRIC_ALLOC_P99);
	assert_int_equal(control->arm->key.control, 1);
	assert_int_equal(control->reference->key.control, 0);
	assert_int_equal(control->blocks, BLOCKS);
	assert_true(fabs(control->effect.at - 1.5) < 0.01);
	assert_true(fabs(control[1].effect.at - 0.5) < 1e-9);
}

static void test_blocks_are_paired(void **state)
{
	static const double ratio[] = { 1, 1.2, 0.8, 1.001 };

	(void)state;
	for (int block = 1; block <= BLOCKS; block++) {
		for (int mode = 3; mode >= 0; mode--) {
			add(mode, block, 0, drift(block) * ratio[mode]);
		}
	}
	finish(0.05);
	assert_int_equal(contrast_of(1, NRB_METRIC_ALLOC_P99)->blocks, BLOCKS);
	/* a bucket of the histogram is 0.8 % wide */
	assert_true(fabs(contrast_of(1, NRB_METRIC_ALLOC_P99)->effect.at - 1.2) < 0.01);
	assert_int_equal(verdict_of(1, NRB_METRIC_ALLOC_P99), NRB_VERDICT_WORSE);
	assert_int_equal(verdict_of(2, NRB_METRIC_ALLOC_P99), NRB_VERDICT_BETTER);
	assert_int_equal(verdict_of(3, NRB_METRIC_ALLOC_P99), NRB_VERDICT_SAME);
	assert_int_equal(verdict_of(1, NRB_METRIC_ALLOC_P999), NRB_VERDICT_WORSE);
	assert_int_equal(verdict_of(1, NRB_METRIC_LOCAL), NRB_VERDICT_SAME);
	/* the reference is not compared with itself, and what no cell has not at all */
	assert_null(contrast_of(0, NRB_METRIC_ALLOC_P99));
	assert_null(contrast_of(1, NRB_METRIC_HIT_RATIO));
	/* over three modes and two metrics: 2/1024 times six */
	assert_near(contrast_of(1, NRB_METRIC_ALLOC_P99)->p, 6 * 2 / 1024.);
	assert_near(contrast_of(1, NRB_METRIC_LOCAL)->p, 1);
	assert_true(isnan(contrast_of(1, NRB_METRIC_ALLOC_P50)->p));
}

/* What a block lacks of either is no pair; the rest is. */
static void test_a_block_that_lacks_one(void **state)
{
	(void)state;
	for (int block = 1; block <= BLOCKS; block++) {
		if (block != 3) {
			add(0, block, 0, drift(block));
		}
		if (block != 5) {
			add(1, block, 0, 2 * drift(block));
		}
	}
	make(1, 5, 0);
	sample.status = NRB_STATUS_DISTURBED;
	strcpy(sample.page_size, "4k");
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	finish(0.05);
	assert_int_equal(contrast_of(1, NRB_METRIC_ALLOC_P99)->blocks, BLOCKS - 2);
	assert_true(fabs(contrast_of(1, NRB_METRIC_ALLOC_P99)->effect.at - 2) < 0.02);
}

static void test_shares_are_differences(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		add(0, block, block % 2, 1000);
		add(1, block, 98 + block % 2, 1000);
		add(2, block, block % 2 + 4, 1000);
	}
	finish(0.05);
	assert_near(contrast_of(1, NRB_METRIC_LOCAL)->effect.at, 0.98);
	assert_int_equal(verdict_of(1, NRB_METRIC_LOCAL), NRB_VERDICT_BETTER);
	assert_int_equal(verdict_of(2, NRB_METRIC_LOCAL), NRB_VERDICT_SAME);
	assert_near(contrast_of(1, NRB_METRIC_LOCAL)->effect.level, 0.96875);
	assert_near(contrast_of(1, NRB_METRIC_LOCAL)->delta, 1);
}

/* Wholly outside of the band, wholly inside, or neither. */
static void test_the_band(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		add(0, block, 0, 1000);
		add(1, block, 0, block % 2 ? 1100 : 1150);
	}
	finish(0.05);
	assert_int_equal(verdict_of(1, NRB_METRIC_ALLOC_P99), NRB_VERDICT_WORSE);
	nrb_contrasts_free(&contrasts);
	assert_int_equal(nrb_contrasts_make(&contrasts, &group, &header, 0.12), 0);
	assert_int_equal(verdict_of(1, NRB_METRIC_ALLOC_P99), NRB_VERDICT_UNCLEAR);
	assert_int_equal(
		nrb_contrasts_unclear(&contrasts), 1); /* of p50 nothing was asked */
	nrb_contrasts_free(&contrasts);
	assert_int_equal(nrb_contrasts_make(&contrasts, &group, &header, 0.2), 0);
	assert_int_equal(verdict_of(1, NRB_METRIC_ALLOC_P99), NRB_VERDICT_SAME);
}

/* What lies within a bucket of the histogram cannot be told to be the same by less. */
static void test_a_bucket_is_the_least_that_is_told(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		add(0, block, 0, 16384);
		add(1, block, 0, 16504); /* 0.7 % more, in one bucket */
	}
	finish(0.003);
	assert_int_equal(verdict_of(1, NRB_METRIC_ALLOC_P99), NRB_VERDICT_UNCLEAR);
	assert_int_equal(verdict_of(1, NRB_METRIC_ALLOC_MEAN), NRB_VERDICT_WORSE);
}

/* A mode that served nothing in some blocks is not the same as one that did. */
static void test_a_rate_of_zero(void **state)
{
	const struct nrb_contrast *contrast;

	(void)state;
	for (int block = 1; block <= 10; block++) {
		for (int mode = 0; mode < 3; mode++) {
			make(mode, block, 0);
			strcpy(sample.page_size, "4k");
			sample.serve_ns = 1000000000;
			sample.serve_requests = mode == 0        ? 1000
						: mode == 2      ? 0
						: block % 3 == 0 ? 0
								 : 1000;
			assert_int_equal(nrb_group_add(&group, &sample), 0);
		}
	}
	finish(0.05);
	contrast = contrast_of(1, NRB_METRIC_REQUESTS_PER_S);
	assert_int_equal(contrast->blocks, 7);
	assert_int_equal(contrast->lost_against, 3);
	assert_int_equal(contrast->lost_for, 0);
	assert_int_equal(contrast->verdict, NRB_VERDICT_UNCLEAR);
	contrast = contrast_of(2, NRB_METRIC_REQUESTS_PER_S);
	assert_int_equal(contrast->blocks, 0);
	assert_int_equal(contrast->verdict, NRB_VERDICT_UNCLEAR);
}

/* Two cells of an arm in one block are no two repetitions. */
static void test_a_block_counts_once(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		add(1, 1, 0, 2000);
	}
	add(0, 1, 0, 1000);
	finish(0.05);
	assert_int_equal(contrast_of(1, NRB_METRIC_ALLOC_P99)->blocks, 1);
}

static void test_few_blocks_have_no_verdict(void **state)
{
	(void)state;
	for (int block = 1; block <= 5; block++) {
		add(0, block, 0, 1000);
		add(1, block, 0, 2000);
	}
	finish(0.05);
	assert_int_equal(verdict_of(1, NRB_METRIC_ALLOC_P99), NRB_VERDICT_FEW);
	assert_true(fabs(contrast_of(1, NRB_METRIC_ALLOC_P99)->effect.at - 2) < 0.02);
	assert_true(isnan(contrast_of(1, NRB_METRIC_ALLOC_P99)->p));
}

/* Times of a guest are the host's: not even their ratio is given. */
static void test_times_of_a_rehearsal(void **state)
{
	const struct nrb_contrast *time;

	(void)state;
	header.rehearsal = true;
	for (int block = 1; block <= 6; block++) {
		add(0, block, 0, 1000);
		add(1, block, 100, 2000);
	}
	finish(0.05);
	time = contrast_of(1, NRB_METRIC_ALLOC_P99);
	assert_int_equal(time->verdict, NRB_VERDICT_UNRANKED);
	assert_true(isnan(time->effect.at) && isnan(time->p) && isnan(time->delta));
	assert_int_equal(verdict_of(1, NRB_METRIC_LOCAL), NRB_VERDICT_BETTER);
	assert_near(contrast_of(1, NRB_METRIC_LOCAL)->p, 2 / 64.);
}

static void test_nothing_to_compare_with(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		add(1, block, 0, 1000);
		add(2, block, 0, 2000);
	}
	finish(0.05);
	assert_int_equal(contrasts.n, 0);
	nrb_contrasts_free(&contrasts);
	header.reference_mode = NRB_ABSENT;
	assert_int_equal(nrb_contrasts_make(&contrasts, &group, &header, 0.05), 0);
	assert_int_equal(contrasts.n, 0);
}

/* Modes are compared with what differs from them in the mode alone. */
static void test_families_stay_apart(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		for (int mode = 0; mode < 2; mode++) {
			for (int bound = 0; bound < 2; bound++) {
				make(mode, block, bound ? 100 : 98 * mode);
				strcpy(sample.page_size, "4k");
				strcpy(sample.policy, bound ? "bind" : "local");
				assert_int_equal(nrb_group_add(&group, &sample), 0);
			}
		}
	}
	finish(0.05);
	for (int i = 0; i < contrasts.n; i++) {
		const struct nrb_contrast *contrast = &contrasts.list[i];

		assert_string_equal(
			contrast->arm->key.policy, contrast->reference->key.policy);
		assert_int_equal(
			contrast->verdict, strcmp(contrast->arm->key.policy, "bind") == 0
						   ? NRB_VERDICT_SAME
						   : NRB_VERDICT_BETTER);
	}
	assert_int_equal(contrasts.n, 2);
}

static void test_verdicts_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < NRB_N_VERDICTS; i++) {
		assert_true((nrb_verdict_name((enum nrb_verdict)i)[0] == '\0') ==
			    (i == NRB_VERDICT_NONE));
	}
	for (int i = 0; i < NRB_N_METRICS; i++) {
		assert_true(nrb_metric_table[i].name[0] != '\0');
		assert_true(strstr(nrb_metric_table[i].name, "_ns") == NULL ||
			    nrb_metric_table[i].is_time);
	}
}

#define CONTRAST_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTRAST_TEST(test_a_control_is_no_mode),
		CONTRAST_TEST(test_blocks_are_paired),
		CONTRAST_TEST(test_a_block_that_lacks_one),
		CONTRAST_TEST(test_shares_are_differences),
		CONTRAST_TEST(test_the_band),
		CONTRAST_TEST(test_a_bucket_is_the_least_that_is_told),
		CONTRAST_TEST(test_a_rate_of_zero),
		CONTRAST_TEST(test_a_block_counts_once),
		CONTRAST_TEST(test_few_blocks_have_no_verdict),
		CONTRAST_TEST(test_times_of_a_rehearsal),
		CONTRAST_TEST(test_nothing_to_compare_with),
		CONTRAST_TEST(test_families_stay_apart),
		CONTRAST_TEST(test_verdicts_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
