/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `rehearse --kernels`: rehearsals, then what differs between them. */
#ifndef NRB_REHEARSEKERNELS_H
#define NRB_REHEARSEKERNELS_H

#include "nrb/options.h"

/**
 * Rehearse on each kernel of the command line, then compare the records on stdout; of one alone, report it.
 * exit_code  out, NRB_EXIT_INCONCLUSIVE as of compare, else 0
 * signal     out, to die of; 0: none
 * Returns 0 or a negative errno, with a message; where kernels were lost, after the others were compared,
 * with the worst of their exit codes.
 */
int nrb_rehearsekernels(const struct nrb_options *options,
	const struct nrb_screen *screen, int *exit_code, int *signal);

#endif
