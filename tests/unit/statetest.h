/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A state made by hand: two nodes of 1,000,000 pages, each Normal above DMA32 on node 0. */
#ifndef NRB_TEST_STATE_H
#define NRB_TEST_STATE_H

#include "nrb/allocwalk.h"
#include "nrb/distance.h"
#include "nrb/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STATE_NODES = 4, STATE_ZONES = 8, STATE_LOW = 1000, STATE_MIN = 800 };
enum { DMA32 = 1, NORMAL = 2, MOVABLE = 3 };

struct made_state {
	struct nrb_vmstate state;
	struct nrb_vmnode nodes[STATE_NODES];
	struct nrb_zone zones[STATE_ZONES];
	struct nrb_vmblocks blocks[STATE_ZONES];
	int distances[STATE_NODES * STATE_NODES];
};

/* A zone with room for one page more: free - 1 is its limit. */
static inline struct nrb_zone *state_zone(struct made_state *made, int node, int index)
{
	struct nrb_zone *zone = &made->zones[made->state.zones.n++];

	*zone = (struct nrb_zone){
		.node = node,
		.index = index,
		.free_pages = STATE_LOW + 1,
		.boost_pages = 0,
		.min_pages = STATE_MIN,
		.low_pages = STATE_LOW,
		.high_pages = 1200,
		.managed_pages = index == DMA32 ? 100000 : 1000000,
		.cma_pages = 0,
		.reserved_highatomic_pages = 0,
		.free_highatomic_pages = NRB_ABSENT,
		.free_cma_pages = 0,
		.n_protections = 5,
		.drift_pages = 10,
	};
	strcpy(zone->name, index == DMA32    ? "DMA32"
			   : index == NORMAL ? "Normal"
					     : "Movable");
	return zone;
}

/* n nodes, each a Normal zone full of clean, inactive, unmapped cache; node i has the CPU i. */
static inline void state_make(struct made_state *made, const char *release, int n)
{
	*made = (struct made_state){ 0 };
	made->state = (struct nrb_vmstate){
		.n_nodes = n,
		.nodes = made->nodes,
		.distances = made->distances,
		.zones = { .zones = made->zones,
			.normal_index = NORMAL,
			.movable_index = MOVABLE },
		.blocks = made->blocks,
		.lru_gen = NRB_LRU_GEN_OFF,
		.thp = NRB_THP_LIGHT,
		.thp_advised = NRB_THP_RECLAIMS,
		.reclaim_distance = NRB_DISTANCE_RECLAIM_3_0,
		.dirty_ratio = 20,
	};
	nrb_kernelrules_of(&made->state.rules, release);
	for (int i = 0; i < n; i++) {
		made->nodes[i] = (struct nrb_vmnode){
			.node = i,
			.has_cpus = true,
			.has_memory = true,
			.is_allowed = true,
			.kswapd = NRB_KSWAPD_ASLEEP,
			.inactive_file_pages = 500000,
			.file_pages = 500000,
			.slab_reclaimable_pages = 1000,
			.drift_pages = 10,
			.min_unmapped_pages = 10000,
			.min_slab_pages = 50000,
		};
		nrb_idset_add(&made->nodes[i].cpus, i);
		state_zone(made, i, NORMAL);
		for (int k = 0; k < n; k++) {
			made->distances[i * n + k] = i == k ? 10 : 20;
		}
	}
}

static inline struct nrb_request state_request(int mode)
{
	return (struct nrb_request){ .mode = mode };
}

/* Take the spare pages of a zone and so many more: at its limit with 0. */
static inline void state_fill(struct made_state *made, int zone, int64_t below)
{
	made->zones[zone].free_pages = made->zones[zone].low_pages - below;
}

#define WALK(walk, made, request)                                                        \
	assert_int_equal(nrb_allocwalk_run(&(walk), &(made)->state, &(request)), 0)

#endif
