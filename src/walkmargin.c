/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nearest limit of a walk, and walks compared. */
#include "nrb/walkmargin.h"

#include "nrb/units.h"

#include <math.h>
#include <stddef.h>

static double relative(const struct nrb_limit *test)
{
	double limit = (double)(test->limit > 0 ? test->limit : 1);

	return fabs((double)test->value - (double)test->limit) / limit;
}

static bool is_known(const struct nrb_limit *test)
{
	return test->value != NRB_ABSENT && test->limit != NRB_ABSENT;
}

static bool is_over(const struct nrb_limit *test)
{
	return is_known(test) && test->value > test->limit;
}

/* By test.value > test.limit it is so, else otherwise: the least that would tip it. */
static void look(struct nrb_walk_margin *margin, int step, const char *what,
	const struct nrb_limit *test)
{
	int64_t by;

	if (!is_known(test) ||
		(margin->step >= 0 && relative(test) >= margin->relative)) {
		return;
	}
	by = test->value > test->limit ? test->value - test->limit
				       : test->limit - test->value + 1;
	*margin = (struct nrb_walk_margin){
		.step = step,
		.what = what,
		.test = *test,
		.relative = relative(test),
		.is_within_drift = by <= test->drift,
	};
}

static void look_at_room(struct nrb_walk_margin *margin, const struct nrb_vmstate *state,
	const struct nrb_walk_step *step, int at)
{
	const struct nrb_zonemark *mark = &step->mark;
	struct nrb_limit test = { .drift = state->zones.zones[step->zone].drift_pages };

	/* passed over; and without a block no number of pages is enough */
	if (mark->free_pages == NRB_ABSENT || mark->blocks == 0) {
		return;
	}
	test.value = mark->free_pages - mark->unusable_pages;
	test.limit = mark->mark_pages + mark->reserve_pages;
	look(margin, at, "free pages", &test);
}

/* What the gates after the one of the cache say, had it been open. */
static bool would_enter(const struct nrb_vmstate *state,
	const struct nrb_request *request, const struct nrb_vmnode *node)
{
	return nrb_gates_may_wait(state, request) &&
	       (!node->has_cpus || node->node == request->cpu_node);
}

/* Open while one of both exceeds: it closes with the last of them, and opens with the first. */
static void look_at_cache(struct nrb_walk_margin *margin, const struct nrb_vmstate *state,
	const struct nrb_request *request, const struct nrb_walk_step *step, int at)
{
	const struct nrb_gate_look *cache = &step->gates.looks[NRB_GATE_CACHE];
	const struct nrb_limit *file = &cache->test, *slab = &cache->slab;
	const struct nrb_vmnode *node =
		nrb_vmstate_node(state, state->zones.zones[step->zone].node);

	if (step->gates.n <= NRB_GATE_CACHE || node == NULL ||
		!would_enter(state, request, node)) {
		return;
	}
	if (!cache->is_open) {
		look(margin, at, "file cache", file);
		look(margin, at, "slab", slab);
	} else if (is_over(file) &&
		   (!is_over(slab) || relative(file) >= relative(slab))) {
		look(margin, at, "file cache", file);
	} else {
		look(margin, at, "slab", slab);
	}
}

struct nrb_walk_margin nrb_walkmargin_of(
	const struct nrb_allocwalk *walk, const struct nrb_vmstate *state)
{
	struct nrb_walk_margin margin = { .step = -1 };

	for (int i = 0; i < walk->n_steps; i++) {
		const struct nrb_walk_step *step = &walk->steps[i];

		look(&margin, i, "dirty pages", &step->dirty);
		look_at_room(&margin, state, step, i);
		look_at_cache(&margin, state, &walk->request, step, i);
	}
	return margin;
}

static bool is_same_limit(const struct nrb_limit *a, const struct nrb_limit *b)
{
	return a->value == b->value && a->limit == b->limit;
}

/* The mode itself is what differs. */
static bool is_same_look(const struct nrb_gate_look *a, const struct nrb_gate_look *b)
{
	return a->is_open == b->is_open &&
	       (a->gate == NRB_GATE_MODE || a->gate == NRB_GATE_MGLRU ||
		       (is_same_limit(&a->test, &b->test) &&
			       is_same_limit(&a->slab, &b->slab)));
}

static bool is_same_step(const struct nrb_walk_step *a, const struct nrb_walk_step *b)
{
	bool is_same = a->pass == b->pass && a->sweep == b->sweep && a->zone == b->zone &&
		       a->verdict == b->verdict &&
		       a->mark.free_pages == b->mark.free_pages &&
		       a->gates.n == b->gates.n;

	for (int i = 0; is_same && i < a->gates.n; i++) {
		is_same = is_same_look(&a->gates.looks[i], &b->gates.looks[i]);
	}
	return is_same;
}

bool nrb_walkmargin_is_same(const struct nrb_allocwalk *a, const struct nrb_allocwalk *b)
{
	bool is_same = a->outcome == b->outcome && a->n_steps == b->n_steps;

	for (int i = 0; is_same && i < a->n_steps; i++) {
		is_same = is_same_step(&a->steps[i], &b->steps[i]);
	}
	return is_same;
}
