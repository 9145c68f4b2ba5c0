/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk told from its first zone to its page. */
#include "nrb/explainwalk.h"

#include "nrb/explaingate.h"
#include "nrb/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* blanks before what belongs to a numbered step; PAGE_ALLOC_COSTLY_ORDER */
enum { BLANKS = 3, COSTLY_ORDER = 3 };

/* A limit is near within a tenth of it. */
static const double near = 0.1;

struct telling {
	const struct nrb_page *page;
	const struct nrb_vmstate *state;
	const struct nrb_allocwalk *walk;
};

static const struct nrb_zone *zone_of(const struct telling *t, int step)
{
	return &t->state->zones.zones[t->walk->steps[step].zone];
}

static int preferred_node(const struct telling *t)
{
	return zone_of(t, 0)->node;
}

static void tell_room(const struct telling *t, int at)
{
	const struct nrb_walk_step *step = &t->walk->steps[at];
	const struct nrb_zonemark *mark = &step->mark;
	char free_pages[NRB_UNITS_LEN], pages[NRB_UNITS_LEN], kept[64] = "";
	char aside[NRB_UNITS_LEN + 32] = "", number[NRB_UNITS_LEN];
	bool has_room = nrb_zonemark_has_room(mark, 0);

	if (mark->reserve_pages > 0) {
		snprintf(kept, sizeof(kept), " + reserved %s",
			nrb_units_count(number, mark->reserve_pages));
	}
	if (mark->unusable_pages > 0) {
		snprintf(aside, sizeof(aside), " less %s set aside",
			nrb_units_count(number, mark->unusable_pages));
	}
	nrb_page_line(t->page, "%d. Node %d, %s: %s free%s %s %s %s%s%s", at + 1,
		zone_of(t, at)->node, zone_of(t, at)->name,
		nrb_units_count(free_pages, mark->free_pages), aside,
		has_room ? ">" : "<=",
		step->pass == NRB_PASS_LOW || step->pass == NRB_PASS_HUGE_LOW ? "low"
									      : "min",
		nrb_units_count(pages, mark->mark_pages), kept,
		step->verdict == NRB_VERDICT_TAKEN ? ": taken." : ": not enough.");
	if (mark->blocks > 0 && step->verdict == NRB_VERDICT_TAKEN) {
		nrb_page_item(t->page, BLANKS,
			"Free blocks that are large enough (order %d or more): %s.",
			t->walk->request.order, nrb_units_count(number, mark->blocks));
	}
	if (mark->blocks == 0) {
		nrb_page_item(t->page, BLANKS,
			"No free block is large enough (order %d or more).",
			t->walk->request.order);
	}
}

/* The first step that asked the gates of the same node with the same answers, which tells them, or -1. */
static int same_gates(const struct telling *t, int at)
{
	const struct nrb_gates *gates = &t->walk->steps[at].gates;

	for (int i = 0; i < at; i++) {
		if (zone_of(t, i)->node == zone_of(t, at)->node &&
			t->walk->steps[i].gates.n == gates->n) {
			return i;
		}
	}
	return -1;
}

static void tell_gates(const struct telling *t, int at)
{
	const struct nrb_walk_step *step = &t->walk->steps[at];
	const struct nrb_vmnode *node = nrb_vmstate_node(t->state, zone_of(t, at)->node);
	char text[NRB_EXPLAINGATE_LEN];
	int before = same_gates(t, at);

	if (before >= 0) {
		nrb_page_item(t->page, BLANKS, "Node reclaim: as in %d.", before + 1);
		return;
	}
	for (int i = 0; i < step->gates.n; i++) {
		const struct nrb_gate_look *look = &step->gates.looks[i];

		if (look->gate == NRB_GATE_REPEATED && look->is_open) {
			continue; /* nothing new */
		}
		nrb_page_item(t->page, BLANKS, "- %s: %s.",
			nrb_gate_table[look->gate].name,
			nrb_explaingate_text(text, look, t->state, &t->walk->request,
				preferred_node(t), node));
	}
}

/* About so many: at least the one number, at most the other. */
static const char *yield_text(char buf[64], const struct nrb_gates *gates)
{
	char least[NRB_UNITS_LEN], most[NRB_UNITS_LEN];

	if (gates->yield_min_pages == gates->yield_max_pages) {
		snprintf(buf, 64, "%s pages",
			nrb_units_count(least, gates->yield_min_pages));
	} else {
		snprintf(buf, 64, "%s to %s pages",
			nrb_units_count(least, gates->yield_min_pages),
			nrb_units_count(most, gates->yield_max_pages));
	}
	return buf;
}

