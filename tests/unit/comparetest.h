/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records made of a few numbers, as they would have been read, to be held against each other. */
#ifndef NRB_TEST_COMPARETEST_H
#define NRB_TEST_COMPARETEST_H

#include "grouptest.h"

#include "nrb/compared.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 8, BLOCKS = 8 };

static const double roi = 0.05;

static struct nrb_header header;
static struct nrb_compared records[MOST];
static int n_records;
static struct nrb_compared_keys keys;

/* Of each block what mode 1 takes longer than mode 0, and what the block takes longer than others. */
static const double longer[BLOCKS] = { 1.30, 1.28, 1.31, 1.29, 1.32, 1.27, 1.30, 1.33 };
static const double shared[BLOCKS] = { 1.0, 1.7, 0.6, 2.2, 1.1, 0.8, 1.4, 0.7 };

/* What a record is made of. */
static struct {
	int blocks, last_mode;
	double times; /* all first touches take so many times as long */
	int64_t local; /* pages of 100 that mode 1 keeps, and one less in every other block */
	int64_t scatter;
	bool unsteady; /* mode 1 takes as long as mode 0 in every other block, and more than twice in the others */
	void (*change)(void); /* the sample */
} made;

static int start(void **state)
{
	(void)state;
	nrb_header_init(&header);
	strcpy(header.run_id, "run");
	strcpy(header.host, "host");
	strcpy(header.kernel, "6.1.0");
	header.seed = 1;
	header.reference_mode = 0;
	header.n_nodes = 2;
	header.nodes[1] = 1;
	header.node_bytes[0] = header.node_bytes[1] = (int64_t)62 << 30;
	header.distances[0][1] = header.distances[1][0] = 21;
	made.blocks = BLOCKS;
	made.last_mode = 1;
	made.times = 1;
	made.local = 90;
	made.scatter = 1;
	made.unsteady = false;
	made.change = NULL;
	return 0;
}

static int free_records(void **state)
{
	(void)state;
	for (int i = 0; i < n_records; i++) {
		nrb_compared_free(&records[i]);
	}
	n_records = 0;
	nrb_compared_free_keys(&keys);
	return 0;
}

static void add_cell(struct nrb_group *group, int mode, int block)
{
	double ns = 100000 * made.times * shared[block] * (mode > 0 ? longer[block] : 1);

	if (made.unsteady && mode > 0) {
		ns *= block % 2 == 0 ? 0.77 : 1.7;
	}
	make(mode, block + 1, mode > 0 ? made.local - made.scatter * (block % 2) : 10);
	strcpy(sample.page_size, "4k");
	for (int i = 0; i < 1000; i++) {
		nrb_histogram_add(&sample.alloc_hist, (uint64_t)ns);
	}
	if (made.change != NULL) {
		made.change();
	}
	assert_int_equal(nrb_group_add(group, &sample), 0);
}

/* A record of the header and of made, as it would have been read. */
static struct nrb_compared *add(void)
{
	struct nrb_report_data data = { .file = "file", .header = &header, .roi = roi };
	struct nrb_compared *record = &records[n_records++];

	for (int block = 0; block < made.blocks; block++) {
		for (int mode = 0; mode <= made.last_mode; mode++) {
			add_cell(&data.group, mode, block);
		}
	}
	assert_int_equal(nrb_group_finish(&data.group), 0);
	assert_int_equal(
		nrb_contrasts_make(&data.contrasts, &data.group, &header, roi), 0);
	assert_int_equal(nrb_compared_make(record, &data, &keys), 0);
	nrb_contrasts_free(&data.contrasts);
	nrb_group_free(&data.group);
	return record;
}

static inline void bind(void)
{
	strcpy(sample.policy, "bind");
}

#define COMPARE_TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

#endif
