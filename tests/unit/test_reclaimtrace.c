/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of node reclaim, out of recorded and of made pages of each CPU. */
#include "nrb/reclaimtrace.h"

#include "nrb/units.h"
#include "tracefs.h"

#include <time.h>

#define TRACE_TEST(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, tracefs_setup, tree_teardown)

enum { BEGIN = 591, END = 590, MAX_CALLS = 200 };

/* What was handed over. */
static struct {
	int n;
	struct nrb_reclaimcall calls[MAX_CALLS];
} got;

/* Later than all that is recorded, unless a test has it otherwise. */
static uint64_t now_ns;

int __wrap_clock_gettime(clockid_t id, struct timespec *time);

int __wrap_clock_gettime(clockid_t id, struct timespec *time)
{
	(void)id;
	time->tv_sec = (time_t)(now_ns / 1000000000);
	time->tv_nsec = (long)(now_ns % 1000000000);
	return 0;
}

static void keep(void *arg, const struct nrb_reclaimcall *call)
{
	assert_ptr_equal(arg, &got);
	assert_true(got.n < MAX_CALLS);
	got.calls[got.n++] = *call;
}

static struct nrb_idset set_of(const char *list)
{
	struct nrb_idset set;

	assert_int_equal(nrb_idset_parse(list, &set), 0);
	return set;
}

static int try_open(struct nrb_reclaimtrace **trace, char *why)
{
	const struct nrb_idset cpus = set_of("0-1"), busy = set_of("1");

	memset(&got, 0, sizeof(got));
	now_ns = UINT64_C(1) << 60;
	why[0] = '\0';
	return nrb_reclaimtrace_open(trace, &tracefs.tree->root, &cpus, &busy, why, 128);
}

static struct nrb_reclaimtrace *started(void)
{
	struct nrb_reclaimtrace *trace;
	char why[128];

	assert_int_equal(try_open(&trace, why), 0);
	assert_int_equal(nrb_reclaimtrace_start(trace), 0);
	return trace;
}

/* A CPU's buffer has these pages more. */
static void put_bytes(int cpu, const void *bytes, size_t len)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/" INSTANCES "/%s/per_cpu/cpu%d/trace_pipe_raw",
		tracefs.tree->dir, tracefs.made, cpu);
	file = fopen(path, "a");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void put_page(int cpu, struct traced_page *page)
{
	traced_end_page(page);
	put_bytes(cpu, page->bytes, sizeof(page->bytes));
}

static void check_call(int i, pid_t tid, int node, int order, int64_t reclaimed_pages,
	uint64_t start_ns, uint64_t ns)
{
	const struct nrb_reclaimcall *call = &got.calls[i];

	assert_true(i < got.n);
	assert_int_equal(call->tid, tid);
	assert_int_equal(call->node, node);
	assert_int_equal(call->order, order);
	assert_int_equal(call->reclaimed_pages, reclaimed_pages);
	assert_true(call->start_ns == start_ns);
	assert_true(call->ns == ns);
}

static void test_set_up(void **state)
{
	struct nrb_reclaimtrace *trace;
	char why[128];

	(void)state;
	assert_int_equal(try_open(&trace, why), 0);
	assert_string_equal(tracefs_get("tracing_on"), "1");
	assert_string_equal(tracefs_get("trace_clock"), "mono");
	assert_string_equal(tracefs_get("options/overwrite"), "0");
	assert_string_equal(tracefs_get("buffer_size_kb"), "8");
	assert_string_equal(tracefs_get("per_cpu/cpu0/buffer_size_kb"), "64");
	assert_string_equal(tracefs_get("per_cpu/cpu1/buffer_size_kb"), "4096");
	assert_string_equal(tracefs_get("per_cpu/cpu2/buffer_size_kb"), "");
	assert_string_equal(tracefs_get("events/oom/mark_victim/trigger"),
		"enable_event:vmscan:mm_vmscan_node_reclaim_begin");
	assert_string_equal(tracefs_get("events/oom/wake_reaper/trigger"),
		"enable_event:vmscan:mm_vmscan_node_reclaim_end");
	assert_string_equal(tracefs_get(RECLAIM_EVENT "begin/enable"), "0");
	assert_string_equal(tracefs_get(RECLAIM_EVENT "end/enable"), "0");
	assert_int_equal(nrb_reclaimtrace_start(trace), 0);
	assert_string_equal(tracefs_get(RECLAIM_EVENT "begin/enable"), "1");
	assert_string_equal(tracefs_get(RECLAIM_EVENT "end/enable"), "1");
	nrb_reclaimtrace_stop(trace);
	assert_string_equal(tracefs_get(RECLAIM_EVENT "begin/enable"), "0");
	assert_string_equal(tracefs_get(RECLAIM_EVENT "end/enable"), "0");
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
	assert_false(tracefs_has(tracefs.made));
	assert_int_equal(nrb_reclaimtrace_close(NULL), 0);
}

