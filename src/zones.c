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
	size_t len, offset;
};

/* clang-format off */
#define KEY(name, field) { name, sizeof(name) - 1, offsetof(struct nrb_zone, field) }
static const struct key keys[] = {
	KEY("free",                 free_pages),
	KEY("boost",                boost_pages),
	KEY("min",                  min_pages),
	KEY("low",                  low_pages),
	KEY("high",                 high_pages),
	KEY("promo",                promo_pages),
	KEY("spanned",              spanned_pages),
	KEY("present",              present_pages),
	KEY("managed",              managed_pages),
	KEY("cma",                  cma_pages),
	KEY("nr_free_cma",          free_cma_pages),
	KEY("reserved_highatomic:", reserved_highatomic_pages),
	KEY("free_highatomic:",     free_highatomic_pages),
	KEY("node_unreclaimable:",  unreclaimable),
	KEY("nr_active_file",       of_node.active_file_pages),
	KEY("nr_inactive_file",     of_node.inactive_file_pages),
	KEY("nr_file_pages",        of_node.file_pages),
	KEY("nr_mapped",            of_node.mapped_pages),
	KEY("nr_dirty",             of_node.dirty_pages),
	KEY("nr_writeback",         of_node.writeback_pages),
	KEY("nr_shmem",             of_node.shmem_pages),
	KEY("nr_anon_pages",        of_node.anon_pages),
	KEY("nr_slab_reclaimable",  of_node.slab_reclaimable_pages),
	{ NULL, 0, 0 },
};
#undef KEY

#define KEY(name, field) { name, sizeof(name) - 1, offsetof(struct nrb_zone_list, field) }
static const struct key list_keys[] = {
	KEY("count:",    count_pages),
	KEY("high:",     high_pages),
	KEY("high_min:", high_min_pages),
	KEY("batch:",    batch_pages),
	{ NULL, 0, 0 },
};
#undef KEY
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

/* A line's first word, and the number behind it. On 1,024 CPUs there are half a million of them. */
struct words {
	const char *first;
	size_t len;
	const char *rest;
	int64_t value; /* is_number */
	bool is_number;
};

static bool is_word(const struct words *words, const char *name, size_t len)
{
	return words->len == len && memcmp(words->first, name, len) == 0;
}

static void take_word(struct words *words, const char *line)
{
	words->first = line + strspn(line, " ");
	words->len = strcspn(words->first, " ");
	words->rest = words->first + words->len;
}

static struct words split(const char *line)
{
	struct words words;
	char *end;

	take_word(&words, line);
	if (is_word(&words, "pages", 5)) {
		take_word(&words, words.rest);
	}
	words.value = strtoll(words.rest, &end, 10);
	words.is_number = end != words.rest;
	return words;
}

/* Of each CPU: up to so much may wait there to be added to the zone's counters. */
static void parse_threshold(struct nrb_zone *zone, const char *rest)
{
	int64_t pages;

	if (sscanf(rest, " stats threshold: %" SCNd64, &pages) == 1) {
		zone->drift_pages += is_number_of_pages(pages) ? pages : 0;
	}
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
	struct nrb_zones *zones, struct nrb_zone *zone, const struct words *words)
{
	if (zone->node < 0 || !words->is_number || !is_number_of_pages(words->value)) {
		return 0;
	}
	if (is_word(words, "cpu:", 4) && words->value < NRB_IDSET_MAX) {
		return begin_list(zones, zone, words->value);
	}
	for (const struct key *key = list_keys; zone->n_lists > 0 && key->name != NULL;
		key++) {
		if (is_word(words, key->name, key->len)) {
			struct nrb_zone_list *list = &zones->lists[zones->n_lists - 1];

			*(int64_t *)((char *)list + key->offset) = words->value;
		}
	}
	return 0;
}

/* False for a number that cannot be. */
static bool parse_value(struct nrb_zone *zone, const struct words *words)
{
	int64_t value = words->value;

	if (is_word(words, "count:", 6)) {
		zone->pcp_pages += is_number_of_pages(value) ? value : 0;
		return true;
	}
	for (const struct key *key = keys; key->name != NULL; key++) {
		if (is_word(words, key->name, key->len)) {
			*(int64_t *)((char *)zone + key->offset) = value;
			return is_number_of_pages(value);
		}
	}
	return true;
}

/* Likewise. */
static bool parse_line(struct nrb_zone *zone, const struct words *words, const char *line)
{
	if (words->is_number) {
		return parse_value(zone, words);
	}
	if (is_word(words, "protection:", 11) && strncmp(words->rest, " (", 2) == 0) {
		return parse_protection(zone, words->rest);
	}
	if (strcmp(line, "  per-node stats") == 0) {
		zone->has_node = true;
	} else if (is_word(words, "vm", 2)) {
		parse_threshold(zone, words->rest);
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

static bool parse_head(struct nrb_zone *head, const char *line)
{
	if (strncmp(line, "Node ", 5) != 0) {
		return false;
	}
	clear_zone(head);
	return sscanf(line, "Node %d, zone %15s", &head->node, head->name) == 2;
}

struct reading {
	struct nrb_zones *zones;
	struct nrb_zone zone; /* whose lines come */
	bool is_wrong;        /* what was read is, and it was said */
};

static int parse(struct reading *reading, const char *line)
{
	struct nrb_zone head;
	struct words words;

	if (parse_head(&head, line)) {
		int rc = end_zone(reading->zones, &reading->zone);

		return rc == 0 ? begin_zone(reading->zones, &reading->zone, &head) : rc;
	}
	words = split(line);
	if (!parse_line(&reading->zone, &words, line)) {
		return nrb_fail(-EPROTO,
			"/%s: node %d, zone %s has a number that cannot be", ZONEINFO,
			reading->zone.node, reading->zone.name);
	}
	return parse_list_line(reading->zones, &reading->zone, &words);
}

static int take_line(void *arg, char *line)
{
	struct reading *reading = arg;
	int rc = parse(reading, line);

	reading->is_wrong = rc < 0;
	return rc;
}

/* Of 64 nodes and 1,024 CPUs it is 12 MB: line by line, in no memory of the node that is looked at. */
int nrb_zones_read(struct nrb_zones *zones, const struct nrb_root *root)
{
	struct reading reading = { .zones = zones, .zone = { .node = -1 } };
	int rc;

	*zones = (struct nrb_zones){ .normal_index = -1, .movable_index = -1 };
	rc = nrb_fsroot_read_lines(root, ZONEINFO, take_line, &reading);
	if (rc < 0 && !reading.is_wrong) {
		nrb_zones_finish(zones);
		return nrb_fail(rc, "cannot read /%s", ZONEINFO);
	}
	if (rc == 0) {
		rc = end_zone(zones, &reading.zone);
	}
	if (rc == 0 && zones->n == 0) {
		rc = nrb_fail(-EPROTO, "/%s has no zone with memory", ZONEINFO);
	}
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
