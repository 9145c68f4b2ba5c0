/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics: base units, one family a name, no times of a virtual machine, no label of a stranger's. */
#include "exporttest.h"

/* 1000 first touches of 2 us, half of the memory local, half of the cache kept. */
static void measured(int mode)
{
	begin("clean", mode, 500);
	sample.cache_after_bytes = 500;
	sample.reread_bytes = 1000;
	sample.reread_ns = 1000;
	sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = 9;
	for (int i = 0; i < 1000; i++) {
		nrb_histogram_add(&sample.alloc_hist, 2000);
	}
	put();
}

static void test_units(void **state)
{
	(void)state;
	measured(0);
	group();
	assert_int_equal(print(nrb_exportmetrics_print), 0);
	assert_plain();
	assert_true(has("# TYPE numa_reclaim_bench_latency_seconds summary\n"));
	assert_true(has("threads=\"1\",fill_on=\"target\",trim=\"off\",quantile=\"0.5\"} "
			"2e-06\n"));
	assert_true(has("quantile=\"0.99\"} 2e-06\n"));
	assert_false(has("quantile=\"0.999\"")); /* of 1,000 */
	assert_true(has("trim=\"off\"} 0.002\n"));
	assert_true(has("# TYPE numa_reclaim_bench_remote_page_ratio gauge\n"));
	assert_true(
		has("numa_reclaim_bench_remote_page_ratio{scenario=\"clean\",node=\"0\""
		    ",cpu_node=\"0\",mode=\"0\",lru_gen=\"on\",policy=\"local\","
		    "page_size=\"4k\",threads=\"1\",fill_on=\"target\",trim=\"off\"} "
		    "0.5\n"));
	assert_true(has("\nnuma_reclaim_bench_reread_bytes_per_second{"));
	assert_true(has("\nnuma_reclaim_bench_zone_reclaim_failed{"));
	assert_false(has("_ns{"));
	assert_false(has("# EOF"));
	assert_false(has("rehearsal="));
}

static void test_run(void **state)
{
	(void)state;
	group();
	end.exit_code = 5;
	end.restored = false;
	print(nrb_exportmetrics_print);
	assert_true(has("\nnuma_reclaim_bench_last_run_timestamp_seconds 1787392800\n"));
	assert_true(has("\nnuma_reclaim_bench_exit_code 5\n"));
	assert_true(has("\nnuma_reclaim_bench_knob_restored 0\n"));
	assert_true(has("{run_id=\"00c0ffee\",host=\"fs-a1\",kernel=\"7.3.4\","));
}

/* Absent is not zero. */
static void test_what_is_not_known(void **state)
{
	(void)state;
	group();
	data.end = NULL;
	strcpy(header.start_utc, "2026-08-22T10:00:00Z and more");
	print(nrb_exportmetrics_print);
	assert_false(has("exit_code"));
	assert_false(has("knob_restored"));
	assert_false(has("timestamp"));
	assert_false(has("nan"));
}

/* A family's lines stand together: a parser refuses what comes back to one. */
static void test_families(void **state)
{
	const char *first;

	(void)state;
	measured(0);
	measured(7);
	group();
	print(nrb_exportmetrics_print);
	first = strstr(text, "# TYPE numa_reclaim_bench_cache_kept_ratio gauge\n");
	assert_non_null(first);
	assert_null(strstr(first + 1, "# TYPE numa_reclaim_bench_cache_kept_ratio"));
	first = strstr(first, "\nnuma_reclaim_bench_cache_kept_ratio{");
	assert_non_null(strstr(first, "mode=\"0\""));
	first = strchr(first + 1, '\n');
	assert_true(strncmp(first, "\nnuma_reclaim_bench_cache_kept_ratio{", 37) == 0);
}

static void test_rehearsal_has_no_times(void **state)
{
	(void)state;
	measured(0);
	begin_serve(0, 500, 970, 1000000000);
	nrb_histogram_add(&sample.serve_hist, 1000);
	put();
	group();
	header.rehearsal = true;
	print(nrb_exportmetrics_print);
	for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
		const char *next = strchr(line, '\n'), *says;

		says = strstr(line, "rehearsal=\"true\"");
		assert_true(line[0] == '#' || (says != NULL && says < next));
	}
	assert_true(has("numa_reclaim_bench_hit_ratio{"));
	assert_true(has("numa_reclaim_bench_run_info{"));
	/* but for when it was */
	assert_null(strstr(strstr(text, "timestamp_seconds{") + 18, "_seconds"));
	assert_false(has("per_second"));
	assert_false(has("slowest"));
	assert_false(has("latency"));
	header.rehearsal = false;
	print(nrb_exportmetrics_print);
	assert_true(has("\nnuma_reclaim_bench_request_seconds_count{"));
	assert_true(has("\nnuma_reclaim_bench_requests_per_second{"));
	assert_true(has("\nnuma_reclaim_bench_requests_per_second_lowest{"));
}

static void test_hostile(void **state)
{
	(void)state;
	strcpy(header.host, "a\"} 1\nnuma_reclaim_bench_exit_code 0\n#");
	begin("clean\"} 0\nx", 0, 500);
	strcpy(sample.policy, "\x1b");
	put();
	begin("clean\"} 0\nx", 0, 500);
	strcpy(sample.policy, "\\x1b"); /* another arm, and so another line */
	put();
	group();
	print(nrb_exportmetrics_print);
	assert_plain();
	assert_true(
		has("host=\"a\\\"} 1\\\\x0anuma_reclaim_bench_exit_code 0\\\\x0a#\""));
	assert_true(has("scenario=\"clean\\\"} 0\\\\x0ax\""));
	assert_true(has("policy=\"\\\\x1b\""));
	assert_true(has("policy=\"\\\\x5cx1b\""));
	for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
		assert_true(
			line[0] == '#' || strncmp(line, "numa_reclaim_bench_", 19) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXPORT_TEST(test_units),
		EXPORT_TEST(test_run),
		EXPORT_TEST(test_what_is_not_known),
		EXPORT_TEST(test_families),
		EXPORT_TEST(test_rehearsal_has_no_times),
		EXPORT_TEST(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
