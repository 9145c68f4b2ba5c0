/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which nodes get a ballast beside what cells fill, and how much of it. */
#include "nrb/planballast.h"

#include "nrb/plandraft.h"
#include "nrb/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEADROOM_PERCENT = 1, /* of the node; at least min_headroom */
	SCALE_PARTS = 10000,  /* of a zone: vm.watermark_scale_factor */
};

static const int64_t min_headroom =
	8LL << 20; /* per-CPU lists and page tables move a few MiB */

/* 0 where it sets none. */
static int64_t value_of(const struct nrb_set *set, const char *name)
{
	for (int i = 0; i < set->n; i++) {
		if (strcmp(set->items[i].setting->name, name) == 0) {
			return strtoll(set->items[i].value, NULL, 10);
		}
	}
	return 0;
}

/* Of all arms: what is filled, and the ballast beside it, are the same for them. */
static int64_t largest_ratio(const struct nrb_plandraft *draft)
{
	int64_t largest = draft->machine->min_unmapped_ratio;

	for (int i = 0; i < draft->options->n_sets; i++) {
		int64_t ratio =
			value_of(&draft->options->sets[i], "vm.min_unmapped_ratio");

		largest = ratio > largest ? ratio : largest;
	}
	return largest;
}

int64_t nrb_planballast_gate(const struct nrb_plandraft *draft, int node)
{
	return nrb_zones_sum(&draft->machine->zones, node).managed_pages / 100 *
	       largest_ratio(draft) * nrb_zones_page_bytes();
}

/* What zones are to keep free at least is shared out between them all. */
static int64_t all_min_kbytes(const struct nrb_plandraft *draft)
{
	int64_t pages = 0;

	nrb_for_each_id(node, &draft->memory_nodes) {
		pages += nrb_zones_sum(&draft->machine->zones, node).min_pages;
	}
	return pages * (nrb_zones_page_bytes() / 1024);
}

/* High is min and twice a distance: a quarter of min, or by vm.watermark_scale_factor a part of the zone,
 * whichever is more. What a set leaves as found is what the marks have of it. */
static int64_t raise_of(
	const struct nrb_plandraft *draft, const struct nrb_set *set, int node)
{
	struct nrb_zone_sums sums = nrb_zones_sum(&draft->machine->zones, node);
	int64_t found = all_min_kbytes(draft),
		kbytes = value_of(set, "vm.min_free_kbytes"),
		scale = value_of(set, "vm.watermark_scale_factor");
	double min = (double)sums.min_pages,
	       distance = (double)(sums.high_pages - sums.min_pages) / 2, raise;

	if (found > 0 && kbytes > 0) {
		min *= (double)kbytes / (double)found;
	}
	if (scale > 0) {
		distance = (double)sums.managed_pages / SCALE_PARTS * (double)scale;
	}
	distance = fmax(distance, min / 4);
	raise = min + 2 * distance - (double)sums.high_pages;
	return raise > 0 ? (int64_t)raise * nrb_zones_page_bytes() : 0;
}

int64_t nrb_planballast_most_raised(const struct nrb_plandraft *draft, int node)
{
	int64_t most = 0;

	for (int i = 0; i < draft->options->n_sets; i++) {
		int64_t raise = raise_of(draft, &draft->options->sets[i], node);

		most = raise > most ? raise : most;
	}
	return most;
}

int64_t nrb_planballast_headroom(const struct nrb_plandraft *draft, int node)
{
	int64_t bytes = nrb_zones_sum(&draft->machine->zones, node).managed_pages / 100 *
			HEADROOM_PERCENT * nrb_zones_page_bytes();

	return bytes > min_headroom ? bytes : min_headroom;
}

static int64_t bytes_beside(
	const struct nrb_plandraft *draft, int node, int64_t fill_bytes)
{
	return nrb_zones_sum(&draft->machine->zones, node).spare_pages *
		       nrb_zones_page_bytes() -
	       fill_bytes - nrb_planballast_headroom(draft, node);
}

/* Less than that is soaked up. */
bool nrb_planballast_is_due(
	const struct nrb_plandraft *draft, int node, int64_t fill_bytes)
{
	return bytes_beside(draft, node, fill_bytes) > min_headroom;
}

void nrb_planballast_add(struct nrb_plan *plan, const struct nrb_plandraft *draft,
	int node, int64_t fill_bytes)
{
	struct nrb_plan_ballast *ballast = plan->ballasts;
	int64_t room = fill_bytes + nrb_planballast_headroom(draft, node);

	while (ballast < &plan->ballasts[plan->n_ballasts] && ballast->node != node) {
		ballast++;
	}
	if (ballast == &plan->ballasts[plan->n_ballasts]) {
		*ballast = (struct nrb_plan_ballast){ .node = node };
		plan->n_ballasts++;
	}
	if (room > ballast->room_bytes) {
		ballast->room_bytes = room;
		ballast->bytes = bytes_beside(draft, node, fill_bytes);
	}
}

static bool runs(const struct nrb_arm *arm)
{
	return arm->unsupported[0] == '\0' && (nrb_arm_needs(arm) & NRB_NEEDS_MODES);
}

/* Whether a node has its ballast for cells that fill every node, while others fill another one alone. */
static bool stands_beside_others(const struct nrb_plan *plan, int node)
{
	bool beside = false;

	for (int i = 0; i < plan->n_arms; i++) {
		const struct nrb_arm *arm = &plan->arms[i];

		if (arm->node == node) {
			return false;
		}
		beside = beside || (runs(arm) && !arm->fill_all);
	}
	return beside;
}

void nrb_planballast_print(const struct nrb_planpage *page)
{
	const struct nrb_plan *plan = page->plan;
	struct nrb_idset beside;
	char nodes[256];

	nrb_idset_clear(&beside);
	for (int i = 0; i < plan->n_ballasts; i++) {
		const struct nrb_plan_ballast *ballast = &plan->ballasts[i];
		char bytes[NRB_UNITS_LEN], room[NRB_UNITS_LEN];

		nrb_planpage_say(page, "ballast",
			"%s of what is free on node %d, about all but %s, is locked from the "
			"first cell to the end of the run: memory that no other program can "
			"have meanwhile",
			nrb_units_bytes(bytes, ballast->bytes), ballast->node,
			nrb_units_bytes(room, ballast->room_bytes));
		if (stands_beside_others(plan, ballast->node)) {
			nrb_idset_add(&beside, ballast->node);
		}
	}
	if (nrb_idset_count(&beside) > 0) {
		nrb_planpage_say(page, "",
			"that of node %s is for cells that fill every node, and stands "
			"there beside all: the others, which spill to it, are sized by what "
			"is left, and are smaller than in a run of their own",
			nrb_idset_format(&beside, nodes, sizeof(nodes)));
	}
}
