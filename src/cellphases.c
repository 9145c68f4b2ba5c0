/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's phases of a cell, in the order of a cell. */
#include "nrb/cellphases.h"

#include "nrb/armsettings.h"
#include "nrb/cpusetgroup.h"
#include "nrb/diag.h"
#include "nrb/settings.h"
#include "nrb/swaptrace.h"
#include "nrb/zones.h"

#include <errno.h>
#include <stdio.h>

static const char knob[] = "vm.zone_reclaim_mode";

enum {
	/* of a trim beyond what the allocation takes: what per-CPU lists hold back */
	TRIM_SLACK_BYTES = 4 << 20,
	/* 7.3 freed 206 MB of 234 MB asked, and said that it was done */
	MAX_TRIMS = 4,
};

static struct nrb_sample *sample_of(const struct nrb_cellphases *phases)
{
	return &phases->cell->shared->sample;
}

int nrb_cellphases_set_mode(struct nrb_cellphases *phases, int mode)
{
	char text[16];

	if (!phases->knob || mode < 0) {
		return 0;
	}
	snprintf(text, sizeof(text), "%d", mode);
	return nrb_guard_set(phases->guard, knob, text);
}

static void end_with(
	struct nrb_cellphases *phases, enum nrb_status status, const char *why)
{
	phases->over = true;
	sample_of(phases)->status = status;
	nrb_cell_note_why(phases->cell, "%s", why);
}

static int apply_settings(struct nrb_cellphases *phases)
{
	char why[NRB_NOTE_LEN] = "";
	int rc = nrb_armsettings_apply(
		phases->guard, &phases->cell->arm, phases->swap, why, sizeof(why));

	if (rc == -EOPNOTSUPP) {
		end_with(phases, NRB_STATUS_UNSUPPORTED, why);
		return 0;
	}
	phases->set = true; /* also after a failure: in part */
	return rc;
}

/* The cpuset that lacks the node under test. */
static int make_group(struct nrb_cellphases *phases)
{
	const struct nrb_cell *cell = phases->cell;
	char why[NRB_NOTE_LEN] = "";
	struct nrb_idset mems;
	int rc;

	if (cell->arm.policy != NRB_ARM_CPUSET) {
		return 0;
	}
	nrb_topology_memory_nodes(cell->topology, &mems);
	nrb_idset_remove(&mems, cell->arm.node);
	rc = nrb_cpusetgroup_make(cell->root, &mems, why, sizeof(why));
	if (rc == -EOPNOTSUPP) {
		end_with(phases, NRB_STATUS_UNSUPPORTED, why);
		return 0;
	}
	phases->grouped = rc == 0;
	return rc < 0 ? nrb_fail(rc, "cannot make a cpuset without node %d",
				cell->arm.node)
		      : 0;
}

/* Begun before the fill, for the kernel takes its buffers from the node. Without tracefs who swapped
 * stays unknown. */
static void trace_swap(struct nrb_cellphases *phases)
{
	const struct nrb_cell *cell = phases->cell;

	if ((nrb_arm_needs(&cell->arm) & NRB_USES_SWAP) && cell->kswapd_pid >= 0) {
		phases->traced = nrb_swaptrace_begin(cell->root, cell->kswapd_pid) == 0;
	}
}

int nrb_cellphases_begin(struct nrb_cellphases *phases)
{
	int rc = nrb_guard_check(phases->guard);

	if (rc == 0) {
		rc = nrb_cellphases_set_mode(phases, 0);
	}
	if (rc == 0) {
		rc = apply_settings(phases);
	}
	if (rc == 0 && !phases->over) {
		trace_swap(phases);
		rc = make_group(phases);
	}
	return rc;
}

static int64_t node_free(const struct nrb_cell *cell)
{
	struct nrb_node_memory memory;

	return nrb_counters_read_node(cell->root, cell->arm.node, &memory) < 0
		       ? NRB_ABSENT
		       : memory.free_bytes;
}

