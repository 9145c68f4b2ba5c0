/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Axes of pictures: logarithms are taken here, so that every mark has a place, and the words at
 * them are people's. */
#ifndef NRB_PLOTSCALE_H
#define NRB_PLOTSCALE_H

#include <stdio.h>

/* What an axis spans, in decimal logarithms; begin with NRB_PLOTSCALE_EMPTY. */
struct nrb_plotscale {
	double low, high;
};

#define NRB_PLOTSCALE_EMPTY ((struct nrb_plotscale){ .low = 1, .high = 0 })

/** Make room for a value above 0; others are passed over. */
void nrb_plotscale_add(struct nrb_plotscale *scale, double value);

/** Whether it has any. */
int nrb_plotscale_is_empty(const struct nrb_plotscale *scale);

/** To whole decades. */
void nrb_plotscale_round(struct nrb_plotscale *scale);

/** A value's place, in a form that gnuplot reads; "NaN" for what has none. Fills and returns buf, of
 * NRB_PLOT_NUMBER bytes. */
enum { NRB_PLOT_NUMBER = 32 };
const char *nrb_plotscale_at(char *buf, double value);

/** A number that is no logarithm. */
const char *nrb_plot_number(char *buf, double value);

/** "set xtics (...)" at each decade, or at every other one, where they are many: "1 us", "10 us"; "1 %", "0.1 %"; "1", "1,000". */
void nrb_plotscale_tics_ns(
	const struct nrb_plotscale *scale, FILE *script, const char *axis);
void nrb_plotscale_tics_ratio(
	const struct nrb_plotscale *scale, FILE *script, const char *axis);
void nrb_plotscale_tics_count(
	const struct nrb_plotscale *scale, FILE *script, const char *axis);

#endif
