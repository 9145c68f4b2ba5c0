/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a plan is printed, and the lines of it. */
#ifndef NRB_PLANPAGE_H
#define NRB_PLANPAGE_H

#include "nrb/diag.h"
#include "nrb/plan.h"

enum { NRB_PLANPAGE_LINE = 2048, NRB_PLANPAGE_INDENT = 14 };

struct nrb_planpage {
	const struct nrb_plan *plan;
	const struct nrb_machine *machine;
	const struct nrb_screen *screen;
	FILE *out;
};

/** Print "  label       text", escaped and wrapped; at most NRB_PLANPAGE_LINE bytes of text. Paths may be
 * those of another's record. */
void nrb_planpage_say(const struct nrb_planpage *page, const char *label, const char *fmt,
	...) NRB_PRINTF(3, 4);

#endif
