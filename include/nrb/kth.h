/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The k-th smallest of numbers that can be counted without being listed. */
#ifndef NRB_KTH_H
#define NRB_KTH_H

#include <stdint.h>

/** How many of them are at most t. It never falls as t rises. */
typedef uint64_t nrb_kth_count(const void *of, double t);

/**
 * The least double that k of them (from 1) are at most, which is one of them; found in 64 counts.
 * low, high  the smallest and the largest, neither NAN
 */
double nrb_kth(nrb_kth_count *count, const void *of, double low, double high, uint64_t k);

#endif
