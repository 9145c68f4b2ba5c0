/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record against another, for people. */
#include "nrb/comparetext.h"

#include "nrb/claim.h"
#include "nrb/claimfamily.h"
#include "nrb/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { LEN = NRB_COMPARETEXT_LEN, LABEL = NRB_COMPARETEXT_LABEL };

void nrb_comparetext_say(
	const struct nrb_screen *screen, FILE *out, bool bold, const char *fmt, ...)
{
	char text[LEN], escaped[4 * LEN];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	/* a headline begins with a name */
	if (!bold) {
		text[0] = (char)toupper((unsigned char)text[0]);
	}
	nrb_screen_escape(escaped, sizeof(escaped), text, screen->ascii);
	fputs(bold ? nrb_screen_bold(screen) : "", out);
	nrb_screen_wrap(screen, out, 2, escaped);
	fputs(bold ? nrb_screen_plain(screen) : "", out);
}

const char *nrb_comparetext_span(
	char *buf, size_t len, enum nrb_metric metric, double least, double most)
{
	bool share = nrb_metric_table[metric].is_share;
	double one = share ? 100 * fmin(fabs(least), fabs(most)) : least;
	double two = share ? 100 * fmax(fabs(least), fabs(most)) : most;
	int digits = share ? 1 : 2;
	char low[32], high[32];

	snprintf(low, sizeof(low), "%.*f", digits, one);
	snprintf(high, sizeof(high), "%.*f", digits, two);
	snprintf(buf, len, "%s%s%s%s", low, strcmp(low, high) != 0 ? " to " : "",
		strcmp(low, high) != 0 ? high : "",
		!share      ? " times"
		: least < 0 ? " percentage points less"
			    : " percentage points more");
	return buf;
}

/* Locality first, and what of the allocation's times says no more than p99 last: it has no sentence. */
const enum nrb_metric nrb_comparetext_order[NRB_N_METRICS] = { NRB_METRIC_LOCAL,
	NRB_METRIC_ALLOC_P99, NRB_METRIC_ACCESS, NRB_METRIC_CACHE_KEPT,
	NRB_METRIC_REREAD_RATE, NRB_METRIC_REQUESTS_PER_S, NRB_METRIC_REQUEST_P99,
	NRB_METRIC_HIT_RATIO, NRB_METRIC_VICTIM_ACCESS, NRB_METRIC_ALLOC_P50,
	NRB_METRIC_ALLOC_P999, NRB_METRIC_ALLOC_MEAN };

/* -- what is compared -- */

static const char *describe_kernel(char *buf, size_t len, const struct nrb_compared *run)
{
	snprintf(buf, len, "%s (%s%s)", run->kernel,
		run->lru_gen[0] != '\0' ? "MGLRU " : "no MGLRU", run->lru_gen);
	return buf;
}

/* "fs-a1: kernel 7.3.4 (MGLRU on) against 6.1.0 (MGLRU off)": by what tells them apart. */
static void print_head(
	const struct nrb_comparepair *pair, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_compared *a = pair->reference, *b = pair->run;
	char one[LABEL], two[LABEL];

	describe_kernel(one, sizeof(one), b);
	describe_kernel(two, sizeof(two), a);
	if (strcmp(nrb_compared_identity(a), nrb_compared_identity(b)) != 0) {
		nrb_comparetext_say(screen, out, true,
			"%s, kernel %s, against %s, kernel %s", b->host, one, a->host,
			two);
	} else if (strcmp(one, two) != 0) {
		nrb_comparetext_say(
			screen, out, true, "%s: kernel %s against %s", b->host, one, two);
	} else {
		nrb_comparetext_say(screen, out, true,
			"%s, kernel %s: the run of %s against that of %s", b->host, one,
			b->start_utc, a->start_utc);
	}
}

static void print_design(
	const struct nrb_comparepair *pair, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_compared *a = pair->reference, *b = pair->run;
	char one[NRB_UNITS_LEN], two[NRB_UNITS_LEN];

	if (pair->unpaired == NULL) {
		nrb_comparetext_say(screen, out, false,
			"Paired by block: both ran one plan with seed %" PRId64 ".",
			b->seed);
	} else {
		nrb_comparetext_say(screen, out, false,
			"Not paired, since %s: %" PRId64 " and %" PRId64 " blocks.",
			pair->unpaired, b->blocks, a->blocks);
	}
	if (b->alloc_bytes != a->alloc_bytes) {
		nrb_comparetext_say(screen, out, false,
			"Of %s that was allocated, against %s.",
			nrb_units_bytes(one, b->alloc_bytes),
			nrb_units_bytes(two, a->alloc_bytes));
	}
	if (b->topology_id != a->topology_id || strcmp(b->topology, a->topology) != 0) {
		nrb_comparetext_say(screen, out, false, "Unlike machines: %s; and %s.",
			b->topology, a->topology);
	}
	if (b->kind == NRB_COMPARED_REHEARSAL) {
		nrb_comparetext_say(screen, out, false,
			"Rehearsals: locality and reclaim are real, times are not, and are not "
			"compared.");
	}
}

