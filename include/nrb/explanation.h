/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that `explain` shows: the state, one request, and its way under each mode. */
#ifndef NRB_EXPLANATION_H
#define NRB_EXPLANATION_H

#include "nrb/allocwalk.h"
#include "nrb/fsroot.h"
#include "nrb/mode.h"
#include "nrb/request.h"
#include "nrb/vmstate.h"
#include "nrb/walkmargin.h"

#include <stdbool.h>

enum { NRB_N_MODES_OF_KNOB = NRB_MODE_BITS + 1 };

struct nrb_explanation {
	struct nrb_vmstate state;
	struct nrb_request request; /* its mode: that of the first walk */
	bool has_knob; /* the kernel has a vm.zone_reclaim_mode; else there is one walk, as with 0 */
	struct nrb_zonelist list; /* whole, also where one node alone is asked first */
	int n;                    /* modes that are explained, rising */
	struct nrb_allocwalk walks[NRB_N_MODES_OF_KNOB];
	struct nrb_walk_margin margins[NRB_N_MODES_OF_KNOB];
	/* the same once the node that the page is wanted from has no page to spare; has_full: it has some
	 * now, so that this is another question */
	bool has_full;
	struct nrb_allocwalk full[NRB_N_MODES_OF_KNOB];
	int64_t spare_pages; /* that the node's zones have above what they keep */
};

/**
 * Read the machine and walk. Changes nothing, works unprivileged and on a recorded machine.
 * all_modes   each of 0 to 7 instead of the one asked for, or set
 * Returns 0 or a negative errno, with a message (NRB_EXIT_USAGE as of nrb_request_make;
 * NRB_EXIT_NOT_HERE: MGLRU asked for on a kernel without).
 */
int nrb_explanation_make(struct nrb_explanation *explanation, const struct nrb_root *root,
	const struct nrb_request_asked *asked, bool all_modes);
void nrb_explanation_finish(struct nrb_explanation *explanation);

#endif
