/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cell's line: what the field tables do not say (lists, counters, histograms). */
#include "nrb/recordcell.h"

#include "nrb/recordhistogram.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define MAX_NS ((int64_t)1 << 60)

/* Those of times. */
static const struct {
	const char *key;
	size_t offset;
} histograms[] = {
	{ "alloc_hist", offsetof(struct nrb_sample, alloc_hist) },
	{ "reread_hist", offsetof(struct nrb_sample, reread_hist) },
	{ "return_hist", offsetof(struct nrb_sample, return_hist) },
	{ "victim_hist", offsetof(struct nrb_sample, victim_hist) },
	{ "serve_hist", offsetof(struct nrb_sample, serve_hist) },
	{ "reclaim_hist", offsetof(struct nrb_sample, reclaim_hist) },
};

enum { N_HISTOGRAMS = sizeof(histograms) / sizeof(*histograms) };

/* -- to JSON -- */

static struct nrb_json *counters_json(const struct nrb_counters *counters)
{
	struct nrb_json *object = nrb_json_object();

	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		nrb_json_set_known(object, nrb_counter_table[i].name, counters->v[i]);
	}
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

static void put_phases(struct nrb_json *object, const struct nrb_sample *sample)
{
	struct nrb_json *cut = nrb_json_array(), *times = nrb_json_object();

	for (int i = 0; i < NRB_N_PHASES; i++) {
		const char *name = nrb_phase_name((enum nrb_phase)i);

		if (sample->cut[i]) {
			nrb_json_append(cut, nrb_json_str(name));
		}
		nrb_json_set_known(times, name, sample->phase_ns[i]);
	}
	nrb_json_set(object, "cut", cut);
	nrb_json_set(object, "phase_ns", times);
}

static struct nrb_json *zones_json(const struct nrb_sample *sample)
{
	struct nrb_json *array = nrb_json_array();

	for (int64_t i = 0; i < sample->n_zones; i++) {
		const struct nrb_zone_sample *zone = &sample->zones[i];
		struct nrb_json *object = nrb_json_object();

		nrb_json_set_str(object, "name", zone->name);
		nrb_fields_put(object, zone, nrb_zone_fields);
		nrb_recordhistogram_put(object, "free_hist", &zone->free_hist, "kib");
		nrb_json_append(array, object);
	}
	return array;
}

static void put_histograms(struct nrb_json *object, const struct nrb_sample *sample)
{
	for (size_t i = 0; i < N_HISTOGRAMS; i++) {
		nrb_recordhistogram_put(object, histograms[i].key,
			(const void *)((const char *)sample + histograms[i].offset),
			"ns");
	}
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
	if (sample->n_zones > 0) {
		nrb_json_set(object, "zones", zones_json(sample));
	}
	put_histograms(object, sample);
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

static int parse_zone(
	const struct nrb_json *object, struct nrb_sample *sample, struct nrb_why *why)
{
	char name[sizeof(sample->zones[0].name)] = "";
	struct nrb_zone_sample *zone;
	int64_t before = sample->n_zones;
	int rc = nrb_string_get(object, "name", name, sizeof(name), why);

	if (rc == -EPROTO) {
		return rc;
	}
	zone = nrb_sample_zone(sample, name);
	if (name[0] == '\0' || sample->n_zones == before) {
		return nrb_why_set(why, "zones: a name is missing, or there twice");
	}
	rc = nrb_fields_get(object, zone, nrb_zone_fields, why);
	return rc < 0 ? rc
		      : nrb_recordhistogram_get(
				object, "free_hist", &zone->free_hist, "kib", why);
}

static int parse_zones(
	const struct nrb_json *line, struct nrb_sample *sample, struct nrb_why *why)
{
	const struct nrb_json *array;
	int rc = nrb_array_get(line, "zones", NRB_MAX_ZONES, &array, why);

	for (size_t i = 0; rc == 0 && i < nrb_json_count(array); i++) {
		rc = parse_zone(nrb_json_at(array, i), sample, why);
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
	rc = rc < 0 ? rc : check_node(header, "cpu_node", sample->cpu_node, why);
	return rc < 0 ? rc : check_node(header, "victim_node", sample->victim_node, why);
}

static int parse_histograms(
	const struct nrb_json *line, struct nrb_sample *sample, struct nrb_why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < N_HISTOGRAMS; i++) {
		rc = nrb_recordhistogram_get(line, histograms[i].key,
			(void *)((char *)sample + histograms[i].offset), "ns", why);
	}
	return rc;
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
		(rc = parse_zones(line, sample, why)) < 0 ||
		(rc = parse_histograms(line, sample, why)) < 0) {
		return rc;
	}
	return 0;
}
