/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule that decided a cell: each of them, its edge, and nothing where the record is silent. */
#include "nrb/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { OLD = 6001, LAST_OLD = 6018, NEW = 6019 };

static struct nrb_sample sample;
static struct nrb_node_sample *node;

/* 400 bytes of clean file cache, thresholds of 10 and 20, nothing counted, 100 pages elsewhere. */
static void make(int64_t mode)
{
	nrb_sample_init(&sample);
	strcpy(sample.page_size, "4k");
	strcpy(sample.policy, "local");
	strcpy(sample.lru_gen, "off");
	sample.mode = mode;
	sample.node = sample.cpu_node = 0;
	sample.threads = 1;
	sample.alloc_pages = 100;
	sample.min_unmapped_bytes = 10;
	sample.min_slab_bytes = 20;
	memset(&sample.counters, 0, sizeof(sample.counters));
	nrb_sample_node(&sample, 1)->pages = 100;
	node = nrb_sample_node(&sample, 0);
	node->pages = 0;
	node->file_before_bytes = node->file_after_bytes = 400;
	node->active_file_before_bytes = node->active_file_after_bytes = 100;
	node->inactive_file_before_bytes = node->inactive_file_after_bytes = 300;
	node->mapped_before_bytes = node->mapped_after_bytes = 0;
	node->dirty_before_bytes = node->dirty_after_bytes = 0;
	node->shmem_before_bytes = node->shmem_after_bytes = 0;
	node->slab_before_bytes = node->slab_after_bytes = 20;
}

static void assert_rule(enum nrb_rule rule, int kernel)
{
	assert_string_equal(
		nrb_rule_text(nrb_rule_of(&sample, kernel)), nrb_rule_text(rule));
	assert_int_equal(nrb_rule_of(&sample, kernel), rule);
}

static void freed(int64_t pages)
{
	sample.counters.v[NRB_PGSCAN_DIRECT] = 2 * pages;
	sample.counters.v[NRB_PGSTEAL_DIRECT] = pages;
}

static void test_kernel(void **state)
{
	(void)state;
	assert_int_equal(nrb_rule_kernel("6.19.3-amd64"), NEW);
	assert_int_equal(nrb_rule_kernel("10.0"), 10000);
	assert_int_equal(nrb_rule_kernel("linux"), 0);
	assert_int_equal(nrb_rule_kernel("-6.1"), 0);
	assert_int_equal(nrb_rule_kernel("2147483647.1"), 0);
}

static void test_without_reclaim(void **state)
{
	(void)state;
	make(0);
	assert_rule(NRB_RULE_OFF, OLD);
	sample.mode = NRB_ABSENT;
	assert_rule(NRB_RULE_NO_KNOB, OLD);
	sample.page_size[0] = '\0'; /* it only walks */
	assert_rule(NRB_RULE_UNKNOWN, OLD);
	make(0);
	strcpy(sample.policy, "interleave");
	assert_rule(NRB_RULE_INTERLEAVE, OLD);
	sample.counters.v[NRB_PGSTEAL_KSWAPD] = 10;
	assert_rule(NRB_RULE_INTERLEAVE, OLD); /* nothing is local */
	node->pages = 1;
	assert_rule(NRB_RULE_KSWAPD, OLD);
	sample.counters.v[NRB_PGSTEAL_KSWAPD] = 9; /* it always frees some */
	assert_rule(NRB_RULE_INTERLEAVE, OLD);
	sample.trim_freed_bytes = 1;
	assert_rule(NRB_RULE_TRIM, OLD);
	strcpy(sample.policy, "bind");
	assert_rule(NRB_RULE_BIND, OLD);
	strcpy(sample.policy, "cpuset");
	assert_rule(NRB_RULE_CPUSET, OLD);
}

static void test_gate(void **state)
{
	(void)state;
	make(1);
	assert_rule(NRB_RULE_UNTRIED, OLD); /* the gate was open: nothing shows why */
	node->file_before_bytes = node->inactive_file_before_bytes = 10;
	node->active_file_before_bytes = 0;
	assert_rule(NRB_RULE_GATE_CACHE, OLD);
	node->inactive_file_before_bytes = 11;
	assert_rule(NRB_RULE_UNTRIED, OLD);
	node->inactive_file_before_bytes = 10;
	node->slab_before_bytes = 21; /* opens it, too */
	assert_rule(NRB_RULE_UNTRIED, OLD);
	node->slab_before_bytes = NRB_ABSENT;
	assert_rule(NRB_RULE_UNTRIED, OLD);
	node->slab_before_bytes = 20;
	node->mapped_before_bytes = NRB_ABSENT; /* nothing is taken from it */
	assert_rule(NRB_RULE_UNTRIED, OLD);
	node->mapped_before_bytes = 0;
	sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = NRB_ABSENT;
	assert_rule(NRB_RULE_UNKNOWN, OLD);
}

