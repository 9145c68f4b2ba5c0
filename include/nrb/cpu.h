/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the CPU is, by libcpuid (included by cpu.c alone). */
#ifndef NRB_CPU_H
#define NRB_CPU_H

#include "nrb/fsroot.h"
#include "nrb/json.h"

#include <stdbool.h>
#include <stdint.h>

struct nrb_cpu {
	char vendor[64];
	char brand[128]; /* "" unknown */
	char codename[128];
	char hypervisor
		[64]; /* "" on metal; "unknown" where the CPU has the bit but no name */
	char library[32]; /* libcpuid's version; "" in a build without it */
	int64_t family, model, stepping; /* extended; absent when unknown, as all below */
	int64_t l1d_bytes, l2_bytes, l3_bytes, line_bytes;
	bool invariant_tsc;
	bool is_amd_zen; /* node_reclaim_distance is 32 there (5.4 and later) */
};

/**
 * Identify the CPU: the live one, or a recorded one from cpuid.txt in the root. A machine or
 * build where libcpuid cannot (not x86, no file) yields empty strings and absent numbers, which
 * is no failure; caches are then taken from sysfs where it has them.
 * Returns 0 or a negative errno, with a message.
 */
int nrb_cpu_read(struct nrb_cpu *cpu, const struct nrb_root *root);

/** For the record and `check --json`; the caller owns it. */
struct nrb_json *nrb_cpu_json(const struct nrb_cpu *cpu);

#endif
