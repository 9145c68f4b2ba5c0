/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cell's fill of the target is read from. */
#include "nrb/source.h"

#include "nrb/diag.h"
#include "nrb/pagecache.h"
#include "nrb/servedset.h"

#include <errno.h>
#include <fcntl.h>

bool nrb_source_exists(const struct nrb_cell *cell)
{
	return cell->file >= 0 || cell->served != NULL;
}

int64_t nrb_source_bytes(const struct nrb_cell *cell)
{
	return cell->served != NULL ? cell->served->bytes : INT64_MAX;
}

/* File number i's part of the first len bytes of the set, of which so many are left. */
static int64_t part_of(const struct nrb_servedset *set, int i, int64_t left)
{
	return set->files[i].bytes < left ? set->files[i].bytes : left;
}

int nrb_source_fill(struct nrb_cell *cell, int64_t len)
{
	const struct nrb_servedset *set = cell->served;
	volatile int64_t *progress = &cell->shared->progress;
	int rc = 0;

	if (set == NULL) {
		return nrb_pagecache_fill(
			cell->file, 0, len, progress, nrb_cell_stop(cell));
	}
	for (int i = 0; i < set->n_files && len > 0 && rc == 0; i++) {
		int64_t part = part_of(set, i, len);

		rc = nrb_pagecache_fill(
			set->files[i].fd, 0, part, progress, nrb_cell_stop(cell));
		len -= part;
	}
	return rc;
}

int nrb_source_cached(const struct nrb_cell *cell, int64_t len, int64_t *bytes)
{
	const struct nrb_servedset *set = cell->served;
	int rc = 0;

	if (set == NULL) {
		return nrb_pagecache_cached_bytes(cell->file, len, bytes);
	}
	*bytes = 0;
	for (int i = 0; i < set->n_files && len > 0 && rc == 0; i++) {
		int64_t part = part_of(set, i, len), cached = 0;

		rc = nrb_pagecache_cached_bytes(set->files[i].fd, part, &cached);
		*bytes += cached;
		len -= part;
	}
	return rc;
}

int nrb_source_drop(const struct nrb_cell *cell, int64_t *left)
{
	const struct nrb_servedset *set = cell->served;
	int rc;

	*left = 0;
	for (int i = 0; set != NULL && i < set->n_files; i++) {
		/* a child that died while it served left it otherwise */
		(void)posix_fadvise(set->files[i].fd, 0, 0, POSIX_FADV_NORMAL);
		rc = posix_fadvise(set->files[i].fd, 0, 0, POSIX_FADV_DONTNEED);
		if (rc != 0) {
			return nrb_fail(-rc, "cannot drop the served files' cache");
		}
	}
	if (set == NULL) {
		return 0;
	}
	rc = nrb_source_cached(cell, set->bytes, left);
	return rc < 0 ? nrb_fail(rc, "cannot see what is cached of the served files") : 0;
}