/* Whatever is not there: said, and nothing stays behind. */
static void test_cannot_be_had(void **state)
{
	static const char *const files[] = { RECLAIM_EVENT "begin/format",
		RECLAIM_EVENT "end/format", "events/header_page", "trace_clock",
		"options/overwrite", "events/oom/mark_victim/trigger",
		"events/oom/wake_reaper/trigger", "buffer_size_kb",
		"per_cpu/cpu0/buffer_size_kb", "per_cpu/cpu1/trace_pipe_raw" };
	struct nrb_reclaimtrace *trace;
	char why[128];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		tracefs.lacks = files[i];
		assert_int_equal(try_open(&trace, why), -ENOENT);
		assert_null(trace);
		assert_non_null(strstr(why, "does not trace node reclaim"));
		assert_false(tracefs_has(tracefs.made));
	}
	tracefs.mkdir_errno = EACCES;
	assert_int_equal(try_open(&trace, why), -EACCES);
	assert_non_null(strstr(why, "not allowed"));
}

static void check_recorded(const char *kernel, int least_calls, int64_t least_pages)
{
	struct nrb_reclaimtrace *trace;
	int64_t pages = 0;
	size_t len;
	char *bytes = traced_file(kernel, "page", &len);

	tracefs.recorded = kernel;
	trace = started();
	put_bytes(0, bytes, len);
	assert_true(nrb_reclaimtrace_read(trace, keep, &got) >= least_calls);
	for (int i = 0; i < got.n; i++) {
		assert_int_equal(got.calls[i].tid, got.calls[0].tid);
		assert_int_equal(got.calls[i].node, 0);
		assert_int_equal(got.calls[i].order, 0);
		assert_true(got.calls[i].ns > 500 && got.calls[i].ns < 100000000);
		pages += got.calls[i].reclaimed_pages;
	}
	assert_true(pages >= least_pages);
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 0);
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
	free(bytes);
}

static void test_recorded(void **state)
{
	(void)state;
	check_recorded("7.3", 70, 0); /* under MGLRU: all in vain */
	check_recorded("6.1", 70, 70 * 20);
}

/* Buffers are read as one, by time: a thread went from CPU 1 to CPU 0 in between. */
static void test_pairs(void **state)
{
	struct nrb_reclaimtrace *trace = started();
	struct traced_page cpu0, cpu1;

	(void)state;
	traced_begin_page(&cpu1, 1000);
	traced_event(&cpu1, 1010, BEGIN, 7, 1, 9);
	traced_event(&cpu1, 1100, BEGIN, 8, 0, 0);
	traced_event(&cpu1, 1150, END, 8, 0, 0);
	put_page(1, &cpu1);
	traced_begin_page(&cpu0, 1000);
	traced_event(&cpu0, 1005, 600, 8, 3, 3); /* another event */
	traced_event(&cpu0, 1006, END, 9, 5, 0); /* it began before the start */
	traced_event(&cpu0, 1500, END, 7, 512, 0);
	traced_event(&cpu0, 1600, BEGIN, 7, 0, 0);
	put_page(0, &cpu0);
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 2);
	check_call(0, 8, 0, 0, 0, 1100, 50);
	check_call(1, 7, 1, 9, 512, 1010, 490);

	/* the end of one comes with the next read */
	traced_begin_page(&cpu0, 1700 + (UINT64_C(5) << 30));
	traced_event(&cpu0, 1700 + (UINT64_C(9) << 30), END, 7, 32, 0);
	put_page(0, &cpu0);
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 1);
	check_call(2, 7, 0, 0, 32, 1600, 100 + (UINT64_C(9) << 30));
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
}

