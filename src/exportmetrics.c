/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record as metrics in Prometheus' text format. */
#include "nrb/exportformat.h"
#include "nrb/exporttext.h"
#include "nrb/figures.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define PREFIX "numa_reclaim_bench_"

enum { MAX_QUANTILES = 3, NAME_LEN = 96 };

/* Times with their quantiles: a gauge must not have the label "quantile". */
static const struct summary {
	const char *name, *help;
	size_t histogram; /* offset of its pointer in struct nrb_tally */
	struct {
		const char *name; /* NULL: no more */
		enum nrb_figure_id figure;
	} quantiles[MAX_QUANTILES];
} summaries[] = {
	{ "latency_seconds", "first touch of a page (thp: of 2 MiB), over all cells",
		offsetof(struct nrb_tally, alloc),
		{ { "0.5", NRB_FIGURE_ALLOC_P50 }, { "0.99", NRB_FIGURE_ALLOC_P99 },
			{ "0.999", NRB_FIGURE_ALLOC_P999 } } },
	{ "victim_latency_seconds",
		"first touch of a page by a neighbour, over all cells",
		offsetof(struct nrb_tally, victim),
		{ { "0.5", NRB_FIGURE_VICTIM_ALLOC_P50 },
			{ "0.99", NRB_FIGURE_VICTIM_ALLOC_P99 } } },
	{ "request_seconds", "a request of a file server, over all cells",
		offsetof(struct nrb_tally, serve),
		{ { "0.5", NRB_FIGURE_REQUEST_P50 }, { "0.99", NRB_FIGURE_REQUEST_P99 },
			{ "0.999", NRB_FIGURE_REQUEST_P999 } } },
	{ "reclaim_stall_seconds",
		"a call of node reclaim of who allocates, over all cells",
		offsetof(struct nrb_tally, reclaim),
		{ { "0.5", NRB_FIGURE_RECLAIM_STALL_P50 },
			{ "0.99", NRB_FIGURE_RECLAIM_STALL_P99 } } },
};

enum { N_SUMMARIES = sizeof(summaries) / sizeof(summaries[0]) };

/* Times by what they are made of, though their unit does not say so. */
static bool is_time(enum nrb_figure_id id)
{
	switch (id) {
	case NRB_FIGURE_ALLOC_SLOWEST:
	case NRB_FIGURE_RECLAIM_STALL_RATIO:
	case NRB_FIGURE_REQUESTS_PER_S:
	case NRB_FIGURE_REQUESTS_LOWEST:
	case NRB_FIGURE_REQUESTS_HIGHEST:
		return true;
	default:
		return nrb_figure_table[id].format == NRB_FORMAT_NS ||
		       nrb_figure_table[id].format == NRB_FORMAT_RATE;
	}
}

static bool is_in_summary(enum nrb_figure_id id)
{
	for (int i = 0; i < N_SUMMARIES; i++) {
		for (int q = 0; q < MAX_QUANTILES; q++) {
			if (summaries[i].quantiles[q].name != NULL &&
				summaries[i].quantiles[q].figure == id) {
				return true;
			}
		}
	}
	return false;
}

/* "alloc_mean_ns" is alloc_mean_seconds, "reread_bytes_per_s" reread_bytes_per_second. */
static void make_name(char *buf, const char *figure)
{
	size_t len = strlen(figure);
	const char *per = strstr(figure, "_per_s");

	if (len > 3 && strcmp(figure + len - 3, "_ns") == 0) {
		snprintf(buf, NAME_LEN, "%.*s_seconds", (int)len - 3, figure);
	} else if (per != NULL) {
		snprintf(buf, NAME_LEN, "%.*s_per_second%s", (int)(per - figure), figure,
			per + strlen("_per_s"));
	} else {
		snprintf(buf, NAME_LEN, "%s", figure);
	}
}

static void begin(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name,
		type);
}

static const char *rehearsal_label(const struct nrb_exporting *exporting)
{
	return exporting->data->header->rehearsal ? "rehearsal=\"true\"" : "";
}

/* "{scenario="clean",mode="7"": the brace is open for more. */
static void print_labels(
	const struct nrb_exporting *exporting, const struct nrb_arm_cells *arm)
{
	const char *separator = "{", *rehearsal = rehearsal_label(exporting);
	char value[NRB_FIGURE_LEN];

	for (int id = 0; id < NRB_N_FIGURE_FACTORS; id++) {
		nrb_figure_plain(value, (enum nrb_figure_id)id, arm);
		if (value[0] != '\0') {
			fputs(separator, exporting->out);
			nrb_exporttext_label(
				exporting->out, nrb_figure_table[id].name, value);
			separator = ",";
		}
	}
	if (rehearsal[0] != '\0') {
		fprintf(exporting->out, "%s%s", separator, rehearsal);
	}
}

static void print_arm(const struct nrb_exporting *exporting, const char *name,
	const char *suffix, const struct nrb_arm_cells *arm, const char *quantile,
	double value)
{
	fprintf(exporting->out, PREFIX "%s%s", name, suffix);
	print_labels(exporting, arm);
	if (quantile != NULL) {
		fprintf(exporting->out, ",quantile=\"%s\"", quantile);
	}
	fprintf(exporting->out, "} %.10g\n", value);
}

/* -- summaries -- */

