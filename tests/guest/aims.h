/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves the kernel's limits to where the memory is, which takes no time and frees nothing. */
#ifndef AIMS_H
#define AIMS_H

#include <stdbool.h>

/** Write a number or a word to a file below /proc or /sys; ends the program where that fails. */
void aim_write(const char *path, const char *text);
void aim_write_number(const char *path, long number);

/** Lay the low watermark of a node's highest zone, with what it keeps back, at that many of its free
 * pages; 1.0: just there. */
void aim_low_share(int node, double share);

/** The same, that many pages above what is free; below, where it is negative. */
void aim_low_pages(int node, long pages);

/** All watermarks as low as they may be. */
void aim_low_away(void);

/** Lay the limit of reclaimable cache in a mode by whole per cent of the node, where it is nearest to
 * that share of what there is, on its side. */
void aim_cache(int node, int mode, double share);

/** The same of reclaimable slab, which is grown where one per cent is more than there is. */
void aim_slab(const char *dir, int node, double share);

/** Lay the node's limit of dirty pages at that share of those that it has. */
void aim_dirty(int node, double share);

/** As the kernel has it by itself, but for what would write pages while we look. */
void aim_dirty_away(void);

/** Have a node's kswapd woken, and kept from running: the calling thread is alone on its CPU from
 * now on, and on the same that kswapd may run on. */
void aim_kswapd_awake(int node, int cpu);

/** Have kswapds and everyone run again, and wait until they sleep; for those that were awake, past the
 * first short sleep too, out of which a timer wakes them. */
void aim_kswapd_away(bool was_awake);

#endif
