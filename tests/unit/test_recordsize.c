/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cell's line does not grow with what it measured, and the largest there can be is read. */
#include "nrb/record.h"
#include "nrb/recordcell.h"
#include "nrb/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct nrb_sample sample;

static size_t line_len(void)
{
	struct nrb_json *json = nrb_recordcell_json(&sample);
	size_t len = 0;
	char *text = NULL;

	assert_int_equal(nrb_json_dump(json, 0, &text, &len), 0);
	nrb_json_free(json);
	free(text);
	return len;
}

/* First touches of a normal machine: most alike, some in a tail. */
static size_t len_of(int64_t pages)
{
	struct nrb_rng rng = nrb_rng_init(1);

	nrb_sample_init(&sample);
	for (int64_t i = 0; i < pages; i++) {
		uint64_t tail = nrb_rng_below(&rng, 100) == 0 ? 1 << 16 : 1 << 8;

		nrb_histogram_add(&sample.alloc_hist, 1500 + nrb_rng_below(&rng, tail));
	}
	sample.alloc_pages = pages;
	nrb_sample_node(&sample, 0)->pages = pages;
	return line_len();
}

/* A thousand times the pages add the digits of their counts. */
static void test_pages_do_not_count(void **state)
{
	size_t few = len_of(4096), many = len_of(4096000);

	(void)state;
	assert_in_range(many, few, few + 8 * (size_t)NRB_HISTOGRAM_BUCKETS);
	/* to 16 TiB they are digits alone */
	for (int i = 0; i < NRB_HISTOGRAM_BUCKETS; i++) {
		sample.alloc_hist.count[i] *= 1000;
	}
	assert_in_range(line_len(), many, many + 3 * (size_t)NRB_HISTOGRAM_BUCKETS);
}

static void fill_fields(void *base, const struct nrb_field *fields)
{
	for (const struct nrb_field *f = fields; f->name != NULL; f++) {
		*nrb_field_at(base, f) = f->max;
	}
}

static void fill_histogram(struct nrb_histogram *histogram)
{
	histogram->n = histogram->sum_ns = histogram->max_ns = INT64_MAX;
	for (int i = 0; i < NRB_HISTOGRAM_BUCKETS; i++) {
		histogram->count[i] = (uint64_t)1 << 48;
	}
}

static void fill_lists(void)
{
	sample.n_nodes = NRB_MAX_NODES;
	for (int i = 0; i < NRB_MAX_NODES; i++) {
		fill_fields(&sample.nodes[i], nrb_node_fields);
	}
	sample.n_walks = NRB_MAX_WALKS;
	for (int i = 0; i < NRB_MAX_WALKS; i++) {
		fill_fields(&sample.walks[i], nrb_walk_fields);
		sample.walks[i].n_slices = NRB_MAX_SLICES;
		for (int k = 0; k < NRB_MAX_SLICES; k++) {
			sample.walks[i].slice_ns[k] = INT64_MAX;
		}
	}
	sample.n_looks = NRB_MAX_LOOKS;
	for (int i = 0; i < NRB_MAX_LOOKS; i++) {
		fill_fields(&sample.looks[i], nrb_look_fields);
	}
	for (int i = 0; i < NRB_MAX_ZONES; i++) {
		char name[16];
		struct nrb_zone_sample *zone;

		snprintf(name, sizeof(name), "Zone%d", i);
		zone = nrb_sample_zone(&sample, name);
		fill_fields(zone, nrb_zone_fields);
		fill_histogram(&zone->free_hist);
	}
}

/* Every field at its greatest, every bucket of every histogram in use, 256 nodes. */
static void test_the_largest_can_be_read(void **state)
{
	(void)state;
	nrb_sample_init(&sample);
	fill_fields(&sample, nrb_sample_fields);
	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		sample.counters.v[i] = sample.counters_after.v[i] = INT64_MAX;
	}
	for (const struct nrb_string_field *s = nrb_sample_strings; s->name != NULL;
		s++) {
		memset((char *)&sample + s->offset, '\\', s->len - 1);
	}
	fill_lists();
	fill_histogram(&sample.alloc_hist);
	fill_histogram(&sample.reread_hist);
	fill_histogram(&sample.return_hist);
	fill_histogram(&sample.serve_hist);
	fill_histogram(&sample.victim_hist);
	assert_in_range(line_len(), 1 << 20, NRB_RECORD_MAX_LINE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_do_not_count),
		cmocka_unit_test(test_the_largest_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
