/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells made of a few numbers, and the claims that a report makes of them. */
#ifndef NRB_TEST_CLAIMTEST_H
#define NRB_TEST_CLAIMTEST_H

#include "nrb/claims.h"
#include "nrb/figures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct nrb_sample sample;
static struct nrb_group group;
static struct nrb_header header;
static struct nrb_claims claims;
static const char *lru_gen, *policy, *trim; /* of the cells made */

static int start(void **state)
{
	(void)state;
	memset(&group, 0, sizeof(group));
	memset(&claims, 0, sizeof(claims));
	nrb_header_init(&header);
	lru_gen = "off";
	policy = "local";
	trim = "off";
	return 0;
}

static int finish(void **state)
{
	(void)state;
	nrb_claims_free(&claims);
	nrb_group_free(&group);
	return 0;
}

/* A cell of 1000 pages and as many bytes of cache. */
static void make(int mode, int64_t local, int64_t kept, int64_t failed, int64_t stolen)
{
	nrb_sample_init(&sample);
	strcpy(sample.scenario, "clean");
	strcpy(sample.page_size, "4k");
	strcpy(sample.lru_gen, lru_gen);
	strcpy(sample.policy, policy);
	strcpy(sample.trim, trim);
	sample.block = 1;
	sample.mode = mode;
	sample.node = sample.cpu_node = 0;
	sample.alloc_pages = sample.cache_before_bytes = 1000;
	sample.cache_after_bytes = kept;
	nrb_sample_node(&sample, 0)->pages = local;
	sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = failed;
	sample.counters.v[NRB_PGSTEAL_DIRECT] = stolen;
}

static inline void add(
	int mode, int64_t local, int64_t kept, int64_t failed, int64_t stolen)
{
	make(mode, local, kept, failed, stolen);
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static void claim(void)
{
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(nrb_claims_make(&claims, &group, &header), 0);
}

/* Claim, and see that there are so many. */
static inline void claim_so_many(int n)
{
	claim();
	assert_int_equal(claims.n, n);
}

static inline void assert_kind(int i, enum nrb_claim_kind kind)
{
	assert_int_equal(claims.list[i].kind, kind);
}

static void assert_says(int i, const char *text)
{
	assert_string_equal(claims.list[i].text, text);
}

#endif
