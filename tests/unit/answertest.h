/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells of a file server and of what is measured beside, and the answer that a record of them has. */
#ifndef NRB_TEST_ANSWERTEST_H
#define NRB_TEST_ANSWERTEST_H

#include "nrb/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MIB (INT64_C(1) << 20)

static struct nrb_sample sample;
static struct nrb_header header;
static struct nrb_end end;
static struct nrb_report_data data;
static struct nrb_answer answer;
/* What is asked for, and what node 0 and node 1 could cache of it. */
static int64_t set_mib, node_mib, other_mib;

static int start(void **state)
{
	(void)state;
	memset(&data, 0, sizeof(data));
	nrb_header_init(&header);
	nrb_end_init(&end);
	strcpy(header.kernel, "7.3.4");
	strcpy(header.lru_gen, "on");
	header.rehearsal = true;
	set_mib = 600;
	node_mib = 400;
	other_mib = 300;
	data.header = &header;
	data.roi = 0.05;
	data.end = &end;
	return 0;
}

static int finish(void **state)
{
	(void)state;
	nrb_group_free(&data.group);
	return 0;
}

/* A cell of 1000 pages on node 0. */
static inline void begin(const char *scenario, int mode, int64_t local)
{
	nrb_sample_init(&sample);
	strcpy(sample.scenario, scenario);
	strcpy(sample.page_size, "4k");
	strcpy(sample.policy, "local");
	strcpy(sample.lru_gen, "on");
	strcpy(sample.trim, "off");
	strcpy(sample.fill_on, "target");
	sample.threads = 1;
	sample.block = 1;
	sample.mode = mode;
	sample.node = sample.cpu_node = 0;
	sample.alloc_pages = sample.cache_before_bytes = sample.cache_after_bytes = 1000;
	nrb_sample_node(&sample, 0)->pages = local;
}

static inline void put(void)
{
	assert_int_equal(nrb_group_add(&data.group, &sample), 0);
}

static inline void clean(int mode, int64_t local, int64_t kept)
{
	begin("clean", mode, local);
	sample.cache_after_bytes = kept;
	put();
}

/* Of 1000 requests so many hits, in a second or another time. */
static inline void begin_serve(int mode, int64_t local, int64_t hits, int64_t ns)
{
	begin("fileserver", mode, local);
	strcpy(sample.variant, "pinned");
	sample.serve_requests = 1000;
	sample.serve_misses = 1000 - hits;
	sample.serve_bytes = 1000 << 20;
	sample.serve_disk_bytes = sample.serve_misses << 20;
	sample.serve_ns = ns;
	sample.serve_set_bytes = set_mib * MIB;
	nrb_sample_node(&sample, 0)->inactive_file_before_bytes = node_mib * MIB;
	nrb_sample_node(&sample, 1)->inactive_file_before_bytes = 30 * MIB;
	nrb_sample_node(&sample, 1)->free_before_bytes = (other_mib - 30) * MIB;
	sample.alloc_bytes = 100 * MIB;
}

static inline void serve(int mode, int64_t local, int64_t hits)
{
	begin_serve(mode, local, hits, 1000000000);
	put();
}

/* On node 1, whose node lost so much of what was free. */
static inline void neighbour(int mode, int64_t remote, int64_t lost_mib)
{
	begin("neighbour", mode, 0);
	sample.victim_node = 1;
	sample.victim_pages = 100;
	sample.victim_remote_pages = remote;
	nrb_sample_node(&sample, 1)->free_before_bytes = 500 * MIB;
	nrb_sample_node(&sample, 1)->free_after_bytes = (500 - lost_mib) * MIB;
	put();
}

static inline void make(void)
{
	assert_int_equal(nrb_group_finish(&data.group), 0);
	nrb_answer_make(&answer, &data);
}

static inline bool has_condition(const char *part)
{
	for (int i = 0; i < answer.n_conditions; i++) {
		if (strstr(answer.conditions[i], part) != NULL) {
			return true;
		}
	}
	return false;
}

#define ANSWER_TEST(test) cmocka_unit_test_setup_teardown(test, start, finish)

#endif
