/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mode will do on a node, predicted in a word from the gates of node reclaim (nrb/reclaimgates.h)
 * and, of a task on the node itself, from the walk of its next page (nrb/allocwalk.h). Pure. */
#ifndef NRB_EFFECT_H
#define NRB_EFFECT_H

#include "nrb/vmstate.h"

#include <stdint.h>

enum nrb_effect {
	NRB_EFFECT_OFF,         /* mode 0: memory comes from other nodes */
	NRB_EFFECT_RECLAIMS,    /* reclaims on the spot */
	NRB_EFFECT_INERT_MGLRU, /* 6.3 and later with MGLRU on: needs bits 2 and 4 */
	NRB_EFFECT_INERT_CACHE, /* too little reclaimable cache and slab: gate closed */
	NRB_EFFECT_INERT_CPU,   /* the CPU is on another node, and the target has CPUs */
	NRB_EFFECT_INERT_DISTANCE, /* a CPU-less node beyond node_reclaim_distance */
	NRB_EFFECT_INERT_YIELD, /* nothing of its cache may go: dirty, mapped or of tmpfs */
	NRB_EFFECT_INERT_KSWAPD, /* 6.18 and later: passed over, its kswapd is awake */
	NRB_N_EFFECTS,
};

/**
 * The effect on node of a task that takes the memory of cpu_node, once these nodes are full. Of several
 * gates that are closed the one that stays so longest: cache comes and goes.
 * Returns 0, -ENOMEM (with a message).
 */
int nrb_effect_predict(enum nrb_effect *effect, const struct nrb_vmstate *state,
	int cpu_node, int node, int mode);

/** In a word ("will reclaim", "inert: MGLRU", ...), and one sentence why. */
const char *nrb_effect_name(enum nrb_effect effect);
const char *nrb_effect_why(enum nrb_effect effect);

#endif
