/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which calls go into a sample, and when recording pauses. */
#include "nrb/reclaimstalls.h"

#include "nrb/scenarios.h"
#include "tree.h"

#include <errno.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

int __wrap_nrb_reclaimtrace_open(struct nrb_reclaimtrace **trace,
	const struct nrb_root *root, const struct nrb_idset *cpus,
	const struct nrb_idset *busy, char *why, size_t why_len);
int __wrap_nrb_reclaimtrace_start(struct nrb_reclaimtrace *trace);
void __wrap_nrb_reclaimtrace_stop(struct nrb_reclaimtrace *trace);
int64_t __wrap_nrb_reclaimtrace_read(struct nrb_reclaimtrace *trace,
	void (*each)(void *arg, const struct nrb_reclaimcall *call), void *arg);
int64_t __wrap_nrb_reclaimtrace_read_unended(struct nrb_reclaimtrace *trace,
	uint64_t now_ns, void (*each)(void *arg, const struct nrb_reclaimcall *call),
	void *arg);
int64_t __wrap_nrb_reclaimtrace_lost(const struct nrb_reclaimtrace *trace);
int __wrap_nrb_reclaimtrace_close(struct nrb_reclaimtrace *trace);
int __wrap_clock_gettime(clockid_t id, struct timespec *t);

enum { OURS = 100, OTHERS = 200, MS = 1000000 };

/* A trace that is not there, and its clock. */
static struct {
	char it; /* its address is the trace's */
	char cpus[64], busy[64];
	int open_rc, start_rc;
	bool is_open, on;
	int starts, n; /* calls that the next read hands over */
	struct nrb_reclaimcall calls[64], unended;
	int64_t lost;
	uint64_t now_ns;
} trace;

static struct nrb_reclaimtrace *the_trace(void)
{
	return (struct nrb_reclaimtrace *)(void *)&trace.it;
}

int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	t->tv_sec = (time_t)(trace.now_ns / 1000000000u);
	t->tv_nsec = (long)(trace.now_ns % 1000000000u);
	return 0;
}

int __wrap_nrb_reclaimtrace_open(struct nrb_reclaimtrace **made,
	const struct nrb_root *root, const struct nrb_idset *cpus,
	const struct nrb_idset *busy, char *why, size_t why_len)
{
	(void)root;
	nrb_idset_format(cpus, trace.cpus, sizeof(trace.cpus));
	nrb_idset_format(busy, trace.busy, sizeof(trace.busy));
	*made = trace.open_rc < 0 ? NULL : the_trace();
	trace.is_open = *made != NULL;
	snprintf(why, why_len, "no trace");
	return trace.open_rc;
}

int __wrap_nrb_reclaimtrace_start(struct nrb_reclaimtrace *made)
{
	assert_ptr_equal(made, the_trace());
	assert_false(trace.on);
	trace.on = trace.start_rc == 0;
	trace.starts++;
	return trace.start_rc;
}

void __wrap_nrb_reclaimtrace_stop(struct nrb_reclaimtrace *made)
{
	assert_ptr_equal(made, the_trace());
	assert_true(trace.on);
	trace.on = false;
}

int64_t __wrap_nrb_reclaimtrace_read(struct nrb_reclaimtrace *made,
	void (*each)(void *arg, const struct nrb_reclaimcall *call), void *arg)
{
	int n = trace.n;

	assert_ptr_equal(made, the_trace());
	trace.n = 0;
	for (int i = 0; i < n; i++) {
		each(arg, &trace.calls[i]);
	}
	return n;
}

int64_t __wrap_nrb_reclaimtrace_read_unended(struct nrb_reclaimtrace *made,
	uint64_t now_ns, void (*each)(void *arg, const struct nrb_reclaimcall *call),
	void *arg)
{
	assert_ptr_equal(made, the_trace());
	assert_false(trace.on);
	if (trace.unended.tid == 0) {
		return 0;
	}
	trace.unended.ns = now_ns - trace.unended.start_ns;
	each(arg, &trace.unended);
	return 1;
}

int64_t __wrap_nrb_reclaimtrace_lost(const struct nrb_reclaimtrace *made)
{
	assert_ptr_equal(made, the_trace());
	return trace.lost;
}

int __wrap_nrb_reclaimtrace_close(struct nrb_reclaimtrace *made)
{
	assert_true(made == NULL || made == the_trace());
	trace.is_open = false;
	return 0;
}

static struct nrb_shared *shared;
static struct nrb_cell cell;
static struct nrb_reclaimstalls stalls;

static void put_call(pid_t tid, int64_t pages, uint64_t ns)
{
	trace.calls[trace.n++] = (struct nrb_reclaimcall){
		.tid = tid, .reclaimed_pages = pages, .ns = ns
	};
}

