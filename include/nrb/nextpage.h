/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One block of memory, asked for as a program can ask for it, and the node that it came from. Each way
 * ends in one request of the page allocator whose order, flags and policy are known; all else that it
 * needs (page tables, slab objects) is there before.
 */
#ifndef NRB_NEXTPAGE_H
#define NRB_NEXTPAGE_H

#include "nrb/placement.h"

#include <stdbool.h>
#include <stddef.h>

enum nrb_nextpage_way {
	NRB_NEXTPAGE_TOUCH, /* a page fault in anonymous memory: movable, order 0 */
	NRB_NEXTPAGE_HUGE,  /* the same where huge pages are: order 9 */
	NRB_NEXTPAGE_RING,  /* a packet ring: kernel, any order; CAP_NET_RAW */
	NRB_NEXTPAGE_WRITE, /* write(2) of a file's new page: __GFP_WRITE, order 0 */
};

enum { NRB_NEXTPAGE_HUGE_ORDER = 9, NRB_NEXTPAGE_MAX_ORDER = 10 };

struct nrb_nextpage_ask {
	enum nrb_nextpage_way way;
	int order; /* of RING alone; the others have one each */
	int cpu;
	enum nrb_policy policy;
	struct nrb_idset nodes; /* of the policy */
	bool is_advised;        /* of HUGE alone: MADV_HUGEPAGE */
	const char *dir;        /* of WRITE alone: on a file system with a disk */
};

struct nrb_nextpage {
	struct nrb_nextpage_ask ask;
	char *map; /* of TOUCH and HUGE: a 2 MiB step that is touched, then one that is not */
	size_t map_len, used;
	char *page; /* of WRITE: what is written */
	int fd;     /* of RING and WRITE */
};

/**
 * Get ready: the calling thread runs on that CPU from now on.
 * Returns 0 or a negative errno, with a message: -ECANCELED (NRB_EXIT_NOT_HERE: a ring without
 * CAP_NET_RAW, a dir without a disk), or as nrb_placement_pin.
 */
int nrb_nextpage_open(struct nrb_nextpage *next, const struct nrb_nextpage_ask *ask);

/**
 * Ask for one block and find where it lies. The calling thread has the policy from then on: not before,
 * so that what is done in between takes its memory elsewhere. The block is kept until close, or given back at once where
 * that is how it is asked for (HUGE, RING).
 * node   out, an OS node; of a block that came in pieces, that of its first page
 * whole  out, false where no block of the order was given, but single pages
 * Returns 0 or a negative errno, with a message. Source: move_pages(2), packet(7),
 * alloc_one_pg_vec_page() in net/packet/af_packet.c, do_huge_pmd_anonymous_page() in mm/huge_memory.c,
 * __filemap_get_folio() in mm/filemap.c (6.1, 7.3).
 */
int nrb_nextpage_take(struct nrb_nextpage *next, int *node, bool *whole);

/** Give all back. A zeroed one is left alone. */
void nrb_nextpage_close(struct nrb_nextpage *next);

#endif
