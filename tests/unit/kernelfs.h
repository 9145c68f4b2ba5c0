/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel does besides when one of its files is written, for trees of plain files. */
#ifndef NRB_TEST_KERNELFS_H
#define NRB_TEST_KERNELFS_H

#include "nrb/fsroot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VM               "proc/sys/vm/"
#define DIRTY_RATIO      VM "dirty_ratio"
#define DIRTY_BYTES      VM "dirty_bytes"
#define BACKGROUND_RATIO VM "dirty_background_ratio"
#define BACKGROUND_BYTES VM "dirty_background_bytes"

int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text);
int __real_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text);

/* mm/page-writeback.c, 5.10 to 7.3: each zeroes its twin; those of vm.dirty only on a change. */
static const struct kernelfs_twin {
	const char *path, *twin;
	long min, max;
	bool on_change;
} kernelfs_twins[] = {
	{ DIRTY_RATIO, DIRTY_BYTES, 0, 100, true },
	{ DIRTY_BYTES, DIRTY_RATIO, 8192, INT64_MAX, true },
	{ BACKGROUND_RATIO, BACKGROUND_BYTES, 0, 100, false },
	{ BACKGROUND_BYTES, BACKGROUND_RATIO, 1, INT64_MAX, false },
};

static inline int kernelfs_write(
	const struct nrb_root *root, const char *path, const char *text)
{
	long value = strtol(text, NULL, 0);
	int64_t before = 0;
	int rc;

	for (size_t i = 0; i < sizeof(kernelfs_twins) / sizeof(kernelfs_twins[0]); i++) {
		const struct kernelfs_twin *twin = &kernelfs_twins[i];

		if (strcmp(path, twin->path) != 0) {
			continue;
		}
		if (value < twin->min || value > twin->max) {
			return -EINVAL;
		}
		rc = nrb_fsroot_read_i64(root, path, &before);
		if (rc == 0 && (value != before || !twin->on_change)) {
			rc = __real_nrb_fsroot_write_str(root, twin->twin, "0");
		}
		if (rc < 0) {
			return rc;
		}
	}
	return __real_nrb_fsroot_write_str(root, path, text);
}

#endif
