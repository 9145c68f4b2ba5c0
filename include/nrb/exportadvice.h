/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that set vm.zone_reclaim_mode have in common: a value, why, and who says otherwise. */
#ifndef NRB_EXPORTADVICE_H
#define NRB_EXPORTADVICE_H

#include "nrb/answer.h"
#include "nrb/exportformat.h"
#include "nrb/sysctlfiles.h"

/**
 * The answer of a record that gives one; and, as comments, where the file at path belongs, which run it is
 * from, the answer, and which files set the knob, too. rank: what comes of one of these. Returns 0, or
 * refuses before anything is printed (NRB_EXIT_INCONCLUSIVE) where the record decides for no value or
 * was disturbed.
 */
int nrb_exportadvice_begin(const struct nrb_exporting *exporting,
	struct nrb_answer *answer, const char *path,
	const char *(*rank)(const struct nrb_sysctlfile *file));

#endif
