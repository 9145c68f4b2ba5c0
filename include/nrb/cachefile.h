/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that a node's page cache is filled with: where it may lie, and making it. */
#ifndef NRB_CACHEFILE_H
#define NRB_CACHEFILE_H

#include <stddef.h>
#include <stdint.h>

/**
 * Whether files in dir are cached in the page cache and read back from a local disk: refuses
 * memory (tmpfs, ramfs), network and user-space file systems, and ZFS, whose cache is its own.
 * An overlay shows nothing of what lies below it: there, eviction tells (nrb_pagecache_evict).
 * fs_name   out, what it is, for the message; set when refused
 * Returns 0, -EOPNOTSUPP, or a negative errno; silent. Source: statfs(2).
 */
int nrb_cachefile_check_dir(const char *dir, const char **fs_name);

/** The same of an open file. Source: fstatfs(2). */
int nrb_cachefile_check_fd(int fd, const char **fs_name);

/** Bytes that an unprivileged user may still take in dir's file system (what is reserved for root
 * stays so), and its size. Returns 0 or a negative errno, silent. Source: statvfs(3). */
int nrb_cachefile_free_bytes(const char *dir, int64_t *free_bytes, int64_t *total_bytes);

/**
 * Make a nameless file (O_TMPFILE, or unlinked at once) of len bytes in dir, filled with seeded
 * random bytes that no file system can compress or share, written out and evicted as it goes: at
 * no time does more than 16 MiB of it wait for the disk.
 * progress  bytes written, stored as it goes
 * stop      ends early when it becomes non-zero
 * Returns 0 with the descriptor, which is the caller's, or a negative errno with a message
 * (-ENOSPC before anything is written, where the file system can reserve; -ECANCELED, silent).
 */
int nrb_cachefile_make(const char *dir, int64_t len, uint64_t seed,
	volatile int64_t *progress, const volatile int32_t *stop, int *fd);

/**
 * Make a nameless file of len bytes in dir that is one hole: it takes nothing of the disk, and fills the
 * page cache with zeros as it is read. seed is of a name that it may have for a moment.
 * Returns as above. Source: ftruncate(2); seen on ext4 of 6.1 and 7.3.
 */
int nrb_cachefile_make_sparse(const char *dir, int64_t len, uint64_t seed, int *fd);

#endif
