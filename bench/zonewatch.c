/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at zones over time. */
#include "nrb/zonewatch.h"

#include "nrb/diag.h"
#include "nrb/placement.h"
#include "nrb/stopword.h"
#include "nrb/topologynodes.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A thread of the holder, which meanwhile answers. */
struct watch {
	struct nrb_cell *cell;
	pthread_t thread;
	volatile int32_t stop;
	int rc;
};

static int64_t to_bytes(int64_t pages)
{
	return pages * nrb_zones_page_bytes();
}

/* The marks are printed with the boost that fragmentation gave them, which passes. */
static void note_marks(struct nrb_zone_sample *entry, const struct nrb_zone *zone)
{
	int64_t boost = zone->boost_pages != NRB_ABSENT ? zone->boost_pages : 0;

	entry->managed_bytes = to_bytes(zone->managed_pages);
	entry->min_bytes = to_bytes(zone->min_pages - boost);
	entry->low_bytes = to_bytes(zone->low_pages - boost);
	entry->high_bytes = to_bytes(zone->high_pages - boost);
	entry->samples = entry->below_low = entry->below_min = 0;
	entry->free_lowest_bytes = to_bytes(zone->free_pages);
}

static void note_zone(struct nrb_sample *sample, const struct nrb_zone *zone)
{
	struct nrb_zone_sample *entry = nrb_sample_zone(sample, zone->name);
	int64_t free_bytes = to_bytes(zone->free_pages);

	if (entry == NULL) {
		return;
	}
	if (entry->samples == NRB_ABSENT) {
		note_marks(entry, zone);
	}
	entry->samples++;
	entry->below_low += free_bytes < entry->low_bytes;
	entry->below_min += free_bytes < entry->min_bytes;
	if (free_bytes < entry->free_lowest_bytes) {
		entry->free_lowest_bytes = free_bytes;
	}
	nrb_histogram_add(&entry->free_hist, (uint64_t)free_bytes >> 10);
}

void nrb_zonewatch_note(
	struct nrb_sample *sample, const struct nrb_zones *zones, int node)
{
	for (int i = 0; i < zones->n; i++) {
		if (zones->zones[i].node == node) {
			note_zone(sample, &zones->zones[i]);
		}
	}
}

static int look(struct nrb_cell *cell)
{
	struct nrb_zones zones;
	int rc = nrb_zones_read(&zones, cell->root);

	if (rc == 0) {
		nrb_zonewatch_note(&cell->shared->sample, &zones, cell->arm.node);
		nrb_zones_finish(&zones);
	}
	return rc;
}

static void note_gap(struct nrb_sample *sample, uint64_t ns)
{
	if (sample->zone_gap_ns == NRB_ABSENT || (int64_t)ns > sample->zone_gap_ns) {
		sample->zone_gap_ns = (int64_t)ns;
	}
}

/* A look that comes late is not made up for: the gap is noted. */
static void *watch_zones(void *arg)
{
	struct watch *watch = arg;
	struct nrb_cell *cell = watch->cell;
	uint64_t last = nrb_clock_ns(), next = last;

	watch->rc = look(cell);
	while (watch->rc == 0 && !nrb_stopword_is_said(&watch->stop)) {
		uint64_t now;

		next += (uint64_t)cell->sizes.look_ns;
		nrb_clock_sleep_until(next);
		watch->rc = look(cell);
		now = nrb_clock_ns();
		note_gap(&cell->shared->sample, now - last);
		last = now;
		next = next > now ? next : now;
	}
	return NULL;
}

static int pin_elsewhere(const struct nrb_cell *cell)
{
	int node = nrb_topology_neighbour(cell->topology, cell->arm.cpu_node);
	struct nrb_idset cpus;

	if (node < 0) {
		return 0; /* the holder's own: the child's node */
	}
	nrb_topology_usable_cpus(cell->topology, node, &cpus);
	return nrb_placement_pin(&cpus);
}

/* Pinned first: a thread begins on the CPUs of who makes it. */
static int begin(struct nrb_cell *cell)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	int rc;

	if (watch == NULL) {
		return nrb_fail(-ENOMEM, "no memory for a watch");
	}
	rc = pin_elsewhere(cell);
	if (rc < 0) {
		free(watch);
		return rc;
	}
	watch->cell = cell;
	rc = -pthread_create(&watch->thread, NULL, watch_zones, watch);
	if (rc < 0) {
		free(watch);
		return nrb_fail(rc, "cannot start to watch zones");
	}
	cell->hold_state = watch;
	return 0;
}

static int end(struct nrb_cell *cell)
{
	struct watch *watch = cell->hold_state;
	int rc;

	nrb_stopword_say(&watch->stop);
	nrb_cell_join(cell, watch->thread);
	rc = watch->rc;
	free(watch);
	cell->hold_state = NULL;
	return rc;
}

int nrb_zonewatch_hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	(void)value;
	switch (what) {
	case NRB_HOLD_BEGIN:
		return begin(cell);
	case NRB_HOLD_END:
		return end(cell);
	default:
		return 0;
	}
}
