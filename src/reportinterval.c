/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times beside the reference's as lines on one scale. */
#include "nrb/reportinterval.h"

#include "nrb/estimatetext.h"
#include "nrb/figures.h"
#include "nrb/table.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
	HALF = 15,        /* columns to either side of no change */
	NARROW_HALF = 10, /* on a screen of fewer columns than */
	WIDE = 68,
	WIDTH = 2 * HALF + 1,
	CHAR_LEN = 4, /* bytes of a character, with its NUL */
	TITLE_LEN = 2 * NRB_FIGURE_LEN,
};

static const enum nrb_metric drawn[] = { NRB_METRIC_ALLOC_P99, NRB_METRIC_ACCESS,
	NRB_METRIC_REQUESTS_PER_S, NRB_METRIC_VICTIM_ACCESS };

/* Lines that are drawn together: of a family's arms, in one metric. */
struct lines {
	const struct nrb_report_data *data;
	const struct nrb_contrast *list[8]; /* a family has a mode each */
	int n;
	int half;
	unsigned int varying; /* factors of all arms */
	double reach;         /* log2 of the ratio at either end of the scale */
};

struct style {
	const char *low, *high, *line, *at, *band, *unity;
};

static const struct style ascii_style = { "[", "]", "=", "|", ".", ":" };
static const struct style utf8_style = { "\342\224\234", "\342\224\244", "\342\224\200",
	"\342\227\217", "\302\267", "\342\224\206" };

static bool is_drawn(const struct nrb_contrast *contrast)
{
	return nrb_metric_table[contrast->metric].is_time &&
	       nrb_estimate_is_bounded(&contrast->effect);
}

/* A scale that holds all of them, and the band. */
static double find_reach(const struct lines *lines)
{
	double reach = 2 * log2(1 + lines->data->roi);

	for (int i = 0; i < lines->n; i++) {
		reach = fmax(reach, fabs(log2(lines->list[i]->effect.low)));
		reach = fmax(reach, fabs(log2(lines->list[i]->effect.high)));
	}
	return reach;
}

static int column_of(const struct lines *lines, double ratio)
{
	int half = lines->half;
	double column = half * log2(ratio) / lines->reach;

	return half + (int)lround(fmax(-half, fmin(half, column)));
}

/* Fills and returns buf, of WIDTH characters. */
static const char *draw(char *buf, const struct lines *lines,
	const struct nrb_contrast *contrast, const struct style *style)
{
	const struct nrb_estimate *effect = &contrast->effect;
	double band = 1 + lines->data->roi;
	int low = column_of(lines, effect->low), high = column_of(lines, effect->high);
	int at = column_of(lines, effect->at);

	buf[0] = '\0';
	for (int i = 0; i <= 2 * lines->half; i++) {
		bool in_band =
			i >= column_of(lines, 1 / band) && i <= column_of(lines, band);

		strcat(buf, i == at               ? style->at
			    : i == low            ? style->low
			    : i == high           ? style->high
			    : i > low && i < high ? style->line
			    : i == lines->half    ? style->unity
			    : in_band             ? style->band
						  : " ");
	}
	return buf;
}

/* "0.50x          1x           2.00x" over the lines. */
static const char *head_scale(char *buf, size_t len, const struct lines *lines)
{
	char low[16], high[16];

	snprintf(low, sizeof(low), "%.3gx", exp2(-lines->reach));
	snprintf(high, sizeof(high), "%.3gx", exp2(lines->reach));
	snprintf(buf, len, "%-*s1x%*s", lines->half, low, lines->half - 1, high);
	return buf;
}

static int add_line(struct nrb_table *table, const struct lines *lines,
	const struct nrb_contrast *contrast, bool ascii)
{
	char mode[32], effect[NRB_ESTIMATE_LEN], picture[WIDTH * CHAR_LEN];
	const char *const cells[] = { mode, picture, effect,
		nrb_verdict_name(contrast->verdict) };

	snprintf(mode, sizeof(mode), "%" PRId64, contrast->arm->key.mode);
	nrb_estimate_ratio(effect, &contrast->effect);
	draw(picture, lines, contrast, ascii ? &ascii_style : &utf8_style);
	return nrb_table_add(table, cells);
}

