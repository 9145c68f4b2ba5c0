/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record for people: what is certain in sentences, then the figures. */
#include "nrb/reporttext.h"

#include "nrb/distance.h"
#include "nrb/figures.h"
#include "nrb/reportanswer.h"
#include "nrb/reportinterval.h"
#include "nrb/reportmatrix.h"
#include "nrb/reporttable.h"
#include "nrb/reporttime.h"
#include "nrb/reporttrust.h"
#include "nrb/reportverdict.h"
#include "nrb/units.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { LINE_LEN = 2048, MIN_CACHE = 1 << 20 /* bytes; less is not worth a word */ };

/* A sentence that may quote the record: escaped, then marked ("" or a colour), then wrapped. */
static void say_marked(const struct nrb_screen *screen, FILE *out, int indent,
	const char *mark, const char *fmt, va_list args)
{
	char text[LINE_LEN], escaped[4 * LINE_LEN], shown[4 * LINE_LEN + 16];

	vsnprintf(text, sizeof(text), fmt, args);
	nrb_screen_escape(escaped, sizeof(escaped), text, screen->ascii);
	snprintf(shown, sizeof(shown), "%s%s%s", mark, escaped,
		mark[0] != '\0' ? nrb_screen_plain(screen) : "");
	nrb_screen_wrap(screen, out, indent, shown);
}

static void say(const struct nrb_screen *screen, FILE *out, int indent, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));

static void say(
	const struct nrb_screen *screen, FILE *out, int indent, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say_marked(screen, out, indent, "", fmt, args);
	va_end(args);
}

