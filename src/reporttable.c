/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of the arms that allocate, for people. */
#include "nrb/reporttable.h"

#include "nrb/html.h"
#include "nrb/reportcolumn.h"
#include "nrb/reportverdict.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

enum { NONE = NRB_COLUMN_NONE, GAP = 2, MARGIN = 1, HEADING_LEN = 1024 };

/* As little as that, 1 MiB, is dirtied and written by anyone at any time. */
static const double min_dirty_bytes = 1 << 20, min_written_pages = 256;

/* clang-format off */
/* In the order of one wide table. part: which of several narrow ones; wide: the heading in the one,
 * where it stands beside its like; NULL: the same. */
static const struct view {
	struct nrb_report_column column;
	int part;
	const char *wide;
} views[] = {
	{ { NRB_COLUMN_MEANING, NONE, "meaning" }, 1, NULL },
	{ { NRB_FIGURE_LOCAL_RATIO, NONE, NULL }, 0, NULL },
	{ { NRB_FIGURE_HIT_RATIO, NONE, NULL }, 0, NULL },
	{ { NRB_FIGURE_SERVED_DISK, NONE, NULL }, 0, NULL },
	{ { NRB_FIGURE_REFAULT_FILE, NONE, NULL }, 0, NULL },
	{ { NRB_FIGURE_REQUESTS_PER_S, NONE, NULL }, 0, NULL },
	{ { NRB_FIGURE_REQUEST_P99, NONE, NULL }, 0, NULL },
	{ { NRB_FIGURE_ALLOC_P50, NONE, NULL }, 1, NULL },
	{ { NRB_FIGURE_ALLOC_P99, NONE, NULL }, 0, "p99" },
	{ { NRB_FIGURE_ALLOC_P999, NONE, NULL }, 1, "p99.9" },
	{ { NRB_FIGURE_ACCESS, NONE, NULL }, 0, NULL },
	{ { NRB_FIGURE_CACHE_KEPT, NONE, NULL }, 0, NULL },
	{ { NRB_FIGURE_REREAD_RATE, NONE, NULL }, 1, NULL },
	{ { NRB_FIGURE_RECLAIM_SUCCESS, NRB_FIGURE_RECLAIM_FAILED, "reclaim ok/failed" }, 0, NULL },
	{ { NRB_FIGURE_CELLS_OK, NRB_FIGURE_CELLS, "cells ok/all" }, 1, NULL },
	{ { NRB_COLUMN_RULE, NONE, "decided by" }, 2, NULL },
	{ { NRB_FIGURE_RECLAIM_CALLS, NRB_FIGURE_RECLAIM_FUTILE, "reclaim calls/in vain" }, 2, NULL },
	{ { NRB_FIGURE_RECLAIM_STALL_P50, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_RECLAIM_STALL_P99, NONE, NULL }, 2, "p99" },
	{ { NRB_FIGURE_RECLAIM_STALL_MAX, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_RECLAIM_STALL_RATIO, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_PGSTEAL_KSWAPD, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_PGSCAN_DIRECT, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_PSWPOUT, NRB_FIGURE_SWAPOUT_KSWAPD, "swapped out/by kswapd" }, 2, NULL },
	{ { NRB_FIGURE_ZSWPOUT, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_RETURN, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_RETURN_DISK, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_PSWPIN, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_WRITTEN_PAGES, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_VMSCAN_WRITE, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_DIRTY_FIRST, NRB_FIGURE_DIRTY_LAST, "dirty first/last" }, 2, NULL },
	{ { NRB_FIGURE_OTHERS_DIRTY_HIGHEST, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_WRITER_RATE, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_WRITER_MAX, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_OTHERS_FREE_LOST, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_OTHERS_CACHE_GAINED, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_TRIM_FREED, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_TRIM_NS, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_ALLOC_HUGE, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_VICTIM_REMOTE, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_VICTIM_FREE_LOST, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_VICTIM_LOST, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_VICTIM_ACCESS, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_VICTIM_ALLOC_P50, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_VICTIM_ALLOC_P99, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_FREE_LOWEST, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_HEADROOM_LOWEST, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_HEADROOM_P1, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_HEADROOM_P50, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_BELOW_LOW, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_KSWAPD_RUNS, NONE, NULL }, 2, NULL },
	{ { NRB_FIGURE_ALLOC_FAILURES, NONE, NULL }, 2, NULL },
};
/* clang-format on */

enum { N_VIEWS = sizeof(views) / sizeof(*views), N_PARTS = 3 };

