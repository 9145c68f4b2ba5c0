/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked for, where the kernel looks, what each mode makes of it, what that means. */
#include "nrb/explaintext.h"

#include "nrb/explainwalk.h"
#include "nrb/levels.h"
#include "nrb/page.h"
#include "nrb/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CELL = 32 };

struct telling {
	struct nrb_page page;
	const struct nrb_explanation *explanation;
};

static void tell_machine(const struct telling *t)
{
	static const char *const lru_gen[] = { "no MGLRU", "MGLRU off", "MGLRU on" };
	const struct nrb_vmstate *state = &t->explanation->state;
	char mode[CELL + 32] = "no vm.zone_reclaim_mode";

	if (t->explanation->has_knob) {
		snprintf(
			mode, sizeof(mode), "vm.zone_reclaim_mode %" PRId64, state->mode);
	}
	nrb_page_line(&t->page, "Linux %s, %s, %s, %d node%s", state->kernel, mode,
		lru_gen[state->lru_gen], state->n_nodes, state->n_nodes == 1 ? "" : "s");
}

static void tell_request(const struct telling *t)
{
	static const char *const policies[][2] = {
		[NRB_ARM_LOCAL] = { "by policy local it is wanted from node ", "" },
		[NRB_ARM_BIND] = { "by policy bind node ", " alone may give it" },
		[NRB_ARM_PREFERRED] = { "by policy preferred it is wanted from node ",
			"" },
		[NRB_ARM_INTERLEAVE] = { "by policy interleave it is the turn of node ",
			"" },
		[NRB_ARM_CPUSET] = { "by its cpuset node ", " may not give it" },
	};
	const struct nrb_request *request = &t->explanation->request;
	const struct nrb_gfp_info *gfp = &nrb_gfp_table[request->gfp];
	char size[NRB_UNITS_LEN], page[NRB_UNITS_LEN], policy[96];
	const char *const *words = policies[request->policy];

	nrb_page_heading(&t->page, "What is asked for");
	snprintf(policy, sizeof(policy), "%s%d%s", words[0], request->node, words[1]);
	nrb_units_bytes(size, nrb_zones_page_bytes() << request->order);
	nrb_page_line(&t->page, "%s of %s (order %d), %s (%s), on CPU %d of node %d; %s.",
		nrb_request_is_huge(request) ? "A huge page" : "A block", size,
		request->order, gfp->meaning, gfp->flags, request->cpu, request->cpu_node,
		policy);
	nrb_page_line(&t->page, "All numbers below are pages of %s.",
		nrb_units_bytes(page, nrb_zones_page_bytes()));
	if (request->lru_gen != (t->explanation->state.lru_gen == NRB_LRU_GEN_ON)) {
		nrb_page_line(&t->page, "MGLRU is taken to be %s.",
			request->lru_gen ? "on" : "off");
	}
}

enum { MAX_COLUMNS = 9 };

static void add_zone(struct telling *t, struct nrb_table *table, int at)
{
	static const char *const kswapd[] = { "unknown", "asleep", "awake" };
	const struct nrb_vmstate *state = &t->explanation->state;
	const struct nrb_request *request = &t->explanation->request;
	const struct nrb_zone *zone = &state->zones.zones[at];
	const struct nrb_vmnode *node = nrb_vmstate_node(state, zone->node);
	struct nrb_zonemark mark = nrb_zonemark_of(state, request, at, false);
	int64_t kept = mark.reserve_pages + mark.unusable_pages;
	char cells[MAX_COLUMNS][CELL];

	snprintf(cells[0], CELL, "%d", zone->node);
	snprintf(cells[1], CELL, "%d",
		nrb_vmstate_distance(state, nrb_request_list_node(request), zone->node));
	nrb_units_count(cells[2], mark.free_pages);
	nrb_units_count(cells[3], zone->low_pages);
	nrb_units_count(cells[4], kept);
	nrb_units_count(cells[5], mark.free_pages - kept - mark.mark_pages);
	nrb_units_count(cells[6], mark.blocks);
	nrb_page_add_row(&t->page, table,
		(const char *const[]){ cells[0], cells[1], zone->name, cells[2], cells[3],
			cells[4], cells[5],
			node != NULL ? kswapd[node->kswapd] : "unknown", cells[6] });
}

