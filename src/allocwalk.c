/* SPDX-License-Identifier: GPL-2.0-or-later */
/* get_page_from_freelist() of mm/page_alloc.c (6.1, 7.3), over a state. */
#include "nrb/allocwalk.h"

#include "nrb/cpulist.h"
#include "nrb/diag.h"
#include "nrb/dirtyshare.h"
#include "nrb/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A pass begins anew at most twice: fragmenting allowed, and nodes with an awake kswapd. */
enum { MAX_SWEEPS = 3 };

/* Blocks whose pages must go for one to be whole. */
enum { SCATTER = 4 };

const char *const nrb_walk_pass_words[NRB_N_PASSES] = { "huge-low", "huge-min", "low",
	"min" };
const char *const nrb_walk_verdict_words[NRB_N_VERDICTS] = { "taken", "reclaimed",
	"no-room", "in-vain", "kswapd-awake", "dirty-share" };
const char *const nrb_walk_outcome_words[NRB_N_OUTCOMES] = { "page", "direct-reclaim",
	"fails", "base-pages", "nowhere" };

/* clang-format off */
static const struct pass {
	bool only_node, is_slow; /* slow: down to min */
} passes[NRB_N_PASSES] = {
	[NRB_PASS_HUGE_LOW] = { .only_node = true },
	[NRB_PASS_HUGE_MIN] = { .only_node = true, .is_slow = true },
	[NRB_PASS_LOW]      = { .only_node = false },
	[NRB_PASS_MIN]      = { .is_slow = true },
};
/* clang-format on */

struct walking {
	struct nrb_allocwalk *walk;
	const struct nrb_vmstate *state;
	const struct nrb_request *request;
	const struct nrb_gfp_info *gfp;
	enum nrb_walk_pass pass;
	int highest_index;
	int preferred; /* position of the first zone that may serve; -1: there is none */
	int sweep;
	bool keeps_types;  /* ALLOC_NOFRAGMENT */
	bool skips_kswapd; /* nodes whose kswapd is awake are left for later */
	bool skipped;      /* one of them, on this way down */
	int64_t freed
		[NRB_MAX_NODES]; /* by node reclaim on the way, by position of the node */
};

static enum nrb_vmstate_thp thp_of(const struct walking *w)
{
	return w->request->is_advised ? w->state->thp_advised : w->state->thp;
}

static const struct nrb_zone *zone_at(const struct walking *w, int zone)
{
	return &w->state->zones.zones[zone];
}

static const struct nrb_vmnode *node_at(const struct walking *w, int zone)
{
	return nrb_vmstate_node(w->state, zone_at(w, zone)->node);
}

static void doubt(struct walking *w, const char *why)
{
	if (w->walk->unsure_why == NULL) {
		w->walk->unsure_why = why;
	}
}

static bool may_serve(const struct walking *w, int zone)
{
	const struct nrb_vmnode *node = node_at(w, zone);

	return node != NULL && nrb_request_may_use(w->request, node);
}

static struct nrb_walk_step *begin_step(struct walking *w, int zone)
{
	struct nrb_walk_step *step = &w->walk->steps[w->walk->n_steps++];

	*step = (struct nrb_walk_step){
		.pass = w->pass,
		.sweep = w->sweep,
		.zone = zone,
		.mark = { NRB_ABSENT, NRB_ABSENT, NRB_ABSENT, NRB_ABSENT, NRB_ABSENT,
			NULL },
		.dirty = { .value = NRB_ABSENT, .limit = NRB_ABSENT },
	};
	return step;
}

static int64_t *freed_of(struct walking *w, const struct nrb_vmnode *node)
{
	return &w->freed[node - w->state->nodes];
}

/* What node reclaim frees is taken to lie in the node's largest zone that may serve. */
static bool is_where_freed(const struct walking *w, int zone)
{
	const struct nrb_zone *this = zone_at(w, zone);

	for (int i = 0; i < w->state->zones.n; i++) {
		const struct nrb_zone *other = zone_at(w, i);

		if (other->node == this->node && other->index <= w->highest_index &&
			other->managed_pages > this->managed_pages) {
			return false;
		}
	}
	return true;
}

/* Blocks of order 4 to 8 would be free at once; that there are any, nothing tells. */
static int64_t back_in_zone(const struct walking *w, int zone, int64_t pages)
{
	return nrb_cpulist_given_back(w->state, zone, w->request->cpu, pages);
}

