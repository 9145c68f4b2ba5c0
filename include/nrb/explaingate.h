/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a gate of node reclaim said, as a sentence with its numbers. */
#ifndef NRB_EXPLAINGATE_H
#define NRB_EXPLAINGATE_H

#include "nrb/reclaimgates.h"
#include "nrb/vmstate.h"

#include <stddef.h>

enum { NRB_EXPLAINGATE_LEN = 256 }; /* of a sentence, with its NUL */

/** The sentence ("unmapped file pages 91,204 > min_unmapped 2,580: reclaim allowed"), without a full
 * stop. preferred_node as of nrb_gates_look. Fills and returns buf. */
const char *nrb_explaingate_text(char buf[NRB_EXPLAINGATE_LEN],
	const struct nrb_gate_look *look, const struct nrb_vmstate *state,
	const struct nrb_request *request, int preferred_node,
	const struct nrb_vmnode *node);

#endif
