/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two sentences a block: said before, seen after. */
#include "nrb/verifytext.h"

#include "nrb/units.h"
#include "nrb/walkmargin.h"

#include <stdio.h>

enum { TEXT = 256 };

static const char *predicted_text(const struct nrb_verified *verified, char *buf)
{
	const struct nrb_allocwalk *walk = &verified->walk;

	if (walk->outcome == NRB_OUTCOME_PAGE) {
		snprintf(buf, TEXT, "node %d, zone %s", walk->node,
			verified->state.zones.zones[walk->zone].name);
	} else {
		snprintf(buf, TEXT, "none of these (%s)",
			nrb_walk_outcome_words[walk->outcome]);
	}
	return buf;
}

/* How near it was: who reads a miss wants to know. */
static const char *margin_text(const struct nrb_walk_margin *margin, char *buf)
{
	char value[NRB_UNITS_LEN], limit[NRB_UNITS_LEN];

	buf[0] = '\0';
	if (margin->step >= 0) {
		snprintf(buf, TEXT, "; nearest limit: %s %s against %s%s", margin->what,
			nrb_units_count(value, margin->test.value),
			nrb_units_count(limit, margin->test.limit),
			margin->is_within_drift ? ", within what counters may be off"
						: "");
	}
	return buf;
}

static const char *ran_text(enum nrb_verify_ran ran)
{
	static const char *const texts[] = {
		[NRB_RAN_NOT] = "node reclaim did not run",
		[NRB_RAN] = "node reclaim ran",
		[NRB_RAN_UNKNOWN] = "whether node reclaim ran cannot be seen here",
	};

	return texts[ran];
}

void nrb_verifytext_print(
	const struct nrb_page *page, const struct nrb_verified *verified, int n)
{
	const struct nrb_allocwalk *walk = &verified->walk;
	const struct nrb_walk_margin nearest = nrb_walkmargin_of(walk, &verified->state);
	const bool reclaims = nrb_allocwalk_reclaims(walk);
	char predicted[TEXT], margin[TEXT];

	nrb_page_line(page, "%d. Predicted: %s, node reclaim %s%s.", n,
		predicted_text(verified, predicted), reclaims ? "runs" : "does not run",
		margin_text(&nearest, margin));
	nrb_page_line(page, "   Came from node %d%s; %s: %s.", verified->node,
		verified->whole ? "" : ", in single pages", ran_text(verified->ran),
		verified->node_is_right && verified->reclaim_is_right ? "as predicted"
		: verified->node_is_right ? "the node as predicted, node reclaim not"
					  : "NOT as predicted");
	if (!verified->is_steady) {
		nrb_page_line(page,
			"   Free memory changed while it was read, so that a miss would say little.");
	}
}

void nrb_verifytext_tally(
	const struct nrb_page *page, const struct nrb_verify_tally *tally)
{
	nrb_page_line(page,
		"As predicted: where it came from, %d of %d times; whether node reclaim ran, %d "
		"of %d. That holds for the mode that is set, and the memory as it is now.",
		tally->node_right, tally->n, tally->reclaim_right, tally->reclaim_known);
}
