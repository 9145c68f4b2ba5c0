/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `compare`: read records one after the other, keep what is compared, then show it. */
#include "nrb/compare.h"

#include "nrb/comparedata.h"
#include "nrb/comparetext.h"
#include "nrb/diag.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* Of so many hosts each is compared with itself, not with the first. */
enum { MANY = 3 };

struct records {
	struct nrb_compared *list; /* room for all that are named: none of them moves */
	int n;
	struct nrb_compared_keys keys;
	void *runs, *hosts; /* trees of records: by run id, and one of each host */
	int n_hosts;
	double roi; /* the largest of them */
};

/* -- reading -- */

static int compare_runs(const void *a, const void *b)
{
	const struct nrb_compared *x = a, *y = b;

	return strcmp(x->run_id, y->run_id);
}

static int compare_hosts(const void *a, const void *b)
{
	return strcmp(nrb_compared_identity(a), nrb_compared_identity(b));
}

/* A copy may have been cut, or made before its run ended: of two the longer one is the run. */
static void keep_longer(struct nrb_compared *kept, struct nrb_compared *other)
{
	struct nrb_compared swap = *kept;

	nrb_note("%s and %s are one run, %s: counted once", kept->file, other->file,
		kept->run_id);
	if (other->cells > kept->cells) {
		*kept = *other;
		*other = swap;
	}
	nrb_compared_free(other);
}

static int check_kind(const struct records *records, const struct nrb_compared *next)
{
	const struct nrb_compared *first = records->list;

	if (records->n == 0 || next->kind == first->kind) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_USAGE, "compare like with like",
		"%s is of %s, %s of %s: their times must not be mixed", first->file,
		nrb_compared_kind_text(first->kind), next->file,
		nrb_compared_kind_text(next->kind));
}

/* A record without a run id is like no other. */
static int find_run(struct records *records, struct nrb_compared *next, bool *known)
{
	void *node = NULL;

	*known = false;
	if (next->run_id[0] == '\0') {
		return 0;
	}
	node = tsearch(next, &records->runs, compare_runs);
	if (node == NULL) {
		return -ENOMEM;
	}
	*known = *(struct nrb_compared **)node != next;
	if (*known) {
		keep_longer(*(struct nrb_compared **)node, next);
	}
	return 0;
}

/* Once there are many hosts, what one cell had is not looked at any more. */
static void drop_cells(struct records *records)
{
	for (int i = 0; i <= records->n; i++) {
		nrb_compared_drop_cells(&records->list[i]);
	}
}

static int find_host(struct records *records, struct nrb_compared *next)
{
	void *node = tsearch(next, &records->hosts, compare_hosts);

	if (node == NULL) {
		return -ENOMEM;
	}
	if (*(struct nrb_compared **)node == next && ++records->n_hosts == MANY) {
		drop_cells(records);
	}
	return 0;
}

static int add(struct records *records, const struct nrb_report_data *data)
{
	struct nrb_compared *next = &records->list[records->n];
	bool known = false;
	int rc = nrb_compared_make(next, data, &records->keys);

	if (records->n_hosts >= MANY) {
		nrb_compared_drop_cells(next);
	}
	if (rc == 0) {
		rc = check_kind(records, next);
	}
	if (rc == 0) {
		rc = find_run(records, next, &known);
	}
	if (rc == 0 && !known) {
		rc = find_host(records, next);
	}
	if (rc < 0) {
		return rc == -ENOMEM ? nrb_fail(rc, "%s", data->file) : rc;
	}
	records->roi = data->roi > records->roi ? data->roi : records->roi;
	records->n += !known;
	return 0;
}

static int read_all(struct records *records, const struct nrb_report_options *options,
	const char *const *files, int n)
{
	int rc = 0;

	records->list = calloc((size_t)n + 1, sizeof(*records->list));
	if (records->list == NULL) {
		return nrb_fail(-ENOMEM, "%d records", n);
	}
	for (int i = 0; rc == 0 && i < n; i++) {
		struct nrb_report_data data;

		rc = nrb_reportdata_read(&data, files[i], options->roi_ppm);
		if (rc < 0) {
			break;
		}
		rc = add(records, &data);
		nrb_reportdata_free(&data);
	}
	if (rc == 0 && records->n < 2) {
		rc = nrb_refuse(NRB_EXIT_USAGE, "name records of two runs or more",
			"there is but one run to compare");
	}
	return rc;
}

static void leave_alone(void *record)
{
	(void)record; /* of the list */
}

