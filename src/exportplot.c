/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record's first touches as data for gnuplot. */
#include "nrb/exportformat.h"
#include "nrb/exporttext.h"

#include <inttypes.h>
#include <stdbool.h>

/* A value is that of the figures (nrb_histogram_quantile_ns): a bucket's midpoint, at most the
 * largest. The last bucket has no upper end. */
static double value_of(const struct nrb_histogram *h, unsigned int bucket, bool last)
{
	double mid = nrb_histogram_mid_ns(bucket);

	return last || mid > (double)h->max_ns ? (double)h->max_ns : mid;
}

static void print_rows(const struct nrb_histogram *h, FILE *out)
{
	uint64_t seen = 0;

	for (unsigned int i = 0; i < NRB_HISTOGRAM_BUCKETS; i++) {
		if (h->count[i] == 0) {
			continue;
		}
		seen += h->count[i];
		fprintf(out, "%.10g %.10g %.10g %" PRIu64 "\n",
			value_of(h, i, i == NRB_HISTOGRAM_BUCKETS - 1),
			(double)seen / (double)h->n, (double)(h->n - seen) / (double)h->n,
			h->count[i]);
	}
}

static void print_head(const struct nrb_exporting *exporting)
{
	FILE *out = exporting->out;

	nrb_exporttext_origin(out, exporting->data->header);
	nrb_exporttext_comment(out,
		"First touches of pages (thp: of 2 MiB), of all cells of an arm together. "
		"Columns: ns, quantile (share that took no longer), its complement (share that "
		"took longer), first touches.");
	nrb_exporttext_comment(out, "The complement, of the first arm:");
	nrb_exporttext_comment(
		out, "  set logscale xy; plot 'FILE' index 0 using 1:3 with steps");
}

int nrb_exportplot_print(const struct nrb_exporting *exporting)
{
	const struct nrb_group *group = &exporting->data->group;
	char arm[NRB_EXPORTTEXT_LEN];
	int index = 0;

	print_head(exporting);
	for (int i = 0; i < group->n_arms; i++) {
		const struct nrb_histogram *h = nrb_group_tally(group->arms[i])->alloc;

		if (h == NULL) {
			continue;
		}
		/* two empty lines begin what plot calls another index */
		fputs(index == 0 ? "\n" : "\n\n", exporting->out);
		nrb_exporttext_comment(exporting->out, "index %d: %s", index++,
			nrb_exporttext_arm(arm, sizeof(arm), group->arms[i], ~0u));
		print_rows(h, exporting->out);
	}
	return 0;
}
