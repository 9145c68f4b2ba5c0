/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Axes of pictures. */
#include "nrb/plotscale.h"

#include "nrb/units.h"

#include <math.h>
#include <stdint.h>

void nrb_plotscale_add(struct nrb_plotscale *scale, double value)
{
	double at;

	if (!(value > 0) || isinf(value)) {
		return;
	}
	at = log10(value);
	if (nrb_plotscale_is_empty(scale)) {
		scale->low = scale->high = at;
	}
	scale->low = fmin(scale->low, at);
	scale->high = fmax(scale->high, at);
}

int nrb_plotscale_is_empty(const struct nrb_plotscale *scale)
{
	return scale->low > scale->high;
}

void nrb_plotscale_round(struct nrb_plotscale *scale)
{
	scale->low = floor(scale->low);
	scale->high = ceil(scale->high);
	if (scale->low == scale->high) {
		scale->high++;
	}
}

const char *nrb_plot_number(char *buf, double value)
{
	if (isfinite(value)) {
		snprintf(buf, NRB_PLOT_NUMBER, "%.6g", value);
	} else {
		snprintf(buf, NRB_PLOT_NUMBER, "NaN");
	}
	return buf;
}

const char *nrb_plotscale_at(char *buf, double value)
{
	return nrb_plot_number(buf, value > 0 ? log10(value) : NAN);
}

/* A decade's word; the largest ns is that of an int64_t, far below 10^21. */
static const char *word_ns(char *buf, int decade)
{
	static const char *const units[] = { "ns", "\302\265s", "ms", "s" };
	static const int tens[] = { 1, 10, 100 };
	int unit = decade / 3;

	if (decade < 0) {
		snprintf(buf, NRB_UNITS_LEN, "%.*f ns", -decade, pow(10, decade));
	} else if (unit > 3) {
		snprintf(buf, NRB_UNITS_LEN, "%.0f s", pow(10, decade - 9));
	} else {
		snprintf(buf, NRB_UNITS_LEN, "%d %s", tens[decade % 3], units[unit]);
	}
	return buf;
}

static const char *word_ratio(char *buf, int decade)
{
	int places = decade < -2 ? -2 - decade : 0;

	/* gnuplot takes the words at tics as formats */
	snprintf(buf, NRB_UNITS_LEN, "%.*f %%%%", places, pow(10, decade + 2));
	return buf;
}

static const char *word_count(char *buf, int decade)
{
	return nrb_units_count(buf, (int64_t)pow(10, decade < 18 ? decade : 18));
}

/* most: as many as have room beside each other, about */
static void tics(const struct nrb_plotscale *scale, FILE *script, const char *axis,
	int most, const char *(*word)(char *buf, int decade))
{
	char buf[NRB_UNITS_LEN];
	int first = (int)ceil(scale->low), last = (int)floor(scale->high);
	int step = 1 + (last - first) / most;

	fprintf(script, "set %stics (", axis);
	for (int decade = first; decade <= last; decade += step) {
		fprintf(script, "%s\"%s\" %d", decade > first ? ", " : "",
			word(buf, decade), decade);
	}
	fputs(")\n", script);
}

void nrb_plotscale_tics_ns(
	const struct nrb_plotscale *scale, FILE *script, const char *axis)
{
	tics(scale, script, axis, 9, word_ns);
}

void nrb_plotscale_tics_ratio(
	const struct nrb_plotscale *scale, FILE *script, const char *axis)
{
	tics(scale, script, axis, 12, word_ratio);
}

void nrb_plotscale_tics_count(
	const struct nrb_plotscale *scale, FILE *script, const char *axis)
{
	tics(scale, script, axis, 6, word_count);
}