/* The arms of a table, and what they have in common with the others. */
struct block {
	const struct nrb_report_data *data;
	const struct nrb_screen *screen;
	FILE *out;
	struct nrb_arm_cells *const *arms;
	int n;
	/* factors, a bit for each: that vary among all arms of the record; by which this block was
	 * parted from others */
	unsigned int all, said;
	bool has_title; /* that it was parted is said, and its sentences are */
};

/* -- which columns -- */

static bool any_above(const struct block *block, enum nrb_figure_id id, double limit)
{
	for (int i = 0; i < block->n; i++) {
		if (nrb_figure_number(id, block->arms[i]) > limit) {
			return true;
		}
	}
	return false;
}

static bool any_of(const struct block *block, const enum nrb_rule *rules, size_t n)
{
	for (int i = 0; i < block->n; i++) {
		int64_t others;
		enum nrb_rule rule = nrb_group_rule(block->arms[i], &others);

		for (size_t k = 0; k < n; k++) {
			if (rule == rules[k]) {
				return true;
			}
		}
	}
	return false;
}

static bool any_lost(const struct block *block)
{
	for (int i = 0; i < block->n; i++) {
		if (block->arms[i]->with[NRB_STATUS_OK] != block->arms[i]->cells) {
			return true;
		}
	}
	return false;
}

/* Whether the rules say more than the mode and what reclaim did. */
static bool tells_rules(const struct block *block)
{
	static const enum nrb_rule plain[] = { NRB_RULE_UNKNOWN, NRB_RULE_OFF,
		NRB_RULE_RECLAIMED, NRB_RULE_MGLRU, NRB_RULE_FAILED, NRB_RULE_UNTRIED };

	if ((block->all & ~(1u << NRB_FIGURE_MODE)) != 0) {
		return true;
	}
	for (int i = 0; i < block->n; i++) {
		struct block one = *block;

		one.arms = block->arms + i;
		one.n = 1;
		if (!any_of(&one, plain, sizeof(plain) / sizeof(*plain))) {
			return true;
		}
	}
	return false;
}

static bool has_headroom(const struct block *block)
{
	for (int i = 0; i < block->n; i++) {
		if (!isnan(nrb_figure_number(
			    NRB_FIGURE_HEADROOM_LOWEST, block->arms[i]))) {
			return true;
		}
	}
	return false;
}

/* Of the columns that only some scenarios or runs need, whether this one is needed. */
static bool is_needed(const struct block *block, int figure)
{
	static const enum nrb_rule by_kswapd[] = { NRB_RULE_KSWAPD, NRB_RULE_BIND },
				   futile[] = { NRB_RULE_FUTILE };

	switch (figure) {
	case NRB_COLUMN_MEANING:
		return any_above(block, NRB_FIGURE_MODE, -1);
	case NRB_COLUMN_RULE:
		return tells_rules(block);
	case NRB_FIGURE_CELLS_OK:
		return any_lost(block);
	case NRB_FIGURE_PGSTEAL_KSWAPD:
		return any_of(block, by_kswapd, 2);
	case NRB_FIGURE_PGSCAN_DIRECT:
		return any_of(block, futile, 1);
	case NRB_FIGURE_WRITTEN_PAGES:
		return any_above(block, NRB_FIGURE_WRITTEN_PAGES, min_written_pages);
	case NRB_FIGURE_DIRTY_FIRST:
	case NRB_FIGURE_OTHERS_DIRTY_HIGHEST:
		return any_above(block, NRB_FIGURE_DIRTY_FIRST, min_dirty_bytes) ||
		       any_above(block, NRB_FIGURE_DIRTY_LAST, min_dirty_bytes) ||
		       any_above(block, NRB_FIGURE_OTHERS_DIRTY_HIGHEST, min_dirty_bytes);
	case NRB_FIGURE_REFAULT_FILE:
		return any_above(block, NRB_FIGURE_REQUESTS_PER_S, 0);
	case NRB_FIGURE_KSWAPD_RUNS:
		return has_headroom(block);
	case NRB_FIGURE_RECLAIM_CALLS:
	case NRB_FIGURE_RECLAIM_STALL_RATIO:
		return any_above(block, NRB_FIGURE_RECLAIM_CALLS, 0);
	case NRB_FIGURE_VICTIM_LOST:
	case NRB_FIGURE_ALLOC_FAILURES:
	case NRB_FIGURE_PSWPOUT:
	case NRB_FIGURE_PSWPIN:
	case NRB_FIGURE_ZSWPOUT:
	case NRB_FIGURE_VMSCAN_WRITE:
	case NRB_FIGURE_ALLOC_HUGE:
		return any_above(block, (enum nrb_figure_id)figure, 0);
	case NRB_FIGURE_OTHERS_FREE_LOST:
	case NRB_FIGURE_OTHERS_CACHE_GAINED:
		return any_above(block, NRB_FIGURE_WRITER_RATE, 0) ||
		       block->all & 1u << NRB_FIGURE_FILL_ON;
	default:
		return true;
	}
}