static void test_dirty(void **state)
{
	(void)state;
	make(1);
	node->dirty_before_bytes = 395;
	assert_rule(NRB_RULE_GATE_DIRTY, LAST_OLD);
	assert_rule(NRB_RULE_GATE_DIRTY_ALWAYS, NEW);
	assert_rule(NRB_RULE_UNTRIED, 0); /* depends on a release that is not known */
	sample.mode = 6;
	assert_rule(NRB_RULE_UNTRIED, LAST_OLD); /* with bit 2 it was open */
	assert_rule(NRB_RULE_GATE_DIRTY_ALWAYS, NEW);
	node->dirty_before_bytes = 389;
	assert_rule(NRB_RULE_UNTRIED, NEW);
}

static void test_mapped_and_shared(void **state)
{
	(void)state;
	make(1);
	node->mapped_before_bytes = 395;
	assert_rule(NRB_RULE_GATE_MAPPED, OLD);
	sample.mode = 4;
	assert_rule(NRB_RULE_UNTRIED, OLD);
	make(3);
	node->active_file_before_bytes = node->inactive_file_before_bytes = 2;
	node->shmem_before_bytes = 390;
	assert_rule(NRB_RULE_GATE_SHMEM, OLD);
	sample.mode = 5;
	assert_rule(NRB_RULE_UNTRIED, OLD);
}

static void test_cpu(void **state)
{
	(void)state;
	make(1);
	sample.cpu_node = 1;
	assert_rule(NRB_RULE_CPU, OLD);
	node->file_before_bytes = NRB_ABSENT; /* the gate comes first, and is not known */
	assert_rule(NRB_RULE_UNTRIED, OLD);
	make(1);
	sample.cpu_node = 1; /* a node without CPUs */
	freed(50);
	assert_rule(NRB_RULE_RECLAIMED, OLD);
	/* next to nothing is another task's, on a CPU of the node */
	sample.alloc_pages = sample.nodes[0].pages = 51200;
	freed(64);
	assert_rule(NRB_RULE_CPU, OLD);
	sample.cpu_node = 0;
	assert_rule(NRB_RULE_RECLAIMED, OLD);
}

static void test_failed(void **state)
{
	(void)state;
	make(5);
	sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = 9;
	assert_rule(NRB_RULE_FAILED, OLD);
	strcpy(sample.lru_gen, "on");
	assert_rule(NRB_RULE_FAILED, OLD); /* 6.1 and 6.2 had no such rule */
	assert_rule(NRB_RULE_FAILED, 0);
	assert_rule(NRB_RULE_MGLRU, 6003);
	sample.mode = 7;
	assert_rule(NRB_RULE_FAILED, 6003);
}

static void test_futile(void **state)
{
	(void)state;
	make(4);
	sample.counters.v[NRB_PGSCAN_DIRECT] = 60000000;
	sample.counters.v[NRB_PGSTEAL_DIRECT] = 12;
	assert_rule(NRB_RULE_FUTILE, OLD);
	sample.counters.v[NRB_PGSTEAL_DIRECT] = 0;
	assert_rule(NRB_RULE_FUTILE, OLD);
	sample.counters.v[NRB_PGSCAN_DIRECT] = 9999;
	assert_rule(NRB_RULE_FAILED, OLD);
	/* scans of direct reclaim are not node reclaim's */
	sample.counters.v[NRB_ALLOCSTALL] = 1;
	assert_rule(NRB_RULE_UNTRIED, OLD);
}

static void test_freed(void **state)
{
	(void)state;
	make(1);
	freed(50);
	assert_rule(NRB_RULE_RECLAIMED, OLD);
	sample.threads = 4;
	assert_rule(NRB_RULE_ONE_AT_A_TIME, OLD);
	node->pages = 95;
	assert_rule(NRB_RULE_RECLAIMED, OLD);
	sample.counters.v[NRB_ZSWPOUT] = 1;
	assert_rule(NRB_RULE_SWAPPED, OLD);
	sample.counters.v[NRB_PSWPOUT] = 1;
	sample.counters.v[NRB_ZSWPOUT] = NRB_ABSENT;
	assert_rule(NRB_RULE_SWAPPED, OLD);
	sample.counters.v[NRB_PGSTEAL_KSWAPD] = 51;
	assert_rule(NRB_RULE_KSWAPD, OLD);
	strcpy(sample.policy, "bind");
	assert_rule(NRB_RULE_BIND, OLD);
	sample.counters.v[NRB_PGSTEAL_KSWAPD] = 50;
	assert_rule(NRB_RULE_SWAPPED, OLD);
}

/* Eight pages after thousands of failed tries are no reclaim, but with memory kept they may be. */
static void test_next_to_nothing(void **state)
{
	(void)state;
	make(6);
	sample.alloc_pages = 1000;
	freed(9);
	sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = 51495;
	assert_rule(NRB_RULE_FAILED, OLD);
	node->pages = 10;
	assert_rule(NRB_RULE_RECLAIMED, OLD);
	node->pages = 9;
	freed(10);
	assert_rule(NRB_RULE_RECLAIMED, OLD);
	freed(9);
	sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = 0;
	assert_rule(NRB_RULE_RECLAIMED, OLD);
}

