/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Free blocks out of /proc/pagetypeinfo or /proc/buddyinfo. */
#include "nrb/vmblocks.h"

#include "nrb/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any zone has, and far from the ends of 64 bits. */
static const int64_t max_blocks = (int64_t)1 << 40;
/* Orders that a kernel may have, far more than any does. */
enum { MAX_COLUMNS = 64 };

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
	int n = 0;

	memset(counts, 0, NRB_VMBLOCKS_ORDERS * sizeof(*counts));
	for (text += strspn(text, " >"); *text != '\0'; n++, text += strspn(text, " >")) {
		char *end;
		int64_t count = strtoll(text, &end, 10);
		int last = n < NRB_VMBLOCKS_ORDERS ? n : NRB_VMBLOCKS_ORDERS - 1;

		if (end == text || count < 0 || count > max_blocks || n > MAX_COLUMNS) {
			return false;
		}
		counts[last] += count;
		text = end;
	}
	return n >= NRB_VMBLOCKS_ORDERS;
}

static void add(int64_t *sums, const int64_t *counts, bool is_known)
{
	for (int i = 0; i < NRB_VMBLOCKS_ORDERS; i++) {
		int64_t before = nrb_units_or_0(sums[i]);
		bool fits = is_known && before <= max_blocks;

		sums[i] = fits ? before + counts[i] : NRB_ABSENT;
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
	struct nrb_vmblocks *of_zone;
	char zone[16], type[16];
	int node, at = 0;

	if (sscanf(line, "Node %d, zone %15[^,], type %15s %n", &node, zone, type, &at) !=
			3 ||
		at == 0) {
		return false;
	}
	of_zone = find(blocks, zones, node, zone);
	if (of_zone != NULL && (is_ordinary(type) || strcmp(type, "CMA") == 0)) {
		bool is_known = parse_counts(line + at, counts);

		add(is_ordinary(type) ? of_zone->free : of_zone->cma, counts, is_known);
		of_zone->is_exact = true;
	}
	return true;
}

/* "Node 0, zone    DMA32      4      4 ..." */
static bool parse_all(struct nrb_vmblocks *blocks, const struct nrb_zones *zones,
	const char *line, int64_t *counts)
{
	struct nrb_vmblocks *of_zone;
	char zone[16];
	int node, at = 0;

	if (sscanf(line, "Node %d, zone %15s %n", &node, zone, &at) != 2 || at == 0) {
		return false;
	}
	of_zone = find(blocks, zones, node, zone);
	if (of_zone != NULL) {
		add(of_zone->free, counts, parse_counts(line + at, counts));
	}
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
			blocks[i].free[k] = blocks[i].cma[k] = NRB_ABSENT;
		}
		blocks[i].is_exact = false;
	}
	if (!read_file(blocks, zones, root, "proc/pagetypeinfo", parse_type)) {
		(void)read_file(blocks, zones, root, "proc/buddyinfo", parse_all);
	}
}

int64_t nrb_vmblocks_count(const struct nrb_vmblocks *blocks, int order, bool with_cma)
{
	int64_t sum = 0;

	for (int i = order; i < NRB_VMBLOCKS_ORDERS; i++) {
		if (blocks->free[i] == NRB_ABSENT) {
			return NRB_ABSENT;
		}
		sum += blocks->free[i] + (with_cma ? nrb_units_or_0(blocks->cma[i]) : 0);
	}
	return sum;
}
