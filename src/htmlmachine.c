/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine and the run of a record. */
#include "nrb/htmlmachine.h"

#include "nrb/html.h"
#include "nrb/table.h"
#include "nrb/units.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { MAX_SHOWN_NODES = 16 }; /* a wider table tells nothing */

struct facts {
	FILE *out;
};

static void add(const struct facts *facts, const char *name, const char *value)
{
	if (value[0] != '\0') {
		fprintf(facts->out, "<tr><th scope=\"row\">%s</th><td>", name);
		nrb_html_escape(facts->out, value);
		fputs("</td></tr>\n", facts->out);
	}
}

static void add_int(const struct facts *facts, const char *name, int64_t value)
{
	char text[NRB_UNITS_LEN];

	if (value != NRB_ABSENT) {
		snprintf(text, sizeof(text), "%" PRId64, value);
		add(facts, name, text);
	}
}

static void add_bytes(const struct facts *facts, const char *name, int64_t value)
{
	char text[NRB_UNITS_LEN];

	if (value != NRB_ABSENT) {
		add(facts, name, nrb_units_bytes(text, value));
	}
}

static void add_mode(const struct facts *facts, const struct nrb_header *header)
{
	if (header->found_mode == NRB_ABSENT) {
		add(facts, "vm.zone_reclaim_mode", "this kernel has none");
	} else {
		add_int(facts, "vm.zone_reclaim_mode as found", header->found_mode);
	}
	add_int(facts, "Reference mode", header->reference_mode);
}

static void print_facts(const struct nrb_report_data *data, FILE *out)
{
	const struct nrb_header *h = data->header;
	const struct facts facts = { .out = out };

	fputs("<table class=\"facts\">\n<tbody>\n", out);
	add(&facts, "Host", h->host);
	add(&facts, "CPU", h->cpu);
	add(&facts, "Hypervisor", h->hypervisor);
	add(&facts, "Kernel", h->kernel);
	add(&facts, "Architecture", h->machine);
	add(&facts, "MGLRU as found",
		h->lru_gen[0] != '\0' ? h->lru_gen : "this kernel has none");
	add_mode(&facts, h);
	add(&facts, "Clock", h->clock);
	add_bytes(&facts, "Memory allocated by a cell", h->alloc_bytes);
	add_bytes(&facts, "File cache filled for it", h->fill_bytes);
	add_int(&facts, "Blocks planned", h->blocks);
	add_int(&facts, "Blocks in the record", data->group.blocks);
	add_int(&facts, "Cells", data->group.cells);
	add_int(&facts, "Seed", h->seed);
	add(&facts, "Started", h->start_utc);
	add(&facts, "Run", h->run_id);
	add(&facts, "numa-reclaim-bench", h->tool_version);
	add(&facts, "Record", data->file);
	fputs("</tbody>\n</table>\n", out);
}

/* "node 0" and so on, each with its memory and the distances from it. */
static int fill_nodes(struct nrb_table *table, const struct nrb_header *h, int n)
{
	char cells[MAX_SHOWN_NODES + 2][NRB_UNITS_LEN];
	const char *row[MAX_SHOWN_NODES + 2];
	int rc = 0;

	for (int c = 0; c < n + 2; c++) {
		row[c] = cells[c];
	}
	for (int i = 0; rc == 0 && i < n; i++) {
		snprintf(cells[0], NRB_UNITS_LEN, "%" PRId64, h->nodes[i]);
		nrb_units_bytes(cells[1], h->node_bytes[i]);
		for (int j = 0; j < n; j++) {
			snprintf(cells[j + 2], NRB_UNITS_LEN,
				h->distances[i][j] != 0 ? "%d" : "-", h->distances[i][j]);
		}
		rc = nrb_table_add(table, row);
	}
	return rc;
}

static int print_nodes(
	const struct nrb_header *h, const struct nrb_screen *screen, FILE *out)
{
	int n = (int)(h->n_nodes < MAX_SHOWN_NODES ? h->n_nodes : MAX_SHOWN_NODES);
	char names[MAX_SHOWN_NODES][NRB_UNITS_LEN];
	struct nrb_table_column columns[MAX_SHOWN_NODES + 2] = {
		{ "node", false, false },
		{ "memory", true, false },
	};
	struct nrb_table *table;
	int rc;

	for (int i = 0; i < n; i++) {
		snprintf(names[i], NRB_UNITS_LEN, "distance to %" PRId64, h->nodes[i]);
		columns[i + 2] =
			(struct nrb_table_column){ .name = names[i], .right = true };
	}
	rc = nrb_table_create(&table, columns, n + 2, 0, screen->ascii);
	if (rc < 0) {
		return rc;
	}
	rc = fill_nodes(table, h, n);
	if (rc == 0) {
		rc = nrb_table_show(table, screen, out);
	}
	nrb_table_destroy(table);
	if (h->n_nodes > n) {
		fprintf(out, "<p>%" PRId64 " more nodes.</p>\n", h->n_nodes - n);
	}
	return rc;
}

int nrb_htmlmachine_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	fputs("<h3>The machine and the run</h3>\n", out);
	print_facts(data, out);
	return data->header->n_nodes > 0 ? print_nodes(data->header, screen, out) : 0;
}