static bool may_use(const struct telling *t, int zone)
{
	const struct nrb_vmstate *state = &t->explanation->state;
	const struct nrb_vmnode *node =
		nrb_vmstate_node(state, state->zones.zones[zone].node);

	return node != NULL && nrb_request_may_use(&t->explanation->request, node);
}

static void tell_order(struct telling *t)
{
	static const struct nrb_table_column columns[MAX_COLUMNS] = {
		{ .name = "NODE", .right = true },
		{ .name = "DIST", .right = true },
		{ .name = "ZONE" },
		{ .name = "FREE", .right = true },
		{ .name = "LOW", .right = true },
		{ .name = "RESERVED", .right = true },
		{ .name = "SPARE", .right = true },
		{ .name = "KSWAPD" },
		{ .name = "BLOCKS", .right = true },
	};
	const struct nrb_zonelist *list = &t->explanation->list;
	bool has_blocks = t->explanation->request.order > 0;
	struct nrb_table *table = nrb_page_begin_table(
		&t->page, columns, has_blocks ? MAX_COLUMNS : MAX_COLUMNS - 1);

	for (int i = 0; i < list->n_zones; i++) {
		if (may_use(t, list->zones[i])) {
			add_zone(t, table, list->zones[i]);
		}
	}
	nrb_page_end_table(&t->page, table);
}

static void tell_lacking_cpus(const struct telling *t)
{
	const struct nrb_vmstate *state = &t->explanation->state;

	for (int i = 0; i < state->n_nodes; i++) {
		if (!state->nodes[i].has_cpus && state->nodes[i].has_memory) {
			nrb_page_line(
				&t->page, "Node %d has no CPUs.", state->nodes[i].node);
		}
	}
}

/* What the steps below speak of. */
static void tell_what_reclaim_is(const struct telling *t)
{
	const struct nrb_vmstate *state = &t->explanation->state;

	if (!t->explanation->has_knob) {
		return;
	}
	nrb_page_line(&t->page,
		"From a zone without room the kernel goes on to the next, unless "
		"vm.zone_reclaim_mode has the program that asks first drop file cache of that "
		"zone's node itself: node reclaim. The mode is a sum: 1 switches it on (2 and "
		"4 do too), 2 also writes pages without a file to swap, 4 also takes pages that "
		"programs have mapped.%s Lines with a dash are its conditions in the kernel's "
		"order, up to the first that does not hold. min_unmapped and min_slab are "
		"vm.min_unmapped_ratio and vm.min_slab_ratio of the node, in pages; "
		"zone_reclaim_failed is in /proc/vmstat.",
		state->rules.has[NRB_KERNELRULE_SHIFTED_BITS]
			? " This kernel has them shifted: 1 writes, 2 takes mapped pages."
			: "");
}

static void tell_list(struct telling *t)
{
	nrb_page_heading(&t->page, "Where the kernel looks, in this order");
	nrb_page_line(&t->page,
		"A node's memory is in zones, and the first zone with room serves. It has room "
		"while SPARE is above 0: FREE less LOW, its mark, less RESERVED, what it keeps "
		"for requests that can use no other (below 0 it is closed to this one, as DMA "
		"mostly is). DIST is the distance from node %d. Only when no zone has room is "
		"kswapd woken, a thread of each node that frees memory in the background, and "
		"zones may be used down to a lower mark, \"min\". Both marks follow from "
		"vm.min_free_kbytes and vm.watermark_scale_factor.",
		nrb_request_list_node(&t->explanation->request));
	if (t->explanation->request.order > 0) {
		nrb_page_line(&t->page,
			"A block of several pages must be free in one piece too: BLOCKS are "
			"free ones that are large enough.");
	}
	tell_order(t);
	tell_lacking_cpus(t);
	if (!t->explanation->list.is_sure) {
		nrb_page_line(&t->page,
			"Nodes at one distance may stand in another order: the kernel does "
			"not tell which.");
	}
	tell_what_reclaim_is(t);
}