static void test_unended(void **state)
{
	struct nrb_reclaimtrace *trace = started();
	struct traced_page page;

	(void)state;
	traced_begin_page(&page, 1000);
	traced_event(&page, 1010, BEGIN, 7, 1, 0);
	traced_event(&page, 1020, BEGIN, 7, 1,
		3); /* the end of that before is nowhere: this one counts */
	put_page(0, &page);
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 0);
	assert_int_equal(nrb_reclaimtrace_read_unended(trace, 5000, keep, &got), 1);
	check_call(0, 7, 1, 3, NRB_ABSENT, 1020, 3980);
	assert_int_equal(nrb_reclaimtrace_read_unended(trace, 6000, keep, &got), 0);
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
}

/* What was there before a start is no call since; one begun before it has no end. */
static void test_start_forgets(void **state)
{
	struct nrb_reclaimtrace *trace = started();
	struct traced_page page;

	(void)state;
	traced_begin_page(&page, 1000);
	traced_event(&page, 1010, BEGIN, 7, 1, 0);
	traced_event(&page, 1020, END, 7, 1, 0);
	traced_event(&page, 1030, BEGIN, 7, 1, 0);
	put_page(0, &page);
	assert_int_equal(nrb_reclaimtrace_start(trace), 0);
	traced_begin_page(&page, 2000);
	traced_event(&page, 2010, END, 7, 1, 0);
	put_page(0, &page);
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 0);
	assert_int_equal(nrb_reclaimtrace_read_unended(trace, 5000, keep, &got), 0);
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
}

/* More threads under way than there can be: the others are still told of. */
static void test_many_threads(void **state)
{
	struct nrb_reclaimtrace *trace = started();
	struct traced_page page;

	(void)state;
	traced_begin_page(&page, 1000);
	for (int i = 1; i <= 100; i++) {
		traced_event(&page, 1000 + (uint64_t)i, BEGIN, i, 0, 0);
	}
	put_page(0, &page);
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 0);
	traced_begin_page(&page, 2000);
	for (int i = 1; i <= 100; i++) {
		traced_event(&page, 2000 + (uint64_t)i, END, i, 1, 0);
	}
	put_page(0, &page);
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 64);
	for (int i = 0; i < got.n; i++) {
		assert_true(got.calls[i].ns == 1000);
	}
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
}

static void test_lost(void **state)
{
	struct nrb_reclaimtrace *trace = started();

	(void)state;
	assert_int_equal(nrb_reclaimtrace_lost(trace), 0);
	tracefs_put(
		"per_cpu/cpu0/stats", "overrun: 9\ndropped events: 5\nread events: 1\n");
	tracefs_put("per_cpu/cpu1/stats", "dropped events: 2\n");
	assert_int_equal(nrb_reclaimtrace_lost(trace), 4);
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
}

static void put_dropped(int cpu, int n)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "per_cpu/cpu%d/stats", cpu);
	snprintf(text, sizeof(text), "dropped events: %d\n", n);
	tracefs_put(path, text);
}

