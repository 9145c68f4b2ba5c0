/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ticks for programs: JSON and metrics. */
#include "nrb/watchjson.h"
#include "nrb/watchmetrics.h"

#include "watchtest.h"

static int64_t number_at(const struct nrb_json *object, const char *key)
{
	int64_t value = NRB_ABSENT;

	nrb_json_get_int(object, key, &value);
	return value;
}

static const struct nrb_json *node_at(const struct nrb_json *json, size_t i)
{
	return nrb_json_at(nrb_json_get(json, "nodes"), i);
}

static void json(void **state)
{
	struct nrb_watch_tick tick;
	struct nrb_json *made;
	const char *text;

	(void)state;
	make_busy();
	after.nodes[0].values.v[NRB_WATCH_PGSTEAL_KSWAPD] = NRB_ABSENT;
	tick = tick_now();
	made = nrb_watchjson_make(&tick);
	assert_int_equal(nrb_json_get_str(made, "utc", &text), 0);
	assert_string_equal(text, "2025-11-30T17:00:02.250Z");
	assert_int_equal(number_at(made, "monotonic_ns"), 7000000000);
	assert_int_equal(number_at(made, "interval_ns"), 2000000000);
	assert_int_equal(number_at(made, "mode"), 1);
	assert_int_equal(number_at(node_at(made, 1), "node"), 2);
	assert_int_equal(number_at(node_at(made, 0), "free_above_low_bytes"), -1572864);
	assert_int_equal(
		number_at(nrb_json_get(node_at(made, 0), "counts"), "numa_local"), 25600);
	assert_int_equal(
		number_at(nrb_json_get(node_at(made, 0), "per_s"), "numa_local"), 12800);
	assert_null(
		nrb_json_get(nrb_json_get(node_at(made, 0), "counts"), "pgsteal_kswapd"));
	assert_null(
		nrb_json_get(nrb_json_get(node_at(made, 0), "per_s"), "pgsteal_kswapd"));
	assert_null(nrb_json_get(nrb_json_get(node_at(made, 0), "counts"), "allocstall"));
	assert_int_equal(number_at(nrb_json_get(nrb_json_get(made, "machine"), "counts"),
				 "zone_reclaim_success"),
		226);
	assert_null(nrb_json_get(node_at(made, 0), "node_reclaim"));
	nrb_json_free(made);
}

static void json_with_calls(void **state)
{
	struct nrb_watch_tick tick;
	struct nrb_json *made;
	const struct nrb_json *of;

	(void)state;
	make_calls();
	calls.lost = 2;
	tick = tick_now();
	tick.calls = &calls;
	made = nrb_watchjson_make(&tick);
	of = nrb_json_get(node_at(made, 0), "node_reclaim");
	assert_int_equal(number_at(of, "calls"), 4);
	assert_int_equal(number_at(of, "futile"), 1);
	assert_int_equal(number_at(of, "pages"), 128);
	assert_int_equal(number_at(of, "stall_sum_ns"), 4770000);
	assert_int_equal(number_at(of, "stall_max_ns"), 3400000);
	assert_true(llabs(number_at(of, "stall_p50_ns") - 90000) < 400);
	of = nrb_json_get(node_at(made, 1), "node_reclaim");
	assert_int_equal(number_at(of, "calls"), 0);
	assert_null(nrb_json_get(of, "stall_max_ns"));
	assert_int_equal(number_at(nrb_json_get(made, "machine"), "lost_calls"), 2);
	nrb_json_free(made);
}

/* Forgotten for the next interval. */
static void calls_are_cleared(void **state)
{
	(void)state;
	make_calls();
	assert_int_equal(nrb_watchcalls_of(&calls, 0)->stalls->n, 4);
	assert_null(nrb_watchcalls_of(&calls, 1));
	nrb_watchcalls_clear(&calls);
	assert_null(nrb_watchcalls_of(&calls, 0));
	make_calls();
	assert_int_equal(nrb_watchcalls_of(&calls, 0)->stalls->n, 4);
	assert_int_equal(nrb_watchcalls_of(&calls, 0)->pages, 128);
	for (int node = 1; node < NRB_MAX_NODES; node++) {
		assert_int_equal(nrb_watchcalls_add(&calls, node, 1, 1), 0);
	}
	assert_true(nrb_watchcalls_add(&calls, NRB_MAX_NODES, 1, 1) < 0);
}

static char *metrics_of(const struct nrb_watch_tick *tick)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	nrb_watchmetrics_print(tick, out);
	fclose(out);
	return text;
}

static void assert_in(const char *text, const char *part)
{
	if (strstr(text, part) == NULL) {
		fail_msg("\"%s\" is not in:\n%s", part, text);
	}
}

#define M "numa_reclaim_bench_watch_"

static void metrics(void **state)
{
	struct nrb_watch_tick tick;
	char *text;

	(void)state;
	make_busy();
	happened(-1, NRB_WATCH_PRESSURE_SOME, 3000000);
	after.nodes[0].values.v[NRB_WATCH_REFAULT_ANON] = NRB_ABSENT;
	after.nodes[1].values.v[NRB_WATCH_REFAULT_ANON] = NRB_ABSENT;
	tick = tick_now();
	text = metrics_of(&tick);
	assert_in(text, M "zone_reclaim_mode 1\n");
	assert_in(text, "# TYPE " M "node_free_above_low_bytes gauge\n" M
			"node_free_above_low_bytes{node=\"0\"} -1572864\n" M
			"node_free_above_low_bytes{node=\"2\"} 1288490189\n");
	assert_in(text, "# TYPE " M "node_numa_local_total counter\n" M
			"node_numa_local_total{node=\"0\"} 25600\n");
	assert_in(text, "# HELP " M "pressure_some_seconds_total seconds in which");
	assert_in(text, "\n" M "pressure_some_seconds_total 3.025000\n");
	assert_null(strstr(text, "node_refault_anon"));
	assert_null(strstr(text, "node_allocstall"));
	assert_null(strstr(text, "node_reclaim"));
	free(text);
	after.mode = NRB_ABSENT;
	make_calls();
	calls.lost = 5;
	tick.calls = &calls;
	text = metrics_of(&tick);
	assert_null(strstr(text, M "zone_reclaim_mode"));
	assert_in(text, "# TYPE " M "node_reclaim_calls gauge\n" M
			"node_reclaim_calls{node=\"0\"} 4\n");
	assert_in(text, M "node_reclaim_futile_calls{node=\"0\"} 1\n");
	assert_in(text, M "node_reclaim_pages{node=\"0\"} 128\n");
	assert_in(text, M "node_reclaim_stall_max_seconds{node=\"0\"} 0.0034\n");
	assert_in(text, M "lost_calls 5\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCH_TEST(json),
		WATCH_TEST(json_with_calls),
		WATCH_TEST(calls_are_cleared),
		WATCH_TEST(metrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