/* Of the walks from first to before end: "mode 0", "modes 1-5". The numbers told are the first's. */
static const char *range(
	char buf[CELL], const struct nrb_allocwalk *walks, int first, int end)
{
	int from = walks[first].request.mode, to = walks[end - 1].request.mode;

	if (from == to) {
		snprintf(buf, CELL, "mode %d", from);
	} else {
		snprintf(buf, CELL, "modes %d-%d", from, to);
	}
	return buf;
}

static int end_of_group(
	const struct telling *t, const struct nrb_allocwalk *walks, int first)
{
	int end = first + 1;

	while (end < t->explanation->n &&
		nrb_walkmargin_is_same(&walks[first], &walks[end])) {
		end++;
	}
	return end;
}

static void tell_group(struct telling *t, int first, int end)
{
	const struct nrb_explanation *explanation = t->explanation;
	const struct nrb_allocwalk *walk = &explanation->walks[first];
	char heading[96], modes[CELL];

	if (!explanation->has_knob) {
		nrb_page_heading(&t->page, "Now");
	} else {
		snprintf(heading, sizeof(heading), "Now, with %s",
			range(modes, explanation->walks, first, end));
		nrb_page_heading(&t->page, heading);
	}
	nrb_explainwalk_print(&t->page, &explanation->state, walk);
	nrb_explainwalk_doubts(
		&t->page, &explanation->state, walk, &explanation->margins[first]);
}

static void tell_groups(struct telling *t)
{
	for (int first = 0, end; first < t->explanation->n; first = end) {
		end = end_of_group(t, t->explanation->walks, first);
		tell_group(t, first, end);
	}
}

static bool has_same_words(
	const struct telling *t, const struct nrb_allocwalk *full, int a, int b)
{
	const struct nrb_explanation *explanation = t->explanation;
	char where[2][NRB_EXPLAINWALK_LEN], why[2][NRB_EXPLAINWALK_LEN];

	return strcmp(nrb_explainwalk_where(where[0], &full[a]),
		       nrb_explainwalk_where(where[1], &full[b])) == 0 &&
	       strcmp(nrb_explainwalk_reclaim(why[0], &explanation->state, &full[a]),
		       nrb_explainwalk_reclaim(why[1], &explanation->state, &full[b])) ==
		       0;
}

/* In a sentence each. */
static void tell_short(const struct telling *t, const struct nrb_allocwalk *walks)
{
	const struct nrb_explanation *explanation = t->explanation;
	char modes[CELL], where[NRB_EXPLAINWALK_LEN], why[NRB_EXPLAINWALK_LEN];

	for (int first = 0, end; first < explanation->n; first = end) {
		for (end = first + 1; end < explanation->n; end++) {
			if (!has_same_words(t, walks, first, end)) {
				break;
			}
		}
		nrb_page_line(&t->page, "- %s%s%s from %s: %s.",
			explanation->has_knob ? "With " : "It comes",
			explanation->has_knob ? range(modes, walks, first, end) : "",
			explanation->has_knob ? " it comes" : "",
			nrb_explainwalk_where(where, &walks[first]),
			nrb_explainwalk_reclaim(why, &explanation->state, &walks[first]));
	}
}

