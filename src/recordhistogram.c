/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms to and from JSON: buckets that are empty are left out. */
#include "nrb/recordhistogram.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* Values of one cell in one bucket; so that no sum over cells overflows. */
#define MAX_BUCKET_COUNT ((int64_t)1 << 40)
#define MAX_VALUE        ((int64_t)1 << 60)

enum { KEY_LEN = 16 };

/* "sum_ns" */
static const char *key_of(char key[KEY_LEN], const char *what, const char *unit)
{
	snprintf(key, KEY_LEN, "%s_%s", what, unit);
	return key;
}

static struct nrb_json *histogram_json(const struct nrb_histogram *h, const char *unit)
{
	struct nrb_json *object = nrb_json_object(), *buckets = nrb_json_array();
	char key[KEY_LEN];

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
	nrb_json_set_int(object, key_of(key, "sum", unit), (int64_t)h->sum_ns);
	nrb_json_set_int(object, key_of(key, "max", unit), (int64_t)h->max_ns);
	nrb_json_set(object, "buckets", buckets);
	return object;
}

void nrb_recordhistogram_put(struct nrb_json *object, const char *key,
	const struct nrb_histogram *h, const char *unit)
{
	if (h->n > 0) {
		nrb_json_set(object, key, histogram_json(h, unit));
	}
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

static int parse_totals(const struct nrb_json *object, const char *key, const char *unit,
	int64_t last_bucket, struct nrb_histogram *h, struct nrb_why *why)
{
	int64_t bits = 0, n = -1, sum = -1, max = -1;
	char name[KEY_LEN];

	if (nrb_int_get(object, "bits", 0, 63, &bits, why) == -EPROTO ||
		nrb_int_get(object, "n", 0, MAX_VALUE, &n, why) == -EPROTO ||
		nrb_int_get(object, key_of(name, "sum", unit), 0, MAX_VALUE, &sum, why) ==
			-EPROTO ||
		nrb_int_get(object, key_of(name, "max", unit), 0, MAX_VALUE, &max, why) ==
			-EPROTO) {
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
		return nrb_why_set(
			why, "%s: max_%s is not in the last bucket", key, unit);
	}
	h->sum_ns = (uint64_t)sum;
	h->max_ns = (uint64_t)max;
	return 0;
}

int nrb_recordhistogram_get(const struct nrb_json *line, const char *key,
	struct nrb_histogram *h, const char *unit, struct nrb_why *why)
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
	return rc < 0 ? rc : parse_totals(object, key, unit, last, h, why);
}
