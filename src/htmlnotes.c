/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The method, and what a record does not tell. */
#include "nrb/htmlnotes.h"

#include "nrb/figures.h"
#include "nrb/html.h"
#include "nrb/mode.h"

#include <inttypes.h>
#include <string.h>

const char *const nrb_htmlnotes_scenarios[] = { "clean", "hot", "dirty", "mapped", "anon",
	"shmem", "fileserver", "neighbour", "headroom", "matrix", NULL };

static const char method[] =
	"<h3>How it was measured</h3>\n"
	"<p>A node is filled as the scenario says, the value is applied, a process bound to the "
	"node's CPUs allocates memory and touches it page by page, and the kernel is asked where each "
	"page is. Then the memory is read in random order, and the file cache again. Before each cell "
	"all is prepared anew, with the value at 0.</p>\n"
	"<p>A block is every combination once, in an order drawn by the recorded seed; the first cell "
	"of a run warms up and is in no figure. Ratios, counters, access and re-read figures are medians "
	"over cells; allocation figures come from the histograms of all cells together, whose error is "
	"under 0.4 %. Nothing is left out as an outlier; disturbed cells are shown, never "
	"used.</p>\n";

/* -- what was not tested -- */

static bool has_scenario(const struct nrb_group *group, const char *name)
{
	for (int i = 0; i < group->n_arms; i++) {
		if (strcmp(group->arms[i]->key.scenario, name) == 0) {
			return true;
		}
	}
	return false;
}

static void list_scenarios(const struct nrb_group *group, FILE *out)
{
	int n = 0;

	for (int i = 0; nrb_htmlnotes_scenarios[i] != NULL; i++) {
		if (!has_scenario(group, nrb_htmlnotes_scenarios[i])) {
			fprintf(out, "%s%s", n++ == 0 ? "<li>Scenarios: " : ", ",
				nrb_htmlnotes_scenarios[i]);
		}
	}
	fputs(n > 0 ? ".</li>\n" : "", out);
}

static unsigned int modes_of(const struct nrb_group *group)
{
	unsigned int modes = 0;

	for (int i = 0; i < group->n_arms; i++) {
		int64_t mode = group->arms[i]->key.mode;

		if (mode >= 0 && mode <= NRB_MODE_BITS) {
			modes |= 1u << mode;
		}
	}
	return modes;
}

static void list_modes(const struct nrb_group *group, FILE *out)
{
	unsigned int modes = modes_of(group);
	int n = 0;

	for (int mode = 0; modes != 0 && mode <= NRB_MODE_BITS; mode++) {
		if (!(modes & 1u << mode)) {
			fprintf(out, "%s%d",
				n++ == 0 ? "<li>Values of vm.zone_reclaim_mode: " : ", ",
				mode);
		}
	}
	fputs(n > 0 ? ".</li>\n" : "", out);
}

/* Factors that were one and the same throughout. */
static const struct fixed {
	enum nrb_figure_id id;
	const char *what;
} fixed_factors[] = {
	{ NRB_FIGURE_LRU_GEN, "MGLRU" },
	{ NRB_FIGURE_POLICY, "Memory policy" },
	{ NRB_FIGURE_PAGE_SIZE, "Page size" },
	{ NRB_FIGURE_THREADS, "Threads that allocate" },
	{ NRB_FIGURE_NODE, "Node under test" },
	{ NRB_FIGURE_SWAP, "Swap" },
	{ NRB_FIGURE_FILL_ON, "Nodes filled" },
};

static void list_factors(const struct nrb_group *group, FILE *out)
{
	unsigned int varying = nrb_figure_varying(group->arms, group->n_allocating);
	char value[NRB_FIGURE_LEN];

	for (size_t i = 0; group->n_allocating > 0 &&
			   i < sizeof(fixed_factors) / sizeof(*fixed_factors);
		i++) {
		nrb_figure_plain(value, fixed_factors[i].id, group->arms[0]);
		if (!(varying & 1u << fixed_factors[i].id) && value[0] != '\0') {
			fprintf(out, "<li>%s other than ", fixed_factors[i].what);
			nrb_html_escape(out, value);
			fputs(".</li>\n", out);
		}
	}
}

void nrb_htmlnotes_print(const struct nrb_report_data *data, FILE *out)
{
	fputs(method, out);
	fputs("<h3>What was not tested</h3>\n<ul>\n", out);
	list_scenarios(&data->group, out);
	list_modes(&data->group, out);
	list_factors(&data->group, out);
	if (data->header->rehearsal) {
		fputs("<li>What anything costs in time: a virtual machine cannot tell.</li>\n",
			out);
	}
	if (data->header->sparse) {
		fputs("<li>What reading lost cache again costs: the file was sparse.</li>\n",
			out);
	}
	fputs("<li>Other kernels and other machines: what a value does depends on both.</li>\n"
	      "<li>Your own programs: the load is made by this tool.</li>\n</ul>\n",
		out);
}