static void take_numbers(struct walking *w, struct nrb_walk_step *step)
{
	step->mark = nrb_zonemark_of(
		w->state, w->request, step->zone, passes[w->pass].is_slow);
	if (is_where_freed(w, step->zone)) {
		step->mark.free_pages +=
			back_in_zone(w, step->zone, *freed_of(w, node_at(w, step->zone)));
	}
	if (step->mark.unsure_why != NULL) {
		doubt(w, step->mark.unsure_why);
	}
}

/* Pages that are freed lie scattered: several times what a block has must go before one is whole. In guests
 * of 6.1 and 7.3 22 of 26 huge pages that no block was free for came from a node that was reclaimed six times
 * for them, and 1 of 8 from one that was reclaimed twice. */
static bool has_block(struct walking *w, const struct nrb_walk_step *step)
{
	const int64_t block = (int64_t)1 << w->request->order;
	int64_t freed =
		*freed_of(w, node_at(w, step->zone)) + step->gates.yield_min_pages;

	if (w->request->order == 0 || step->mark.blocks == NRB_ABSENT ||
		step->mark.blocks > 0) {
		return true;
	}
	doubt(w, "whether what is reclaimed makes up a free block is not told");
	return freed >= SCATTER * block;
}

static void count_scan(struct walking *w, const struct nrb_gates *gates)
{
	bool is_enough = gates->yield_min_pages >= (int64_t)1 << w->request->order;

	w->walk->n_success += gates->is_entered && is_enough;
	w->walk->n_failed += gates->is_entered && !is_enough;
}

/* Slab may go with what the lists give, and alone; how much is not told. */
static void doubt_slab(struct walking *w, const struct nrb_gates *gates)
{
	const struct nrb_gate_look *last = &gates->looks[gates->n - 1];
	const struct nrb_limit *slab = &gates->looks[NRB_GATE_CACHE].slab;

	if (last->gate == NRB_GATE_YIELD && !last->is_open && slab->value > slab->limit) {
		doubt(w, "how much of the slab goes is not told");
	}
}

/* Of what is freed now, beside what was before. */
static int64_t given_back(struct walking *w, int zone, int64_t pages)
{
	int64_t before = *freed_of(w, node_at(w, zone));

	return back_in_zone(w, zone, before + pages) - back_in_zone(w, zone, before);
}

static void reclaim(struct walking *w, struct nrb_walk_step *step)
{
	const struct nrb_vmnode *node = node_at(w, step->zone);
	struct nrb_gates *gates = &step->gates;
	int64_t least, most;
	bool is_here;

	nrb_gates_look(gates, w->state, w->request, zone_at(w, w->preferred)->node, node);
	step->verdict = gates->is_entered ? NRB_VERDICT_IN_VAIN : NRB_VERDICT_NO_ROOM;
	if (!gates->is_entered) {
		return;
	}
	count_scan(w, gates);
	doubt_slab(w, gates);
	is_here = is_where_freed(w, step->zone);
	least = is_here ? given_back(w, step->zone, gates->yield_min_pages) : 0;
	most = is_here ? gates->yield_max_pages : 0;
	if (nrb_zonemark_has_room(&step->mark, least) !=
		nrb_zonemark_has_room(&step->mark, most)) {
		doubt(w, "how many pages one reclaim frees is not told");
	}
	if (gates->is_passed && is_here && nrb_zonemark_has_room(&step->mark, least) &&
		has_block(w, step)) {
		step->verdict = NRB_VERDICT_RECLAIMED;
	}
	*freed_of(w, node) += gates->yield_min_pages;
}

static bool is_over_dirty_share(struct walking *w, int zone, struct nrb_limit *dirty)
{
	const struct nrb_vmnode *node = node_at(w, zone);

	if (!w->gfp->spreads_dirty || passes[w->pass].is_slow) {
		return false;
	}
	*dirty = (struct nrb_limit){
		.value = NRB_ABSENT,
		.limit = nrb_dirtyshare_limit(w->state, node->node),
		.drift = node->drift_pages,
	};
	if (node->dirty_pages != NRB_ABSENT && node->writeback_pages != NRB_ABSENT) {
		dirty->value = node->dirty_pages + node->writeback_pages;
	}
	return dirty->value != NRB_ABSENT && dirty->limit != NRB_ABSENT &&
	       dirty->value > dirty->limit;
}

