/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The field tables: complete, without double names, true to their struct. */
#include "nrb/sample.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct nrb_sample sample;

static int count_fields(const struct nrb_field *fields)
{
	int n = 0;

	for (; fields[n].name != NULL; n++) {
		assert_true(fields[n].help[0] != '\0');
		assert_true(fields[n].min < fields[n].max);
		assert_true(fields[n].min > NRB_ABSENT);
		for (int i = 0; i < n; i++) {
			assert_string_not_equal(fields[i].name, fields[n].name);
			assert_true(fields[i].offset < fields[n].offset);
		}
	}
	return n;
}

/* An integer without a row would never reach the record: count the struct's words. */
static void test_complete(void **state)
{
	size_t strings = 0, others;

	(void)state;
	for (const struct nrb_string_field *s = nrb_sample_strings; s->name != NULL;
		s++) {
		strings += s->len;
	}
	others =
		sizeof(sample.phase_ns) + sizeof(sample.counters) +
		sizeof(sample.counters_after) + sizeof(sample.n_nodes) +
		sizeof(sample.nodes) + sizeof(sample.n_walks) + sizeof(sample.walks) +
		sizeof(sample.n_looks) + sizeof(sample.looks) +
		sizeof(sample.alloc_hist) + sizeof(sample.reread_hist) +
		sizeof(sample.return_hist) + sizeof(sample.victim_hist) +
		sizeof(sample.n_zones) + sizeof(sample.zones) +
		sizeof(sample.serve_hist) + sizeof(sample.reclaim_hist) +
		/* status and cut[], with the gaps that align what follows */
		(offsetof(struct nrb_sample, phase_ns) -
			(offsetof(struct nrb_sample, note) + sizeof(sample.note))) +
		(offsetof(struct nrb_sample, note) - offsetof(struct nrb_sample, status));
	assert_int_equal((size_t)count_fields(nrb_sample_fields) * sizeof(int64_t) +
				 strings + others,
		sizeof(sample));
	assert_int_equal(count_fields(nrb_node_fields) * sizeof(int64_t),
		sizeof(struct nrb_node_sample));
	/* slices and their number apart */
	assert_int_equal(count_fields(nrb_walk_fields) * sizeof(int64_t),
		offsetof(struct nrb_walk, slice_ns) - sizeof(int64_t));
	assert_int_equal(
		count_fields(nrb_look_fields) * sizeof(int64_t), sizeof(struct nrb_look));
	/* name and histogram apart */
	assert_int_equal(count_fields(nrb_zone_fields) * sizeof(int64_t),
		offsetof(struct nrb_zone_sample, free_hist) -
			offsetof(struct nrb_zone_sample, managed_bytes));
}

static void test_counters(void **state)
{
	(void)state;
	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		assert_non_null(nrb_counter_table[i].name);
		assert_non_null(nrb_counter_table[i].keys);
		assert_non_null(nrb_counter_table[i].help);
		for (int j = 0; j < i; j++) {
			assert_string_not_equal(
				nrb_counter_table[i].name, nrb_counter_table[j].name);
		}
	}
}

static void test_names(void **state)
{
	enum nrb_status status;

	(void)state;
	for (int i = 0; i < NRB_N_STATUSES; i++) {
		assert_int_equal(
			nrb_status_parse(nrb_status_name((enum nrb_status)i), &status),
			0);
		assert_int_equal(status, i);
	}
	assert_int_equal(nrb_status_parse("", &status), -EINVAL);
	assert_int_equal(nrb_status_parse("OK", &status), -EINVAL);
	for (int i = 0; i < NRB_N_PHASES; i++) {
		assert_non_null(nrb_phase_name((enum nrb_phase)i));
	}
}

