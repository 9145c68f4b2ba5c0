/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones out of /proc/zoneinfo, by key: each kernel adds lines and moves others. */
#include "nrb/zones.h"

#include "nrb/diag.h"
#include "nrb/sample.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ZONEINFO "proc/zoneinfo"

/* What no machine has: sums over the zones of a node, in bytes too, then stay within 64 bits. */
static const int64_t max_pages = (int64_t)1 << 40;

/* The values that a zone's lines give, by the line's first word, or by its second where that
 * is "pages". Those of the per-CPU lists end in a colon, so "high:" is not "high". */
struct key {
	const char *name;
	size_t offset;
};

/* clang-format off */
#define AT(field) offsetof(struct nrb_zone, field)
static const struct key keys[] = {
	{ "free",                 AT(free_pages) },
	{ "boost",                AT(boost_pages) },
	{ "min",                  AT(min_pages) },
	{ "low",                  AT(low_pages) },
	{ "high",                 AT(high_pages) },
	{ "promo",                AT(promo_pages) },
	{ "spanned",              AT(spanned_pages) },
	{ "present",              AT(present_pages) },
	{ "managed",              AT(managed_pages) },
	{ "cma",                  AT(cma_pages) },
	{ "nr_free_cma",          AT(free_cma_pages) },
	{ "reserved_highatomic:", AT(reserved_highatomic_pages) },
	{ "free_highatomic:",     AT(free_highatomic_pages) },
	{ "nr_active_file",       AT(of_node.active_file_pages) },
	{ "nr_inactive_file",     AT(of_node.inactive_file_pages) },
	{ "nr_file_pages",        AT(of_node.file_pages) },
	{ "nr_mapped",            AT(of_node.mapped_pages) },
	{ "nr_dirty",             AT(of_node.dirty_pages) },
	{ "nr_writeback",         AT(of_node.writeback_pages) },
	{ "nr_shmem",             AT(of_node.shmem_pages) },
	{ "nr_anon_pages",        AT(of_node.anon_pages) },
	{ "nr_slab_reclaimable",  AT(of_node.slab_reclaimable_pages) },
	{ NULL, 0 },
};
#undef AT

#define AT(field) offsetof(struct nrb_zone_list, field)
static const struct key list_keys[] = {
	{ "count:",    AT(count_pages) },
	{ "high:",     AT(high_pages) },
	{ "high_min:", AT(high_min_pages) },
	{ "batch:",    AT(batch_pages) },
	{ NULL, 0 },
};
#undef AT
/* clang-format on */

static bool is_number_of_pages(int64_t value)
{
	return value >= 0 && value <= max_pages;
}

static bool parse_protection(struct nrb_zone *zone, const char *text)
{
	zone->n_protections = 0;
	text += strcspn(text, "(") + 1;
	while (zone->n_protections < NRB_ZONE_PROTECTIONS) {
		char *end;
		long long pages = strtoll(text, &end, 10);

		if (end == text) {
			break;
		}
		if (!is_number_of_pages(pages)) {
			return false;
		}
		zone->protection_pages[zone->n_protections++] = pages;
		text = end + strspn(end, ", ");
	}
	return true;
}

/* Of each CPU: up to so much may wait there to be added to the zone's counters. */
static bool parse_threshold(struct nrb_zone *zone, const char *line)
{
	int64_t pages;

	if (sscanf(line, " vm stats threshold: %" SCNd64, &pages) != 1) {
		return false;
	}
	zone->drift_pages += is_number_of_pages(pages) ? pages : 0;
	return true;
}

/* A list of count items, one more; full at powers of two. Returns 0, -ENOMEM with a message. */
static int grow(void **items, int count, size_t item_bytes)
{
	if ((count & (count - 1)) == 0) {
		size_t room = count > 0 ? 2 * (size_t)count : 1;
		void *grown = realloc(*items, room * item_bytes);

		if (grown == NULL) {
			return nrb_fail(-ENOMEM, "no memory for %zu zones", room);
		}
		*items = grown;
	}
	return 0;
}

