/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot of all that a plan depends on. */
#ifndef NRB_MACHINE_H
#define NRB_MACHINE_H

#include "nrb/counters.h"
#include "nrb/cpu.h"
#include "nrb/fsroot.h"
#include "nrb/sample.h"
#include "nrb/topology.h"
#include "nrb/zones.h"

struct nrb_machine {
	struct nrb_topology topology;
	struct nrb_zones zones;
	struct nrb_cpu cpu;
	struct nrb_node_memory *memory; /* by position in topology.nodes */
	char kernel[256];               /* release */
	char lru_gen[NRB_WORD_LEN];     /* "on", "off", "" */
	char thp[NRB_WORD_LEN]; /* "always", "madvise", "never"; "": a kernel without huge pages */
	bool has_swap;
	char swap[NRB_WORD_LEN * 2]; /* its one device, where there is exactly one; "" */
	bool can_swap;               /* a guest, where swap may be turned off and on */
	bool has_boost; /* there is a vm.watermark_boost_factor (5.0 and later) */
	bool can_trim;  /* there is a nodeN/reclaim (6.17 and later) */
	int64_t min_unmapped_ratio; /* vm.min_unmapped_ratio, per cent; 1, the kernel's default, where it is not there */
	int64_t found_mode; /* verbatim; absent: this kernel has no vm.zone_reclaim_mode */
};

/** Read it all. Returns 0 or a negative errno, with a message. */
int nrb_machine_read(struct nrb_machine *machine, const struct nrb_root *root);
void nrb_machine_finish(struct nrb_machine *machine);

#endif