static int width_of(const struct block *block, const struct nrb_report_column *column)
{
	return nrb_reportcolumn_width(
		column, block->arms, block->n, block->data, block->screen->ascii);
}

/* -- printing -- */

static int print_table(const struct block *block, const struct nrb_report_layout *layout)
{
	struct nrb_table_column columns[NRB_MAX_COLUMNS];
	char cells[NRB_MAX_COLUMNS][NRB_COLUMN_LEN];
	const char *row[NRB_MAX_COLUMNS];
	struct nrb_table *table;
	int rc;

	for (int c = 0; c < layout->n; c++) {
		columns[c] = nrb_reportcolumn_head(&layout->columns[c]);
		row[c] = cells[c];
	}
	rc = nrb_table_create(&table, columns, layout->n, 0, block->screen->ascii);
	if (rc < 0) {
		return rc;
	}
	for (int i = 0; rc == 0 && i < block->n; i++) {
		for (int c = 0; c < layout->n; c++) {
			nrb_reportcolumn_fill(cells[c], &layout->columns[c],
				block->arms[i], block->data, block->screen->ascii);
		}
		rc = nrb_table_add(table, row);
	}
	if (rc == 0) {
		rc = nrb_table_show(table, block->screen, block->out);
	}
	nrb_table_destroy(table);
	return rc;
}

static int width_of_all(const struct block *block, const struct nrb_report_layout *layout)
{
	int width = MARGIN - GAP;

	for (int c = 0; c < layout->n; c++) {
		width += GAP + width_of(block, &layout->columns[c]);
	}
	return width;
}

static bool fits(const struct block *block, int width)
{
	return block->screen->width == 0 || width <= block->screen->width;
}

/* As few tables as the screen has room for, each with the keys first. */
static int print_narrow(const struct block *block, const struct nrb_report_layout *keys,
	const int *widths)
{
	int key_width = width_of_all(block, keys), rc = 0;
	bool first = true;

	for (int part = 0; rc == 0 && part < N_PARTS; part++) {
		struct nrb_report_layout layout = *keys;
		int width = key_width;

		for (int i = 0; rc == 0 && i < N_VIEWS; i++) {
			if (views[i].part != part || widths[i] == 0) {
				continue;
			}
			if (layout.n > keys->n && !fits(block, width + GAP + widths[i])) {
				fputs(first ? "" : "\n", block->out);
				rc = print_table(block, &layout);
				layout = *keys;
				width = key_width;
				first = false;
			}
			nrb_reportcolumn_add(&layout, &views[i].column);
			width += GAP + widths[i];
		}
		if (rc == 0 && layout.n > keys->n) {
			fputs(first ? "" : "\n", block->out);
			rc = print_table(block, &layout);
			first = false;
		}
	}
	return rc;
}

/* What each view takes; 0: it is not needed. Returns the widest. */
static int find_widths(const struct block *block, int *widths)
{
	int widest = 0;

	for (int i = 0; i < N_VIEWS; i++) {
		const struct nrb_report_column *column = &views[i].column;

		widths[i] =
			is_needed(block, column->figure) ? width_of(block, column) : 0;
		widest = widths[i] > widest ? widths[i] : widest;
	}
	return widest;
}

static int print_block(const struct block *block, const struct nrb_report_layout *keys,
	const int *widths)
{
	struct nrb_report_layout all = *keys;

	for (int i = 0; i < N_VIEWS; i++) {
		struct nrb_report_column column = views[i].column;

		if (widths[i] > 0) {
			column.heading =
				views[i].wide != NULL ? views[i].wide : column.heading;
			nrb_reportcolumn_add(&all, &column);
		}
	}
	return fits(block, width_of_all(block, &all)) ? print_table(block, &all)
						      : print_narrow(block, keys, widths);
}

