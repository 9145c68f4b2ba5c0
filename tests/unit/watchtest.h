/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two moments made by hand, for tests of what is shown of them. */
#ifndef NRB_TEST_WATCHTEST_H
#define NRB_TEST_WATCHTEST_H

#include "nrb/watchcalls.h"
#include "nrb/watchmoment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct nrb_watch_moment before, after;
static struct nrb_watch_calls calls;

static inline void set_all(struct nrb_watch_values *values, int64_t value)
{
	for (int id = 0; id < NRB_N_WATCH; id++) {
		values->v[id] = value;
	}
}

/* Two seconds of a machine of 7.3 with two nodes and mode 1; by default nothing happens. */
static inline int watch_setup(void **state)
{
	static const int numbers[] = { 0, 2 };

	(void)state;
	memset(&before, 0, sizeof(before));
	before.monotonic_ns = 5000000000;
	before.realtime_ns = 1764522000250000000; /* 17:00:00.250 UTC */
	before.mode = 1;
	set_all(&before.machine, 0);
	before.n_nodes = 2;
	for (int i = 0; i < 2; i++) {
		before.nodes[i].node = numbers[i];
		set_all(&before.nodes[i].values, 0);
		for (int id = NRB_WATCH_N_OF_NODE; id < NRB_N_WATCH; id++) {
			before.nodes[i].values.v[id] = NRB_ABSENT;
		}
	}
	after = before;
	after.monotonic_ns += 2000000000;
	after.realtime_ns += 2000000000;
	nrb_watchcalls_finish(&calls);
	return setenv("TZ", "UTC", 1);
}

static inline int watch_teardown(void **state)
{
	(void)state;
	nrb_watchcalls_finish(&calls);
	return 0;
}

static inline struct nrb_watch_tick tick_now(void)
{
	return nrb_watchmoment_tick(&before, &after);
}

/* Events of node 0 (i = 0), node 2 (1) or the machine (-1) in these two seconds. */
static inline void happened(int i, enum nrb_watch_id id, int64_t count)
{
	(i < 0 ? &after.machine : &after.nodes[i].values)->v[id] += count;
}

/* A file server in mode 1 that frees 3,616 pages a second of node 0. */
static inline void make_busy(void)
{
	const int64_t mib = 1 << 20;
	int64_t *v = after.nodes[0].values.v;

	v[NRB_WATCH_OVER_LOW] = -3 * mib / 2;
	v[NRB_WATCH_ACTIVE_FILE] = 45 * mib;
	v[NRB_WATCH_INACTIVE_FILE] = 400 * mib;
	happened(0, NRB_WATCH_NUMA_LOCAL, 25600);
	happened(0, NRB_WATCH_NUMA_OTHER, 1);
	happened(0, NRB_WATCH_NUMA_FOREIGN, 2469134);
	happened(0, NRB_WATCH_PGSTEAL_DIRECT, 7232);
	after.nodes[1].values.v[NRB_WATCH_OVER_LOW] = 1288490189;
	happened(1, NRB_WATCH_NUMA_OTHER, 246914);
	happened(-1, NRB_WATCH_PGSTEAL_DIRECT, 7232);
	happened(-1, NRB_WATCH_ZONE_RECLAIM_SUCCESS, 226);
	happened(-1, NRB_WATCH_PRESSURE_SOME, 25000);
	after.machine.v[NRB_WATCH_DIRTY] = 12 * mib;
}

static inline void make_calls(void)
{
	assert_int_equal(nrb_watchcalls_add(&calls, 0, 80000, 32), 0);
	assert_int_equal(nrb_watchcalls_add(&calls, 0, 1200000, 64), 0);
	assert_int_equal(nrb_watchcalls_add(&calls, 0, 3400000, 0), 0);
	assert_int_equal(nrb_watchcalls_add(&calls, 0, 90000, 32), 0);
}

#define WATCH_TEST(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, watch_setup, watch_teardown)

#endif
