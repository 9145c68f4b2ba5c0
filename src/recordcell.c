/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cell's line: what the field tables do not say (lists, counters, histograms). */
#include "nrb/recordcell.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Faults or reads of one cell in one bucket; so that no sum over cells overflows. */
#define MAX_BUCKET_COUNT ((int64_t)1 << 40)
#define MAX_NS           ((int64_t)1 << 60)

/* -- to JSON -- */

static struct nrb_json *counters_json(const struct nrb_counters *counters)
{
	struct nrb_json *object = nrb_json_object();

	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		if (counters->v[i] != NRB_ABSENT) {
			nrb_json_set_int(
				object, nrb_counter_table[i].name, counters->v[i]);
		}
	}
	return object;
}

static struct nrb_json *histogram_json(const struct nrb_histogram *h)
{
	struct nrb_json *object = nrb_json_object(), *buckets = nrb_json_array();

	for (unsigned int i = 0; i < NRB_HISTOGRAM_BUCKETS; i++) {
		if (h->count[i] > 0) {
			struct nrb_json *pair = nrb_json_array();

			nrb_json_append(pair, nrb_json_int(i));
			nrb_json_append(pair, nrb_json_int((int64_t)h->count[i]));
			nrb_json_append(buckets, pair);
		}
	}
	nrb_json_set_str(object, "layout", "loglinear");
	nrb_json_set_int(object, "bits", NRB_HISTOGRAM_BITS);
	nrb_json_set_int(object, "n", (int64_t)h->n);
	nrb_json_set_int(object, "sum_ns", (int64_t)h->sum_ns);
	nrb_json_set_int(object, "max_ns", (int64_t)h->max_ns);
	nrb_json_set(object, "buckets", buckets);
	return object;
}

static struct nrb_json *nodes_json(const struct nrb_sample *sample)
{
	struct nrb_json *array = nrb_json_array();

	for (int64_t i = 0; i < sample->n_nodes; i++) {
		struct nrb_json *object = nrb_json_object();

		nrb_fields_put(object, &sample->nodes[i], nrb_node_fields);
		nrb_json_append(array, object);
	}
	return array;
}

static struct nrb_json *walks_json(const struct nrb_sample *sample)
{
	struct nrb_json *array = nrb_json_array();

	for (int64_t i = 0; i < sample->n_walks; i++) {
		const struct nrb_walk *walk = &sample->walks[i];
		struct nrb_json *object = nrb_json_object(), *slices = nrb_json_array();

		nrb_fields_put(object, walk, nrb_walk_fields);
		for (int64_t j = 0; j < walk->n_slices; j++) {
			nrb_json_append(slices, nrb_json_int(walk->slice_ns[j]));
		}
		nrb_json_set(object, "slice_ns", slices);
		nrb_json_append(array, object);
	}
	return array;
}

static struct nrb_json *looks_json(const struct nrb_sample *sample)
{
	struct nrb_json *array = nrb_json_array();

	for (int64_t i = 0; i < sample->n_looks; i++) {
		struct nrb_json *object = nrb_json_object();

		nrb_fields_put(object, &sample->looks[i], nrb_look_fields);
		nrb_json_append(array, object);
	}
	return array;
}

static void put_histogram(
	struct nrb_json *object, const char *key, const struct nrb_histogram *h)
{
	if (h->n > 0) {
		nrb_json_set(object, key, histogram_json(h));
	}
}

static void put_phases(struct nrb_json *object, const struct nrb_sample *sample)
{
	struct nrb_json *cut = nrb_json_array(), *times = nrb_json_object();

	for (int i = 0; i < NRB_N_PHASES; i++) {
		const char *name = nrb_phase_name((enum nrb_phase)i);

		if (sample->cut[i]) {
			nrb_json_append(cut, nrb_json_str(name));
		}
		if (sample->phase_ns[i] != NRB_ABSENT) {
			nrb_json_set_int(times, name, sample->phase_ns[i]);
		}
	}
	nrb_json_set(object, "cut", cut);
	nrb_json_set(object, "phase_ns", times);
}

