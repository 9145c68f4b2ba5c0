/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ticks for people. The table of nodes is the same in lines and in the view. */
#include "nrb/watchtext.h"

#include "nrb/units.h"
#include "nrb/watchcalls.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { CELL_LEN = NRB_UNITS_LEN, MACHINE = -1, TIME_WIDTH = 8 };

/* -- one figure -- */

/* "445M", "1.25G", "-512K": as in `free -h`; "-": absent. */
static const char *short_bytes(char *buf, int64_t bytes)
{
	char *unit;

	if (bytes == NRB_ABSENT) {
		return strcpy(buf, "-");
	}
	nrb_units_bytes(buf, bytes);
	unit = strchr(buf, ' ');
	unit[0] = unit[1];
	unit[unit[1] == 'B' ? 0 : 1] = '\0';
	return buf;
}

/* "0", "0.3", "12345", "123k", "1.23M"; "-": absent. */
static const char *short_rate(char *buf, double per_s)
{
	if (isnan(per_s)) {
		return strcpy(buf, "-");
	}
	if (per_s >= 999500) {
		snprintf(buf, CELL_LEN, "%.3gM", per_s / 1e6);
	} else if (per_s >= 99999.5) {
		snprintf(buf, CELL_LEN, "%.3gk", per_s / 1e3);
	} else {
		snprintf(buf, CELL_LEN, "%.*f", per_s > 0 && per_s < 9.95 ? 1 : 0, per_s);
	}
	return buf;
}

static const char *rate_of(
	char *buf, const struct nrb_watch_tick *tick, int i, enum nrb_watch_id id)
{
	return short_rate(buf, nrb_watchmoment_per_s(tick, i, id));
}

/* Of the time that passed, "1.2 %". */
static const char *share_of(
	char *buf, const struct nrb_watch_tick *tick, enum nrb_watch_id id)
{
	double us_per_s = nrb_watchmoment_per_s(tick, MACHINE, id);

	return isnan(us_per_s) ? strcpy(buf, "-") : nrb_units_ratio(buf, us_per_s / 1e6);
}

static const char *time_of(char *buf, const struct nrb_watch_tick *tick)
{
	time_t seconds = (time_t)(tick->after->realtime_ns / 1000000000);
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL ||
		strftime(buf, CELL_LEN, "%T", &tm) == 0) {
		strcpy(buf, "-");
	}
	return buf;
}

/* -- the table of nodes -- */

/* clang-format off */
static const struct column {
	const char *name;
	int width;
	enum nrb_watch_id id;
	int64_t (*bytes)(const struct nrb_watch_tick *tick, int i); /* NULL: by id */
} columns[] = {
	{ "free-low", 9, NRB_WATCH_OVER_LOW, NULL },
	{ "cache",    7, NRB_N_WATCH, nrb_watchmoment_cache },
	{ "local",    7, NRB_WATCH_NUMA_LOCAL, NULL },
	{ "other",    7, NRB_WATCH_NUMA_OTHER, NULL },
	{ "foreign",  7, NRB_WATCH_NUMA_FOREIGN, NULL },
	{ "kswapd",   7, NRB_WATCH_PGSTEAL_KSWAPD, NULL },
	{ "direct",   7, NRB_WATCH_PGSTEAL_DIRECT, NULL },
	{ "refault",  7, NRB_WATCH_REFAULT_FILE, NULL },
};
/* clang-format on */

enum { N_COLUMNS = sizeof(columns) / sizeof(*columns) };

static void print_names(FILE *out)
{
	fputs("node", out);
	for (int c = 0; c < N_COLUMNS; c++) {
		fprintf(out, " %*s", columns[c].width, columns[c].name);
	}
}

/* What stands above: in which unit. */
static void print_units(FILE *out, int indent)
{
	fprintf(out, "%*s%24s%24s\n", indent + 22, "bytes now", "allocations a second",
		"pages a second");
}

static const char *print_cell(
	char *buf, const struct column *column, const struct nrb_watch_tick *tick, int i)
{
	if (column->bytes != NULL) {
		return short_bytes(buf, column->bytes(tick, i));
	}
	return column->id < NRB_WATCH_N_GAUGES
		       ? short_bytes(buf, nrb_watchmoment_now(tick, i, column->id))
		       : rate_of(buf, tick, i, column->id);
}

static void print_row(const struct nrb_watch_tick *tick, int i, FILE *out)
{
	char cell[CELL_LEN];

	if (i == MACHINE) {
		fputs(" all", out);
	} else {
		fprintf(out, "%4d", tick->after->nodes[i].node);
	}
	for (int c = 0; c < N_COLUMNS; c++) {
		fprintf(out, " %*s", columns[c].width,
			print_cell(cell, &columns[c], tick, i));
	}
	fputc('\n', out);
}

/* -- what the whole machine did, and calls of node reclaim -- */