static const struct nrb_histogram *histogram_of(
	const struct summary *summary, const struct nrb_arm_cells *arm)
{
	const char *tally = (const char *)nrb_group_tally(arm);

	return *(struct nrb_histogram *const *)(tally + summary->histogram);
}

static void print_summary_of(const struct nrb_exporting *exporting,
	const struct summary *summary, const struct nrb_arm_cells *arm)
{
	const struct nrb_histogram *h = histogram_of(summary, arm);

	for (int q = 0; q < MAX_QUANTILES && summary->quantiles[q].name != NULL; q++) {
		double ns = nrb_figure_number(summary->quantiles[q].figure, arm);

		if (!isnan(ns)) {
			print_arm(exporting, summary->name, "", arm,
				summary->quantiles[q].name, ns / 1e9);
		}
	}
	print_arm(exporting, summary->name, "_sum", arm, NULL, (double)h->sum_ns / 1e9);
	print_arm(exporting, summary->name, "_count", arm, NULL, (double)h->n);
}

static void print_summary(
	const struct nrb_exporting *exporting, const struct summary *summary)
{
	const struct nrb_group *group = &exporting->data->group;
	bool begun = false;

	for (int i = 0; i < group->n_arms; i++) {
		if (histogram_of(summary, group->arms[i]) == NULL) {
			continue;
		}
		if (!begun) {
			begin(exporting->out, summary->name, "summary", summary->help);
			begun = true;
		}
		print_summary_of(exporting, summary, group->arms[i]);
	}
}

/* -- gauges -- */

static double gauge_of(enum nrb_figure_id id, const struct nrb_arm_cells *arm)
{
	double number = nrb_figure_number(id, arm);

	if (id == NRB_FIGURE_LOCAL_RATIO) {
		return 1 - number;
	}
	return nrb_figure_table[id].format == NRB_FORMAT_NS ? number / 1e9 : number;
}

static void print_gauge(const struct nrb_exporting *exporting, enum nrb_figure_id id)
{
	const struct nrb_group *group = &exporting->data->group;
	const char *help = nrb_figure_table[id].help;
	char name[NAME_LEN];
	bool begun = false;

	make_name(name, nrb_figure_table[id].name);
	if (id == NRB_FIGURE_LOCAL_RATIO) {
		snprintf(name, sizeof(name), "remote_page_ratio");
		help = "pages that are not on the node under test / pages written";
	}
	for (int i = 0; i < group->n_arms; i++) {
		double value = gauge_of(id, group->arms[i]);

		if (isnan(value)) {
			continue;
		}
		if (!begun) {
			begin(exporting->out, name, "gauge", help);
			begun = true;
		}
		print_arm(exporting, name, "", group->arms[i], NULL, value);
	}
}

/* -- the run -- */

/* NAN: not the time of any second. */
static double start_seconds(const struct nrb_header *header)
{
	struct tm tm = { 0 };
	const char *end = strptime(header->start_utc, "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end != NULL && *end == '\0' ? (double)timegm(&tm) : NAN;
}

static void print_of_run(const struct nrb_exporting *exporting, const char *name,
	const char *help, double value)
{
	const char *rehearsal = rehearsal_label(exporting);

	if (!isnan(value)) {
		begin(exporting->out, name, "gauge", help);
		fprintf(exporting->out, PREFIX "%s%s%s%s %.10g\n", name,
			rehearsal[0] != '\0' ? "{" : "", rehearsal,
			rehearsal[0] != '\0' ? "}" : "", value);
	}
}

static void print_run(const struct nrb_exporting *exporting)
{
	const struct nrb_header *header = exporting->data->header;
	const struct nrb_end *end = exporting->data->end;
	const char *rehearsal = rehearsal_label(exporting);
	FILE *out = exporting->out;

	begin(out, "run_info", "gauge", "the run that these figures come from");
	fputs(PREFIX "run_info{", out);
	nrb_exporttext_label(out, "run_id", header->run_id);
	fputc(',', out);
	nrb_exporttext_label(out, "host", header->host);
	fputc(',', out);
	nrb_exporttext_label(out, "kernel", header->kernel);
	fputc(',', out);
	nrb_exporttext_label(out, "version", header->tool_version);
	fprintf(out, "%s%s} 1\n", rehearsal[0] != '\0' ? "," : "", rehearsal);
	print_of_run(exporting, "last_run_timestamp_seconds",
		"when the run began, since 1970", start_seconds(header));
	print_of_run(exporting, "exit_code",
		"exit status of the run; absent: it was interrupted",
		end != NULL && end->exit_code != NRB_ABSENT ? (double)end->exit_code
							    : NAN);
	print_of_run(exporting, "knob_restored",
		"1: every setting was read back as found; absent: the run was interrupted",
		end != NULL ? end->restored : NAN);
}

int nrb_exportmetrics_print(const struct nrb_exporting *exporting)
{
	bool times = !exporting->data->header->rehearsal;

	print_run(exporting);
	for (int i = 0; times && i < N_SUMMARIES; i++) {
		print_summary(exporting, &summaries[i]);
	}
	for (int id = NRB_N_FIGURE_FACTORS; id < NRB_N_FIGURES; id++) {
		enum nrb_figure_id figure = (enum nrb_figure_id)id;

		if (!is_in_summary(figure) && (times || !is_time(figure))) {
			print_gauge(exporting, figure);
		}
	}
	return 0;
}
