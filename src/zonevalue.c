/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What headroom's looks at the zones of a node come to. */
#include "nrb/zonevalue.h"

#include "nrb/histogram.h"

#include <math.h>
#include <string.h>

enum { TINY_PART = 16 /* of a node */ };

static double known(int64_t value)
{
	return value != NRB_ABSENT ? (double)value : NAN;
}

static double part_of(int64_t part, int64_t whole)
{
	return whole > 0 ? known(part) / (double)whole : NAN;
}

/* Atomic requests, which headroom is for, are of memory that cannot be moved. */
static bool may_be_atomic(const struct nrb_zone_sample *zone)
{
	return zone->managed_bytes != NRB_ABSENT && zone->min_bytes != NRB_ABSENT &&
	       strcmp(zone->name, "Movable") != 0;
}

/* Of those zones, the worst; but a tiny one is kept back for those who can use no other, and tells
 * nothing. worse: fmin or fmax, which pass what is not known by. */
static double worst_zone(const struct nrb_sample *s,
	double (*of)(const struct nrb_zone_sample *zone),
	double (*worse)(double one, double two))
{
	double worst = NAN;
	int64_t all = 0;

	for (int64_t i = 0; i < s->n_zones; i++) {
		all += may_be_atomic(&s->zones[i]) ? s->zones[i].managed_bytes : 0;
	}
	for (int64_t i = 0; i < s->n_zones; i++) {
		const struct nrb_zone_sample *zone = &s->zones[i];

		if (may_be_atomic(zone) && zone->managed_bytes >= all / TINY_PART) {
			worst = worse(worst, of(zone));
		}
	}
	return worst;
}

static double zone_free_lowest(const struct nrb_zone_sample *zone)
{
	return known(zone->free_lowest_bytes);
}

static double zone_lowest(const struct nrb_zone_sample *zone)
{
	return zone_free_lowest(zone) - (double)zone->min_bytes;
}

static double zone_at(const struct nrb_zone_sample *zone, double q)
{
	return nrb_histogram_quantile_ns(&zone->free_hist, q) * 1024 -
	       (double)zone->min_bytes;
}

static double zone_p1(const struct nrb_zone_sample *zone)
{
	return zone_at(zone, 0.01);
}

static double zone_p50(const struct nrb_zone_sample *zone)
{
	return zone_at(zone, 0.5);
}

static double zone_below_low(const struct nrb_zone_sample *zone)
{
	return part_of(zone->below_low, zone->samples);
}

static double zone_below_min(const struct nrb_zone_sample *zone)
{
	return part_of(zone->below_min, zone->samples);
}

double nrb_zonevalue_free_lowest(const struct nrb_sample *s)
{
	return worst_zone(s, zone_free_lowest, fmin);
}

double nrb_zonevalue_lowest(const struct nrb_sample *s)
{
	return worst_zone(s, zone_lowest, fmin);
}

double nrb_zonevalue_p1(const struct nrb_sample *s)
{
	return worst_zone(s, zone_p1, fmin);
}

double nrb_zonevalue_p50(const struct nrb_sample *s)
{
	return worst_zone(s, zone_p50, fmin);
}

double nrb_zonevalue_below_low(const struct nrb_sample *s)
{
	return worst_zone(s, zone_below_low, fmax);
}

double nrb_zonevalue_below_min(const struct nrb_sample *s)
{
	return worst_zone(s, zone_below_min, fmax);
}