static int open_stalls(void **state, const char *nodes, int threads)
{
	struct tree *tree = *state;
	struct nrb_topology_node list[2] = { { .node = 0 }, { .node = 3 } };
	struct nrb_topology topology = { .n_nodes = 2, .nodes = list };
	struct nrb_idset wanted;
	char why[64];

	assert_int_equal(nrb_idset_parse("0-3", &list[0].cpus), 0);
	assert_int_equal(nrb_idset_parse("4-7", &list[1].cpus), 0);
	assert_int_equal(nrb_idset_parse("1-7", &topology.allowed_cpus), 0);
	assert_int_equal(nrb_idset_parse(nodes, &wanted), 0);
	return nrb_reclaimstalls_open(
		&stalls, &tree->root, &topology, &wanted, threads, why, sizeof(why));
}

static int setup(void **state)
{
	int rc = tree_setup(state);

	memset(&trace, 0, sizeof(trace));
	trace.now_ns = 1000 * (uint64_t)MS;
	shared = calloc(1, sizeof(*shared));
	if (shared == NULL) {
		return -1;
	}
	nrb_sample_init(&shared->sample);
	shared->thread_id[0] = OURS;
	shared->thread_id[1] = OURS + 1;
	shared->thread_id[2] = OTHERS; /* of no thread of this cell */
	cell = (struct nrb_cell){ .shared = shared, .arm.threads = 2 };
	return rc;
}

static int teardown(void **state)
{
	nrb_reclaimstalls_close(&stalls);
	assert_false(trace.is_open);
	free(shared);
	return tree_teardown(state);
}

/* The CPUs of all nodes; those that threads are pinned to are busy. */
static void test_which_cpus(void **state)
{
	assert_int_equal(open_stalls(state, "0", 1), 0);
	assert_string_equal(trace.cpus, "0-3");
	assert_string_equal(trace.busy, "1");
	nrb_reclaimstalls_close(&stalls);
	assert_int_equal(open_stalls(state, "0,3", 2), 0);
	assert_string_equal(trace.cpus, "0-7");
	assert_string_equal(trace.busy, "1-2,4-5");
	nrb_reclaimstalls_close(&stalls);
	assert_int_equal(open_stalls(state, "3,7", 64), 0); /* no node 7 here */
	assert_string_equal(trace.cpus, "4-7");
	assert_string_equal(trace.busy, "4-7");
}

/* Then a cell is without, and nothing of it is a failure. */
static void test_without(void **state)
{
	trace.open_rc = -EPERM;
	assert_int_equal(open_stalls(state, "0", 1), -EPERM);
	assert_int_equal(nrb_reclaimstalls_fd(&stalls), -1);
	nrb_reclaimstalls_begin(&stalls, &cell);
	nrb_reclaimstalls_look(&stalls);
	nrb_reclaimstalls_end(&stalls);
	assert_true(shared->sample.reclaim_traced_ns == NRB_ABSENT);
	assert_true(shared->sample.reclaim_calls == NRB_ABSENT);

	trace.open_rc = 0;
	trace.start_rc = -EBUSY;
	assert_int_equal(open_stalls(state, "0", 1), 0);
	nrb_reclaimstalls_begin(&stalls, &cell);
	nrb_reclaimstalls_look(&stalls);
	nrb_reclaimstalls_end(&stalls);
	assert_true(shared->sample.reclaim_calls == NRB_ABSENT);
	assert_true(shared->sample.reclaim_lost_calls == NRB_ABSENT);
}

static void test_counts(void **state)
{
	const struct nrb_sample *sample = &shared->sample;

	assert_int_equal(open_stalls(state, "0", 2), 0);
	trace.lost = 5; /* of a cell before */
	nrb_reclaimstalls_begin(&stalls, &cell);
	put_call(OURS, 32, 60000);
	put_call(OURS + 1, 0, 3000);
	put_call(OTHERS, 64, 500000);
	trace.now_ns += 100 * MS;
	nrb_reclaimstalls_look(&stalls);
	put_call(OURS, 512, 40000);
	trace.now_ns += 50 * MS;
	trace.lost = 7;
	trace.unended = (struct nrb_reclaimcall){ .tid = OURS,
		.reclaimed_pages = NRB_ABSENT,
		.start_ns = trace.now_ns - 20 * MS };
	nrb_reclaimstalls_end(&stalls);
	assert_false(trace.on);
	assert_int_equal(sample->reclaim_traced_ns, 150 * MS);
	assert_int_equal(sample->reclaim_calls, 4);
	assert_int_equal(sample->reclaim_futile_calls, 1);
	assert_int_equal(sample->reclaim_pages, 544);
	assert_int_equal(sample->reclaim_other_calls, 1);
	assert_int_equal(sample->reclaim_other_ns, 500000);
	assert_int_equal(sample->reclaim_lost_calls, 2);
	assert_int_equal(sample->reclaim_hist.n, 4);
	assert_int_equal(sample->reclaim_hist.max_ns, 20 * MS);
	assert_int_equal(sample->reclaim_hist.sum_ns, 60000 + 3000 + 40000 + 20 * MS);

	/* over: nothing more of it */
	nrb_reclaimstalls_look(&stalls);
	nrb_reclaimstalls_end(&stalls);
	assert_int_equal(trace.starts, 1);
	assert_int_equal(sample->reclaim_traced_ns, 150 * MS);
}