/* Until the node's free memory has risen by so much, or a trim frees nothing. */
static int trim_until(struct nrb_cell *cell, int64_t want)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int64_t before = node_free(cell), freed = 0;

	sample->trim_asked_bytes = want;
	for (int i = 0; i < MAX_TRIMS && freed < want; i++) {
		int rc = nrb_setting_trim_node(cell->root, cell->arm.node, want - freed);
		int64_t after = node_free(cell), last = freed;

		if (rc < 0) {
			return rc;
		}
		if (before == NRB_ABSENT || after == NRB_ABSENT) {
			return 0;
		}
		freed = after - before;
		sample->trim_freed_bytes = freed;
		if (freed <= last) {
			break;
		}
	}
	return 0;
}

/* As much as the allocation takes, and back above the high watermark. */
static int trim(struct nrb_cellphases *phases)
{
	struct nrb_cell *cell = phases->cell;
	struct nrb_zone_sums sums;
	char why[64];
	int rc = nrb_zones_read_sum(cell->root, cell->arm.node, &sums);

	if (rc < 0) {
		return rc;
	}
	rc = trim_until(cell,
		sample_of(phases)->alloc_bytes + TRIM_SLACK_BYTES +
			(sums.high_pages - sums.low_pages) * nrb_zones_page_bytes());
	if (rc == -ENOENT) {
		snprintf(why, sizeof(why), "this kernel has no node%d/reclaim",
			cell->arm.node);
		end_with(phases, NRB_STATUS_UNSUPPORTED, why);
	} else if (rc == -EBUSY) {
		snprintf(why, sizeof(why), "something else reclaims node %d",
			cell->arm.node);
		end_with(phases, NRB_STATUS_DISTURBED, why);
	} else if (rc < 0) {
		return nrb_fail(rc, "cannot trim node %d", cell->arm.node);
	}
	return 0;
}

int nrb_cellphases_apply(struct nrb_cellphases *phases)
{
	struct nrb_cell *cell = phases->cell;
	int rc = nrb_guard_check(phases->guard);

	if (rc == 0) {
		rc = nrb_snapshot_cache(cell, &sample_of(phases)->cache_before_bytes);
	}
	if (rc == 0 && cell->arm.trim) {
		rc = trim(phases);
	}
	if (rc < 0 || phases->over) {
		return rc;
	}
	nrb_snapshot_thresholds(cell);
	phases->min_bytes = nrb_snapshot_min_bytes(cell);
	rc = nrb_cellphases_set_mode(phases, cell->arm.mode);
	if (rc == 0) {
		nrb_looks_begin(&phases->looks, cell);
		rc = nrb_snapshot_take(&phases->before, cell);
	}
	if (rc == 0 && phases->traced) {
		phases->traced_before = nrb_swaptrace_count(cell->root);
	}
	return rc;
}

void nrb_cellphases_look(struct nrb_cellphases *phases)
{
	nrb_snapshot_headroom(phases->cell, phases->min_bytes);
	nrb_looks_take(&phases->looks, phases->cell);
}

int nrb_cellphases_count(struct nrb_cellphases *phases)
{
	struct nrb_cell *cell = phases->cell;
	int rc = nrb_snapshot_take(&phases->after, cell);

	if (rc < 0) {
		return rc;
	}
	nrb_snapshot_note(&phases->before, &phases->after, cell);
	if (phases->traced) {
		int64_t traced = nrb_swaptrace_count(cell->root);

		sample_of(phases)->swapout_kswapd_pages =
			traced == NRB_ABSENT || phases->traced_before == NRB_ABSENT
				? NRB_ABSENT
				: traced - phases->traced_before;
	}
	nrb_looks_take(&phases->looks, cell);
	return nrb_snapshot_cache(cell, &sample_of(phases)->cache_after_bytes);
}

int nrb_cellphases_end(struct nrb_cellphases *phases)
{
	const struct nrb_cell *cell = phases->cell;

	if (phases->traced) {
		nrb_swaptrace_end(cell->root);
		phases->traced = false;
	}
	if (phases->grouped) {
		nrb_cpusetgroup_remove(cell->root);
		phases->grouped = false;
	}
	if (!phases->set) {
		return 0;
	}
	phases->set = false;
	return nrb_armsettings_undo(phases->guard, &cell->arm);
}
