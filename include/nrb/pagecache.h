/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filling page cache with a file of our own; and what is left of it there. */
#ifndef NRB_PAGECACHE_H
#define NRB_PAGECACHE_H

#include "nrb/histogram.h"
#include "nrb/rng.h"

#include <stdint.h>

/** Bytes of a file's first len that are in cache: cachestat(2) (6.5), or mincore(2) before, which
 * maps the file for the look and touches nothing. Needs a file that we may write.
 * Returns 0 or a negative errno, silent. */
int nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes);

/** Write back and evict a file, and look; *left_bytes out: what stayed in cache all the same
 * (mapped or locked by someone). Returns 0 or a negative errno, with a message. */
int nrb_pagecache_evict(int fd, int64_t len, int64_t *left_bytes);

/**
 * Bring len bytes from byte `from` on (of a page's start) into cache, in order, each page once, so
 * that the pages are inactive and unmapped afterwards (sendfile(2) and MADV_POPULATE_READ leave some or all of them
 * active). At most 16 MiB are mapped at any moment. The calling thread's CPU and policy decide the
 * node. Takes SIGBUS for itself while it runs: one thread of a process at a time.
 * progress  bytes done are added as it goes
 * stop      ends early when it becomes non-zero (0 is returned, *progress tells)
 * Returns 0 or a negative errno, with a message (-EIO: the disk).
 */
int nrb_pagecache_fill(int fd, int64_t from, int64_t len, volatile int64_t *progress,
	const volatile int32_t *stop);

enum { NRB_REREAD_BLOCK = 64 * 1024 };

/**
 * Read what is in cache of the file's first len bytes by read(2), in order. Two such passes after
 * nrb_pagecache_fill make the pages active on the legacy LRU; MGLRU counts the references. A block of
 * NRB_REREAD_BLOCK that is not cached whole is passed by: bringing it in would evict others.
 * progress, stop as above. Returns 0 or a negative errno, with a message.
 * Source: folio_mark_accessed() in mm/swap.c.
 */
int nrb_pagecache_use_again(
	int fd, int64_t len, volatile int64_t *progress, const volatile int32_t *stop);

/**
 * Write len bytes in place from byte `from` on, in order, in writes of NRB_REREAD_BLOCK: whole pages,
 * so that nothing is read. They are dirty afterwards as far as nobody wrote them back. The calling
 * thread's CPU and policy decide the node of those that were not cached.
 * from, len  multiples of NRB_REREAD_BLOCK
 * hist       one value per write is added; NULL: not timed
 * progress, stop as above. Returns 0 or a negative errno, silent: a thread calls it beside others.
 */
int nrb_pagecache_write(int fd, int64_t from, int64_t len, struct nrb_histogram *hist,
	volatile int64_t *progress, const volatile int32_t *stop);

/** Write len bytes of the file back from byte `from` on, a part at a time; they stay cached. progress, stop as above. Returns 0 or a negative errno, with a message.
 * Source: sync_file_range(2). */
int nrb_pagecache_write_back(int fd, int64_t from, int64_t len,
	volatile int64_t *progress, const volatile int32_t *stop);

struct nrb_reread {
	int64_t bytes;      /* read in all */
	int64_t disk_bytes; /* of them from disk, by rusage of this thread */
	int64_t ns;
};

/**
 * Read blocks of NRB_REREAD_BLOCK of the file's first len bytes in seeded random order, each once
 * (a sequential pass over a partly evicted file evicts what it is about to read), each read
 * timed into hist; as many as max_bytes take, drawn at random. No readahead (POSIX_FADV_RANDOM, undone
 * after). progress, stop as above. Returns 0 or a negative errno, with a message.
 */
int nrb_pagecache_reread(int fd, int64_t len, int64_t max_bytes, struct nrb_rng *rng,
	struct nrb_histogram *hist, volatile int64_t *progress,
	const volatile int32_t *stop, struct nrb_reread *reread);

#endif