struct nrb_comparetext_family nrb_comparetext_family_at(
	const struct nrb_comparepair *pair, int from)
{
	struct nrb_comparetext_family family = { .pair = pair,
		.rows = pair->rows + from };
	const struct nrb_arm_cells arm = { .key = *family.rows[0].arm->key };

	while (from + family.n < pair->n &&
		nrb_compared_order(family.rows[0].arm->key,
			family.rows[family.n].arm->key, 1u << NRB_FIGURE_MODE) == 0) {
		family.n++;
	}
	nrb_figure_label(family.label, sizeof(family.label) - 2, &arm,
		pair->run->varying & ~(1u << NRB_FIGURE_MODE));
	strcat(family.label, family.label[0] != '\0' ? ": " : "");
	return family;
}

/* -- sentences -- */

/* Modes of a family with one verdict in a metric. */
struct alike {
	unsigned int modes;
	int n;
	double least, most;
	struct nrb_estimate only; /* of the last */
};

static struct alike find_alike(const struct nrb_comparetext_family *family,
	enum nrb_metric metric, enum nrb_verdict verdict)
{
	struct alike alike = { .least = INFINITY, .most = -INFINITY };

	for (int i = 0; i < family->n; i++) {
		const struct nrb_comparepair_row *row = &family->rows[i];
		const struct nrb_compared_effect *effect = &row->effects[metric];
		int64_t mode = row->arm->key->mode;

		if (effect->verdict != verdict) {
			continue;
		}
		alike.modes |= mode != NRB_ABSENT ? 1u << mode : 0;
		alike.n++;
		alike.least = fmin(alike.least, effect->effect.at);
		alike.most = fmax(alike.most, effect->effect.at);
		alike.only = effect->effect;
	}
	return alike;
}

/* "mode 7", "modes 6 and 7"; who has no mode is "it". */
static const char *name_modes(char *buf, size_t len, const struct alike *alike)
{
	if (alike->modes == 0) {
		snprintf(buf, len, "it");
		return buf;
	}
	return nrb_claim_modes(buf, len, alike->modes);
}

static void say_share(const struct nrb_comparetext_family *family, enum nrb_metric metric,
	const struct alike *alike, const struct nrb_screen *screen, FILE *out)
{
	static const struct {
		const char *verb, *of;
	} words[NRB_N_METRICS] = {
		[NRB_METRIC_LOCAL] = { "keep", " of new memory local" },
		[NRB_METRIC_CACHE_KEPT] = { "keep", " of the cache" },
		[NRB_METRIC_HIT_RATIO] = { "serve", " of requests from the cache" },
	};
	char modes[64], span[96];

	nrb_comparetext_say(screen, out, false, "%s%s %s%s %s%s.", family->label,
		name_modes(modes, sizeof(modes), alike),
		words[metric].verb != NULL ? words[metric].verb : "have",
		alike->modes != 0 ? nrb_claimfamily_s(alike->modes) : "s",
		nrb_comparetext_span(
			span, sizeof(span), metric, alike->least, alike->most),
		words[metric].of != NULL ? words[metric].of : "");
}

static void say_ratio(const struct nrb_comparetext_family *family, enum nrb_metric metric,
	enum nrb_verdict verdict, const struct alike *alike,
	const struct nrb_screen *screen, FILE *out)
{
	char modes[64], span[96], interval[64] = "";

	if (alike->n == 1) {
		snprintf(interval, sizeof(interval), " [%.2f, %.2f]", alike->only.low,
			alike->only.high);
	}
	nrb_comparetext_say(screen, out, false,
		"%s%s of %s is %s%s that of the first: %s.", family->label,
		nrb_metric_table[metric].heading, name_modes(modes, sizeof(modes), alike),
		nrb_comparetext_span(
			span, sizeof(span), metric, alike->least, alike->most),
		interval, nrb_verdict_name(verdict));
}