static void tell_reclaim(const struct telling *t, int at)
{
	const struct nrb_walk_step *step = &t->walk->steps[at];
	char pages[64];

	tell_gates(t, at);
	if (step->verdict == NRB_VERDICT_RECLAIMED) {
		nrb_page_item(t->page, BLANKS,
			"So the program frees some %s here itself, which should be enough: taken.",
			yield_text(pages, &step->gates));
	} else if (step->gates.is_passed) {
		nrb_page_item(t->page, BLANKS,
			"So the program frees some %s of the node itself, which is not "
			"enough here.",
			yield_text(pages, &step->gates));
	} else if (step->gates.is_entered) {
		nrb_page_item(t->page, BLANKS,
			"So node reclaim runs in vain: it costs time, and is counted in "
			"zone_reclaim_failed.");
	}
}

static void tell_skip(const struct telling *t, int at)
{
	const struct nrb_walk_step *step = &t->walk->steps[at];
	char value[NRB_UNITS_LEN], limit[NRB_UNITS_LEN];

	if (step->verdict == NRB_VERDICT_KSWAPD) {
		nrb_page_line(t->page,
			"%d. Node %d, %s: passed over, its kswapd is awake (6.18 and "
			"later).",
			at + 1, zone_of(t, at)->node, zone_of(t, at)->name);
		return;
	}
	nrb_page_line(t->page,
		"%d. Node %d, %s: passed over, %s dirty pages > the node's share %s.",
		at + 1, zone_of(t, at)->node, zone_of(t, at)->name,
		nrb_units_count(value, step->dirty.value),
		nrb_units_count(limit, step->dirty.limit));
}

static bool has_skipped(const struct telling *t, int sweep, enum nrb_walk_pass pass)
{
	for (int i = 0; i < t->walk->n_steps; i++) {
		const struct nrb_walk_step *step = &t->walk->steps[i];

		if (step->pass == pass && step->sweep == sweep &&
			step->verdict == NRB_VERDICT_KSWAPD) {
			return true;
		}
	}
	return false;
}

static void tell_sweep(const struct telling *t, const struct nrb_walk_step *step)
{
	bool was_skipped = has_skipped(t, step->sweep - 1, step->pass) &&
			   !has_skipped(t, step->sweep, step->pass);

	nrb_page_line(t->page, "%s",
		was_skipped
			? "No other zone has room, so it begins anew, with the nodes "
			  "passed over:"
			: "So far the kernel would not mix kinds of pages (movable, its own) "
			  "in the first zone. Now it would, and asks each zone once more:");
}

static void tell_pass(const struct telling *t, enum nrb_walk_pass pass)
{
	const bool wakes = t->walk->wakes_kswapd;
	const char *const texts[NRB_N_PASSES] = {
		[NRB_PASS_HUGE_LOW] =
			"A huge page is asked of the first node alone, down to low:",
		[NRB_PASS_HUGE_MIN] =
			wakes ? "None: the node's kswapd is woken, and the node asked again, down to min:"
			      : "None: the node is asked again, down to min (no kswapd is woken for huge pages, but by defrag \"defer\"):",
		[NRB_PASS_LOW] = "All nodes are asked, down to low:",
		[NRB_PASS_MIN] =
			wakes ? "No zone has room down to low. This is the slow path: kswapd of each node of the list is woken, and the list is gone through again, down to min:"
			      : "No zone has room down to low. This is the slow path: the list is gone through again, down to min:",
	};

	/* that is how every walk begins */
	if (pass != NRB_PASS_LOW || t->walk->steps[0].pass != NRB_PASS_LOW) {
		nrb_page_line(t->page, "%s", texts[pass]);
	}
}

static void tell_step(const struct telling *t, int at)
{
	const struct nrb_walk_step *step = &t->walk->steps[at];
	const struct nrb_walk_step *before = at > 0 ? step - 1 : NULL;

	if (before == NULL || before->pass != step->pass) {
		tell_pass(t, step->pass);
	} else if (before->sweep != step->sweep) {
		tell_sweep(t, step);
	}
	if (step->verdict == NRB_VERDICT_KSWAPD || step->verdict == NRB_VERDICT_DIRTY) {
		tell_skip(t, at);
		return;
	}
	tell_room(t, at);
	if (step->gates.n > 0) {
		tell_reclaim(t, at);
	}
}

