/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One answer for a file server, over all scenarios of a record, and what it rests on.
 * It weighs what a record shows for certain: where memory landed, what was served from cache, what
 * a neighbour lost, what stalled or was swapped out. Times are weighed outside of rehearsals alone,
 * and only where no cell of the one is as good as any of the other.
 */
#ifndef NRB_ANSWER_H
#define NRB_ANSWER_H

#include "nrb/reportdata.h"

#include <stdbool.h>

enum { NRB_ANSWER_LEN = 1024, NRB_MAX_CONDITIONS = 8 };

struct nrb_answer {
	bool is_asked; /* the record has, or was to have, the scenario fileserver: text is not empty */
	int mode; /* vm.zone_reclaim_mode; -1: the record decides for none */
	char text[NRB_ANSWER_LEN];
	int n_conditions; /* under which it holds, and what speaks for another value */
	char conditions[NRB_MAX_CONDITIONS][NRB_ANSWER_LEN];
};

/** What a finished record answers, on the first node under test: of arms with nothing but the mode that
 * is not as found or by default; without any of fileserver, of those with the factors of its first
 * arm, which a condition names. */
void nrb_answer_make(struct nrb_answer *answer, const struct nrb_report_data *data);

#endif
