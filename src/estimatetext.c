/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Estimates and their intervals in words. */
#include "nrb/estimatetext.h"

#include "nrb/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_LEN = 32 };

/* Three significant digits, at least two decimals below ten, and no exponent where people would write none. */
static const char *ratio(char *buf, double value)
{
	double size = fabs(value);

	if (size >= 0.0995 && size < 1e6) {
		snprintf(buf, NUMBER_LEN, "%.*f",
			size < 9.995   ? 2
			: size < 99.95 ? 1
				       : 0,
			value);
	} else {
		snprintf(buf, NUMBER_LEN, "%.3g", value);
	}
	return buf;
}

/* The same to a digit more, for what lies so near to each other, or to 1, that two decimals would not tell. */
static const char *fine_ratio(char *buf, double value)
{
	snprintf(buf, NUMBER_LEN, "%.4f", value);
	return buf;
}

static bool is_fine(const struct nrb_estimate *estimate)
{
	return nrb_estimate_is_bounded(estimate) && fabs(estimate->at - 1) < 0.01 &&
	       estimate->at != 1 && estimate->high - estimate->low < 0.01;
}

static const char *count(char *buf, double value)
{
	if (value > 0 && value < 1) {
		snprintf(buf, NUMBER_LEN, "under 1");
		return buf;
	}
	if (fabs(value) < 1e15) {
		return nrb_units_count(buf, llround(value));
	}
	snprintf(buf, NUMBER_LEN, "%.1e", value);
	return buf;
}

static const char *points(char *buf, double value)
{
	snprintf(buf, NUMBER_LEN, "%+.1f", 100 * value);
	return buf;
}

/* " [1.55, 1.70]"; "" without an interval. */
static const char *interval(char *buf, const struct nrb_estimate *estimate,
	const char *(*show)(char *buf, double value))
{
	char low[NUMBER_LEN], high[NUMBER_LEN];

	buf[0] = '\0';
	if (nrb_estimate_is_bounded(estimate)) {
		snprintf(buf, NRB_ESTIMATE_LEN, " [%s, %s]", show(low, estimate->low),
			show(high, estimate->high));
	}
	return buf;
}

static const char *whole(char *buf, const struct nrb_estimate *estimate, const char *unit,
	const char *(*show)(char *buf, double value))
{
	char at[NUMBER_LEN], ends[NRB_ESTIMATE_LEN];

	if (isnan(estimate->at)) {
		strcpy(buf, "n/a");
	} else {
		snprintf(buf, NRB_ESTIMATE_LEN, "%s%s%.56s", show(at, estimate->at), unit,
			interval(ends, estimate, show));
	}
	return buf;
}

const char *nrb_estimate_ratio(char *buf, const struct nrb_estimate *estimate)
{
	return whole(buf, estimate, "x", is_fine(estimate) ? fine_ratio : ratio);
}

const char *nrb_estimate_points(char *buf, const struct nrb_estimate *estimate)
{
	return whole(buf, estimate, " points", points);
}

const char *nrb_estimate_count(char *buf, const struct nrb_estimate *estimate)
{
	return whole(buf, estimate, "", count);
}

const char *nrb_estimate_range(
	char *buf, const struct nrb_estimate *estimates, int n, bool as_count)
{
	const char *(*show)(char *, double) = as_count ? count : ratio;
	const char *unit = as_count ? "" : "x";
	struct nrb_estimate hull = estimates[0];
	double most = estimates[0].at;
	char first[NUMBER_LEN], last[NUMBER_LEN], ends[NRB_ESTIMATE_LEN];

	for (int i = 1; i < n; i++) {
		hull.at = fmin(hull.at, estimates[i].at);
		most = fmax(most, estimates[i].at);
		/* an end that one of them lacks, all lack */
		hull.low =
			isnan(estimates[i].low) ? NAN : fmin(hull.low, estimates[i].low);
		hull.high = fmax(hull.high, estimates[i].high);
	}
	if (!as_count && n == 1 && is_fine(&hull)) {
		show = fine_ratio;
	}
	if (strcmp(show(first, hull.at), show(last, most)) == 0) {
		return whole(buf, &hull, unit, show);
	}
	snprintf(buf, NRB_ESTIMATE_LEN, "%.20s%s to %.20s%s%.44s", first, unit, last,
		unit, interval(ends, &hull, show));
	return buf;
}
