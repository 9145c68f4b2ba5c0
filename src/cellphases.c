/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's phases of a cell, in the order of a cell. */
#include "nrb/cellphases.h"

#include "nrb/armsettings.h"
#include "nrb/cpusetgroup.h"
#include "nrb/diag.h"
#include "nrb/pcplists.h"
#include "nrb/settings.h"
#include "nrb/topologynodes.h"
#include "nrb/zones.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

static const char knob[] = "vm.zone_reclaim_mode";

enum {
	/* of a trim beyond what the allocation takes: what per-CPU lists hold back */
	TRIM_SLACK_BYTES = 4 << 20,
	/* of one write(2), which answers no signal that we hold back: a second where a disk must be
	 * waited for */
	TRIM_PIECE_BYTES = 64 << 20,
	/* of a piece: 7.3 freed 206 MB of 234 MB asked, and said that it was done */
	MAX_TRIMS = 4,
	/* in a row that free nothing, for it was the last: per-CPU lists may take all of a small one
	 * (7.3: 202 of 211 MiB, where each CPU kept up to 20 MiB of a zone) */
	MAX_DRY_TRIMS = 4,
	TRIM_LIMIT_S = 60,
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

int nrb_cellphases_rest(struct nrb_cellphases *phases)
{
	return phases->knob && nrb_guard_is_foreign(phases->guard, knob)
		       ? 0
		       : nrb_cellphases_set_mode(phases, 0);
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

/* Pages that the node's kswapd has written to swap, where swapping is the subject. */
static int64_t count_swapouts(const struct nrb_cellphases *phases)
{
	const struct nrb_arm *arm = &phases->cell->arm;

	return phases->swaptrace != NULL && (nrb_arm_needs(arm) & NRB_USES_SWAP)
		       ? nrb_swaptrace_count(phases->swaptrace, arm->node)
		       : NRB_ABSENT;
}

/* Where a load may make the kernel complain. */
static bool asks_log(const struct nrb_cellphases *phases)
{
	return phases->kernellog != NULL &&
	       (nrb_arm_needs(&phases->cell->arm) & NRB_NEEDS_LOAD);
}

static void note_failures(struct nrb_cellphases *phases)
{
	bool lost;
	int64_t lines =
		nrb_kernellog_count(phases->kernellog, "page allocation failure", &lost);

	sample_of(phases)->alloc_failure_lines = lost ? NRB_ABSENT : lines;
	if (lost) {
		nrb_cell_note(phases->cell,
			"the kernel's log was overwritten meanwhile: at least %" PRId64
			" failure lines",
			lines);
	} else if (lines == NRB_ABSENT) {
		nrb_cell_note(phases->cell, "the kernel's log could not be read");
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

static bool is_signalled(const struct nrb_cellphases *phases)
{
	struct pollfd pollfd = { .fd = phases->signal_fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) > 0;
}

/* One piece of what is still to be freed, which is noted. */
static int trim_piece(struct nrb_cell *cell, int64_t free_before)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int64_t freed = sample->trim_freed_bytes != NRB_ABSENT ? sample->trim_freed_bytes
							       : 0,
		piece = sample->trim_asked_bytes - freed;
	int rc = nrb_setting_trim_node(cell->root, cell->arm.node,
		piece < TRIM_PIECE_BYTES ? piece : TRIM_PIECE_BYTES);
	int64_t free_after = node_free(cell);

	if (rc == 0 && free_before != NRB_ABSENT && free_after != NRB_ABSENT) {
		sample->trim_freed_bytes = free_after - free_before;
	}
	return rc;
}

/* Until the node's free memory has risen by so much, or pieces free nothing any more. Returns -EINTR for a
 * signal, which waits for who takes it, and -ETIME. */
static int trim_until(struct nrb_cellphases *phases, int64_t want)
{
	struct nrb_cell *cell = phases->cell;
	int64_t before = node_free(cell), freed = 0, last;
	int dry = 0;
	uint64_t start_ns = nrb_clock_ns(), took_ns;

	sample_of(phases)->trim_asked_bytes = want;
	for (int64_t i = 0; i < MAX_TRIMS * (want / TRIM_PIECE_BYTES + 1); i++) {
		int rc = trim_piece(cell, before);

		if (rc < 0) {
			return rc;
		}
		took_ns = nrb_clock_ns() - start_ns;
		sample_of(phases)->trim_ns = (int64_t)took_ns;
		last = freed;
		freed = sample_of(phases)->trim_freed_bytes;
		dry = freed > last ? 0 : dry + 1;
		if (freed >= want || dry == MAX_DRY_TRIMS) {
			break;
		}
		if (is_signalled(phases)) {
			return -EINTR;
		}
		if (took_ns > TRIM_LIMIT_S * UINT64_C(1000000000)) {
			return -ETIME;
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
	rc = trim_until(phases,
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
	} else if (rc == -ETIME) {
		snprintf(why, sizeof(why), "trimming node %d did not end in %d s",
			cell->arm.node, TRIM_LIMIT_S);
		end_with(phases, NRB_STATUS_DISTURBED, why);
	} else if (rc < 0 && rc != -EINTR) {
		return nrb_fail(rc, "cannot trim node %d", cell->arm.node);
	}
	return rc == -EINTR ? rc : 0;
}

void nrb_cellphases_drain(const struct nrb_cellphases *phases)
{
	const struct nrb_cell *cell = phases->cell;
	struct nrb_idset nodes;

	nrb_idset_clear(&nodes);
	nrb_idset_add(&nodes, cell->arm.node);
	if (cell->arm.fill_all) {
		nrb_topology_memory_nodes(cell->topology, &nodes);
	}
	nrb_pcplists_drain(cell->root, &nodes);
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
	phases->swapouts_before = count_swapouts(phases);
	if (asks_log(phases)) {
		nrb_kernellog_skip(phases->kernellog);
	}
	if (rc == 0) {
		nrb_reclaimstalls_begin(phases->stalls, cell);
	}
	return rc;
}

void nrb_cellphases_look(struct nrb_cellphases *phases)
{
	nrb_reclaimstalls_look(phases->stalls);
	nrb_snapshot_headroom(phases->cell, phases->min_bytes);
	nrb_looks_take(&phases->looks, phases->cell);
}

int nrb_cellphases_count(struct nrb_cellphases *phases)
{
	struct nrb_cell *cell = phases->cell;
	int64_t swapouts;
	int rc;

	nrb_reclaimstalls_end(phases->stalls);
	swapouts = count_swapouts(phases);
	rc = nrb_snapshot_take(&phases->after, cell);
	if (rc < 0) {
		return rc;
	}
	nrb_snapshot_note(&phases->before, &phases->after, cell);
	if (swapouts != NRB_ABSENT && phases->swapouts_before != NRB_ABSENT) {
		sample_of(phases)->swapout_kswapd_pages =
			swapouts - phases->swapouts_before;
	}
	if (asks_log(phases)) {
		note_failures(phases);
	}
	nrb_looks_end(&phases->looks, cell);
	return nrb_snapshot_cache(cell, &sample_of(phases)->cache_after_bytes);
}

int nrb_cellphases_end(struct nrb_cellphases *phases)
{
	const struct nrb_cell *cell = phases->cell;

	nrb_reclaimstalls_end(phases->stalls); /* of a cell that was broken off */
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
