/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Read, predict, ask, look: in that order, and as close together as can be. */
#include "nrb/verify.h"

#include "nrb/counters.h"
#include "nrb/diag.h"
#include "nrb/placement.h"
#include "nrb/zones.h"

#include <errno.h>
#include <string.h>

/* Readings until two are alike: a busy machine is never still. */
enum { MAX_READINGS = 8 };

const char *const nrb_verify_ran_words[NRB_N_RANS] = {
	[NRB_RAN_NOT] = "no",
	[NRB_RAN] = "yes",
	[NRB_RAN_UNKNOWN] = "unknown",
};

static enum nrb_nextpage_way way_of(const struct nrb_request *request)
{
	switch (request->gfp) {
	case NRB_GFP_KERNEL:
		return NRB_NEXTPAGE_RING;
	case NRB_GFP_DIRTY_WRITE:
		return NRB_NEXTPAGE_WRITE;
	default:
		return request->order > 0 ? NRB_NEXTPAGE_HUGE : NRB_NEXTPAGE_TOUCH;
	}
}

static int refuse(const char *why)
{
	return nrb_refuse(NRB_EXIT_USAGE, NULL, "--verify cannot ask for that: %s", why);
}

int nrb_verify_check(const struct nrb_request *request)
{
	if (request->gfp == NRB_GFP_ATOMIC) {
		return refuse(
			"no program makes the kernel allocate from an interrupt at will");
	}
	if (request->policy == NRB_ARM_CPUSET) {
		return refuse("it makes no cpuset; start it in one, and say local");
	}
	if (request->policy == NRB_ARM_INTERLEAVE) {
		return refuse("whose turn it is in interleaving, nobody is told");
	}
	if (request->gfp == NRB_GFP_MOVABLE && request->order != 0 &&
		request->order != NRB_NEXTPAGE_HUGE_ORDER) {
		return refuse("a program's memory comes in pages of order 0 and 9");
	}
	if (request->gfp == NRB_GFP_DIRTY_WRITE && request->order != 0) {
		return refuse("a file's new page that a write asks for is of order 0");
	}
	return 0;
}

static int first_cpu(const struct nrb_vmstate *state, const struct nrb_request *request)
{
	const struct nrb_vmnode *node = nrb_vmstate_node(state, request->cpu_node);

	return request->cpu >= 0 ? request->cpu
	       : node != NULL    ? nrb_idset_next(&node->cpus, -1)
				 : -1;
}

static void make_ask(
	struct nrb_nextpage_ask *ask, const struct nrb_request *request, const char *dir)
{
	static const enum nrb_policy policies[] = {
		[NRB_ARM_LOCAL] = NRB_POLICY_LOCAL,
		[NRB_ARM_BIND] = NRB_POLICY_BIND,
		[NRB_ARM_PREFERRED] = NRB_POLICY_PREFERRED,
	};

	*ask = (struct nrb_nextpage_ask){
		.way = way_of(request),
		.order = request->order,
		.cpu = request->cpu,
		.policy = policies[request->policy],
		.is_advised = request->is_advised,
		.dir = dir,
	};
	nrb_idset_add(&ask->nodes, request->node);
}

static int64_t above_low(const struct nrb_vmstate *state, int node)
{
	struct nrb_zone_sums sums = nrb_zones_sum(&state->zones, node);

	return sums.free_pages - sums.low_pages;
}

/* Reading takes memory too: of the node in question, it would have node reclaim run there. */
static void find_elsewhere(struct nrb_idset *elsewhere, const struct nrb_vmstate *state,
	const struct nrb_request *request)
{
	int best = -1;

	nrb_idset_clear(elsewhere);
	for (int i = 0; i < state->n_nodes; i++) {
		const int node = state->nodes[i].node;

		if (state->nodes[i].has_memory && state->nodes[i].is_allowed &&
			node != request->node &&
			(best < 0 || above_low(state, node) > above_low(state, best))) {
			best = node;
		}
	}
	if (best >= 0) {
		nrb_idset_add(elsewhere, best);
	}
}

static int go_elsewhere(const struct nrb_verifier *verifier)
{
	return nrb_idset_count(&verifier->elsewhere) == 0
		       ? 0
		       : nrb_placement_set_policy(
				 NRB_POLICY_PREFERRED, &verifier->elsewhere);
}

int nrb_verify_open(struct nrb_verifier *verifier, const struct nrb_root *root,
	const struct nrb_request *request, const char *dir)
{
	struct nrb_nextpage_ask ask;
	struct nrb_vmstate state;
	int rc = nrb_verify_check(request);

	*verifier = (struct nrb_verifier){ .root = root, .request = *request };
	if (rc < 0) {
		return rc;
	}
	rc = nrb_vmstate_read(&state, root);
	if (rc < 0) {
		return rc;
	}
	verifier->request.cpu = first_cpu(&state, request);
	find_elsewhere(&verifier->elsewhere, &state, request);
	nrb_vmstate_finish(&state);
	make_ask(&ask, &verifier->request, dir);
	rc = go_elsewhere(verifier);
	return rc < 0 ? rc : nrb_nextpage_open(&verifier->next, &ask);
}

/* Dirty pages are written all the time on a machine that has many. */
static bool has_alike_nodes(const struct nrb_vmstate *a, const struct nrb_vmstate *b)
{
	bool is_alike = a->n_nodes == b->n_nodes;

	for (int i = 0; i < a->n_nodes && is_alike; i++) {
		is_alike = a->nodes[i].dirty_pages == b->nodes[i].dirty_pages &&
			   a->nodes[i].writeback_pages == b->nodes[i].writeback_pages &&
			   a->nodes[i].kswapd == b->nodes[i].kswapd;
	}
	return is_alike;
}

