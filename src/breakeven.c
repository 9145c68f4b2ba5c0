/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often memory has to be used before keeping it local has paid. */
#include "nrb/breakeven.h"

#include "nrb/claimfamily.h"
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

/* -- where costs and savings are even, by inverting the signed-rank test -- */

enum { MOST_DOUBLED = 30, STEPS = 60 };

/* What is paid, in ns a page. */

static double touch_of(const struct balance *b)
{
	return b->touch;
}

static double reread_of(const struct balance *b)
{
	return b->pages > 0 ? b->reread / b->pages : NAN;
}

/* What is left to pay after so many accesses. */
static struct nrb_estimate left_after(const struct balance *balances, size_t n,
	double (*pay)(const struct balance *balance), double times, double *buf)
{
	size_t some = 0;

	for (size_t i = 0; i < n; i++) {
		buf[some] = pay(&balances[i]) - times * balances[i].access;
		some += !isnan(buf[some]);
	}
	return nrb_stats_pseudomedian(buf, some);
}

enum part { LOW, AT, HIGH };

static double part_of(const struct nrb_estimate *estimate, enum part part)
{
	return part == LOW ? estimate->low : part == AT ? estimate->at : estimate->high;
}

/* After how many accesses a part of what is left is no longer above 0. What an access saves is above 0 as a
 * whole, so that it comes to that. */
static double paid_after(const struct balance *balances, size_t n,
	double (*pay)(const struct balance *balance), enum part part, double *buf)
{
	double low = 0, high = 1;
	struct nrb_estimate left = left_after(balances, n, pay, low, buf);

	if (isnan(part_of(&left, part)) || part_of(&left, part) <= 0) {
		return isnan(part_of(&left, part)) ? NAN : 0;
	}
	for (int i = 0; i < MOST_DOUBLED; i++, high *= 2) {
		left = left_after(balances, n, pay, high, buf);
		if (part_of(&left, part) <= 0) {
			break;
		}
		low = high;
	}
	for (int i = 0; i < STEPS; i++) {
		double middle = low + (high - low) / 2;

		left = left_after(balances, n, pay, middle, buf);
		if (part_of(&left, part) <= 0) {
			high = middle;
		} else {
			low = middle;
		}
	}
	return high;
}

static struct nrb_estimate even_at(const struct balance *balances, size_t n,
	double (*pay)(const struct balance *balance), double *buf)
{
	return (struct nrb_estimate){
		.at = paid_after(balances, n, pay, AT, buf),
		.low = paid_after(balances, n, pay, LOW, buf),
		.high = paid_after(balances, n, pay, HIGH, buf),
		.level = left_after(balances, n, pay, 0, buf).level,
	};
}

static double saving_of(const struct balance *b)
{
	return b->access;
}

/* Of what an access takes in the base; less does not matter. */
static double matters(const struct nrb_arm_cells *base, double roi)
{
	return nrb_group_median(base, NRB_VALUE_ACCESS_NS) * roi / (1 + roi);
}

/* Whether accesses take less, by what matters; AFTER: yes. */
static enum nrb_breakeven_state judge_saving(
	const struct nrb_estimate *saved, const struct nrb_arm_cells *base, double roi)
{
	if (!nrb_estimate_is_bounded(saved)) {
		return NRB_BREAKEVEN_FEW;
	}
	if (saved->high <= matters(base, roi)) {
		return NRB_BREAKEVEN_NEVER;
	}
	return saved->low > 0 ? NRB_BREAKEVEN_AFTER : NRB_BREAKEVEN_UNCLEAR;
}

static void judge(struct nrb_breakeven *breakeven, const struct balance *balances,
	size_t n, double roi, double *buf)
{
	struct nrb_estimate saved = left_after(balances, n, saving_of, 0, buf), cost,
			    more;

	breakeven->blocks = n;
	breakeven->state = judge_saving(&saved, breakeven->base, roi);
	if (breakeven->state != NRB_BREAKEVEN_AFTER) {
		return;
	}
	cost = left_after(balances, n, touch_of, 0, buf);
	if (cost.high <= 0) {
		breakeven->state = NRB_BREAKEVEN_AT_ONCE;
	} else {
		breakeven->accesses = even_at(balances, n, touch_of, buf);
	}
	more = left_after(balances, n, reread_of, 0, buf);
	if (more.low > 0) {
		breakeven->per_reread = even_at(balances, n, reread_of, buf);
	}
}

static int judge_pairs(
	struct nrb_breakeven *breakeven, const struct nrb_pairs *pairs, double roi)
{
	struct balance *balances = calloc(pairs->n + 1, sizeof(*balances));
	double *buf = calloc(pairs->n + 1, sizeof(*buf));
	int rc = balances != NULL && buf != NULL ? 0 : -ENOMEM;
	size_t n = rc == 0 ? weigh_blocks(balances, pairs) : 0;

	if (n > 0) {
		judge(breakeven, balances, n, roi, buf);
	}
	free(balances);
	free(buf);
	return rc;
}

const struct nrb_arm_cells *nrb_breakeven_base(const struct nrb_group *group,
	const struct nrb_arm_cells *arm, const struct nrb_header *header)
{
	const struct nrb_arm_cells *base;
	struct nrb_key key = arm->key;

	key.mode = 0;
	base = nrb_group_find(group, &key);
	if (!nrb_claimfamily_is_ok(base)) {
		key.mode = header->reference_mode;
		base = nrb_group_find(group, &key);
	}
	return nrb_claimfamily_is_ok(base) && nrb_claimfamily_is_ok(arm) && arm != base &&
			       nrb_claimfamily_keeps_more(arm, base)
		       ? base
		       : NULL;
}

int nrb_breakeven_make(struct nrb_breakeven *breakeven, const struct nrb_arm_cells *arm,
	const struct nrb_arm_cells *base, const struct nrb_header *header, double roi)
{
	const struct nrb_estimate none = { NAN, NAN, NAN, NAN };
	struct nrb_pairs pairs;
	int rc;

	*breakeven = (struct nrb_breakeven){
		.arm = arm, .base = base, .accesses = none, .per_reread = none
	};
	if (header->rehearsal || !is_of_base_pages(arm) || !is_of_base_pages(base)) {
		return 0;
	}
	rc = nrb_pairs_make(&pairs, arm, base);
	if (rc == 0) {
		rc = judge_pairs(breakeven, &pairs, roi);
		nrb_pairs_free(&pairs);
	}
	return rc;
}

const char *nrb_breakeven_name(enum nrb_breakeven_state state)
{
	static const char *const names[NRB_N_BREAKEVEN_STATES] = {
		[NRB_BREAKEVEN_NONE] = "",
		[NRB_BREAKEVEN_FEW] = "few",
		[NRB_BREAKEVEN_UNCLEAR] = "unclear",
		[NRB_BREAKEVEN_NEVER] = "never",
		[NRB_BREAKEVEN_AT_ONCE] = "at once",
		[NRB_BREAKEVEN_AFTER] = "after",
	};

	return names[state];
}