/* Locality matters more than keeping types of pages apart: at the first remote zone the walk begins
 * anew without. */
static bool begins_anew(const struct walking *w, int zone)
{
	return w->keeps_types && !w->state->defrag_mode && w->state->n_nodes > 1 &&
	       zone_at(w, zone)->node != zone_at(w, w->preferred)->node;
}

/* Huge pages mostly come without __GFP_KSWAPD_RECLAIM. */
static bool may_wake_kswapd(const struct walking *w)
{
	return !nrb_request_is_huge(w->request) || thp_of(w) == NRB_THP_DEFERS;
}

/* On the slow path those of the list were woken just before, but for nodes that have a zone above high while
 * none has its marks raised, and those that kswapd has given up: wakeup_kswapd() of mm/vmscan.c (7.3). */
static bool has_kswapd_awake(const struct walking *w, int zone)
{
	const struct nrb_zones *zones = &w->state->zones;
	bool is_balanced = false, is_raised = false;

	if (node_at(w, zone)->kswapd == NRB_KSWAPD_AWAKE) {
		return true;
	}
	for (int i = 0; i < zones->n; i++) {
		const struct nrb_zone *other = &zones->zones[i];

		if (other->node != zone_at(w, zone)->node) {
			continue;
		}
		if (other->unreclaimable == 1) {
			return false;
		}
		is_balanced = is_balanced ||
			      nrb_zonemark_is_balanced(w->state, &w->walk->request, i);
		is_raised = is_raised ||
			    (other->index <= w->highest_index && other->boost_pages > 0);
	}
	return passes[w->pass].is_slow && may_wake_kswapd(w) &&
	       (!is_balanced || is_raised);
}

enum end { END_FOUND, END_ANEW, END_OF_LIST };

/* One zone of the list. END_OF_LIST: on to the next. */
static enum end visit(struct walking *w, int zone)
{
	struct nrb_walk_step *step = begin_step(w, zone);

	if (is_over_dirty_share(w, zone, &step->dirty)) {
		step->verdict = NRB_VERDICT_DIRTY;
		return END_OF_LIST;
	}
	if (begins_anew(w, zone)) {
		w->walk->n_steps--; /* this one has not begun */
		return END_ANEW;
	}
	if (!w->walk->list.is_sure &&
		zone_at(w, zone)->node != zone_at(w, w->preferred)->node) {
		doubt(w, "nodes at one distance: their order is not told");
	}
	if (w->skips_kswapd && has_kswapd_awake(w, zone)) {
		step->verdict = NRB_VERDICT_KSWAPD;
		w->skipped = true;
		return END_OF_LIST;
	}
	take_numbers(w, step);
	if (nrb_zonemark_has_room(&step->mark, 0) && step->mark.blocks != 0) {
		step->verdict = NRB_VERDICT_TAKEN;
		return END_FOUND;
	}
	reclaim(w, step);
	return step->verdict == NRB_VERDICT_RECLAIMED ? END_FOUND : END_OF_LIST;
}

/* Once down the list. */
static enum end sweep(struct walking *w)
{
	const struct nrb_zonelist *list = &w->walk->list;
	enum end end = END_OF_LIST;

	w->skipped = false;
	for (int i = 0; i < list->n_zones && end == END_OF_LIST; i++) {
		int zone = list->zones[i];

		if (may_serve(w, zone)) {
			end = visit(w, zone);
		}
		if (end == END_FOUND) {
			w->walk->zone = zone;
			w->walk->node = zone_at(w, zone)->node;
		}
	}
	return end;
}

/* alloc_flags_nofragment(): Normal keeps types of pages apart where DMA32 can take what does not fit. */
static bool keeps_types(const struct walking *w)
{
	const struct nrb_zone *first = zone_at(w, w->preferred);

	if (w->state->defrag_mode) {
		return true;
	}
	if (first->index != w->state->zones.normal_index || passes[w->pass].is_slow) {
		return false;
	}
	for (int i = 0; i < w->state->zones.n; i++) {
		const struct nrb_zone *zone = zone_at(w, i);

		if (zone->node == first->node && strcmp(zone->name, "DMA32") == 0) {
			return true;
		}
	}
	return false;
}

static int first_zone(const struct walking *w)
{
	for (int i = 0; i < w->walk->list.n_zones; i++) {
		if (may_serve(w, w->walk->list.zones[i])) {
			return w->walk->list.zones[i];
		}
	}
	return -1;
}

