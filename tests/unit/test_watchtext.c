/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ticks as people see them: the view in 80 columns and 24 rows, and lines. */
#include "nrb/watchtext.h"

#include "watchtest.h"

static const struct nrb_screen ascii = { .ascii = true };
static char *shown;

static void show_view(const struct nrb_watch_tick *tick, int rows)
{
	size_t len;
	FILE *out = open_memstream(&shown, &len);

	nrb_watchtext_view(tick, &ascii, rows, out);
	fclose(out);
}

static int show_lines(const struct nrb_watch_tick *tick)
{
	size_t len;
	FILE *out = open_memstream(&shown, &len);
	int n = nrb_watchtext_lines(tick, &ascii, out);

	fclose(out);
	return n;
}

/* How many lines; none is wider than a terminal. */
static int lines_shown(void)
{
	int n = 0;

	for (const char *line = shown; *line != '\0'; line += strcspn(line, "\n") + 1) {
		assert_true(strcspn(line, "\n") <= NRB_WATCH_VIEW_COLUMNS);
		n++;
	}
	return n;
}

static void assert_shown(const char *wanted)
{
	assert_string_equal(shown, wanted);
	free(shown);
}

static void assert_has(const char *part)
{
	if (strstr(shown, part) == NULL) {
		fail_msg("\"%s\" is not in:\n%s", part, shown);
	}
}

/* clang-format off */
static void view(void **state)
{
	struct nrb_watch_tick tick;

	(void)state;
	make_busy();
	tick = tick_now();
	show_view(&tick, 24);
	assert_true(lines_shown() < 24);
	assert_shown(
		"numa-reclaim-bench watch: the last 2.00 s                     mode 1  17:00:02\n"
		"\n"
		"             bytes now    allocations a second          pages a second\n"
		"node  free-low   cache   local   other foreign  kswapd  direct refault\n"
		"   0    -1.50M    445M   12800     0.5   1.23M       0    3616       0\n"
		"   2     1.20G       0       0    123k       0       0       0       0\n"
		" all         0       0       0       0       0       0    3616       0\n"
		"\n"
		"Node reclaim    113 ok, 0 failed a second\n"
		"Direct reclaim  0 entries a second: \"direct\" is node reclaim or a cgroup's\n"
		"Standing still  some tasks 1.2 % of the time, all of them 0.0 %\n"
		"Dirty           12.0M not written yet\n"
		"Moved           0 pages a second by NUMA balancing, 0 demoted\n"
		"Swap            0 pages in, 0 out a second; 0 needed again\n");
}

static void view_with_calls(void **state)
{
	struct nrb_watch_tick tick;

	(void)state;
	make_busy();
	make_calls();
	calls.lost = 3;
	tick = tick_now();
	tick.calls = &calls;
	show_view(&tick, NRB_WATCH_VIEW_ROWS);
	assert_true(lines_shown() < NRB_WATCH_VIEW_ROWS);
	assert_has("   0 calls 2.0 futile 0.5 pages 64 p50 89.9us p99 3.40ms max 3.40ms\n"
		   "   2 calls 0\n     calls are missing: 3 events were lost\n");
	free(shown);
}

static void lines(void **state)
{
	struct nrb_watch_tick tick;

	(void)state;
	make_busy();
	tick = tick_now();
	assert_int_equal(show_lines(&tick), 4);
	assert_int_equal(lines_shown(), 4);
	assert_shown(
		"17:00:02    0    -1.50M    445M   12800     0.5   1.23M       0    3616       0\n"
		"17:00:02    2     1.20G       0       0    123k       0       0       0       0\n"
		"17:00:02  all         0       0       0       0       0       0    3616       0\n"
		"17:00:02  all mode 1 ok 113 failed 0 stalls 0 moved 0 some 1.2 % full 0.0 %\n");
}