static void mark(const struct nrb_screen *screen, FILE *out, const char *color,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void mark(const struct nrb_screen *screen, FILE *out, const char *color,
	const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say_marked(screen, out, 2, color, fmt, args);
	va_end(args);
}

static void describe_distances(char *buf, size_t len, const struct nrb_header *header)
{
	int smallest = 0, largest = nrb_penalty_largest_distance(header);

	for (int i = 0; i < header->n_nodes; i++) {
		for (int j = 0; j < header->n_nodes; j++) {
			int distance = header->distances[i][j];

			if (i != j && (smallest == 0 || distance < smallest)) {
				smallest = distance;
			}
		}
	}
	buf[0] = '\0';
	if (smallest > 0 && smallest == largest) {
		snprintf(buf, len, " (distance %d)", largest);
	} else if (smallest > 0) {
		snprintf(buf, len, " (distances %d to %d)", smallest, largest);
	}
}

static double first_median(const struct nrb_group *group, enum nrb_cellvalue value)
{
	double median = NAN;

	for (int i = 0; i < group->n_allocating && isnan(median); i++) {
		median = nrb_group_median(group->arms[i], value);
	}
	return median;
}

/* Cache of files, where the node was full of others' with how much of it was ours. */
static void describe_cache(char *buf, size_t len, double all, double ours, bool others)
{
	char size[NRB_UNITS_LEN], own[NRB_UNITS_LEN];

	nrb_units_bytes(size, llround(all));
	nrb_units_bytes(own, isnan(ours) ? 0 : llround(ours));
	snprintf(buf, len, "held %s of page cache%s%s%s", size, others ? " in all (" : "",
		others ? own : "", others ? " of it ours)" : "");
}

/* The most of what the node held: cache, or memory of the process that a scenario had hold it. */
static void describe_content(char *buf, size_t len, const struct nrb_group *group)
{
	bool others = group->arms[0]->cache_is_others;
	double ours = first_median(group, NRB_VALUE_CACHE_BYTES);
	double held = first_median(group, NRB_VALUE_HOLD_BYTES);
	double cache = others ? first_median(group, NRB_VALUE_NODE_CACHE_BYTES) : ours;
	char size[NRB_UNITS_LEN];

	if (held >= MIN_CACHE && !(cache >= held)) {
		snprintf(buf, len, "held %s of another process's memory",
			nrb_units_bytes(size, llround(held)));
	} else if (cache >= MIN_CACHE) {
		describe_cache(buf, len, cache, ours, others);
	} else {
		snprintf(buf, len, "under test");
	}
}

/* What the node held, where it was one and always the same. */
static void describe_node(char *buf, size_t len, const struct nrb_report_data *data)
{
	const unsigned int different = 1u << NRB_FIGURE_SCENARIO |
				       1u << NRB_FIGURE_VARIANT |
				       1u << NRB_FIGURE_FILL_ON;
	const struct nrb_group *group = &data->group;
	unsigned int varying = nrb_figure_varying(group->arms, group->n_allocating);
	char content[128] = "under test";

	buf[0] = '\0';
	if (group->n_allocating == 0) {
		return;
	}
	if (varying & 1u << NRB_FIGURE_NODE) {
		snprintf(buf, len, ", several nodes under test");
		return;
	}
	if ((varying & different) == 0) {
		describe_content(content, sizeof(content), group);
	}
	snprintf(buf, len, ", node %" PRId64 " %s", group->arms[0]->key.node, content);
}

/* What was left out of the node, and out of the figures. */
static void print_leave(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	double ballast = first_median(&data->group, NRB_VALUE_BALLAST_BYTES);
	char size[NRB_UNITS_LEN];

	if (ballast >= MIN_CACHE) {
		say(screen, out, 2,
			"Of the node %s that was free was locked by the run: its cells had the "
			"rest.",
			nrb_units_bytes(size, llround(ballast)));
	}
	if (data->header->sparse) {
		say(screen, out, 2,
			"The cache file was sparse: what reading lost cache again would cost is "
			"not known.");
	}
}

void nrb_reporttext_head(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_header *h = data->header;
	char distances[64], node[192], lru[NRB_WORD_LEN + 8] = "no MGLRU";

	if (h->lru_gen[0] != '\0') {
		snprintf(lru, sizeof(lru), "MGLRU %s", h->lru_gen);
	}
	describe_distances(distances, sizeof(distances), h);
	describe_node(node, sizeof(node), data);
	fputs(nrb_screen_bold(screen), out);
	say(screen, out, 2,
		"%s: kernel %s, %s, %" PRId64 " node%s%s%s, %" PRId64 " block%s",
		h->host[0] != '\0' ? h->host : "unnamed host", h->kernel, lru, h->n_nodes,
		h->n_nodes == 1 ? "" : "s", distances, node, data->group.blocks,
		data->group.blocks == 1 ? "" : "s");
	fputs(nrb_screen_plain(screen), out);
	if (h->found_mode == NRB_ABSENT) {
		say(screen, out, 2,
			"This kernel has no vm.zone_reclaim_mode: compared is what does without.");
	}
	if (h->rehearsal && !screen->html) { /* there it stands at the very top */
		say(screen, out, 2,
			"Rehearsal in a virtual machine: locality and reclaim are real, times are "
			"not.");
	}
	print_leave(data, screen, out);
}

/* What decided before 3.16, beside what was measured: the documentation still speaks of it. */
static void print_legacy(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	char word[160];

	say(screen, out, 2,
		"From these distances a kernel before 3.16 would have set vm.zone_reclaim_mode at "
		"boot: %s.",
		nrb_distance_legacy(
			word, sizeof(word), nrb_penalty_largest_distance(data->header)));
}

static int print_matrix(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	int rc;

	fputc('\n', out);
	rc = nrb_reportmatrix_print(data, screen, out);
	if (rc == 0) {
		print_legacy(data, screen, out);
	}
	return rc;
}

/* Why, say the cells that follow. */
static void print_nothing(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	if (data->group.cells == 0 && data->group.n_odd == 0) {
		say(screen, out, 2,
			"Nothing was measured: no cell of a block has ended.");
	} else {
		say(screen, out, 2,
			"Nothing was measured: no cell ended ok or stalled. The reasons:");
	}
}

int nrb_reporttext_tables(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_group *group = &data->group;
	struct nrb_arm_cells *const *without = group->arms + group->n_allocating;
	bool modes = nrb_group_measured(group->arms, group->n_allocating);
	bool matrix = nrb_group_measured(without, group->n_arms - group->n_allocating);
	int rc = 0;

	if (modes) {
		fputc('\n', out);
		rc = nrb_reporttable_print(data, screen, out);
	}
	if (rc == 0 && modes && !screen->html) { /* a page has a picture of them */
		rc = nrb_reportinterval_print(data, screen, out);
	}
	if (rc == 0 && matrix) {
		rc = print_matrix(data, screen, out);
	}
	if (!modes && !matrix) {
		print_nothing(data, screen, out);
	} else {
		fputc('\n', out);
	}
	return rc;
}

/* Its status and note; a note that begins with the status says it once. */
static void describe_fate(char *buf, size_t len, const struct nrb_odd_cell *odd)
{
	const char *status = nrb_status_name(odd->status);
	size_t n = strlen(status);

	if (strncmp(odd->note, status, n) == 0 && odd->note[n] == ':') {
		snprintf(buf, len, "%s", odd->note);
	} else {
		snprintf(buf, len, "%s%s%s", status, odd->note[0] != '\0' ? ": " : "",
			odd->note);
	}
}

/* ", swap on, mode 5": what tells it from cells of other arms. */
static void describe_odd(char *buf, size_t len, const struct nrb_report_data *data,
	const struct nrb_odd_cell *odd)
{
	const struct nrb_group *group = &data->group;
	const struct nrb_arm_cells arm = { .key = odd->key };
	unsigned int varying = nrb_figure_varying(group->arms, group->n_arms);
	char label[LINE_LEN / 2];

	nrb_figure_label(label, sizeof(label), &arm, varying & ~(1u << NRB_FIGURE_NODE));
	snprintf(buf, len, "%s%s", label[0] != '\0' ? ", " : "", label);
	if (odd->key.mode != NRB_ABSENT) {
		snprintf(buf + strlen(buf), len - strlen(buf), ", mode %" PRId64 "%s",
			odd->key.mode, odd->key.control != 0 ? " once more" : "");
	}
}

void nrb_reporttext_odd(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_group *group = &data->group;

	for (int i = 0; i < group->n_odd && i < NRB_MAX_ODD_CELLS; i++) {
		const struct nrb_odd_cell *odd = &group->odd[i];
		char which[LINE_LEN / 2 + 32], block[32] = "warm-up";
		char fate[NRB_WORD_LEN + NRB_NOTE_LEN];

		describe_odd(which, sizeof(which), data, odd);
		if (odd->block > 0) {
			snprintf(block, sizeof(block), "block %" PRId64, odd->block);
		}
		describe_fate(fate, sizeof(fate), odd);
		say(screen, out, 2, "Cell %" PRId64 " (node %" PRId64 "%s, %s) %s",
			odd->cell, odd->key.node, which, block, fate);
	}
	if (group->n_odd > NRB_MAX_ODD_CELLS) {
		say(screen, out, 2, "... and %" PRId64 " more cells that are not ok.",
			group->n_odd - NRB_MAX_ODD_CELLS);
	}
}

static bool has_outcome(const struct nrb_end_setting *setting, const char *outcome)
{
	return strcmp(setting->outcome, outcome) == 0;
}

/* "vm.zone_reclaim_mode 0, ..." of all that are back, as they were read back. */
static int list_restored(char *buf, size_t len, const struct nrb_end *end)
{
	size_t used = 0;
	int n = 0;

	buf[0] = '\0';
	for (int i = 0; i < end->n_settings && used < len; i++) {
		const struct nrb_end_setting *setting = &end->settings[i];

		if (end->restored || has_outcome(setting, "restored")) {
			used += (size_t)snprintf(buf + used, len - used, "%s%s %s",
				n++ > 0 ? ", " : "", setting->name, setting->read_back);
		}
	}
	return n;
}

static int print_foreign(
	const struct nrb_end *end, const struct nrb_screen *screen, FILE *out)
{
	int n = 0;

	for (int i = 0; i < end->n_settings; i++) {
		const struct nrb_end_setting *setting = &end->settings[i];

		if (has_outcome(setting, "left alone")) {
			mark(screen, out, nrb_screen_yellow(screen),
				"Left alone: %s was set to %s by someone else during the run "
				"(found: %s).",
				setting->name, setting->read_back, setting->found);
			n++;
		}
	}
	return n;
}

static void print_settings(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_end *end = data->end;
	char list[LINE_LEN / 2];
	int back = list_restored(list, sizeof(list), end);
	int foreign = print_foreign(end, screen, out);

	if (!end->restored && (foreign == 0 || back + foreign < end->n_settings)) {
		mark(screen, out, nrb_screen_red(screen),
			"SETTINGS NOT RESTORED: run numa-reclaim-bench restore on %s.",
			data->header->host);
	} else if (back > 0) {
		say(screen, out, 2, "Settings restored and verified: %s.", list);
	} else if (foreign == 0) {
		say(screen, out, 2, "No setting was changed.");
	}
}

static void print_end(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	if (data->end == NULL) {
		mark(screen, out, nrb_screen_yellow(screen), "%s",
			data->header->rehearsal
				? "Interrupted: the record has no end. What was set was the virtual "
				  "machine's, and went with it."
				: "Interrupted: the record has no end, so it does not tell whether the "
				  "settings are back; numa-reclaim-bench restore makes sure of it.");
	} else {
		print_settings(data, screen, out);
	}
}

static void print_left_out(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	if (data->end != NULL && data->end->left_out[0] != '\0') {
		say(screen, out, 2, "Left out, for the budget: %s.", data->end->left_out);
	}
}

static void print_early_end(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	if (data->end != NULL && strcmp(data->end->reason, "done") != 0) {
		say(screen, out, 2, "Ended early: %s (exit code %" PRId64 ").",
			data->end->reason, data->end->exit_code);
	}
}

void nrb_reporttext_end(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	print_left_out(data, screen, out);
	print_early_end(data, screen, out);
	nrb_reporttime_print(data, screen, out);
	print_end(data, screen, out);
}

int nrb_reporttext_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	int rc;

	nrb_reporttext_head(data, screen, out);
	nrb_reportanswer_print(data, screen, out);
	if (!nrb_reportverdict_is_parted(data)) {
		nrb_reportverdict_print(data, screen, out);
	}
	rc = nrb_reporttext_tables(data, screen, out);
	if (rc < 0) {
		return rc;
	}
	nrb_reporttrust_print(data, screen, out);
	nrb_reporttext_odd(data, screen, out);
	nrb_reporttext_end(data, screen, out);
	return ferror(out) ? -EIO : 0;
}
