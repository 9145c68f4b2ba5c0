/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rule of the kernel decided where a cell's memory went, as far as its record shows it: the
 * gates of node_reclaim() leave no counter, but what they look at is recorded.
 */
#ifndef NRB_RULE_H
#define NRB_RULE_H

#include "nrb/sample.h"

enum nrb_rule {
	NRB_RULE_UNKNOWN, /* the record does not show it */
	NRB_RULE_OFF,
	NRB_RULE_NO_KNOB,
	NRB_RULE_CPUSET,
	NRB_RULE_INTERLEAVE,
	NRB_RULE_BIND,
	NRB_RULE_TRIM,
	NRB_RULE_KSWAPD,
	NRB_RULE_UNTRIED,
	NRB_RULE_CPU,
	/* the gate was closed from the start; in the order of enum gate in rule.c */
	NRB_RULE_GATE_CACHE,
	NRB_RULE_GATE_DIRTY,
	NRB_RULE_GATE_DIRTY_ALWAYS, /* 6.19 and later */
	NRB_RULE_GATE_MAPPED,
	NRB_RULE_GATE_SHMEM,
	/* and closed once something was reclaimed; in the same order */
	NRB_RULE_CLOSED_CACHE,
	NRB_RULE_CLOSED_DIRTY,
	NRB_RULE_CLOSED_DIRTY_ALWAYS,
	NRB_RULE_CLOSED_MAPPED,
	NRB_RULE_CLOSED_SHMEM,
	NRB_RULE_MGLRU, /* 6.3 and later */
	NRB_RULE_FUTILE,
	NRB_RULE_FAILED,
	NRB_RULE_SWAPPED,
	NRB_RULE_WRITTEN,
	NRB_RULE_ONE_AT_A_TIME,
	NRB_RULE_RECLAIMED,
	NRB_N_RULES,
};

/** The release's first two numbers in one, for comparing; 0: none there. */
int nrb_rule_kernel(const char *release);

/**
 * The rule that decided a cell.
 * kernel  by nrb_rule_kernel; 0: nothing is said that depends on it
 * Source: mm/vmscan.c, node_reclaim() and node_pagecache_reclaimable(), 5.10 to 7.3.
 */
enum nrb_rule nrb_rule_of(const struct nrb_sample *sample, int kernel);

/** In a few words; "-" for what is unknown. */
const char *nrb_rule_text(enum nrb_rule rule);

/** As a clause behind a sentence; NULL where it would add nothing. */
const char *nrb_rule_why(enum nrb_rule rule);

#endif