/* All that tells the arms of a block from others, but not from each other. */
static void print_heading(const struct block *block, unsigned int varying)
{
	char text[HEADING_LEN], escaped[4 * HEADING_LEN];

	nrb_figure_label(text, sizeof(text) - 1, block->arms[0],
		block->said | (block->all & ~varying));
	text[0] = (char)toupper((unsigned char)text[0]);
	if (block->screen->html) {
		fputs("<h4>", block->out);
		nrb_html_escape(block->out, text);
		fputs("</h4>\n", block->out);
		return;
	}
	strcat(text, ":");
	nrb_screen_escape(escaped, sizeof(escaped), text, block->screen->ascii);
	nrb_screen_wrap(block->screen, block->out, 2, escaped);
}

/* -- which arms stand together -- */

/* Factors that part arms into tables, in the order in which arms are sorted. */
static const unsigned int splits[] = {
	1u << NRB_FIGURE_SCENARIO | 1u << NRB_FIGURE_VARIANT,
	1u << NRB_FIGURE_CPU_NODE,
	1u << NRB_FIGURE_NODE,
	1u << NRB_FIGURE_LRU_GEN,
	1u << NRB_FIGURE_POLICY,
	1u << NRB_FIGURE_PAGE_SIZE,
	1u << NRB_FIGURE_THREADS,
	1u << NRB_FIGURE_SET,
	1u << NRB_FIGURE_FILL_ON,
	1u << NRB_FIGURE_SWAP,
	1u << NRB_FIGURE_TRIM,
};

/* The next factors by which to part a block; 0: it stays together. */
static unsigned int choose_split(unsigned int varying, bool crowded)
{
	for (size_t i = 0; i < sizeof(splits) / sizeof(*splits); i++) {
		if (varying & splits[i] && (i == 0 || crowded)) {
			return splits[i];
		}
	}
	return 0;
}

static int print_arms(const struct block *block, bool *first);

/* Of a variant: its heading, and what is certain of it. */
static void print_title(struct block *block, bool *first)
{
	unsigned int varying = nrb_figure_varying(block->arms, block->n);

	if (!nrb_group_measured(block->arms, block->n)) {
		return;
	}
	fputs(*first ? "" : "\n", block->out);
	print_heading(block, varying);
	nrb_reportverdict_print_variant(
		block->data, block->screen, block->out, block->arms[0], varying);
	*first = false;
	block->has_title = true;
}

static int print_parts(const struct block *block, unsigned int split, bool *first)
{
	int rc = 0;

	for (int from = 0, to = 0; rc == 0 && from < block->n; from = to) {
		struct block part = *block;

		part.arms = block->arms + from;
		part.said = block->said | split;
		part.has_title = false;
		part.n = 0;
		do {
			part.n++;
			to++;
		} while (to < block->n &&
			 !(nrb_figure_differing(part.arms[0], block->arms[to]) & split));
		if (split == splits[0]) {
			print_title(&part, first);
		}
		rc = print_arms(&part, first);
	}
	return rc;
}

static bool has_cache(const struct block *block)
{
	static const struct nrb_report_column kept = { NRB_FIGURE_CACHE_KEPT, NONE,
		NULL };

	return width_of(block, &kept) > 0;
}

/* Of arms that were not measured there is no table: their cells are listed, with the reasons. */
static int print_arms(const struct block *block, bool *first)
{
	unsigned int varying = nrb_figure_varying(block->arms, block->n), split;
	struct nrb_report_layout keys;
	int widths[N_VIEWS], width, rc;

	nrb_reportcolumn_keys(&keys, varying, NRB_FIGURE_MODE);
	width = width_of_all(block, &keys) + GAP + find_widths(block, widths);
	split = choose_split(varying, !fits(block, width));
	if (split != 0) {
		return print_parts(block, split, first);
	}
	if (!nrb_group_measured(block->arms, block->n)) {
		return 0;
	}
	fputs(*first || block->has_title ? "" : "\n", block->out);
	*first = false;
	if (block->said != 0 && !block->has_title) {
		print_heading(block, varying);
	}
	rc = print_block(block, &keys, widths);
	if (rc == 0 && has_cache(block) && block->arms[0]->cache_is_others) {
		nrb_screen_wrap(block->screen, block->out, 2,
			"cache kept: of all file cache of the node, most of it other programs'");
	}
	return rc;
}

int nrb_reporttable_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	struct block block = { .data = data,
		.screen = screen,
		.out = out,
		.arms = data->group.arms,
		.n = data->group.n_allocating };
	bool first = true;

	block.all = nrb_figure_varying(block.arms, block.n);
	/* a variant with a name of its own is named, though it be the only one */
	if (block.n > 0 && block.arms[0]->key.variant[0] != '\0') {
		block.said = splits[0];
	}
	return print_arms(&block, &first);
}
