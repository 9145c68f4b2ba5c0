/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's counts out of lines "key value", as /proc/vmstat and each node's have them. Which keys a
 * count is made of, a spec says: "a b*|c" is a and all that begin with b, summed up; where there is none of
 * these, c.
 */
#ifndef NRB_COUNTKEYS_H
#define NRB_COUNTKEYS_H

#include <stdint.h>

/* What no kernel has counted, in events or microseconds: differences and per cents of less stay within
 * 64 bits. */
#define NRB_COUNTKEYS_MOST (INT64_C(1) << 53)

/* Of all specs together; more are not looked for. */
enum { NRB_COUNTKEYS_MAX_WORDS = 96 };

/**
 * Read n counts out of a text, in one pass. A value that would lead beyond NRB_COUNTKEYS_MOST is left
 * out.
 * spec    of the count i; NULL: it has none
 * values  out, n of them; NRB_ABSENT where no key of the spec is there
 */
void nrb_countkeys_read(
	const char *text, int n, const char *(*spec)(int i), int64_t *values);

#endif