/* Interleaved memory is not all local, whatever reclaim does: neither tasks nor gates are why. */
static void test_spread(void **state)
{
	(void)state;
	make(1);
	freed(50);
	sample.writer_bytes = 1; /* a second task */
	assert_rule(NRB_RULE_ONE_AT_A_TIME, OLD);
	strcpy(sample.policy, "preferred");
	assert_rule(NRB_RULE_ONE_AT_A_TIME, OLD);
	strcpy(sample.policy, "interleave");
	assert_rule(NRB_RULE_RECLAIMED, OLD);
	node->mapped_after_bytes = 395;
	assert_rule(NRB_RULE_RECLAIMED, OLD);
	strcpy(sample.policy, "local");
	assert_rule(NRB_RULE_CLOSED_MAPPED, OLD);
}

/* Scans that lead nowhere are the reason only where tries failed. */
static void test_closed_or_futile(void **state)
{
	(void)state;
	make(1);
	freed(50);
	sample.counters.v[NRB_PGSCAN_DIRECT] = 10000;
	assert_rule(NRB_RULE_FUTILE, OLD);
	node->mapped_after_bytes = 395;
	assert_rule(NRB_RULE_CLOSED_MAPPED, OLD);
	sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = 1;
	assert_rule(NRB_RULE_FUTILE, OLD);
}

/* It ended without a failed try, so that the gate was closed, and a little came since. */
static void test_closed_by_a_little(void **state)
{
	(void)state;
	make(1);
	freed(30);
	node->pages = 30;
	node->dirty_after_bytes = 385; /* 15 of 400 are clean */
	sample.counters.v[NRB_ZONE_RECLAIM_SUCCESS] = 1;
	assert_rule(NRB_RULE_CLOSED_DIRTY, LAST_OLD);
	node->dirty_after_bytes = 384;
	assert_rule(NRB_RULE_RECLAIMED, LAST_OLD);
	node->dirty_after_bytes = 385;
	sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = 1; /* it was tried to the end */
	assert_rule(NRB_RULE_RECLAIMED, LAST_OLD);
}

static void test_closed(void **state)
{
	(void)state;
	make(1);
	freed(50);
	node->mapped_after_bytes = 395;
	assert_rule(NRB_RULE_CLOSED_MAPPED, OLD);
	node->pages = 95; /* too late to decide anything */
	assert_rule(NRB_RULE_RECLAIMED, OLD);
	make(1);
	freed(50);
	node->dirty_after_bytes = 395;
	assert_rule(NRB_RULE_CLOSED_DIRTY, LAST_OLD);
	assert_rule(NRB_RULE_CLOSED_DIRTY_ALWAYS, NEW);
	make(1);
	freed(50);
	node->active_file_after_bytes = node->inactive_file_after_bytes = 5;
	assert_rule(NRB_RULE_CLOSED_CACHE, OLD);
	node->shmem_after_bytes = 300;
	assert_rule(NRB_RULE_CLOSED_SHMEM, OLD);
}

static void test_written(void **state)
{
	(void)state;
	make(2);
	freed(50);
	node->pages = 100;
	node->dirty_before_bytes = 300;
	node->dirty_after_bytes = 149;
	assert_rule(NRB_RULE_RECLAIMED, OLD); /* dropped, truncated: not written */
	sample.counters.v[NRB_WRITTEN] = 1;
	assert_rule(NRB_RULE_WRITTEN, OLD);
	node->dirty_after_bytes = 150;
	assert_rule(NRB_RULE_RECLAIMED, OLD);
}

/* What a stranger's record has may be anything. */
static void test_nothing_known(void **state)
{
	(void)state;
	nrb_sample_init(&sample);
	sample.mode = 1;
	strcpy(sample.page_size, "4k");
	assert_rule(NRB_RULE_UNKNOWN, OLD);
	sample.counters.v[NRB_ZONE_RECLAIM_SUCCESS] = 1;
	assert_rule(NRB_RULE_RECLAIMED, OLD);
}

static void test_texts(void **state)
{
	(void)state;
	for (int i = 0; i < NRB_N_RULES; i++) {
		assert_non_null(nrb_rule_text((enum nrb_rule)i));
		assert_true(strlen(nrb_rule_text((enum nrb_rule)i)) < 40);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_without_reclaim),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_dirty),
		cmocka_unit_test(test_mapped_and_shared),
		cmocka_unit_test(test_cpu),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_futile),
		cmocka_unit_test(test_freed),
		cmocka_unit_test(test_next_to_nothing),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_closed_or_futile),
		cmocka_unit_test(test_closed_by_a_little),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
