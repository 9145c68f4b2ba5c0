/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Intervals of a run under way. */
#include "nrb/widths.h"

#include "nrb/diag.h"
#include "nrb/stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { LEAST_FOR_P99 = 1000 /* below so many values it is the luck of ten */ };

static const int64_t looks[] = { NRB_WIDTHS_PILOT, 8, 12, 16, 24, NRB_WIDTHS_MOST };

int nrb_widths_begin(struct nrb_widths *widths, const struct nrb_plan *plan)
{
	size_t n = (size_t)plan->n_arms * NRB_WIDTHS_MOST;

	*widths =
		(struct nrb_widths){ .plan = plan, .p99_ns = calloc(n, sizeof(double)) };
	if (widths->p99_ns == NULL) {
		return nrb_fail(-ENOMEM, "no memory for the widths of intervals");
	}
	for (size_t i = 0; i < n; i++) {
		widths->p99_ns[i] = NAN;
	}
	return 0;
}

void nrb_widths_finish(struct nrb_widths *widths)
{
	free(widths->p99_ns);
	*widths = (struct nrb_widths){ 0 };
}

static double *place_of(const struct nrb_widths *widths, int arm, int64_t block)
{
	return &widths->p99_ns[(int64_t)arm * NRB_WIDTHS_MOST + block - 1];
}

void nrb_widths_note(struct nrb_widths *widths, int arm, int64_t block,
	const struct nrb_sample *sample)
{
	const struct nrb_histogram *hist = &sample->alloc_hist;

	if (block > 0 && block <= NRB_WIDTHS_MOST && sample->status == NRB_STATUS_OK &&
		hist->n >= LEAST_FOR_P99) {
		*place_of(widths, arm, block) = nrb_histogram_quantile_ns(hist, 0.99);
	}
}

/* Whether they differ in their mode alone. */
static bool are_alike(const struct nrb_arm *a, const struct nrb_arm *b)
{
	return a->kind == b->kind && a->node == b->node && a->cpu_node == b->cpu_node &&
	       a->lru_gen == b->lru_gen && a->swap == b->swap && a->policy == b->policy &&
	       a->page_size == b->page_size && a->threads == b->threads &&
	       a->fill_all == b->fill_all && a->trim == b->trim && a->set == b->set &&
	       !a->control && !b->control;
}

static int reference_of(const struct nrb_plan *plan, int arm)
{
	for (int i = 0; i < plan->n_arms; i++) {
		if (i != arm && plan->arms[i].mode == plan->reference &&
			are_alike(&plan->arms[i], &plan->arms[arm])) {
			return i;
		}
	}
	return -1;
}

/* NAN: too few blocks that both have. */
static double width_of(const struct nrb_widths *widths, int arm, int reference)
{
	double logs[NRB_WIDTHS_MOST];
	struct nrb_estimate estimate;
	size_t n = 0;

	for (int64_t block = 1; block <= NRB_WIDTHS_MOST; block++) {
		double one = *place_of(widths, arm, block);
		double other = *place_of(widths, reference, block);

		if (one > 0 && other > 0) { /* neither is NAN */
			logs[n++] = log(one / other);
		}
	}
	estimate = nrb_stats_pseudomedian(logs, n);
	return nrb_estimate_is_bounded(&estimate) ? exp(estimate.high) - exp(estimate.low)
						  : NAN;
}

double nrb_widths_widest(const struct nrb_widths *widths)
{
	const struct nrb_plan *plan = widths->plan;
	double widest = NAN;

	for (int i = 0; i < plan->n_arms; i++) {
		int reference = plan->arms[i].control ? -1 : reference_of(plan, i);

		if (reference >= 0) {
			widest = fmax(widest, width_of(widths, i, reference));
		}
	}
	return widest;
}

int64_t nrb_widths_next(int64_t blocks, double now, double wished)
{
	double needed = (double)blocks * (now / wished) * (now / wished);
	int64_t next = 0;

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		if (looks[i] > blocks) {
			next = looks[i];
			if ((double)next >= needed || isnan(needed)) {
				break;
			}
		}
	}
	return next;
}