static bool is_due(void)
{
	struct pollfd pollfd = { .fd = nrb_reclaimstalls_fd(&stalls), .events = POLLIN };

	return poll(&pollfd, 1, 1000) > 0;
}

static void put_short_calls(int n)
{
	for (int i = 0; i < n; i++) {
		put_call(OURS, 0, 2000);
	}
}

/* Many short calls end a window; the next one is a look later. */
static void test_pauses(void **state)
{
	const struct nrb_sample *sample = &shared->sample;

	assert_int_equal(open_stalls(state, "0", 2), 0);
	nrb_reclaimstalls_begin(&stalls, &cell);
	assert_true(is_due());
	trace.now_ns += 2 * MS;
	put_short_calls(16); /* 15 in up to 3 ms are few */
	nrb_reclaimstalls_tick(&stalls);
	assert_false(trace.on);
	trace.now_ns += 98 * MS - 1;
	nrb_reclaimstalls_look(&stalls);
	assert_false(trace.on);
	trace.now_ns += 1;
	nrb_reclaimstalls_look(&stalls);
	assert_true(trace.on);
	assert_true(is_due());
	trace.now_ns += 2 * MS;
	put_short_calls(17);
	nrb_reclaimstalls_tick(&stalls);
	assert_false(trace.on);
	trace.now_ns += 50 * MS;
	nrb_reclaimstalls_tick(&stalls); /* of a window that is over */
	nrb_reclaimstalls_end(&stalls);
	assert_int_equal(trace.starts, 2);
	assert_int_equal(sample->reclaim_traced_ns, 4 * MS);
	assert_int_equal(sample->reclaim_calls, 33);
	assert_int_equal(sample->reclaim_futile_calls, 33);
}

/* After a window that ended late the pause is longer; one with few calls ends the pauses. */
static void test_pauses_longer(void **state)
{
	assert_int_equal(open_stalls(state, "0", 2), 0);
	nrb_reclaimstalls_begin(&stalls, &cell);
	assert_true(is_due());
	trace.now_ns += 10 * MS;
	put_short_calls(60);
	nrb_reclaimstalls_tick(&stalls);
	assert_false(trace.on);
	trace.now_ns += 480 * MS;
	nrb_reclaimstalls_look(&stalls);
	assert_false(trace.on);
	trace.now_ns += 10 * MS;
	nrb_reclaimstalls_look(&stalls);
	assert_true(trace.on);
	assert_true(is_due());
	trace.now_ns += 2 * MS;
	put_short_calls(5);
	nrb_reclaimstalls_tick(&stalls);
	assert_true(trace.on);
	trace.now_ns += 100 * MS;
	nrb_reclaimstalls_look(&stalls);
	assert_true(trace.on);
	nrb_reclaimstalls_end(&stalls);
	assert_int_equal(shared->sample.reclaim_traced_ns, 112 * MS);
	assert_int_equal(shared->sample.reclaim_calls, 65);
}

/* Few, or long ones, do not. */
static void test_goes_on(void **state)
{
	assert_int_equal(open_stalls(state, "0", 2), 0);
	nrb_reclaimstalls_begin(&stalls, &cell);
	for (int ms = 2; ms <= 64; ms *= 2) {
		assert_true(is_due());
		trace.now_ns += (uint64_t)ms * MS;
		put_short_calls(15);
		for (int i = 0; i < 40; i++) {
			put_call(OURS, 32, 50000);
		}
		nrb_reclaimstalls_tick(&stalls);
		assert_true(trace.on);
	}
	trace.now_ns += 100 * MS;
	nrb_reclaimstalls_look(&stalls);
	assert_true(trace.on);
	nrb_reclaimstalls_end(&stalls);
	assert_int_equal(trace.starts, 1);
	assert_int_equal(shared->sample.reclaim_traced_ns, 226 * MS);
	assert_int_equal(shared->sample.reclaim_calls, 6 * 55);
}

#define STALLS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STALLS_TEST(test_which_cpus),
		STALLS_TEST(test_without),
		STALLS_TEST(test_counts),
		STALLS_TEST(test_pauses),
		STALLS_TEST(test_pauses_longer),
		STALLS_TEST(test_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