static int print_table(
	const struct lines *lines, const struct nrb_screen *screen, FILE *out)
{
	char scale[WIDTH + 32];
	const struct nrb_table_column columns[] = { { "mode", false, false },
		{ head_scale(scale, sizeof(scale), lines), false, false },
		{ "ratio", false, false }, { "verdict", false, false } };
	struct nrb_table *table;
	int rc = nrb_table_create(&table, columns, 4, screen->width, screen->ascii);

	for (int i = 0; i < lines->n && rc == 0; i++) {
		rc = add_line(table, lines, lines->list[i], screen->ascii);
	}
	if (rc == 0) {
		rc = nrb_table_print(table, out);
	}
	nrb_table_destroy(table);
	return rc;
}

/* "Policy bind: alloc p99 beside mode 0, 10 blocks; ..." */
static void print_title(
	const struct lines *lines, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_contrast *first = lines->list[0];
	char label[NRB_FIGURE_LEN], title[TITLE_LEN], escaped[4 * TITLE_LEN];

	nrb_figure_label(label, sizeof(label), first->arm, lines->varying);
	snprintf(title, sizeof(title),
		"%s%s%s beside mode %" PRId64
		": estimate and 95 %% interval; dotted: within "
		"%.3g %%, which does not matter",
		label, label[0] != '\0' ? ": " : "",
		nrb_metric_table[first->metric].heading, first->reference->key.mode,
		100 * lines->data->roi);
	title[0] = (char)toupper((unsigned char)title[0]);
	nrb_screen_escape(escaped, sizeof(escaped), title, screen->ascii);
	fputc('\n', out);
	nrb_screen_wrap(screen, out, 2, escaped);
}

/* Of the contrasts from..to, which have one reference. */
static void collect(struct lines *lines, enum nrb_metric metric, int from, int to)
{
	int most = (int)(sizeof(lines->list) / sizeof(*lines->list));

	lines->n = 0;
	for (int i = from; i < to && lines->n < most; i++) {
		const struct nrb_contrast *contrast = &lines->data->contrasts.list[i];

		if (contrast->metric == metric && is_drawn(contrast)) {
			lines->list[lines->n++] = contrast;
		}
	}
	lines->reach = find_reach(lines);
}

static int print_family(
	struct lines *lines, int from, int to, const struct nrb_screen *screen, FILE *out)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof(drawn) / sizeof(*drawn) && rc == 0; i++) {
		collect(lines, drawn[i], from, to);
		if (lines->n > 0) {
			print_title(lines, screen, out);
			rc = print_table(lines, screen, out);
		}
	}
	return rc;
}

static int print_families(struct lines *lines, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_contrasts *contrasts = &lines->data->contrasts;
	int rc = 0;

	for (int from = 0, to = 0; from < contrasts->n && rc == 0; from = to) {
		while (to < contrasts->n && contrasts->list[to].reference ==
						    contrasts->list[from].reference) {
			to++;
		}
		rc = print_family(lines, from, to, screen, out);
	}
	return rc;
}

/* Times on hardware that too few blocks have: without a word, the table would look like a ranking. */
static void print_few(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	int few = 0, enough = 0;
	char text[256];

	for (int i = 0; i < data->contrasts.n; i++) {
		const struct nrb_contrast *contrast = &data->contrasts.list[i];

		few += contrast->metric == NRB_METRIC_ALLOC_P99 &&
		       contrast->verdict == NRB_VERDICT_FEW;
		enough += is_drawn(contrast);
	}
	if (few == 0) {
		return;
	}
	snprintf(text, sizeof(text),
		enough == 0
			? "Times are not ranked: that takes %d blocks or more, 10 are usual "
			  "(--blocks 10)."
			: "Times of values that were ok in fewer than %d blocks beside the "
			  "reference are not ranked.",
		NRB_STATS_LEAST);
	fputc('\n', out);
	nrb_screen_wrap(screen, out, 2, text);
}

int nrb_reportinterval_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	struct lines lines = {
		.data = data,
		.half = screen->width > 0 && screen->width < WIDE ? NARROW_HALF : HALF,
		.varying = nrb_figure_varying(data->group.arms, data->group.n_allocating),
	};
	int rc = print_families(&lines, screen, out);

	if (rc == 0) {
		print_few(data, screen, out);
	}
	return rc;
}