static void lines_with_calls(void **state)
{
	struct nrb_watch_tick tick;

	(void)state;
	make_calls();
	calls.lost = 1;
	tick = tick_now();
	tick.calls = &calls;
	assert_int_equal(show_lines(&tick), 6);
	assert_int_equal(lines_shown(), 6);
	assert_has("17:00:02    0 calls 2.0 futile 0.5 pages 64 p50 89.9us p99 3.40ms max 3.40ms\n"
		   "17:00:02  all calls are missing: 1 events were lost\n");
	free(shown);
}
/* clang-format on */

/* What is absent is a dash, and never 0. */
static void absent(void **state)
{
	struct nrb_watch_tick tick;

	(void)state;
	set_all(&after.machine, NRB_ABSENT);
	set_all(&after.nodes[0].values, NRB_ABSENT);
	after.mode = NRB_ABSENT;
	tick = tick_now();
	show_lines(&tick);
	assert_has(
		"17:00:02    0         -       -       -       -       -       -       "
		"-       -\n");
	assert_has("17:00:02  all mode - ok - failed - stalls - moved - some - "
		   "full -\n");
	free(shown);
	show_view(&tick, 24);
	assert_has("Node reclaim    - ok, - failed a second\n");
	assert_has("Direct reclaim  - entries a second\n");
	free(shown);
}

/* Whose "direct" is is said only where the counts can tell. */
static void who_freed(void **state)
{
	struct nrb_watch_tick tick;

	(void)state;
	happened(-1, NRB_WATCH_PGSTEAL_DIRECT, 10);
	tick = tick_now();
	show_view(&tick, 24);
	assert_has("Direct reclaim  0 entries a second: \"direct\" is node reclaim or a "
		   "cgroup's\n");
	free(shown);
	for (int i = 0; i < 2; i++) { /* before 7.1 */
		after.nodes[i].values.v[NRB_WATCH_PGSTEAL_DIRECT] = NRB_ABSENT;
	}
	show_view(&tick, 24);
	assert_has("Direct reclaim  0 entries a second: \"direct\" is node reclaim\n");
	free(shown);
	happened(-1, NRB_WATCH_ALLOCSTALL, 4);
	show_view(&tick, 24);
	assert_has("Direct reclaim  2.0 entries a second\n");
	free(shown);
}

/* As many nodes as fit; the rest is counted. */
static void many_nodes(void **state)
{
	struct nrb_watch_tick tick;

	(void)state;
	for (int i = 0; i < 64; i++) {
		after.nodes[i] = before.nodes[0];
		after.nodes[i].node = 16 * i;
	}
	before = after;
	before.n_nodes = after.n_nodes = 64;
	after.monotonic_ns += 1000000000;
	for (int traced = 0; traced < 2; traced++) {
		for (int rows = NRB_WATCH_VIEW_ROWS; rows < 30; rows++) {
			tick = tick_now();
			tick.calls = traced ? &calls : NULL;
			show_view(&tick, rows);
			assert_true(lines_shown() < rows);
			assert_has(" more: a taller terminal or --json shows them\n");
			assert_has("   0 ");
			free(shown);
		}
	}
	before.n_nodes = after.n_nodes = 11;
	tick = tick_now();
	show_view(&tick, 24);
	assert_int_equal(lines_shown(), 23);
	assert_has(" 160 ");
	assert_null(strstr(shown, "more"));
	free(shown);
}

static void heading(void **state)
{
	const struct nrb_screen color = { .color = true };
	size_t len;
	FILE *out = open_memstream(&shown, &len);

	(void)state;
	nrb_watchtext_heading(&ascii, out);
	nrb_watchtext_heading(&color, out);
	fclose(out);
	assert_shown(
		"                      bytes now    allocations a second          "
		"pages a second\n"
		"time     node  free-low   cache   local   other foreign  kswapd  "
		"direct refault\n"
		"\033[1m                      bytes now    allocations a second          "
		"pages a second\n"
		"time     node  free-low   cache   local   other foreign  kswapd  "
		"direct refault\033[0m\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCH_TEST(view),
		WATCH_TEST(view_with_calls),
		WATCH_TEST(lines),
		WATCH_TEST(lines_with_calls),
		WATCH_TEST(absent),
		WATCH_TEST(who_freed),
		WATCH_TEST(many_nodes),
		WATCH_TEST(heading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
