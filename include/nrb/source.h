/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cell's fill of the target is read from: the cache file, or the user's files that are served. */
#ifndef NRB_SOURCE_H
#define NRB_SOURCE_H

#include "nrb/cell.h"

#include <stdbool.h>
#include <stdint.h>

/** Whether there is one. */
bool nrb_source_exists(const struct nrb_cell *cell);

/** Bytes that a fill can be read from: INT64_MAX where the plan's sizes alone say so. */
int64_t nrb_source_bytes(const struct nrb_cell *cell);

/** Read the first len bytes in, as nrb_pagecache_fill does. */
int nrb_source_fill(struct nrb_cell *cell, int64_t len);

/** Of the first len bytes, those in cache. Returns 0 or a negative errno, silent. */
int nrb_source_cached(const struct nrb_cell *cell, int64_t len, int64_t *bytes);

/**
 * Drop the user's files from the cache; nothing of them is written. The cache file is nrb_step_evict's own.
 * left  out, bytes that stay: in use by someone, or dirty
 * Returns 0 or a negative errno, with a message.
 */
int nrb_source_drop(const struct nrb_cell *cell, int64_t *left);

#endif