/* Whether a way down that found no page is gone again, and with less in its way. */
static bool is_again(struct walking *w, enum end end)
{
	bool has_types = w->keeps_types && !w->state->defrag_mode;

	if (end == END_OF_LIST && w->skips_kswapd && w->skipped) {
		w->skips_kswapd = false;
		return true;
	}
	w->keeps_types = w->keeps_types && !has_types;
	return has_types;
}

/* Returns whether a page was found. */
static bool walk_pass(struct walking *w, enum nrb_walk_pass pass)
{
	enum end end;

	w->pass = pass;
	nrb_zonelist_build(&w->walk->list, w->state, nrb_request_list_node(w->request),
		w->highest_index, passes[pass].only_node);
	w->preferred = first_zone(w);
	if (w->preferred < 0) {
		return false;
	}
	w->keeps_types = keeps_types(w);
	w->skips_kswapd =
		w->state->rules.has[NRB_KERNELRULE_KSWAPD_SKIP] && w->state->n_nodes > 1;
	for (w->sweep = 0; (end = sweep(w)) != END_FOUND; w->sweep++) {
		if (!is_again(w, end)) {
			w->walk->wakes_kswapd |=
				!passes[pass].is_slow && may_wake_kswapd(w);
			return false;
		}
	}
	return true;
}

/* A huge page is first asked of one node, without reclaim in the slow path; then, if the fault may wait,
 * of all (alloc_pages_mpol() in mm/mempolicy.c; vma_alloc_folio() in 6.1). */
static enum nrb_walk_outcome walk_huge(struct walking *w)
{
	enum nrb_vmstate_thp thp = thp_of(w);

	if (thp == NRB_THP_NEVER) {
		return NRB_OUTCOME_SMALL;
	}
	if (w->request->policy != NRB_ARM_INTERLEAVE) {
		if (walk_pass(w, NRB_PASS_HUGE_LOW) || walk_pass(w, NRB_PASS_HUGE_MIN)) {
			return NRB_OUTCOME_PAGE;
		}
		if (thp != NRB_THP_RECLAIMS && w->preferred >= 0) {
			return NRB_OUTCOME_SMALL;
		}
		doubt(w, "compaction may make up a huge page on the node first");
	}
	return NRB_N_OUTCOMES; /* nothing yet */
}

static enum nrb_walk_outcome walk_all(struct walking *w)
{
	if (nrb_request_is_huge(w->request)) {
		enum nrb_walk_outcome huge = walk_huge(w);

		if (huge != NRB_N_OUTCOMES) {
			return huge;
		}
	}
	if (walk_pass(w, NRB_PASS_LOW) || walk_pass(w, NRB_PASS_MIN)) {
		return NRB_OUTCOME_PAGE;
	}
	if (w->preferred < 0) {
		return NRB_OUTCOME_NOWHERE;
	}
	if (nrb_gates_may_wait(w->state, w->request)) {
		return NRB_OUTCOME_DIRECT;
	}
	return nrb_request_is_huge(w->request) ? NRB_OUTCOME_SMALL : NRB_OUTCOME_FAILS;
}

int nrb_allocwalk_run(struct nrb_allocwalk *walk, const struct nrb_vmstate *state,
	const struct nrb_request *request)
{
	struct walking w = {
		.walk = walk,
		.state = state,
		.request = request,
		.gfp = &nrb_gfp_table[request->gfp],
		.highest_index = nrb_zonemark_highest(state, request->gfp),
		.preferred = -1,
	};
	size_t most = (size_t)state->zones.n * MAX_SWEEPS * NRB_N_PASSES;

	*walk = (struct nrb_allocwalk){ .request = *request, .zone = -1, .node = -1 };
	walk->steps = calloc(most, sizeof(*walk->steps));
	if (walk->steps == NULL) {
		return nrb_fail(-ENOMEM, "no memory for %zu steps of a walk", most);
	}
	walk->outcome = walk_all(&w);
	return 0;
}

void nrb_allocwalk_finish(struct nrb_allocwalk *walk)
{
	free(walk->steps);
	*walk = (struct nrb_allocwalk){ 0 };
}

bool nrb_allocwalk_reclaims(const struct nrb_allocwalk *walk)
{
	return walk->n_success + walk->n_failed > 0;
}