/* "    cpu: 0" begins one. */
static int begin_list(struct nrb_zones *zones, struct nrb_zone *zone, int64_t cpu)
{
	void *lists = zones->lists;
	int rc = grow(&lists, zones->n_lists, sizeof(*zones->lists));

	if (rc < 0) {
		return rc;
	}
	zones->lists = lists;
	zones->lists[zones->n_lists++] = (struct nrb_zone_list){ .cpu = (int)cpu,
		.count_pages = NRB_ABSENT,
		.high_pages = NRB_ABSENT,
		.high_min_pages = NRB_ABSENT,
		.batch_pages = NRB_ABSENT };
	zone->n_lists++;
	return 0;
}

/* A line of a CPU's list. What is no number is not told. */
static int parse_list_line(
	struct nrb_zones *zones, struct nrb_zone *zone, const char *line)
{
	char word[32];
	int64_t value;

	if (zone->node < 0 || sscanf(line, " %31s %" SCNd64, word, &value) != 2 ||
		!is_number_of_pages(value)) {
		return 0;
	}
	if (strcmp(word, "cpu:") == 0 && value < NRB_IDSET_MAX) {
		return begin_list(zones, zone, value);
	}
	for (const struct key *key = list_keys; zone->n_lists > 0 && key->name != NULL;
		key++) {
		if (strcmp(word, key->name) == 0) {
			struct nrb_zone_list *list = &zones->lists[zones->n_lists - 1];

			*(int64_t *)((char *)list + key->offset) = value;
		}
	}
	return 0;
}

/* False for a number that cannot be. */
static bool parse_line(struct nrb_zone *zone, const char *line)
{
	char word[32];
	int64_t value;

	if (strstr(line, "protection: (") != NULL) {
		return parse_protection(zone, line);
	}
	if (strcmp(line, "  per-node stats") == 0) {
		zone->has_node = true;
		return true;
	}
	if (parse_threshold(zone, line)) {
		return true;
	}
	if (sscanf(line, " pages %31s %" SCNd64, word, &value) != 2 &&
		sscanf(line, " %31s %" SCNd64, word, &value) != 2) {
		return true;
	}
	if (strcmp(word, "count:") == 0) {
		zone->pcp_pages += is_number_of_pages(value) ? value : 0;
		return true;
	}
	for (const struct key *key = keys; key->name != NULL; key++) {
		if (strcmp(word, key->name) == 0) {
			*(int64_t *)((char *)zone + key->offset) = value;
			return is_number_of_pages(value);
		}
	}
	return true;
}

static void clear_zone(struct nrb_zone *zone)
{
	*zone = (struct nrb_zone){ 0 };
	for (const struct key *key = keys; key->name != NULL; key++) {
		*(int64_t *)((char *)zone + key->offset) = NRB_ABSENT;
	}
}

static int append(struct nrb_zones *zones, const struct nrb_zone *zone)
{
	void *grown = zones->zones;
	int rc = grow(&grown, zones->n, sizeof(*zones->zones));

	if (rc < 0) {
		return rc;
	}
	zones->zones = grown;
	zones->zones[zones->n++] = *zone;
	return 0;
}

/* Keep the zone that was read, if it has memory. Every mark must be there: a zone without one
 * is not what we know how to judge. */
static int end_zone(struct nrb_zones *zones, const struct nrb_zone *zone)
{
	if (zone->node < 0 || zone->managed_pages <= 0) {
		return 0;
	}
	if (zone->free_pages == NRB_ABSENT || zone->min_pages == NRB_ABSENT ||
		zone->low_pages == NRB_ABSENT || zone->high_pages == NRB_ABSENT) {
		return nrb_fail(-EPROTO,
			"/%s: node %d, zone %s lacks free, min, low or high", ZONEINFO,
			zone->node, zone->name);
	}
	return append(zones, zone);
}

/* Zones without memory are listed too (4.12 and later), so the first node names every kind. */
static void note_kind(struct nrb_zones *zones, const struct nrb_zone *zone)
{
	if (strcmp(zone->name, "Normal") == 0) {
		zones->normal_index = zone->index;
	} else if (strcmp(zone->name, "Movable") == 0) {
		zones->movable_index = zone->index;
	}
}

