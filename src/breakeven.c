/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often memory has to be used before keeping it local has paid. */
#include "nrb/breakeven.h"

#include "nrb/pairs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Of one block, the arm beside the reference; ns. */
struct balance {
	double touch;  /* a first touch takes longer by this */
	double access; /* an access takes less by this */
	double reread; /* to read the file again takes longer by this */
	double pages;  /* that were allocated */
};

/* What was cached, at the rate at which a sample of it was read afterwards. */
static double reread_ns(const struct nrb_together *cell, double bytes)
{
	double rate = cell->v[NRB_VALUE_REREAD_RATE];

	return rate > 0 ? bytes / rate * 1e9 : NAN;
}

static bool weigh(struct balance *balance, const struct nrb_pair *pair)
{
	const double *one = pair->one->v, *reference = pair->reference->v;
	double cached = reference[NRB_VALUE_CACHE_BYTES];

	*balance = (struct balance){
		.touch =
			one[NRB_VALUE_ALLOC_MEAN_NS] - reference[NRB_VALUE_ALLOC_MEAN_NS],
		.access = reference[NRB_VALUE_ACCESS_NS] - one[NRB_VALUE_ACCESS_NS],
		.reread =
			reread_ns(pair->one, cached) - reread_ns(pair->reference, cached),
		.pages = one[NRB_VALUE_ALLOC_PAGES],
	};
	return !isnan(balance->touch) && !isnan(balance->access);
}

static size_t weigh_blocks(struct balance *balances, const struct nrb_pairs *pairs)
{
	size_t n = 0;

	for (size_t i = 0; i < pairs->n; i++) {
		n += weigh(&balances[n], &pairs->list[i]);
	}
	return n;
}

/* The touches of a histogram are of pages of the allocation's own size; that of a huge one is not a page's. */
static bool is_of_base_pages(const struct nrb_arm_cells *arm)
{
	double huge = nrb_group_max(arm, NRB_VALUE_ALLOC_HUGE_RATIO);

	return !(huge > 0);
}

static struct nrb_estimate estimate(const struct balance *balances, size_t n,
	double (*of)(const struct balance *balance), double *buf)
{
	size_t some = 0;

	for (size_t i = 0; i < n; i++) {
		buf[some] = of(&balances[i]);
		some += !isnan(buf[some]);
	}
	return nrb_stats_pseudomedian(buf, some);
}

static double touch_of(const struct balance *b)
{
	return b->touch;
}

static double access_of(const struct balance *b)
{
	return b->access;
}

static double accesses_of(const struct balance *b)
{
	return b->touch / b->access;
}

static double per_reread_of(const struct balance *b)
{
	return b->pages > 0 ? fmax(0, b->reread) / (b->pages * b->access) : NAN;
}

/* Of a ratio there is an interval where what it is divided by is above 0 in each block. */
static bool all_save(const struct balance *balances, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (balances[i].access <= 0) {
			return false;
		}
	}
	return n > 0;
}

/* Whether it lies above 0 with its whole interval; without one, itself. */
static bool is_above_zero(const struct nrb_estimate *estimate)
{
	return (nrb_estimate_is_bounded(estimate) ? estimate->low : estimate->at) > 0;
}

static void judge(struct nrb_breakeven *breakeven, const struct balance *balances,
	size_t n, double *buf)
{
	struct nrb_estimate saved = estimate(balances, n, access_of, buf);
	struct nrb_estimate cost = estimate(balances, n, touch_of, buf);

	breakeven->blocks = n;
	if (!is_above_zero(&saved) || !all_save(balances, n)) {
		breakeven->state = NRB_BREAKEVEN_NEVER;
		return;
	}
	breakeven->state =
		is_above_zero(&cost) ? NRB_BREAKEVEN_AFTER : NRB_BREAKEVEN_AT_ONCE;
	breakeven->accesses = estimate(balances, n, accesses_of, buf);
	breakeven->per_reread = estimate(balances, n, per_reread_of, buf);
}

static int judge_pairs(struct nrb_breakeven *breakeven, const struct nrb_pairs *pairs)
{
	struct balance *balances = calloc(pairs->n + 1, sizeof(*balances));
	double *buf = calloc(pairs->n + 1, sizeof(*buf));
	int rc = balances != NULL && buf != NULL ? 0 : -ENOMEM;
	size_t n = rc == 0 ? weigh_blocks(balances, pairs) : 0;

	if (n > 0) {
		judge(breakeven, balances, n, buf);
	}
	free(balances);
	free(buf);
	return rc;
}

int nrb_breakeven_make(struct nrb_breakeven *breakeven, const struct nrb_arm_cells *arm,
	const struct nrb_arm_cells *reference, const struct nrb_header *header)
{
	const struct nrb_estimate none = { NAN, NAN, NAN, NAN };
	struct nrb_pairs pairs;
	int rc;

	*breakeven = (struct nrb_breakeven){ .accesses = none, .per_reread = none };
	if (header->rehearsal || !is_of_base_pages(arm) || !is_of_base_pages(reference)) {
		return 0;
	}
	rc = nrb_pairs_make(&pairs, arm, reference);
	if (rc == 0) {
		rc = judge_pairs(breakeven, &pairs);
		nrb_pairs_free(&pairs);
	}
	return rc;
}
