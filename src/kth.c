/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The k-th smallest of numbers that can be counted without being listed. */
#include "nrb/kth.h"

#include <string.h>

/* Numbers that are ordered as doubles are. */
static int64_t order_of(double x)
{
	int64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits >= 0 ? bits : INT64_MIN - bits;
}

static double double_of(int64_t order)
{
	int64_t bits = order >= 0 ? order : INT64_MIN - order;
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

double nrb_kth(nrb_kth_count *count, const void *of, double low, double high, uint64_t k)
{
	int64_t from = order_of(low), to = order_of(high);

	while (from < to) {
		int64_t middle = from + (int64_t)(((uint64_t)to - (uint64_t)from) / 2);

		if (count(of, double_of(middle)) >= k) {
			to = middle;
		} else {
			from = middle + 1;
		}
	}
	return double_of(from);
}