struct nrb_json *nrb_recordcell_json(const struct nrb_sample *sample)
{
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_str(object, "type", "cell");
	nrb_json_set_str(object, "status", nrb_status_name(sample->status));
	nrb_strings_put(object, sample, nrb_sample_strings);
	nrb_fields_put(object, sample, nrb_sample_fields);
	put_phases(object, sample);
	nrb_json_set(object, "counters", counters_json(&sample->counters));
	nrb_json_set(object, "counters_after", counters_json(&sample->counters_after));
	nrb_json_set(object, "nodes", nodes_json(sample));
	nrb_json_set(object, "walks", walks_json(sample));
	if (sample->n_looks > 0) {
		nrb_json_set(object, "looks", looks_json(sample));
	}
	put_histogram(object, "alloc_hist", &sample->alloc_hist);
	put_histogram(object, "reread_hist", &sample->reread_hist);
	put_histogram(object, "return_hist", &sample->return_hist);
	return object;
}

/* -- from JSON -- */

static int parse_status(
	const struct nrb_json *line, struct nrb_sample *sample, struct nrb_why *why)
{
	char word[NRB_WORD_LEN] = "";
	int rc = nrb_string_get(line, "status", word, sizeof(word), why);

	if (rc == -EPROTO) {
		return rc;
	}
	if (nrb_status_parse(word, &sample->status) < 0) {
		return nrb_why_set(why, "status is none of those known: '%s'", word);
	}
	return 0;
}

static int parse_counters(const struct nrb_json *line, const char *key,
	struct nrb_counters *counters, struct nrb_why *why)
{
	const struct nrb_json *object = nrb_json_get(line, key);

	if (object != NULL && !nrb_json_is_object(object)) {
		return nrb_why_set(why, "%s is no object", key);
	}
	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		/* a difference: may be below zero where the kernel set a counter back */
		int rc = nrb_int_get(object, nrb_counter_table[i].name, NRB_ABSENT + 1,
			INT64_MAX, &counters->v[i], why);

		if (rc == -EPROTO) {
			return rc;
		}
	}
	return 0;
}

static int parse_cut(
	const struct nrb_json *line, struct nrb_sample *sample, struct nrb_why *why)
{
	const struct nrb_json *array;
	int rc = nrb_array_get(line, "cut", NRB_N_PHASES, &array, why);
	const char *name;

	for (size_t i = 0; rc == 0 && i < nrb_json_count(array); i++) {
		if (nrb_json_as_str(nrb_json_at(array, i), &name) < 0) {
			return nrb_why_set(why, "cut holds what is no string");
		}
		for (int phase = 0; phase < NRB_N_PHASES; phase++) {
			if (strcmp(name, nrb_phase_name((enum nrb_phase)phase)) == 0) {
				sample->cut[phase] = true;
			}
		}
	}
	return rc;
}

static int parse_phases(
	const struct nrb_json *line, struct nrb_sample *sample, struct nrb_why *why)
{
	const struct nrb_json *times = nrb_json_get(line, "phase_ns");

	if (times != NULL && !nrb_json_is_object(times)) {
		return nrb_why_set(why, "phase_ns is no object");
	}
	for (int i = 0; i < NRB_N_PHASES; i++) {
		int rc = nrb_int_get(times, nrb_phase_name((enum nrb_phase)i), 0, MAX_NS,
			&sample->phase_ns[i], why);

		if (rc == -EPROTO) {
			return rc;
		}
	}
	return parse_cut(line, sample, why);
}

static int parse_bucket(const struct nrb_json *pair, const char *key, int64_t *last,
	struct nrb_histogram *h, struct nrb_why *why)
{
	int64_t bucket, count;

	if (nrb_json_count(pair) != 2 ||
		nrb_json_as_int(nrb_json_at(pair, 0), &bucket) < 0 ||
		nrb_json_as_int(nrb_json_at(pair, 1), &count) < 0) {
		return nrb_why_set(why, "%s: a bucket is not a pair of integers", key);
	}
	if (bucket < 0 || bucket >= NRB_HISTOGRAM_BUCKETS) {
		return nrb_why_set(why, "%s: there is no bucket %" PRId64, key, bucket);
	}
	if (bucket <= *last) {
		return nrb_why_set(
			why, "%s: bucket %" PRId64 " twice or out of order", key, bucket);
	}
	if (count < 1 || count > MAX_BUCKET_COUNT) {
		return nrb_why_set(why, "%s: bucket %" PRId64 " counts %" PRId64, key,
			bucket, count);
	}
	*last = bucket;
	h->count[bucket] = (uint64_t)count;
	h->n += (uint64_t)count;
	return 0;
}

