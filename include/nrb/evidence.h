/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record shows that bears on a value for a file server. */
#ifndef NRB_EVIDENCE_H
#define NRB_EVIDENCE_H

#include "nrb/claimfamily.h"
#include "nrb/reportdata.h"

/* Modes: a bit for each. Of two arms one has less only where every cell of it has. */
struct nrb_evidence {
	const struct nrb_report_data *data; /* borrowed */
	/* of the scenarios clean, fileserver and neighbour; base NULL: not measured */
	struct nrb_claim_family clean, served, beside;
	/* of all of these, but the mode, neither as found nor by default, a bit for each figure; and
	 * what else tells them from others of fileserver */
	unsigned int factors, named;
	unsigned int compared;       /* with the base, in clean or in fileserver */
	unsigned int local;          /* keep more new memory local than the base */
	unsigned int fewer, more;    /* serve fewer requests from cache, or more */
	unsigned int slower, faster; /* by the verdict on requests a second */
	unsigned int near;           /* send less of a neighbour's new memory elsewhere */
	unsigned int sparing;        /* leave its node more of its free memory */
	unsigned int stalled, swapped; /* in any scenario */
};

/** The scenario that the answer is about. */
extern const char nrb_evidence_subject[];

/** Find it in a finished record, on the first node and of the first variant of each scenario: in the
 * arms that have nothing but the mode that is not as found or by default; where fileserver has none
 * of these, in those that have the factors of its first arm. */
void nrb_evidence_find(struct nrb_evidence *evidence, const struct nrb_report_data *data);

/** Modes of a family that are compared with its base: those that have a cell that is ok. */
unsigned int nrb_evidence_compared(const struct nrb_claim_family *family);

/** Modes of a family that keep more new memory local than its base. */
unsigned int nrb_evidence_local(const struct nrb_claim_family *family);

#endif