/* By what the walk rests on: what is free, and where. */
static bool are_alike(const struct nrb_vmstate *a, const struct nrb_vmstate *b)
{
	bool is_alike = a->zones.n == b->zones.n && has_alike_nodes(a, b);

	for (int i = 0; i < a->zones.n && is_alike; i++) {
		is_alike = a->zones.zones[i].free_pages == b->zones.zones[i].free_pages &&
			   a->zones.zones[i].pcp_pages == b->zones.zones[i].pcp_pages;
	}
	return is_alike;
}

/* The first reading also brings in what reading itself takes. */
static int read_steady(struct nrb_verified *verified, const struct nrb_root *root)
{
	struct nrb_vmstate before;
	int rc = nrb_vmstate_read(&verified->state, root);

	for (int i = 1; rc == 0 && i < MAX_READINGS && !verified->is_steady; i++) {
		before = verified->state;
		rc = nrb_vmstate_read(&verified->state, root);
		verified->is_steady = rc == 0 && are_alike(&before, &verified->state);
		nrb_vmstate_finish(&before);
	}
	return rc;
}

/* Up to 6.11 only failures are counted; then a success shows as direct reclaim that nobody was stalled
 * by. */
static enum nrb_verify_ran by_counters(
	const struct nrb_verified *verified, const struct nrb_counters *delta)
{
	const int64_t *v = delta->v;

	if (nrb_units_or_0(v[NRB_ZONE_RECLAIM_FAILED]) +
			nrb_units_or_0(v[NRB_ZONE_RECLAIM_SUCCESS]) >
		0) {
		return NRB_RAN;
	}
	if (verified->state.rules.has[NRB_KERNELRULE_SUCCESS_COUNTED] ||
		nrb_units_or_0(v[NRB_PGSCAN_DIRECT]) == 0) {
		return v[NRB_ZONE_RECLAIM_FAILED] == NRB_ABSENT ? NRB_RAN_UNKNOWN
								: NRB_RAN_NOT;
	}
	return nrb_units_or_0(v[NRB_ALLOCSTALL]) == 0 ? NRB_RAN : NRB_RAN_UNKNOWN;
}

static void judge(struct nrb_verified *verified)
{
	const struct nrb_allocwalk *walk = &verified->walk;

	if (walk->outcome == NRB_OUTCOME_SMALL) {
		verified->node_is_right = !verified->whole;
	} else {
		verified->node_is_right = walk->outcome == NRB_OUTCOME_PAGE &&
					  verified->whole && walk->node == verified->node;
	}
	verified->reclaim_is_right =
		verified->ran == NRB_RAN_UNKNOWN ||
		(verified->ran == NRB_RAN) == nrb_allocwalk_reclaims(walk);
}

static enum nrb_verify_ran watch(const struct nrb_verifier *verifier, bool begin)
{
	return verifier->watch != NULL ? verifier->watch(verifier->arg, begin)
				       : NRB_RAN_UNKNOWN;
}

/* The prediction stands before the block is asked for. */
static int predict_and_take(struct nrb_verifier *verifier, struct nrb_verified *verified)
{
	struct nrb_counters before, after, delta;
	struct nrb_request request = verifier->request;
	int rc = nrb_counters_read(verifier->root, &before);

	if (rc == 0) {
		rc = read_steady(verified, verifier->root);
	}
	if (rc < 0) {
		return rc;
	}
	request.mode = (int)nrb_units_or_0(verified->state.mode);
	request.lru_gen = verified->state.lru_gen == NRB_LRU_GEN_ON;
	rc = nrb_allocwalk_run(&verified->walk, &verified->state, &request);
	(void)watch(verifier, true);
	if (rc == 0) {
		rc = nrb_nextpage_take(
			&verifier->next, &verified->node, &verified->whole);
	}
	if (rc == 0) {
		rc = go_elsewhere(verifier);
	}
	if (rc < 0) {
		return rc;
	}
	verified->ran = watch(verifier, false);
	rc = nrb_counters_read(verifier->root, &after);
	nrb_counters_delta(&before, &after, &delta);
	if (rc == 0 && verified->ran == NRB_RAN_UNKNOWN) {
		verified->ran = by_counters(verified, &delta);
	}
	return rc;
}

int nrb_verify_once(struct nrb_verifier *verifier, struct nrb_verified *verified)
{
	int rc;

	memset(verified, 0, sizeof(*verified));
	rc = predict_and_take(verifier, verified);
	if (rc < 0) {
		nrb_verify_finish(verified);
		return rc;
	}
	judge(verified);
	return 0;
}

void nrb_verify_finish(struct nrb_verified *verified)
{
	nrb_allocwalk_finish(&verified->walk);
	nrb_vmstate_finish(&verified->state);
}

void nrb_verify_close(struct nrb_verifier *verifier)
{
	nrb_nextpage_close(&verifier->next);
}

void nrb_verify_tally_add(
	struct nrb_verify_tally *tally, const struct nrb_verified *verified)
{
	const bool known = verified->ran != NRB_RAN_UNKNOWN;

	tally->n++;
	tally->node_right += verified->node_is_right;
	tally->reclaim_known += known;
	tally->reclaim_right += known && verified->reclaim_is_right;
}