static int parse_totals(const struct nrb_json *object, const char *key,
	int64_t last_bucket, struct nrb_histogram *h, struct nrb_why *why)
{
	int64_t bits = 0, n = -1, sum = -1, max = -1;

	if (nrb_int_get(object, "bits", 0, 63, &bits, why) == -EPROTO ||
		nrb_int_get(object, "n", 0, MAX_NS, &n, why) == -EPROTO ||
		nrb_int_get(object, "sum_ns", 0, MAX_NS, &sum, why) == -EPROTO ||
		nrb_int_get(object, "max_ns", 0, MAX_NS, &max, why) == -EPROTO) {
		return -EPROTO;
	}
	if (bits != NRB_HISTOGRAM_BITS) {
		return nrb_why_set(why, "%s: of %" PRId64 " bits, not %d", key, bits,
			NRB_HISTOGRAM_BITS);
	}
	if (n < 0 || sum < 0 || max < 0 || (uint64_t)n != h->n) {
		return nrb_why_set(why, "%s: the buckets do not add up to n", key);
	}
	if (n > 0 && (int64_t)nrb_histogram_bucket((uint64_t)max) != last_bucket) {
		return nrb_why_set(why, "%s: max_ns is not in the last bucket", key);
	}
	h->sum_ns = (uint64_t)sum;
	h->max_ns = (uint64_t)max;
	return 0;
}

static int parse_histogram(const struct nrb_json *line, const char *key,
	struct nrb_histogram *h, struct nrb_why *why)
{
	const struct nrb_json *object = nrb_json_get(line, key), *buckets;
	int64_t last = -1;
	int rc;

	if (object == NULL) {
		return 0;
	}
	rc = nrb_array_get(object, "buckets", NRB_HISTOGRAM_BUCKETS, &buckets, why);
	for (size_t i = 0; rc == 0 && i < nrb_json_count(buckets); i++) {
		rc = parse_bucket(nrb_json_at(buckets, i), key, &last, h, why);
	}
	return rc < 0 ? rc : parse_totals(object, key, last, h, why);
}

static bool has_node(const struct nrb_header *header, int64_t node)
{
	for (int64_t i = 0; i < header->n_nodes; i++) {
		if (header->nodes[i] == node) {
			return true;
		}
	}
	return node == NRB_ABSENT || header->n_nodes == 0;
}

static int check_node(const struct nrb_header *header, const char *key, int64_t node,
	struct nrb_why *why)
{
	if (!has_node(header, node)) {
		return nrb_why_set(why, "%s: node %" PRId64 " is not one of the header's",
			key, node);
	}
	return 0;
}

static int parse_nodes(const struct nrb_json *line, const struct nrb_header *header,
	struct nrb_sample *sample, struct nrb_why *why)
{
	const struct nrb_json *array;
	int rc = nrb_array_get(line, "nodes", NRB_MAX_NODES, &array, why);

	for (size_t i = 0; rc == 0 && i < nrb_json_count(array); i++) {
		const struct nrb_json *object = nrb_json_at(array, i);
		int64_t node = NRB_ABSENT;

		if (nrb_int_get(object, "node", 0, NRB_MAX_NODE_NUMBER, &node, why) < 0) {
			return nrb_why_set(why, "nodes: an element without a good node");
		}
		if (nrb_sample_find_node(sample, (int)node) != NULL) {
			return nrb_why_set(why, "nodes: node %" PRId64 " twice", node);
		}
		rc = check_node(header, "nodes", node, why);
		if (rc == 0) {
			rc = nrb_fields_get(object, nrb_sample_node(sample, (int)node),
				nrb_node_fields, why);
		}
	}
	return rc;
}

