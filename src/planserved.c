/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large a set of files a file server serves, and for how long. */
#include "nrb/plandraft.h"

#include "nrb/servedset.h"

#include <inttypes.h>

enum {
	SERVE_S = 20,
	/* at most: as many requests in each mode compare better, where times mean nothing */
	REHEARSAL_S = 10,
	REHEARSAL_REQUESTS = 2500,
	SPARED_PART = 16, /* of what the other nodes have left, kept free */
};

/* What file cache the target has room for, others' that gives way to it included. */
static int64_t cache_room(const struct nrb_plandraft *draft, int node, int64_t headroom)
{
	const struct nrb_machine *machine = draft->machine;
	struct nrb_zone_sums sums = nrb_zones_sum(&machine->zones, node);
	int64_t room =
		(sums.free_pages - sums.high_pages) * nrb_zones_page_bytes() - headroom;

	for (int i = 0; i < machine->topology.n_nodes; i++) {
		if (machine->topology.nodes[i].node == node) {
			room += machine->memory[i].inactive_file_bytes;
		}
	}
	return room;
}

/*
 * Half as much again as the node caches, so that a mode that keeps to the node goes to the disk; and no
 * more than all nodes cache together beside the allocation, so that mode 0 hardly does.
 */
static int64_t set_bytes(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	int64_t fits = cache_room(draft, arm->node, sizes->headroom_bytes);
	int64_t elsewhere = nrb_planfits_elsewhere(draft, arm->node) - sizes->alloc_bytes;

	fits = fits < sizes->file_bytes ? fits : sizes->file_bytes;
	fits = fits > NRB_SERVED_OBJECT ? fits : NRB_SERVED_OBJECT;
	elsewhere = elsewhere > 0 ? elsewhere - elsewhere / SPARED_PART : 0;
	return fits + (fits / 2 < elsewhere ? fits / 2 : elsewhere);
}

static int64_t own_set_bytes(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	return set_bytes(draft, arm, sizes) / NRB_SERVED_OBJECT * NRB_SERVED_OBJECT;
}

/* The user's files: there is no other to be made, and the node must be full of them. */
static void take_files(
	const struct nrb_plandraft *draft, struct nrb_arm *arm, struct nrb_sizes *sizes)
{
	static const struct nrb_misfit misfit = {
		.code = NRB_EXIT_NOT_HERE,
		.way_out = "name more files, or give a smaller --fill",
		.brief = "--file: less than fills the node",
	};
	int64_t room = cache_room(draft, arm->node, sizes->headroom_bytes),
		bytes = draft->options->served->bytes;

	room = room < sizes->file_bytes ? room : sizes->file_bytes;
	sizes->served_bytes = bytes;
	sizes->file_bytes = 0;
	if (bytes < room) {
		nrb_planfits_drop(draft, arm, &misfit,
			"--file: %" PRId64
			" MiB in all, and the fill of node %d takes %" PRId64 " MiB",
			bytes >> 20, arm->node, room >> 20);
	}
}

void nrb_planserved_find(
	const struct nrb_plandraft *draft, struct nrb_arm *arm, struct nrb_sizes *sizes)
{
	bool rehearsal = draft->options->rehearsal;

	sizes->serve_ns = (rehearsal ? REHEARSAL_S : SERVE_S) * INT64_C(1000000000);
	sizes->serve_requests = rehearsal ? REHEARSAL_REQUESTS : 0;
	sizes->popularity_seed = draft->options->seed;
	if (nrb_plandraft_serves_files(draft, arm)) {
		take_files(draft, arm, sizes);
		return;
	}
	sizes->served_bytes = own_set_bytes(draft, arm, sizes);
	if (sizes->file_bytes < sizes->served_bytes) {
		sizes->file_bytes = sizes->served_bytes;
	}
}