/* Effects of one sign are told together. */
static bool say_metric(const struct nrb_comparetext_family *family,
	enum nrb_metric metric, const struct nrb_screen *screen, FILE *out)
{
	static const enum nrb_verdict decided[] = { NRB_VERDICT_WORSE,
		NRB_VERDICT_BETTER };
	bool any = false;

	for (int i = 0; i < 2; i++) {
		struct alike alike = find_alike(family, metric, decided[i]);

		if (alike.n == 0) {
			continue;
		}
		any = true;
		if (nrb_metric_table[metric].is_share) {
			say_share(family, metric, &alike, screen, out);
		} else {
			say_ratio(family, metric, decided[i], &alike, screen, out);
		}
	}
	return any;
}

static void say_open(const struct nrb_comparetext_family *family,
	const struct nrb_screen *screen, FILE *out)
{
	for (int m = 0; m < NRB_N_PRIMARY_METRICS; m++) {
		struct alike alike =
			find_alike(family, (enum nrb_metric)m, NRB_VERDICT_UNCLEAR);
		char modes[64];

		if (alike.n > 0) {
			nrb_comparetext_say(screen, out, false,
				"%s%s of %s stays unclear: more blocks would tell.",
				family->label, nrb_metric_table[m].heading,
				name_modes(modes, sizeof(modes), &alike));
		}
	}
}

static void say_stalls(const struct nrb_comparetext_family *family,
	const struct nrb_screen *screen, FILE *out)
{
	for (int i = 0; i < family->n; i++) {
		const struct nrb_compared_arm *b = family->rows[i].arm,
					      *a = family->rows[i].reference;

		if (b->stalled != a->stalled) {
			char mode[32] = "allocating";

			if (b->key->mode != NRB_ABSENT) {
				snprintf(mode, sizeof(mode), "mode %" PRId64,
					b->key->mode);
			}
			nrb_comparetext_say(screen, out, false,
				"%s%s stalled in %" PRId64 " of %" PRId64
				" cells, where it had in %" PRId64 " of %" PRId64 ".",
				family->label, mode, b->stalled, b->cells, a->stalled,
				a->cells);
		}
	}
}

static bool has_few(const struct nrb_comparetext_family *family)
{
	for (int i = 0; i < family->n; i++) {
		if (family->rows[i].effects[NRB_METRIC_ALLOC_P99].verdict ==
			NRB_VERDICT_FEW) {
			return true;
		}
	}
	return false;
}

/* Returns whether there was something to tell of. */
static bool say_family(const struct nrb_comparetext_family *family,
	const struct nrb_screen *screen, FILE *out)
{
	bool any = false;

	for (int i = 0; i < NRB_COMPARETEXT_SPOKEN; i++) {
		any = say_metric(family, nrb_comparetext_order[i], screen, out) || any;
	}
	say_stalls(family, screen, out);
	say_open(family, screen, out);
	return any;
}

static void say_families(
	const struct nrb_comparepair *pair, const struct nrb_screen *screen, FILE *out)
{
	int told = 0, untold = 0;
	bool few = false;

	for (int from = 0; from < pair->n;) {
		struct nrb_comparetext_family family =
			nrb_comparetext_family_at(pair, from);

		if (say_family(&family, screen, out)) {
			told++;
		} else {
			untold++;
		}
		few = few || has_few(&family);
		from += family.n;
	}
	if (untold > 0) {
		nrb_comparetext_say(screen, out, false,
			"%sno difference is shown to matter.",
			told > 0 ? "Of the other combinations " : "");
	}
	if (few) {
		nrb_comparetext_say(screen, out, false,
			"Times need %d blocks in both before they are weighed: fewer are not.",
			NRB_STATS_LEAST);
	}
}

int nrb_comparetext_pair(
	const struct nrb_comparepair *pair, const struct nrb_screen *screen, FILE *out)
{
	print_head(pair, screen, out);
	print_design(pair, screen, out);
	if (pair->n == 0) {
		nrb_comparetext_say(screen, out, false,
			"They have no combination of factors in common: there is nothing to "
			"compare.");
		return 0;
	}
	say_families(pair, screen, out);
	if (pair->alone > 0) {
		nrb_comparetext_say(screen, out, false,
			"%d combination%s of factors %s in one of them alone.",
			pair->alone, pair->alone == 1 ? "" : "s",
			pair->alone == 1 ? "is" : "are");
	}
	fputc('\n', out);
	return nrb_comparetext_tables(pair, screen, out);
}