static void test_init(void **state)
{
	(void)state;
	memset(&sample, 0x55, sizeof(sample));
	nrb_sample_init(&sample);
	for (const struct nrb_field *f = nrb_sample_fields; f->name != NULL; f++) {
		assert_true(nrb_field_get(&sample, f) == NRB_ABSENT);
	}
	assert_true(sample.counters.v[NRB_OOM_KILL] == NRB_ABSENT);
	assert_true(sample.counters_after.v[0] == NRB_ABSENT);
	assert_true(sample.phase_ns[NRB_PHASE_DONE] == NRB_ABSENT);
	assert_int_equal(sample.status, NRB_STATUS_OK);
	assert_int_equal(sample.alloc_hist.n, 0);
	assert_string_equal(sample.note, "");
}

static void test_drop(void **state)
{
	(void)state;
	nrb_sample_init(&sample);
	sample.cell = 3;
	sample.mode = 7;
	sample.wall_ns = 5;
	sample.phase_ns[NRB_PHASE_FILL] = 6;
	sample.status = NRB_STATUS_KILLED;
	strcpy(sample.note, "signal 9");
	sample.fill_asked_bytes = sample.alloc_bytes = sample.serve_ns =
		sample.involuntary_switches = 1;
	sample.counters.v[NRB_PGDEMOTE] = sample.counters_after.v[NRB_PGDEMOTE] = 1;
	nrb_sample_node(&sample, 0)->pages = 1;
	sample.n_walks = 1;
	assert_non_null(nrb_sample_look(&sample, 1, 0));
	nrb_histogram_add(&sample.alloc_hist, 5);
	nrb_histogram_add(&sample.return_hist, 5);
	nrb_histogram_add(&sample.serve_hist, 5);
	nrb_histogram_add(&sample.reclaim_hist, 5);
	nrb_sample_drop_measured(&sample);
	assert_int_equal(sample.cell, 3);
	assert_int_equal(sample.mode, 7);
	assert_int_equal(sample.wall_ns, 5);
	assert_int_equal(sample.phase_ns[NRB_PHASE_FILL], 6);
	assert_int_equal(sample.status, NRB_STATUS_KILLED);
	assert_string_equal(sample.note, "signal 9");
	assert_true(sample.fill_asked_bytes == NRB_ABSENT);
	assert_true(sample.alloc_bytes == NRB_ABSENT);
	assert_true(sample.serve_ns == NRB_ABSENT);
	assert_true(sample.involuntary_switches == NRB_ABSENT);
	assert_true(sample.counters.v[NRB_PGDEMOTE] == NRB_ABSENT);
	assert_true(sample.counters_after.v[NRB_PGDEMOTE] == NRB_ABSENT);
	assert_int_equal(sample.n_nodes + sample.n_walks + sample.n_looks, 0);
	assert_int_equal(sample.alloc_hist.n + sample.return_hist.n +
				 sample.serve_hist.n + sample.reclaim_hist.n,
		0);
}

static void test_nodes(void **state)
{
	(void)state;
	nrb_sample_init(&sample);
	assert_null(nrb_sample_find_node(&sample, 5));
	assert_int_equal(nrb_sample_node(&sample, 5)->node, 5);
	assert_true(sample.nodes[0].pages == NRB_ABSENT);
	sample.nodes[0].pages = 9;
	assert_int_equal(nrb_sample_node(&sample, 5)->pages, 9);
	assert_int_equal(sample.n_nodes, 1);
	for (int node = 0; node < NRB_MAX_NODES; node++) {
		assert_non_null(nrb_sample_node(&sample, node));
	}
	assert_null(nrb_sample_node(&sample, 1000));
	assert_int_equal(sample.n_nodes, NRB_MAX_NODES);
}

static void test_looks(void **state)
{
	(void)state;
	nrb_sample_init(&sample);
	for (int i = 0; i < NRB_MAX_LOOKS; i++) {
		struct nrb_look *look = nrb_sample_look(&sample, 1000 + i, i % 2);

		assert_non_null(look);
		assert_int_equal(look->t_ns, 1000 + i);
		assert_int_equal(look->node, i % 2);
		assert_true(look->dirty_bytes == NRB_ABSENT);
	}
	assert_null(nrb_sample_look(&sample, 1, 0));
	assert_int_equal(sample.n_looks, NRB_MAX_LOOKS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
