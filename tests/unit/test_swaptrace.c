/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters of what kswapd swaps out: which event, of which process, and what cannot be had. */
#include "nrb/swaptrace.h"

#include "tree.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOLIO "/events/vmscan/mm_vmscan_write_folio/id"
#define PAGE  "/events/vmscan/mm_vmscan_writepage/id"

enum { MAX_COUNTERS = 4 };

/* A kernel's counters: a pipe for each, that says what is written to it. */
static struct {
	int n, n_open;
	pid_t pids[MAX_COUNTERS];
	uint64_t ids[MAX_COUNTERS];
	char filters[MAX_COUNTERS][32];
	int fds[MAX_COUNTERS], ends[MAX_COUNTERS];
	int refusal; /* errno; 0: none */
	bool lacks_filter;
} kernel;

long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	const struct perf_event_attr *attr;
	int pipe_fds[2];
	va_list args;

	assert_int_equal(number, SYS_perf_event_open);
	assert_true(kernel.n < MAX_COUNTERS);
	va_start(args, number);
	attr = va_arg(args, const struct perf_event_attr *);
	kernel.pids[kernel.n] = va_arg(args, pid_t);
	assert_int_equal(va_arg(args, int), -1); /* on any CPU */
	assert_int_equal(va_arg(args, int), -1); /* no group */
	va_end(args);
	assert_int_equal(attr->type, PERF_TYPE_TRACEPOINT);
	assert_int_equal(attr->sample_period, 0);
	assert_int_equal(attr->inherit, 0);
	if (kernel.refusal != 0) {
		errno = kernel.refusal;
		return -1;
	}
	assert_int_equal(pipe(pipe_fds), 0);
	kernel.ids[kernel.n] = attr->config;
	kernel.fds[kernel.n] = pipe_fds[0];
	kernel.ends[kernel.n++] = pipe_fds[1];
	kernel.n_open++;
	return pipe_fds[0];
}

int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;

	assert_int_equal(fd, kernel.fds[kernel.n - 1]);
	assert_int_equal(request, PERF_EVENT_IOC_SET_FILTER);
	va_start(args, request);
	snprintf(kernel.filters[kernel.n - 1], sizeof(kernel.filters[0]), "%s",
		va_arg(args, const char *));
	va_end(args);
	errno = EINVAL;
	return kernel.lacks_filter ? -1 : 0;
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	for (int i = 0; i < kernel.n; i++) {
		if (kernel.fds[i] == fd) {
			kernel.fds[i] = -1; /* the next one may get the number */
			kernel.n_open--;
		}
	}
	return __real_close(fd);
}

static void says(int counter, uint64_t count)
{
	assert_int_equal(write(kernel.ends[counter], &count, sizeof(count)), 8);
}

static void put_kswapd(const struct tree *tree, int node, int pid)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "proc/%d/stat", pid);
	snprintf(text, sizeof(text), "%d (kswapd%d) S 2 0 0 0 -1 2629632\n", pid, node);
	tree_write(tree, path, text);
}

/* Nodes 0 and 3, with their kswapds. */
static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	memset(&kernel, 0, sizeof(kernel));
	put_kswapd(tree, 0, 47);
	put_kswapd(tree, 3, 48);
	tree->root.live = true;
	return rc;
}

static int teardown(void **state)
{
	assert_int_equal(kernel.n_open, 0);
	for (int i = 0; i < kernel.n; i++) {
		__real_close(kernel.ends[i]);
	}
	return tree_teardown(state);
}

static struct nrb_swaptrace open_for(const struct tree *tree, const char *list)
{
	struct nrb_swaptrace trace;
	struct nrb_idset nodes;

	assert_int_equal(nrb_idset_parse(list, &nodes), 0);
	nrb_swaptrace_open(&trace, &tree->root, &nodes);
	return trace;
}

static void test_counts_each_kswapd(void **state)
{
	const struct tree *tree = *state;
	struct nrb_swaptrace trace;

	tree_write(tree, "sys/kernel/tracing" FOLIO, "571\n");
	trace = open_for(tree, "0,3");
	assert_int_equal(kernel.n, 2);
	assert_int_equal(kernel.pids[0], 47);
	assert_int_equal(kernel.pids[1], 48);
	assert_int_equal(kernel.ids[0], 571);
	assert_string_equal(kernel.filters[0], "reclaim_flags & 1");
	assert_string_equal(kernel.filters[1], "reclaim_flags & 1");
	says(1, 11654);
	assert_int_equal(nrb_swaptrace_count(&trace, 3), 11654);
	says(0, 0);
	assert_int_equal(nrb_swaptrace_count(&trace, 0), 0);
	assert_int_equal(nrb_swaptrace_count(&trace, 1), NRB_ABSENT);
	nrb_swaptrace_close(&trace);
	assert_int_equal(nrb_swaptrace_count(&trace, 0), NRB_ABSENT);
}

static void test_where_the_event_is(void **state)
{
	static const char *const places[] = { "sys/kernel/debug/tracing" PAGE,
		"sys/kernel/debug/tracing" FOLIO, "sys/kernel/tracing" PAGE };
	const struct tree *tree = *state;
	struct nrb_swaptrace trace = open_for(tree, "0");

	assert_int_equal(kernel.n, 0); /* no tracefs */
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char id[8];

		snprintf(id, sizeof(id), "%zu\n", i + 1);
		tree_write(tree, places[i], id);
		trace = open_for(tree, "0");
		assert_int_equal(kernel.n, (int)i + 1);
		assert_int_equal(kernel.ids[i], i + 1);
		nrb_swaptrace_close(&trace);
	}
}

static void test_what_cannot_be_had_is_absent(void **state)
{
	struct tree *tree = *state;
	struct nrb_swaptrace trace;

	tree_write(tree, "sys/kernel/tracing" FOLIO, "571\n");
	trace = open_for(tree, "1,3"); /* node 1 has no kswapd */
	assert_int_equal(kernel.n, 1);
	assert_int_equal(nrb_swaptrace_count(&trace, 1), NRB_ABSENT);
	nrb_swaptrace_close(&trace);
	kernel.refusal = EACCES;
	trace = open_for(tree, "3");
	assert_int_equal(nrb_swaptrace_count(&trace, 3), NRB_ABSENT);
	kernel.refusal = 0;
	kernel.lacks_filter = true; /* what it counts would be file pages too */
	trace = open_for(tree, "3");
	assert_int_equal(kernel.n, 2);
	assert_int_equal(kernel.n_open, 0);
	assert_int_equal(nrb_swaptrace_count(&trace, 3), NRB_ABSENT);
	nrb_swaptrace_close(&trace);
}

/* Its pids are not this machine's. */
static void test_a_recorded_machine_is_left_alone(void **state)
{
	struct tree *tree = *state;
	struct nrb_swaptrace trace;

	tree->root.live = false;
	tree_write(tree, "sys/kernel/tracing" FOLIO, "571\n");
	trace = open_for(tree, "0,3");
	assert_int_equal(kernel.n, 0);
	assert_int_equal(nrb_swaptrace_count(&trace, 0), NRB_ABSENT);
}

int main(void)
{
#define KERNEL_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		KERNEL_TEST(test_counts_each_kswapd),
		KERNEL_TEST(test_where_the_event_is),
		KERNEL_TEST(test_what_cannot_be_had_is_absent),
		KERNEL_TEST(test_a_recorded_machine_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