/* "80.1us": a line has room for no more. */
static const char *short_ns(char *buf, double ns, const struct nrb_screen *screen)
{
	char *blank;

	nrb_units_ns(buf, ns, screen->ascii);
	blank = strchr(buf, ' ');
	if (blank != NULL) {
		memmove(blank, blank + 1, strlen(blank));
	}
	return buf;
}

static void print_calls(const struct nrb_watch_tick *tick,
	const struct nrb_watch_calls_of *of, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_histogram *h = of->stalls;
	double s = (double)tick->interval_ns / 1e9;
	char calls[CELL_LEN], futile[CELL_LEN], pages[CELL_LEN];
	char p50[CELL_LEN], p99[CELL_LEN], max[CELL_LEN];

	fprintf(out, "%4d calls %s futile %s pages %s p50 %s p99 %s max %s\n", of->node,
		short_rate(calls, (double)h->n / s),
		short_rate(futile, (double)of->futile / s),
		short_rate(pages, (double)of->pages / s),
		short_ns(p50, nrb_histogram_quantile_ns(h, 0.5), screen),
		short_ns(p99, nrb_histogram_quantile_ns(h, 0.99), screen),
		short_ns(max, (double)h->max_ns, screen));
}

static void print_mode(const struct nrb_watch_tick *tick, FILE *out)
{
	if (tick->after->mode == NRB_ABSENT) {
		fputs("mode -", out);
	} else {
		fprintf(out, "mode %d", (int)tick->after->mode);
	}
}

/* -- lines -- */

void nrb_watchtext_heading(const struct nrb_screen *screen, FILE *out)
{
	fputs(nrb_screen_bold(screen), out);
	print_units(out, TIME_WIDTH + 1);
	fprintf(out, "%-*s ", TIME_WIDTH, "time");
	print_names(out);
	fprintf(out, "%s\n", nrb_screen_plain(screen));
}

static void print_machine_line(const struct nrb_watch_tick *tick, FILE *out)
{
	static const struct {
		const char *name;
		enum nrb_watch_id id;
	} rates[] = {
		{ "ok", NRB_WATCH_ZONE_RECLAIM_SUCCESS },
		{ "failed", NRB_WATCH_ZONE_RECLAIM_FAILED },
		{ "stalls", NRB_WATCH_ALLOCSTALL },
		{ "moved", NRB_WATCH_NUMA_PAGES_MIGRATED },
	};
	char cell[CELL_LEN];

	fputs(" all ", out);
	print_mode(tick, out);
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		fprintf(out, " %s %s", rates[i].name,
			rate_of(cell, tick, MACHINE, rates[i].id));
	}
	fprintf(out, " some %s", share_of(cell, tick, NRB_WATCH_PRESSURE_SOME));
	fprintf(out, " full %s\n", share_of(cell, tick, NRB_WATCH_PRESSURE_FULL));
}

static int print_calls_lines(const struct nrb_watch_tick *tick, const char *time,
	const struct nrb_screen *screen, FILE *out)
{
	int n = 0;

	for (int i = 0; i < tick->after->n_nodes; i++) {
		const struct nrb_watch_calls_of *of =
			nrb_watchcalls_of(tick->calls, tick->after->nodes[i].node);

		if (of != NULL) {
			fprintf(out, "%s ", time);
			print_calls(tick, of, screen, out);
			n++;
		}
	}
	if (tick->calls->lost > 0) {
		fprintf(out, "%s  all calls are missing: %lld events were lost\n", time,
			(long long)tick->calls->lost);
		n++;
	}
	return n;
}

int nrb_watchtext_lines(
	const struct nrb_watch_tick *tick, const struct nrb_screen *screen, FILE *out)
{
	char time[CELL_LEN];

	time_of(time, tick);
	for (int i = 0; i < tick->after->n_nodes; i++) {
		fprintf(out, "%s ", time);
		print_row(tick, i, out);
	}
	fprintf(out, "%s ", time);
	print_row(tick, MACHINE, out);
	fprintf(out, "%s ", time);
	print_machine_line(tick, out);
	return tick->after->n_nodes + 2 +
	       (tick->calls != NULL ? print_calls_lines(tick, time, screen, out) : 0);
}

/* -- the view -- */

/* Lines that are there whatever the nodes: title, gap, two of headings, all, gap, six of the machine, and the one
 * where the cursor stays; with calls, a gap and a word on those that are missing. */
enum { VIEW_FIXED = 13, VIEW_CALLS = 2 };

static void print_title(
	const struct nrb_watch_tick *tick, const struct nrb_screen *screen, FILE *out)
{
	char seconds[CELL_LEN], time[CELL_LEN], title[NRB_WATCH_VIEW_COLUMNS];

	snprintf(seconds, sizeof(seconds), "%.2f", (double)tick->interval_ns / 1e9);
	snprintf(
		title, sizeof(title), "numa-reclaim-bench watch: the last %s s", seconds);
	fprintf(out, "%s%-62s", nrb_screen_bold(screen), title);
	print_mode(tick, out);
	fprintf(out, "  %s%s\n\n", time_of(time, tick), nrb_screen_plain(screen));
}

