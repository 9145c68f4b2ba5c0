/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the page allocator and node reclaim do differently from kernel to kernel: one const table,
 * each rule with the versions it holds for and the sources it was read in. Where a file tells
 * that a kernel has it, the file decides: distributions take changes into older releases. Pure.
 */
#ifndef NRB_KERNELRULES_H
#define NRB_KERNELRULES_H

#include <stdbool.h>

enum nrb_kernelrule {
	NRB_KERNELRULE_BOOT_DISTANCE,   /* distances decide the mode at boot */
	NRB_KERNELRULE_NODE_THRESHOLDS, /* node reclaim works by node, not by zone */
	NRB_KERNELRULE_ZEN_DISTANCE,    /* node_reclaim_distance is 32 on AMD Zen */
	NRB_KERNELRULE_SHIFTED_BITS,    /* bit 1 writes, bit 2 unmaps */
	NRB_KERNELRULE_ANY_VALUE,       /* any value but 0 enables, 8 too */
	NRB_KERNELRULE_LOAD_BY_ONE,     /* nodes at one distance are taken in turn */
	NRB_KERNELRULE_SLAB_REPEATED, /* much slab is enough also when the gate is repeated */
	NRB_KERNELRULE_MGLRU_GATE, /* MGLRU reclaims nothing without bits 2 and 4 */
	NRB_KERNELRULE_MGLRU_TO_LOW, /* MGLRU goes on until every zone of the node is at low */
	NRB_KERNELRULE_SUCCESS_COUNTED, /* there is a zone_reclaim_success */
	NRB_KERNELRULE_FREE_HIGHATOMIC, /* of the highatomic reserve only what is free is set aside */
	NRB_KERNELRULE_KSWAPD_SKIP, /* nodes with an awake kswapd are passed over at first */
	NRB_KERNELRULE_DIRTY_FILTER, /* dirty file pages never count as reclaimable */
	NRB_N_KERNELRULES,
};

struct nrb_kernelrule_info {
	const char *name;       /* "mglru-gate" */
	const char *text;       /* what holds, one clause */
	int since[2], until[2]; /* first release with it, first without; { 0 }: none */
	const char *seen_in;    /* where we read or measured it */
	const char
		*told_by; /* what a kernel with it shows; NULL: the release alone tells */
};

extern const struct nrb_kernelrule_info nrb_kernelrule_table[NRB_N_KERNELRULES];

struct nrb_kernelrules {
	int version[3]; /* major, minor, patch; 0 where the release does not say */
	bool has[NRB_N_KERNELRULES];
	bool by_file[NRB_N_KERNELRULES]; /* its file told so, not the release */
};

/** The rules of a release ("7.3.4-cloud-amd64"), silent. Returns 0, -EINVAL (no number in front: it
 * then counts as the newest). */
int nrb_kernelrules_of(struct nrb_kernelrules *rules, const char *release);

/** A file has shown that this kernel has a rule. */
void nrb_kernelrules_note(struct nrb_kernelrules *rules, enum nrb_kernelrule rule);

/** Whether the version is at least major.minor. */
bool nrb_kernelrules_is_since(const struct nrb_kernelrules *rules, int major, int minor);

#endif
