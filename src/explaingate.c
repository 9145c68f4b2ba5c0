/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each gate in words; the numbers are those that the kernel compares. */
#include "nrb/explaingate.h"

#include "nrb/diag.h"
#include "nrb/units.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct saying {
	char *buf;
	const struct nrb_gate_look *look;
	const struct nrb_vmstate *state;
	const struct nrb_request *request;
	int preferred_node;
	const struct nrb_vmnode *node;
};

typedef void say(const struct saying *s);

static void put(const struct saying *s, const char *fmt, ...) NRB_PRINTF(2, 3);

static void put(const struct saying *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(s->buf, NRB_EXPLAINGATE_LEN, fmt, args);
	va_end(args);
}

static void say_mode(const struct saying *s)
{
	put(s,
		s->look->is_open ? "vm.zone_reclaim_mode %d: node reclaim is on"
				 : "vm.zone_reclaim_mode %d: node reclaim is off",
		s->request->mode);
}

static void say_distance(const struct saying *s)
{
	const struct nrb_limit *test = &s->look->test;

	if (test->value == 0) {
		put(s, "the distance to node %d is not told", s->node->node);
		return;
	}
	if (s->node->node == s->preferred_node) {
		put(s,
			"node %d is the one that is wanted (distance %" PRId64
			", not over %" PRId64 ")",
			s->node->node, test->value, test->limit);
		return;
	}
	put(s, "node %d is at distance %" PRId64 " from node %d, %s %" PRId64 ": %s",
		s->node->node, test->value, s->preferred_node,
		s->look->is_open ? "not over" : "over", test->limit,
		s->look->is_open ? "near enough" : "never reclaimed for it");
}

/* Without bit 4 mapped pages do not count. */
static void say_cache(const struct saying *s)
{
	const struct nrb_limit *test = &s->look->test, *slab = &s->look->slab;
	const struct nrb_kernelrules *rules = &s->state->rules;
	const char *what = nrb_gates_may_unmap(rules, s->request->mode)
				   ? "file pages"
				   : "unmapped file pages";
	const char *dirty = nrb_gates_may_write(rules, s->request->mode) &&
					    !rules->has[NRB_KERNELRULE_DIRTY_FILTER]
				    ? ", dirty ones too,"
				    : "";
	char value[NRB_UNITS_LEN], limit[NRB_UNITS_LEN];
	char of_slab[NRB_UNITS_LEN], slab_limit[NRB_UNITS_LEN];

	nrb_units_count(value, test->value);
	nrb_units_count(limit, test->limit);
	nrb_units_count(of_slab, slab->value);
	nrb_units_count(slab_limit, slab->limit);
	if (test->value > test->limit) {
		put(s, "%s%s %s > min_unmapped %s: reclaim allowed", what, dirty, value,
			limit);
	} else {
		put(s, "%s%s %s <= min_unmapped %s, %s reclaimable slab %s %s min_slab %s: %s",
			what, dirty, value, limit, s->look->is_open ? "but" : "and",
			of_slab, slab->value > slab->limit ? ">" : "<=", slab_limit,
			s->look->is_open ? "reclaim allowed" : "too little to reclaim");
	}
}

static void say_waiting(const struct saying *s)
{
	const char *who = nrb_request_is_huge(s->request)
				  ? "a huge page with this transparent_hugepage/defrag"
				  : nrb_gfp_table[s->request->gfp].flags;

	put(s, s->look->is_open ? "%s may wait" : "%s may not reclaim", who);
}

static void say_cpu(const struct saying *s)
{
	if (!s->node->has_cpus) {
		put(s, "node %d has no CPUs: any CPU may reclaim it", s->node->node);
	} else if (s->look->is_open) {
		put(s, "the CPU is on node %d itself", s->node->node);
	} else {
		put(s, "the CPU is on node %d: node %d is never reclaimed for it",
			s->request->cpu_node, s->node->node);
	}
}

static void say_again(const struct saying *s)
{
	put(s, s->look->is_open ? "asked once more inside: the same"
				: "asked once more inside, slab alone is not enough "
				  "(before 5.19)");
}

static void say_mglru(const struct saying *s)
{
	if (!s->request->lru_gen) {
		put(s, "%s: each bit does what it says",
			s->state->lru_gen == NRB_LRU_GEN_NONE ? "this kernel has no MGLRU"
							      : "MGLRU is off");
	} else if (!s->state->rules.has[NRB_KERNELRULE_MGLRU_GATE]) {
		put(s, "MGLRU before 6.3: each bit does what it says");
	} else {
		put(s, s->look->is_open
				? "MGLRU needs bits 2 and 4, and has both"
				: "MGLRU needs bits 2 and 4 (modes 6 and 7): nothing is reclaimed");
	}
}

static void say_yield(const struct saying *s)
{
	char pages[NRB_UNITS_LEN];

	if (s->look->is_open) {
		put(s, "%s pages may go: clean%s",
			nrb_units_count(pages, s->look->test.value),
			nrb_gates_may_unmap(&s->state->rules, s->request->mode)
				? ", mapped or not"
				: " and unmapped");
	} else {
		put(s, "no page may go: all are dirty, of tmpfs%s",
			nrb_gates_may_unmap(&s->state->rules, s->request->mode)
				? ""
				: " or mapped");
	}
}

const char *nrb_explaingate_text(char buf[NRB_EXPLAINGATE_LEN],
	const struct nrb_gate_look *look, const struct nrb_vmstate *state,
	const struct nrb_request *request, int preferred_node,
	const struct nrb_vmnode *node)
{
	static say *const sayings[NRB_N_GATES] = {
		[NRB_GATE_MODE] = say_mode,
		[NRB_GATE_DISTANCE] = say_distance,
		[NRB_GATE_CACHE] = say_cache,
		[NRB_GATE_WAITING] = say_waiting,
		[NRB_GATE_CPU] = say_cpu,
		[NRB_GATE_REPEATED] = say_again,
		[NRB_GATE_MGLRU] = say_mglru,
		[NRB_GATE_YIELD] = say_yield,
	};
	const struct saying s = { buf, look, state, request, preferred_node, node };

	sayings[look->gate](&s);
	return buf;
}