static void tell_full(const struct telling *t)
{
	const struct nrb_explanation *explanation = t->explanation;
	const struct nrb_vmstate *state = &explanation->state;
	const struct nrb_allocwalk *walks = explanation->full;
	const struct nrb_walk_margin none = { .step = -1 };
	char heading[128], modes[CELL], size[NRB_UNITS_LEN];

	for (int first = 0, end; explanation->has_full && first < explanation->n;
		first = end) {
		end = end_of_group(t, walks, first);
		snprintf(heading, sizeof(heading),
			"Once another %s of node %d are used up%s%s",
			nrb_units_bytes(
				size, explanation->spare_pages * nrb_zones_page_bytes()),
			state->zones.zones[walks[0].steps[0].zone].node,
			explanation->has_knob ? ", with " : "",
			explanation->has_knob ? range(modes, walks, first, end) : "");
		nrb_page_heading(&t->page, heading);
		if (first == 0) {
			nrb_page_line(&t->page,
				"By programs, while all else, its cache too, stayed as it is.");
		}
		nrb_explainwalk_print(&t->page, state, &walks[first]);
		nrb_explainwalk_doubts(&t->page, state, &walks[first], &none);
	}
}

/* Whether the first zone has room: then no gate is asked. */
static bool is_easy(const struct nrb_explanation *explanation)
{
	const struct nrb_allocwalk *walk = &explanation->walks[0];

	return walk->n_steps == 1 && walk->steps[0].verdict == NRB_VERDICT_TAKEN;
}

/* Which walk is that of the value that is set; -1: none of these. A value over 7 acts by its bits. */
static int walk_now(const struct nrb_explanation *explanation)
{
	for (int i = 0; i < explanation->n; i++) {
		if (explanation->walks[i].request.mode ==
			(explanation->state.mode & NRB_MODE_BITS)) {
			return i;
		}
	}
	return -1;
}

/* Whether some mode ends elsewhere than another, or reclaims. */
static bool matters(
	const struct nrb_explanation *explanation, const struct nrb_allocwalk *walks)
{
	for (int i = 1; i < explanation->n; i++) {
		if (walks[i].node != walks[0].node ||
			walks[i].outcome != walks[0].outcome ||
			walks[i].n_success != walks[0].n_success ||
			walks[i].n_failed != walks[0].n_failed) {
			return true;
		}
	}
	return false;
}

static void tell_now(const struct telling *t, const struct nrb_allocwalk *walks)
{
	const struct nrb_explanation *explanation = t->explanation;
	int now = walk_now(explanation);

	if (!explanation->has_knob) {
		nrb_page_line(&t->page,
			"This kernel has no vm.zone_reclaim_mode: it acts "
			"as others do with 0.");
		return;
	}
	tell_short(t, walks);
	if (explanation->state.n_nodes == 1) {
		nrb_page_line(&t->page,
			"There is one node, and memory comes from it with every mode. A mode "
			"decides who frees it: kswapd in the background alone, or the program that "
			"asks too.");
	}
	if (now >= 0 && explanation->n > 1) {
		nrb_page_line(&t->page, "vm.zone_reclaim_mode is %" PRId64 " now.%s",
			explanation->state.mode,
			matters(explanation, walks)
				? ""
				: " No other value changes anything, as things are.");
	}
}

static void tell_meaning(const struct telling *t)
{
	const struct nrb_explanation *explanation = t->explanation;

	nrb_page_heading(&t->page, "What it means");
	if (is_easy(explanation)) {
		nrb_page_line(&t->page,
			"The zone that is asked first has room, so no mode matters for this "
			"page.%s",
			explanation->has_full ? " Once that room is gone:" : "");
	}
	tell_now(t, explanation->has_full ? explanation->full : explanation->walks);
	nrb_page_line(&t->page,
		"This is the next page alone: each page that is taken moves the numbers. What "
		"a mode costs and gains over a whole job, `numa-reclaim-bench run` measures "
		"(root; `rehearse` needs none).");
}

int nrb_explaintext_print(const struct nrb_explanation *explanation,
	const struct nrb_screen *screen, FILE *out)
{
	struct telling t = {
		.page = { .screen = screen, .out = out },
		.explanation = explanation,
	};

	tell_machine(&t);
	tell_request(&t);
	tell_list(&t);
	tell_groups(&t);
	tell_full(&t);
	tell_meaning(&t);
	return nrb_page_end(&t.page);
}
