/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a mode will do on a node, predicted in a word. Pure logic over a snapshot: the gates of
 * node_reclaim() that user space can compute (mm/vmscan.c, 7.3 unless the table says else).
 */
#ifndef NRB_EFFECT_H
#define NRB_EFFECT_H

#include "nrb/counters.h"

#include <stdbool.h>
#include <stdint.h>

enum nrb_effect {
	NRB_EFFECT_OFF,         /* mode 0: memory comes from other nodes */
	NRB_EFFECT_RECLAIMS,    /* reclaims on the spot */
	NRB_EFFECT_INERT_MGLRU, /* 6.3 and later with MGLRU on: needs bits 2 and 4 */
	NRB_EFFECT_INERT_CACHE, /* too little reclaimable cache and slab: gate closed */
	NRB_EFFECT_INERT_CPU,   /* the CPU is on another node, and the target has CPUs */
	NRB_EFFECT_INERT_DISTANCE, /* a CPU-less node beyond node_reclaim_distance */
	NRB_N_EFFECTS,
};

struct nrb_effect_input {
	int kernel_major, kernel_minor;
	bool lru_gen;                  /* MGLRU on now */
	bool has_cpus;                 /* the target node */
	bool cpu_is_local;             /* the allocating CPU is on the target node */
	int distance;                  /* from the CPU's node; 0 unknown */
	int reclaim_distance;          /* 30, 32 on AMD Zen since 5.4, 10 on POWER */
	struct nrb_node_memory memory; /* of the target */
	int64_t managed_bytes;         /* of the target's zones */
	int64_t min_unmapped_ratio, min_slab_ratio; /* per cent */
};

/** The node's reclaimable page cache as node_pagecache_reclaimable() computes it for a mode. */
int64_t nrb_effect_reclaimable_bytes(const struct nrb_effect_input *input, int mode);

/** What that must exceed, and what reclaimable slab must exceed instead (5.19 and later), for
 * the kernel to try at all: vm.min_unmapped_ratio and vm.min_slab_ratio of the node. */
int64_t nrb_effect_min_unmapped_bytes(const struct nrb_effect_input *input);
int64_t nrb_effect_min_slab_bytes(const struct nrb_effect_input *input);

enum nrb_effect nrb_effect_predict(const struct nrb_effect_input *input, int mode);

/** In a word ("will reclaim", "inert: MGLRU", ...), and one sentence why. */
const char *nrb_effect_name(enum nrb_effect effect);
const char *nrb_effect_why(enum nrb_effect effect);

/** The two numbers that begin a release ("7.3.4-cloud-amd64"). Returns 0, -EINVAL. */
int nrb_effect_parse_release(const char *release, int *major, int *minor);

#endif
