/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Begins and ends of calls, put together or not. */
#include "nrb/reclaimpairs.h"

#include "nrb/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void begin(struct nrb_reclaimpairs *pairs, pid_t tid, uint64_t ns)
{
	const struct nrb_reclaimcall call = {
		.tid = tid, .node = 1, .order = 2, .start_ns = ns
	};

	nrb_reclaimpairs_begin(pairs, &call);
}

static void a_pair(void **state)
{
	struct nrb_reclaimpairs pairs = { 0 };
	struct nrb_reclaimcall call;

	(void)state;
	assert_false(nrb_reclaimpairs_end(&pairs, 7, 90, 1, &call));
	begin(&pairs, 7, 100);
	assert_false(nrb_reclaimpairs_end(&pairs, 8, 110, 1, &call));
	assert_false(
		nrb_reclaimpairs_end(&pairs, 7, 99, 1, &call)); /* before its begin */
	assert_true(nrb_reclaimpairs_end(&pairs, 7, 130, 5, &call));
	assert_int_equal(call.node, 1);
	assert_int_equal(call.order, 2);
	assert_int_equal(call.reclaimed_pages, 5);
	assert_true(call.start_ns == 100 && call.ns == 30);
	assert_false(nrb_reclaimpairs_end(&pairs, 7, 140, 1, &call));
	/* without a gap these are of calls from before the start */
	assert_int_equal(pairs.odd, 0);
}

/* Of the begin before it and of what comes from within, nothing is put together; each event is counted. */
static void a_gap(void **state)
{
	struct nrb_reclaimpairs pairs = { 0 };
	struct nrb_reclaimcall call;

	(void)state;
	begin(&pairs, 7, 100);
	nrb_reclaimpairs_gap(&pairs, 200);
	assert_false(nrb_reclaimpairs_end(&pairs, 7, 210, 1, &call));
	begin(&pairs, 8, 199);
	assert_false(nrb_reclaimpairs_end(&pairs, 8, 220, 1, &call));
	assert_int_equal(pairs.odd, 4);
	begin(&pairs, 8, 200);
	assert_true(nrb_reclaimpairs_end(&pairs, 8, 230, 1, &call));
	assert_true(call.ns == 30);
	assert_int_equal(pairs.odd, 4);
}

static void count(void *arg, const struct nrb_reclaimcall *call)
{
	*(int64_t *)arg += (int64_t)call->ns;
	assert_int_equal(call->reclaimed_pages, NRB_ABSENT);
}

static void under_way(void **state)
{
	struct nrb_reclaimpairs pairs = { 0 };
	int64_t sum_ns = 0;

	(void)state;
	begin(&pairs, 7, 100);
	begin(&pairs, 8, 150);
	begin(&pairs, 9, 1000); /* later than now */
	assert_int_equal(nrb_reclaimpairs_unended(&pairs, 200, count, &sum_ns), 2);
	assert_int_equal(sum_ns, 100 + 50);
	assert_int_equal(nrb_reclaimpairs_unended(&pairs, 2000, count, &sum_ns), 0);
}

/* One place short: the one that loses it is counted. */
static void more_than_there_can_be(void **state)
{
	struct nrb_reclaimpairs pairs = { 0 };
	struct nrb_reclaimcall call;

	(void)state;
	for (pid_t tid = 1; tid <= NRB_RECLAIMPAIRS_MAX + 1; tid++) {
		begin(&pairs, tid, 100);
	}
	assert_int_equal(pairs.odd, 1);
	assert_true(
		nrb_reclaimpairs_end(&pairs, NRB_RECLAIMPAIRS_MAX + 1, 110, 1, &call));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair),
		cmocka_unit_test(a_gap),
		cmocka_unit_test(under_way),
		cmocka_unit_test(more_than_there_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
