/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where what stands in a record of tracefs: its "format" and "header_page" files say it, and differ
 * from kernel to kernel.
 */
#ifndef NRB_TRACEFORMAT_H
#define NRB_TRACEFORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nrb_tracefield {
	size_t offset, size; /* bytes, in the record */
	bool is_signed;
};

/** The event's number, from the line "ID: 571". Returns 0 or -EINVAL. */
int nrb_traceformat_id(const char *format, int *id);

/** Where a field stands, from the line "field:int nid; offset:8; size:4; signed:1;". Returns 0, -ENOENT
 * (no such field) or -EINVAL (not as such lines are). */
int nrb_traceformat_field(
	const char *format, const char *name, struct nrb_tracefield *field);

/** A field's number out of a record of len bytes, in the kernel's byte order. Returns 0 or -EINVAL (not
 * within it, or no number of 1, 2, 4 or 8 bytes). */
int nrb_tracefield_get(const struct nrb_tracefield *field, const void *record, size_t len,
	int64_t *value);

#endif
