/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What on a machine disturbs a run, and what forbids it, each with its way out. */
#ifndef NRB_FINDINGS_H
#define NRB_FINDINGS_H

#include "nrb/diag.h"
#include "nrb/fsroot.h"
#include "nrb/machine.h"
#include "nrb/settings.h"

enum { NRB_FINDINGS_MAX = 96, NRB_FINDING_LEN = 320 };

struct nrb_finding {
	enum nrb_exit code; /* a run would end with; NRB_EXIT_OK: it only disturbs */
	char what[NRB_FINDING_LEN];    /* "kernel.numa_balancing is 1" */
	char why[NRB_FINDING_LEN];     /* it matters, one clause; may be "" */
	char way_out[NRB_FINDING_LEN]; /* one clause; may be "" */
};

struct nrb_findings {
	int n;
	struct nrb_finding list[NRB_FINDINGS_MAX];
};

/** Add one; way_out and why may be NULL. Findings beyond the room are left out. */
void nrb_findings_add(struct nrb_findings *findings, enum nrb_exit code,
	const char *way_out, const char *why, const char *fmt, ...) NRB_PRINTF(5, 6);

/** Add every confounder whose value disturbs, and what else makes results doubtful: kswapd awake,
 * CPUs on memory-less nodes, kernels that count the mode's bits otherwise. */
void nrb_findings_disturbing(struct nrb_findings *findings, const struct nrb_root *root,
	const struct nrb_machine *machine);

/**
 * Add what keeps this process from writing the mode here: a user namespace, not root (both of a
 * live root only), a read-only or otherwise closed file. `run` refuses with the first of them.
 * needs_mode  a mode that is not there is one of them
 */
void nrb_findings_rights(
	struct nrb_findings *findings, const struct nrb_root *root, bool needs_mode);

/** Add what keeps it from writing another setting, likewise. One that is not there is no finding:
 * what needs it is not supported. Swap, which no file sets, is root's. */
void nrb_findings_setting(struct nrb_findings *findings, const struct nrb_root *root,
	const struct nrb_setting *setting);

/** Add what keeps this process from so much memory in all, page cache too, and from locking so much of
 * it: a cgroup's memory.max, which would kill the cells or keep the node from being filled; RLIMIT_MEMLOCK
 * without CAP_IPC_LOCK. */
void nrb_findings_memory(struct nrb_findings *findings, const struct nrb_root *root,
	int64_t lock_bytes, int64_t memory_bytes);

/** Add all that forbids a run: one node, no sysctl, not root, a container, a lock, a leftover
 * journal, a root that is not live. Reads only; prints nothing. */
void nrb_findings_forbidding(struct nrb_findings *findings, const struct nrb_root *root,
	const struct nrb_machine *machine);

#endif
