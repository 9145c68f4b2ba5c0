/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far one sample lies above another, where nothing pairs their values: Hodges-Lehmann of two
 * samples. No distribution is assumed, nothing is drawn. */
#ifndef NRB_SHIFT_H
#define NRB_SHIFT_H

#include "nrb/stats.h"

#include <stddef.h>

/**
 * The median of all differences x[i] - y[j], with the interval that inverts the Mann-Whitney test;
 * exact up to 50 values in each, by the normal approximation above. Of so few values that none misses
 * less than 5 % (3 and 3, 3 and 4, or 2 and 7) there is no interval. Sorts x and y in place; takes no
 * memory. Ties are taken as the others, so that the interval is no narrower for them.
 * Source: R's wilcox.test(x, y, conf.int=TRUE, exact=TRUE).
 */
struct nrb_estimate nrb_shift_estimate(double *x, size_t n_x, double *y, size_t n_y);

#endif