static void tell_outcome(const struct telling *t)
{
	static const char *const texts[NRB_N_OUTCOMES] = {
		[NRB_OUTCOME_PAGE] = "",
		[NRB_OUTCOME_DIRECT] =
			"No zone has room down to min: the task itself reclaims from all "
			"these nodes (direct reclaim).",
		[NRB_OUTCOME_FAILS] =
			"No zone has room, and the request may not wait: it fails, which "
			"the kernel logs as a page allocation failure.",
		[NRB_OUTCOME_SMALL] =
			"There is no huge page for it: the fault takes pages of 4 KiB "
			"instead (--order 0).",
		[NRB_OUTCOME_NOWHERE] = "No zone of this machine may serve it.",
	};
	const struct nrb_allocwalk *walk = t->walk;

	if (walk->outcome == NRB_OUTCOME_PAGE) {
		nrb_page_line(t->page, "=> The page comes from node %d, zone %s.",
			walk->node, t->state->zones.zones[walk->zone].name);
	} else {
		nrb_page_line(t->page, "=> %s", texts[walk->outcome]);
	}
	if (walk->outcome == NRB_OUTCOME_DIRECT) {
		nrb_page_item(t->page, BLANKS, "%s",
			walk->request.order > COSTLY_ORDER
				? "So large a block (order 4 or more) is first made up by "
				  "moving pages (compaction); without one the request "
				  "fails."
				: "Where that frees nothing, the kernel kills a process "
				  "(OOM).");
	}
}

void nrb_explainwalk_print(const struct nrb_page *page, const struct nrb_vmstate *state,
	const struct nrb_allocwalk *walk)
{
	const struct telling t = { page, state, walk };

	for (int i = 0; i < walk->n_steps; i++) {
		tell_step(&t, i);
	}
	tell_outcome(&t);
}

void nrb_explainwalk_doubts(const struct nrb_page *page, const struct nrb_vmstate *state,
	const struct nrb_allocwalk *walk, const struct nrb_walk_margin *margin)
{
	const struct nrb_zone *zone;
	char value[NRB_UNITS_LEN], limit[NRB_UNITS_LEN], drift[NRB_UNITS_LEN];

	if (walk->unsure_why != NULL) {
		nrb_page_line(page, "Not sure: %s.", walk->unsure_why);
	}
	if (margin->step < 0 || (margin->relative >= near && !margin->is_within_drift)) {
		return;
	}
	zone = &state->zones.zones[walk->steps[margin->step].zone];
	nrb_page_line(page, "Near a limit: %s of node %d (%s) are %s, the limit is %s.",
		margin->what, zone->node, zone->name,
		nrb_units_count(value, margin->test.value),
		nrb_units_count(limit, margin->test.limit));
	if (margin->is_within_drift) {
		nrb_page_line(page,
			"Each CPU holds back a part of what it counts, up to %s pages in "
			"all: it may go either way.",
			nrb_units_count(drift, margin->test.drift));
	}
}

const char *nrb_explainwalk_where(
	char buf[NRB_EXPLAINWALK_LEN], const struct nrb_allocwalk *walk)
{
	static const char *const words[NRB_N_OUTCOMES] = { "", "direct reclaim",
		"nowhere, it fails", "small pages", "nowhere" };

	if (walk->outcome == NRB_OUTCOME_PAGE) {
		snprintf(buf, NRB_EXPLAINWALK_LEN, "node %d%s", walk->node,
			walk->wakes_kswapd ? ", with kswapd woken" : "");
	} else {
		snprintf(buf, NRB_EXPLAINWALK_LEN, "%s", words[walk->outcome]);
	}
	return buf;
}

const char *nrb_explainwalk_reclaim(char buf[NRB_EXPLAINWALK_LEN],
	const struct nrb_vmstate *state, const struct nrb_allocwalk *walk)
{
	const struct telling t = { NULL, state, walk };
	char text[NRB_EXPLAINGATE_LEN], pages[64];

	for (int i = 0; i < walk->n_steps; i++) {
		const struct nrb_gates *gates = &walk->steps[i].gates;

		if (gates->n == 0) {
			continue;
		}
		if (gates->looks[gates->n - 1].gate == NRB_GATE_MODE) {
			snprintf(buf, NRB_EXPLAINWALK_LEN, "node reclaim is off");
			return buf;
		}
		if (gates->is_passed) {
			snprintf(buf, NRB_EXPLAINWALK_LEN,
				"the program frees some %s of node %d first (%s)",
				yield_text(pages, gates), zone_of(&t, i)->node,
				nrb_explaingate_text(text, &gates->looks[gates->n - 1],
					state, &walk->request, preferred_node(&t),
					nrb_vmstate_node(state, zone_of(&t, i)->node)));
			return buf;
		}
		snprintf(buf, NRB_EXPLAINWALK_LEN, "%s%s",
			gates->is_entered ? "node reclaim runs in vain and costs time: "
					  : "",
			nrb_explaingate_text(text, &gates->looks[gates->n - 1], state,
				&walk->request, preferred_node(&t),
				nrb_vmstate_node(state, zone_of(&t, i)->node)));
		return buf;
	}
	snprintf(buf, NRB_EXPLAINWALK_LEN, "%s",
		walk->n_steps > 0 && walk->steps[0].verdict == NRB_VERDICT_KSWAPD
			? "node reclaim is not asked, the node is passed over"
			: "there is room");
	return buf;
}