/* Nodes come by rising number. */
static int begin_zone(
	struct nrb_zones *zones, struct nrb_zone *zone, struct nrb_zone *head)
{
	head->index = head->node == zone->node ? zone->index + 1 : 0;
	if (head->node < 0 || head->node < zone->node ||
		head->node > NRB_MAX_NODE_NUMBER || head->index == NRB_MAX_NODE_ZONES) {
		return nrb_fail(-EPROTO, "/%s: node %d, zone %s is out of order",
			ZONEINFO, head->node, head->name);
	}
	*zone = *head;
	zone->first_list = zones->n_lists;
	note_kind(zones, zone);
	return 0;
}

static int parse(struct nrb_zones *zones, char *text)
{
	struct nrb_zone zone = { .node = -1 }, head;
	char *line;
	int rc = 0;

	while (rc == 0 && (line = strsep(&text, "\n")) != NULL) {
		clear_zone(&head);
		if (sscanf(line, "Node %d, zone %15s", &head.node, head.name) == 2) {
			rc = end_zone(zones, &zone);
			rc = rc == 0 ? begin_zone(zones, &zone, &head) : rc;
		} else if (!parse_line(&zone, line)) {
			rc = nrb_fail(-EPROTO,
				"/%s: node %d, zone %s has a number that cannot be",
				ZONEINFO, zone.node, zone.name);
		} else {
			rc = parse_list_line(zones, &zone, line);
		}
	}
	return rc < 0 ? rc : end_zone(zones, &zone);
}

int nrb_zones_read(struct nrb_zones *zones, const struct nrb_root *root)
{
	char *text = NULL;
	int rc;

	*zones = (struct nrb_zones){ .normal_index = -1, .movable_index = -1 };
	rc = nrb_fsroot_read_all(root, ZONEINFO, &text);
	if (rc < 0) {
		return nrb_fail(rc, "cannot read /%s", ZONEINFO);
	}
	rc = parse(zones, text);
	if (rc == 0 && zones->n == 0) {
		rc = nrb_fail(-EPROTO, "/%s has no zone with memory", ZONEINFO);
	}
	free(text);
	if (rc < 0) {
		nrb_zones_finish(zones);
	}
	return rc;
}

void nrb_zones_finish(struct nrb_zones *zones)
{
	free(zones->zones);
	free(zones->lists);
	*zones = (struct nrb_zones){ 0 };
}

int64_t nrb_zones_spare(const struct nrb_zone *zone)
{
	int64_t kept = 0, spare;

	for (int i = 0; i < zone->n_protections; i++) {
		kept = zone->protection_pages[i] > kept ? zone->protection_pages[i]
							: kept;
	}
	spare = zone->free_pages - zone->high_pages - kept;
	return spare > 0 ? spare : 0;
}

struct nrb_zone_sums nrb_zones_sum(const struct nrb_zones *zones, int node)
{
	struct nrb_zone_sums sums = { 0 };

	for (int i = 0; i < zones->n; i++) {
		const struct nrb_zone *zone = &zones->zones[i];
		int64_t boost = zone->boost_pages > 0 ? zone->boost_pages : 0;

		if (zone->node != node) {
			continue;
		}
		sums.free_pages += zone->free_pages;
		sums.boost_pages += boost;
		sums.min_pages += zone->min_pages - boost;
		sums.low_pages += zone->low_pages;
		sums.high_pages += zone->high_pages;
		sums.managed_pages += zone->managed_pages;
		sums.pcp_pages += zone->pcp_pages;
		sums.spare_pages += nrb_zones_spare(zone);
		sums.n++;
		sums.has_dma32 |= strcmp(zone->name, "DMA32") == 0;
	}
	return sums;
}

int nrb_zones_read_sum(const struct nrb_root *root, int node, struct nrb_zone_sums *sums)
{
	struct nrb_zones zones;
	int rc = nrb_zones_read(&zones, root);

	if (rc < 0) {
		return rc;
	}
	*sums = nrb_zones_sum(&zones, node);
	nrb_zones_finish(&zones);
	return 0;
}

int64_t nrb_zones_page_bytes(void)
{
	return sysconf(_SC_PAGESIZE);
}