/* A buffer was full: a begin before and an end behind are of two calls, and nobody knows of which. */
static void test_gap(void **state)
{
	struct nrb_reclaimtrace *trace = started();
	struct traced_page page;

	(void)state;
	now_ns = 2000;
	traced_begin_page(&page, 1000);
	traced_event(&page, 1010, BEGIN, 7, 0, 0);
	traced_event(&page, 1020, END, 7, 1, 0);
	traced_event(&page, 1030, BEGIN, 7, 0, 0);
	put_page(0, &page);
	put_dropped(0, 3);
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 1);
	check_call(0, 7, 0, 0, 1, 1010, 10);
	/* its end is among what was dropped: it is not under way */
	assert_int_equal(nrb_reclaimtrace_read_unended(trace, 5000, keep, &got), 0);

	/* recorded while that was read, where another gap may be; and behind it, where none is */
	traced_begin_page(&page, 1900);
	traced_event(&page, 1950, BEGIN, 8, 0, 0);
	traced_event(&page, 2050, END, 8, 1, 0);
	traced_event(&page, 2060, END, 7, 1, 0);
	traced_event(&page, 2070, BEGIN, 7, 0, 0);
	traced_event(&page, 2080, END, 7, 2, 0);
	put_page(0, &page);
	now_ns = 3000;
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 1);
	check_call(1, 7, 0, 0, 2, 2070, 10);
	/* 3 dropped, and 4 that stand alone: a begin before the gap, one in it, two ends */
	assert_int_equal(nrb_reclaimtrace_lost(trace), 4);
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
}

/* Whoever fills buffers as fast as they are read holds up nobody: what comes later is for the next time. */
static void test_no_further_than_its_begin(void **state)
{
	struct nrb_reclaimtrace *trace = started();
	struct traced_page page;

	(void)state;
	traced_begin_page(&page, 1000);
	traced_event(&page, 1010, BEGIN, 7, 0, 0);
	traced_event(&page, 1020, END, 7, 1, 0);
	traced_event(&page, 1030, BEGIN, 7, 0, 0);
	traced_event(&page, 1040, END, 7, 2, 0);
	put_page(0, &page);
	now_ns = 1035;
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 1);
	now_ns = 1040;
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 1);
	check_call(1, 7, 0, 0, 2, 1030, 10);
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
}

/* A CPU that comes online is read too, from then on. */
static void test_follow(void **state)
{
	struct nrb_reclaimtrace *trace = started();
	const struct nrb_idset cpus = set_of("1-2");
	struct traced_page page;
	int cpu = -1;

	(void)state;
	traced_begin_page(&page, 1000);
	traced_event(&page, 1010, BEGIN, 7, 0, 0);
	put_page(0, &page);
	assert_int_equal(nrb_reclaimtrace_follow(trace, &cpus, &cpu), 0);
	assert_string_equal(tracefs_get("per_cpu/cpu2/buffer_size_kb"), "4096");
	traced_begin_page(&page, 1000);
	traced_event(&page, 1020, END, 7, 1, 0);
	put_page(2, &page);
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 1);
	check_call(0, 7, 0, 0, 1, 1010, 10);
	assert_int_equal(nrb_reclaimtrace_follow(trace, &cpus, &cpu), 0);
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
}

/* A page that is none ends the reading of that CPU's for this time. */
static void test_no_page(void **state)
{
	struct nrb_reclaimtrace *trace = started();
	struct traced_page page;

	(void)state;
	put_bytes(0, "short", 5);
	traced_begin_page(&page, 1000);
	traced_event(&page, 1010, BEGIN, 7, 1, 0);
	traced_event(&page, 1020, END, 7, 1, 0);
	put_page(1, &page);
	assert_int_equal(nrb_reclaimtrace_read(trace, keep, &got), 1);
	assert_int_equal(nrb_reclaimtrace_close(trace), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRACE_TEST(test_set_up),
		TRACE_TEST(test_cannot_be_had),
		TRACE_TEST(test_recorded),
		TRACE_TEST(test_pairs),
		TRACE_TEST(test_unended),
		TRACE_TEST(test_start_forgets),
		TRACE_TEST(test_many_threads),
		TRACE_TEST(test_lost),
		TRACE_TEST(test_gap),
		TRACE_TEST(test_no_further_than_its_begin),
		TRACE_TEST(test_follow),
		TRACE_TEST(test_no_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
