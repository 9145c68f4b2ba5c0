/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first touches of one arm as HdrHistogram prints percentiles: outputPercentileDistribution of its
 * Java original, with 5 ticks for each half of the distance to 100 %. */
#include "nrb/diag.h"
#include "nrb/exportformat.h"
#include "nrb/exporttext.h"
#include "nrb/figures.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { TICKS = 5, MAX_NAMED = 12 };

/* -- which arm -- */

static bool is_asked(const struct nrb_exporting *exporting,
	const struct nrb_arm_cells *arm, int number)
{
	return (exporting->mode == NRB_ABSENT || arm->key.mode == exporting->mode) &&
	       (exporting->arm == NRB_ABSENT || exporting->arm == number);
}

/* "1: scenario=clean mode=0; 2: ...", of those with a histogram and, if there are any, of that mode. */
static const char *name_arms(
	char *buf, size_t len, const struct nrb_exporting *exporting, bool of_mode)
{
	const struct nrb_group *group = &exporting->data->group;
	char arm[NRB_EXPORTTEXT_LEN];
	/* what tells them apart; the scenario always */
	unsigned int mask = nrb_figure_varying(group->arms, group->n_allocating) |
			    1u << NRB_FIGURE_SCENARIO | 1u << NRB_FIGURE_MODE;
	int number = 0, named = 0, more = 0;
	size_t used = 0;

	buf[0] = '\0';
	for (int i = 0; i < group->n_arms; i++) {
		const struct nrb_arm_cells *cells = group->arms[i];

		if (nrb_group_tally(cells)->alloc == NULL) {
			continue;
		}
		number++;
		if (of_mode && cells->key.mode != exporting->mode) {
			continue;
		}
		if (named == MAX_NAMED || used >= len) {
			more++;
			continue;
		}
		named++;
		used += (size_t)snprintf(buf + used, len - used, "%s%d: %s",
			used > 0 ? "; " : "", number,
			nrb_exporttext_arm(arm, sizeof(arm), cells, mask));
	}
	if (more > 0 && used < len) {
		snprintf(buf + used, len - used, "; and %d more", more);
	}
	return buf;
}

static int refuse(const struct nrb_exporting *exporting, int n, int n_mode)
{
	const char *file = exporting->data->file;
	char names[NRB_EXPORTTEXT_LEN];

	if (n == 0) {
		return nrb_refuse(NRB_EXIT_FAILED, NULL,
			"%s: no cell of it has times of first touches", file);
	}
	name_arms(names, sizeof(names), exporting, n_mode > 0);
	return nrb_refuse(NRB_EXIT_USAGE, "--mode M or --arm N picks one",
		"%s: %s; it has %s", file,
		exporting->mode != NRB_ABSENT && n_mode == 0 ? "no arm of that mode"
		: exporting->arm != NRB_ABSENT               ? "no such arm"
							     : "hgrm is of one arm",
		names);
}

static int pick(
	const struct nrb_exporting *exporting, const struct nrb_arm_cells **picked)
{
	const struct nrb_group *group = &exporting->data->group;
	int number = 0, n_mode = 0, n_asked = 0;

	for (int i = 0; i < group->n_arms; i++) {
		const struct nrb_arm_cells *arm = group->arms[i];

		if (nrb_group_tally(arm)->alloc == NULL) {
			continue;
		}
		number++;
		n_mode +=
			exporting->mode != NRB_ABSENT && arm->key.mode == exporting->mode;
		if (is_asked(exporting, arm, number)) {
			*picked = arm;
			n_asked++;
		}
	}
	return n_asked == 1 ? 0 : refuse(exporting, number, n_mode);
}

/* -- its histogram -- */

/* The largest value that this bucket can hold, and any was. */
static double highest_ns(const struct nrb_histogram *h, unsigned int bucket)
{
	double highest = bucket + 1 < NRB_HISTOGRAM_BUCKETS
				 ? (double)nrb_histogram_low_ns(bucket + 1) - 1
				 : (double)h->max_ns;

	return fmin(highest, (double)h->max_ns);
}

/* Nearer to 100 % no step is more than what a double is rounded by. */
static const double last_level = 100 - 1e-9;

/* Steps become half as long each time that half of the rest is passed. */
static double next_level(double level)
{
	double halves = floor(log2(100 / (100 - level))) + 1;

	return level + 100 / (TICKS * exp2(halves));
}

static void print_lines(const struct nrb_histogram *h, FILE *out)
{
	uint64_t seen = 0;
	double level = 0;

	fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
		"1/(1-Percentile)");
	for (unsigned int i = 0; i < NRB_HISTOGRAM_BUCKETS; i++) {
		bool more = h->count[i] > 0 && level < last_level;

		seen += h->count[i];
		while (more && 100 * (double)seen / (double)h->n >= level) {
			fprintf(out, "%12.3f %2.12f %10" PRIu64 " %14.2f\n",
				highest_ns(h, i), level / 100, seen,
				1 / (1 - level / 100));
			level = next_level(level);
			/* of the last bucket's only the first level, as the original does */
			more = seen < h->n && level < last_level;
		}
	}
	fprintf(out, "%12.3f %2.12f %10" PRIu64 "\n", (double)h->max_ns, 1.0, h->n);
}

static double deviation_ns(const struct nrb_histogram *h)
{
	double mean = nrb_histogram_mean_ns(h), squares = 0;

	for (unsigned int i = 0; i < NRB_HISTOGRAM_BUCKETS; i++) {
		double off = nrb_histogram_mid_ns(i) - mean;

		squares += (double)h->count[i] * off * off;
	}
	return sqrt(squares / (double)h->n);
}

static void print_foot(const struct nrb_histogram *h, FILE *out)
{
	fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n",
		nrb_histogram_mean_ns(h), deviation_ns(h));
	fprintf(out, "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n",
		(double)h->max_ns, h->n);
	fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n", NRB_HISTOGRAM_GROUPS,
		1 << NRB_HISTOGRAM_BITS);
}

int nrb_exporthgrm_print(const struct nrb_exporting *exporting)
{
	const struct nrb_arm_cells *arm = NULL;
	char name[NRB_EXPORTTEXT_LEN];
	int rc = pick(exporting, &arm);

	if (rc < 0) {
		return rc;
	}
	nrb_exporttext_origin(exporting->out, exporting->data->header);
	nrb_exporttext_comment(exporting->out,
		"First touches of pages (thp: of 2 MiB) in ns, of all cells of %s",
		nrb_exporttext_arm(name, sizeof(name), arm, ~0u));
	print_lines(nrb_group_tally(arm)->alloc, exporting->out);
	print_foot(nrb_group_tally(arm)->alloc, exporting->out);
	return 0;
}
