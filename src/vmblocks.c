/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Free blocks out of /proc/pagetypeinfo or /proc/buddyinfo. */
#include "nrb/vmblocks.h"

#include "nrb/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any zone has, and far from the ends of 64 bits. */
static const int64_t max_blocks = (int64_t)1 << 40;

/* The types that every request may take, also by turning one into another (MIGRATE_PCPTYPES). */
static const char *const types[] = { "Unmovable", "Movable", "Reclaimable", NULL };

static struct nrb_vmblocks *find(struct nrb_vmblocks *blocks,
	const struct nrb_zones *zones, int node, const char *zone)
{
	for (int i = 0; i < zones->n; i++) {
		if (zones->zones[i].node == node &&
			strcmp(zones->zones[i].name, zone) == 0) {
			return &blocks[i];
		}
	}
	return NULL;
}

/* "  12   3 >100000": pagetypeinfo stops counting there. False for anything else. */
static bool parse_counts(const char *text, int64_t *counts)
{
	for (int i = 0; i < NRB_VMBLOCKS_ORDERS; i++) {
		char *end;

		text += strspn(text, " >");
		counts[i] = strtoll(text, &end, 10);
		if (end == text || counts[i] < 0 || counts[i] > max_blocks) {
			return false;
		}
		text = end;
	}
	return true;
}

static void add(
	struct nrb_vmblocks *blocks, const int64_t *counts, bool is_known, bool is_exact)
{
	for (int i = 0; i < NRB_VMBLOCKS_ORDERS && blocks != NULL; i++) {
		int64_t before = nrb_units_or_0(blocks->free[i]);
		bool fits = is_known && before <= max_blocks;

		blocks->free[i] = fits ? before + counts[i] : NRB_ABSENT;
	}
	if (blocks != NULL) {
		blocks->is_exact = is_exact;
	}
}

static bool is_ordinary(const char *type)
{
	for (const char *const *known = types; *known != NULL; known++) {
		if (strcmp(type, *known) == 0) {
			return true;
		}
	}
	return false;
}

/* "Node    0, zone    DMA32, type      Movable      1      0 ..." */
static bool parse_type(struct nrb_vmblocks *blocks, const struct nrb_zones *zones,
	const char *line, int64_t *counts)
{
	char zone[16], type[16];
	int node, at = 0;

	if (sscanf(line, "Node %d, zone %15[^,], type %15s %n", &node, zone, type, &at) !=
			3 ||
		at == 0) {
		return false;
	}
	if (is_ordinary(type)) {
		bool is_known = parse_counts(line + at, counts);

		add(find(blocks, zones, node, zone), counts, is_known, true);
	}
	return true;
}

/* "Node 0, zone    DMA32      4      4 ..." */
static bool parse_all(struct nrb_vmblocks *blocks, const struct nrb_zones *zones,
	const char *line, int64_t *counts)
{
	char zone[16];
	int node, at = 0;

	if (sscanf(line, "Node %d, zone %15s %n", &node, zone, &at) != 2 || at == 0) {
		return false;
	}
	add(find(blocks, zones, node, zone), counts, parse_counts(line + at, counts),
		false);
	return true;
}

/* Whether the file could be read and had a line of ours. */
static bool read_file(struct nrb_vmblocks *blocks, const struct nrb_zones *zones,
	const struct nrb_root *root, const char *path,
	bool (*parse)(struct nrb_vmblocks *blocks, const struct nrb_zones *zones,
		const char *line, int64_t *counts))
{
	char *text = NULL, *rest, *line;
	int64_t counts[NRB_VMBLOCKS_ORDERS];
	bool found = false;

	if (nrb_fsroot_read_all(root, path, &text) < 0) {
		return false;
	}
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		found = parse(blocks, zones, line, counts) || found;
	}
	free(text);
	return found;
}

void nrb_vmblocks_read(struct nrb_vmblocks *blocks, const struct nrb_zones *zones,
	const struct nrb_root *root)
{
	for (int i = 0; i < zones->n; i++) {
		for (int k = 0; k < NRB_VMBLOCKS_ORDERS; k++) {
			blocks[i].free[k] = NRB_ABSENT;
		}
		blocks[i].is_exact = false;
	}
	if (!read_file(blocks, zones, root, "proc/pagetypeinfo", parse_type)) {
		(void)read_file(blocks, zones, root, "proc/buddyinfo", parse_all);
	}
}

int64_t nrb_vmblocks_count(const struct nrb_vmblocks *blocks, int order)
{
	int64_t sum = 0;

	for (int i = order; i < NRB_VMBLOCKS_ORDERS; i++) {
		if (blocks->free[i] == NRB_ABSENT) {
			return NRB_ABSENT;
		}
		sum += blocks->free[i];
	}
	return sum;
}
