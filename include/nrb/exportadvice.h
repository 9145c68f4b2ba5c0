/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that set vm.zone_reclaim_mode have in common: a value, why, and who says otherwise. */
#ifndef NRB_EXPORTADVICE_H
#define NRB_EXPORTADVICE_H

#include "nrb/answer.h"
#include "nrb/exportformat.h"
#include "nrb/sysctlfiles.h"

/** The answer of a record that gives one. Returns 0, or refuses (NRB_EXIT_INCONCLUSIVE) where it
 * decides for no value or was disturbed. */
int nrb_exportadvice_find(
	struct nrb_answer *answer, const struct nrb_exporting *exporting);

/** Print as comments where the file belongs, which run it is from, and the answer. */
void nrb_exportadvice_why(const struct nrb_exporting *exporting,
	const struct nrb_answer *answer, const char *path);

/** Print as comments the files that set it, too. rank: what comes of one. */
void nrb_exportadvice_others(FILE *out, const struct nrb_sysctlfiles *files,
	const char *(*rank)(const struct nrb_sysctlfile *file));

#endif