static int parse_slices(
	const struct nrb_json *object, struct nrb_walk *walk, struct nrb_why *why)
{
	const struct nrb_json *slices;
	int rc = nrb_array_get(object, "slice_ns", NRB_MAX_SLICES, &slices, why);

	for (size_t i = 0; rc == 0 && i < nrb_json_count(slices); i++) {
		int64_t ns = -1;

		if (nrb_json_as_int(nrb_json_at(slices, i), &ns) < 0 || ns < 0 ||
			ns > MAX_NS) {
			return nrb_why_set(why, "slice_ns: no time, or out of range");
		}
		walk->slice_ns[walk->n_slices++] = ns;
	}
	return rc;
}

static int parse_walks(const struct nrb_json *line, const struct nrb_header *header,
	struct nrb_sample *sample, struct nrb_why *why)
{
	const struct nrb_json *array;
	int rc = nrb_array_get(line, "walks", NRB_MAX_WALKS, &array, why);

	for (size_t i = 0; rc == 0 && i < nrb_json_count(array); i++) {
		const struct nrb_json *object = nrb_json_at(array, i);
		struct nrb_walk *walk = &sample->walks[sample->n_walks++];

		if (!nrb_json_is_object(object)) {
			return nrb_why_set(why, "walks: an element is no object");
		}
		for (const struct nrb_field *f = nrb_walk_fields; f->name != NULL; f++) {
			*nrb_field_at(walk, f) = NRB_ABSENT;
		}
		rc = nrb_fields_get(object, walk, nrb_walk_fields, why);
		if (rc == 0) {
			rc = check_node(header, "walks", walk->node, why);
		}
		if (rc == 0) {
			rc = parse_slices(object, walk, why);
		}
	}
	return rc;
}

static int parse_looks(const struct nrb_json *line, const struct nrb_header *header,
	struct nrb_sample *sample, struct nrb_why *why)
{
	const struct nrb_json *array;
	int rc = nrb_array_get(line, "looks", NRB_MAX_LOOKS, &array, why);

	for (size_t i = 0; rc == 0 && i < nrb_json_count(array); i++) {
		const struct nrb_json *object = nrb_json_at(array, i);
		struct nrb_look *look = nrb_sample_look(sample, NRB_ABSENT, 0);

		look->node = NRB_ABSENT;
		rc = nrb_fields_get(object, look, nrb_look_fields, why);
		if (rc == 0 && (look->t_ns == NRB_ABSENT || look->node == NRB_ABSENT)) {
			rc = nrb_why_set(why, "looks: a look needs t_ns and node");
		}
		if (rc == 0) {
			rc = check_node(header, "looks", look->node, why);
		}
	}
	return rc;
}

static int check_required(const struct nrb_sample *sample,
	const struct nrb_header *header, struct nrb_why *why)
{
	int rc;

	if (sample->cell == NRB_ABSENT || sample->block == NRB_ABSENT ||
		sample->scenario[0] == '\0') {
		return nrb_why_set(why, "a cell needs cell, block and scenario");
	}
	rc = check_node(header, "node", sample->node, why);
	return rc < 0 ? rc : check_node(header, "cpu_node", sample->cpu_node, why);
}

int nrb_recordcell_parse(const struct nrb_json *line, const struct nrb_header *header,
	struct nrb_sample *sample, struct nrb_why *why)
{
	int rc;

	nrb_sample_init(sample);
	if ((rc = parse_status(line, sample, why)) < 0 ||
		(rc = nrb_strings_get(line, sample, nrb_sample_strings, why)) < 0 ||
		(rc = nrb_fields_get(line, sample, nrb_sample_fields, why)) < 0 ||
		(rc = check_required(sample, header, why)) < 0 ||
		(rc = parse_phases(line, sample, why)) < 0 ||
		(rc = parse_counters(line, "counters", &sample->counters, why)) < 0 ||
		(rc = parse_counters(
			 line, "counters_after", &sample->counters_after, why)) < 0 ||
		(rc = parse_nodes(line, header, sample, why)) < 0 ||
		(rc = parse_walks(line, header, sample, why)) < 0 ||
		(rc = parse_looks(line, header, sample, why)) < 0 ||
		(rc = parse_histogram(line, "alloc_hist", &sample->alloc_hist, why)) <
			0 ||
		(rc = parse_histogram(line, "reread_hist", &sample->reread_hist, why)) <
			0 ||
		(rc = parse_histogram(line, "return_hist", &sample->return_hist, why)) <
			0) {
		return rc;
	}
	return 0;
}