static void free_all(struct records *records, int n)
{
	for (int i = 0; records->list != NULL && i <= n; i++) {
		nrb_compared_free(&records->list[i]);
	}
	tdestroy(records->runs, leave_alone);
	tdestroy(records->hosts, leave_alone);
	free(records->list);
	nrb_compared_free_keys(&records->keys);
}

/* -- showing -- */

/* The document is printed piece by piece: of many hosts it is larger than all that is kept of them. */
static int print_piece(struct nrb_json *piece, bool first, FILE *out)
{
	int rc;

	fputs(first ? "" : ",", out);
	rc = nrb_json_print(piece, 0, out);
	nrb_json_free(piece);
	return rc;
}

static int begin(const struct records *records, const struct nrb_report_options *options)
{
	FILE *out = options->out;
	int rc = 0;

	if (options->format == NRB_REPORT_CSV) {
		return nrb_comparedata_csv_head(out);
	}
	if (options->format != NRB_REPORT_JSON) {
		return 0;
	}
	fputs("{\"records\":[\n", out);
	for (int i = 0; rc == 0 && i < records->n; i++) {
		rc = print_piece(nrb_comparedata_record(&records->list[i]), i == 0, out);
	}
	fprintf(out, "],\"%s\":[\n", records->n_hosts >= MANY ? "groups" : "comparisons");
	return rc;
}

static void end(const struct nrb_report_options *options, int unclear)
{
	if (options->format == NRB_REPORT_JSON) {
		fprintf(options->out, "],\"unclear\":%d}\n", unclear);
	}
}

static int show_pair(const struct nrb_comparepair *pair,
	const struct nrb_report_options *options, bool first)
{
	if (options->format == NRB_REPORT_CSV) {
		return nrb_comparedata_csv_pair(pair, options->out);
	}
	if (options->format == NRB_REPORT_JSON) {
		return print_piece(nrb_comparedata_pair(pair), first, options->out);
	}
	fputs(first ? "" : "\n", options->out);
	return nrb_comparetext_pair(pair, &options->screen, options->out);
}

static int show_pairs(const struct records *records,
	const struct nrb_report_options *options, int *unclear)
{
	int rc = begin(records, options);

	for (int i = 1; rc == 0 && i < records->n; i++) {
		struct nrb_comparepair pair;

		rc = nrb_comparepair_make(
			&pair, &records->list[i], &records->list[0], records->roi);
		if (rc == 0) {
			rc = show_pair(&pair, options, i == 1);
		}
		*unclear += pair.unclear;
		nrb_comparepair_free(&pair);
	}
	end(options, *unclear);
	return rc;
}

/* For programs, a combination of a group at a time. */
static int show_groups(const struct nrb_comparefleet *fleet, double roi,
	const struct nrb_report_options *options)
{
	int rc = 0;

	for (int from = 0, to; rc == 0 && from < fleet->n; from = to) {
		const struct nrb_comparefleet_row *rows = fleet->rows + from;

		to = nrb_comparefleet_arm_end(fleet, from);
		if (options->format == NRB_REPORT_CSV) {
			rc = nrb_comparedata_csv_hosts(
				rows, to - from, fleet->ignored, roi, options->out);
		} else {
			rc = print_piece(nrb_comparedata_hosts(
						 rows, to - from, fleet->ignored, roi),
				from == 0, options->out);
		}
	}
	return rc;
}

static int show_fleet(const struct records *records,
	const struct nrb_report_options *options, int *unclear)
{
	struct nrb_comparefleet fleet;
	int rc = nrb_comparefleet_make(&fleet, records->list, records->n, records->roi);

	if (rc == 0) {
		rc = begin(records, options);
	}
	if (rc == 0) {
		rc = options->format == NRB_REPORT_TABLE
			     ? nrb_comparetext_fleet(&fleet, records->roi,
				       &options->screen, options->out)
			     : show_groups(&fleet, records->roi, options);
	}
	*unclear = fleet.unclear;
	end(options, *unclear);
	nrb_comparefleet_free(&fleet);
	return rc;
}

int nrb_compare(const struct nrb_report_options *options, const char *const *files, int n,
	bool *inconclusive)
{
	struct records records = { 0 };
	int unclear = 0, rc = read_all(&records, options, files, n);

	if (rc == 0) {
		rc = records.n_hosts >= MANY ? show_fleet(&records, options, &unclear)
					     : show_pairs(&records, options, &unclear);
		if (rc == 0 && fflush(options->out) != 0) {
			rc = -errno;
		}
		if (rc < 0) {
			nrb_fail(rc, "cannot print the comparison");
		}
	}
	*inconclusive = rc == 0 && unclear > 0;
	free_all(&records, n);
	return rc;
}