static void print_view_heading(const struct nrb_screen *screen, FILE *out)
{
	fputs(nrb_screen_bold(screen), out);
	print_units(out, 0);
	print_names(out);
	fprintf(out, "%s\n", nrb_screen_plain(screen));
}

/* Whose work the column "direct" is, where the counts can tell: direct reclaim says when it is entered. Since 7.1,
 * whose counts of a node tell it apart, it has what a cgroup at its limit freed too. */
static const char *who_freed(const struct nrb_watch_tick *tick)
{
	bool has_cgroups = false;

	if (nrb_watchmoment_count(tick, MACHINE, NRB_WATCH_PGSTEAL_DIRECT) <= 0 ||
		nrb_watchmoment_count(tick, MACHINE, NRB_WATCH_ALLOCSTALL) != 0) {
		return "";
	}
	for (int i = 0; i < tick->after->n_nodes; i++) {
		has_cgroups |= nrb_watchmoment_now(tick, i, NRB_WATCH_PGSTEAL_DIRECT) !=
			       NRB_ABSENT;
	}
	return has_cgroups ? ": \"direct\" is node reclaim or a cgroup's"
			   : ": \"direct\" is node reclaim";
}

/* Each figure is of a second, if it is none of now. */
static void print_machine(const struct nrb_watch_tick *tick, FILE *out)
{
	char a[CELL_LEN], b[CELL_LEN], c[CELL_LEN];

	fprintf(out, "Node reclaim    %s ok, %s failed a second\n",
		rate_of(a, tick, MACHINE, NRB_WATCH_ZONE_RECLAIM_SUCCESS),
		rate_of(b, tick, MACHINE, NRB_WATCH_ZONE_RECLAIM_FAILED));
	fprintf(out, "Direct reclaim  %s entries a second%s\n",
		rate_of(a, tick, MACHINE, NRB_WATCH_ALLOCSTALL), who_freed(tick));
	fprintf(out, "Standing still  some tasks %s of the time, all of them %s\n",
		share_of(a, tick, NRB_WATCH_PRESSURE_SOME),
		share_of(b, tick, NRB_WATCH_PRESSURE_FULL));
	fprintf(out, "Dirty           %s not written yet\n",
		short_bytes(a, nrb_watchmoment_now(tick, MACHINE, NRB_WATCH_DIRTY)));
	fprintf(out, "Moved           %s pages a second by NUMA balancing, %s demoted\n",
		rate_of(a, tick, MACHINE, NRB_WATCH_NUMA_PAGES_MIGRATED),
		rate_of(b, tick, MACHINE, NRB_WATCH_PGDEMOTE));
	fprintf(out, "Swap            %s pages in, %s out a second; %s needed again\n",
		rate_of(a, tick, MACHINE, NRB_WATCH_PSWPIN),
		rate_of(b, tick, MACHINE, NRB_WATCH_PSWPOUT),
		rate_of(c, tick, MACHINE, NRB_WATCH_REFAULT_ANON));
}

/* Nodes that fit; one line says that there are more. */
static int nodes_that_fit(const struct nrb_watch_tick *tick, int rows)
{
	int room = tick->calls != NULL ? (rows - VIEW_FIXED - VIEW_CALLS) / 2
				       : rows - VIEW_FIXED;

	if (tick->after->n_nodes <= room) {
		return tick->after->n_nodes;
	}
	return room > 1 ? room - 1 : 0;
}

static void print_view_calls(const struct nrb_watch_tick *tick, int n_nodes,
	const struct nrb_screen *screen, FILE *out)
{
	fputc('\n', out);
	for (int i = 0; i < n_nodes; i++) {
		const struct nrb_watch_calls_of *of =
			nrb_watchcalls_of(tick->calls, tick->after->nodes[i].node);

		if (of != NULL) {
			print_calls(tick, of, screen, out);
		} else {
			fprintf(out, "%4d calls 0\n", tick->after->nodes[i].node);
		}
	}
	if (tick->calls->lost > 0) {
		fprintf(out, "     calls are missing: %lld events were lost\n",
			(long long)tick->calls->lost);
	}
}

void nrb_watchtext_view(const struct nrb_watch_tick *tick,
	const struct nrb_screen *screen, int rows, FILE *out)
{
	int shown = nodes_that_fit(tick, rows), more = tick->after->n_nodes - shown;

	print_title(tick, screen, out);
	print_view_heading(screen, out);
	for (int i = 0; i < shown; i++) {
		print_row(tick, i, out);
	}
	if (more > 0) {
		fprintf(out, "     and %d more: a taller terminal or --json shows them\n",
			more);
	}
	print_row(tick, MACHINE, out);
	fputc('\n', out);
	print_machine(tick, out);
	if (tick->calls != NULL) {
		print_view_calls(tick, shown, screen, out);
	}
}
