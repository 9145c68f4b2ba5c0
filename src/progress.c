/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Progress: where a run is, how long it took, how long it will. */
#include "nrb/progress.h"

#include "nrb/clock.h"
#include "nrb/diag.h"
#include "nrb/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	REDRAW_MS = 250,
	LINE_LEN = 1024,
	WIDTH = 79,
	WHAT_LEN = 256,
	PLACE_LEN = WHAT_LEN + 64
};

static struct {
	enum nrb_progress_mode mode;
	bool drawn; /* a line stands on the terminal */
	uint64_t start_ns, last_draw_ns;
	int64_t block, blocks, cells, done;
	char what[WHAT_LEN];
} progress;

/* From the mode's write to its end nothing is drawn. */
static bool is_timed(enum nrb_phase phase)
{
	return phase >= NRB_PHASE_APPLY && phase <= NRB_PHASE_RETURN;
}

static void clear(void)
{
	static const char text[] = "\r\033[K";

	if (progress.drawn) {
		progress.drawn = !nrb_diag_write(text, sizeof(text) - 1);
	}
}

static void draw(const char *text)
{
	char line[LINE_LEN + 8];
	int n = snprintf(line, sizeof(line), "\r\033[K%.*s", WIDTH, text);

	progress.last_draw_ns = nrb_clock_ns();
	progress.drawn = nrb_diag_write(line, (size_t)n) || progress.drawn;
}

/* What moves, at the end, is seen, however long the names of the cell are. */
static void fit(char *line, size_t len, const char *place, size_t n, const char *now)
{
	size_t moving = strlen(now);

	if (n + moving > WIDTH && moving + 3 < WIDTH) {
		snprintf(line, len, "%.*s...%s", (int)(WIDTH - 3 - moving), place, now);
	} else {
		snprintf(line, len, "%.*s%s", (int)n, place, now);
	}
}

/* "[   9 s] block 1 of 1, ...: ok, about 23 s left" */
static void draw_cell(const char *text)
{
	const char *end = strstr(text, ": ");
	char line[LINE_LEN];

	if (end == NULL) {
		draw(text);
		return;
	}
	fit(line, sizeof(line), text, (size_t)(end - text), end);
	draw(line);
}

static double elapsed_s(void)
{
	return (double)(nrb_clock_ns() - progress.start_ns) / 1e9;
}

void nrb_progress_begin(enum nrb_progress_mode mode)
{
	const char *term = getenv("TERM");

	memset(&progress, 0, sizeof(progress));
	if (mode == NRB_PROGRESS_AUTO) {
		mode = isatty(STDERR_FILENO) == 1 && term != NULL &&
				       strcmp(term, "dumb") != 0
			       ? NRB_PROGRESS_TTY
			       : NRB_PROGRESS_PLAIN;
	}
	progress.mode = mode;
	progress.start_ns = nrb_clock_ns();
	nrb_diag_set_before_line(clear);
}

void nrb_progress_cell(
	int64_t block, int64_t blocks, int64_t cells, int64_t done, const char *what)
{
	progress.block = block;
	progress.blocks = blocks;
	progress.cells = cells;
	progress.done = done;
	snprintf(progress.what, sizeof(progress.what), "%s", what);
}

/* "block 2 of 10, clean mode 3" */
static void where(char *buf, size_t len)
{
	char of[32] = "";

	if (progress.block == 0) {
		snprintf(buf, len, "warm-up, %s", progress.what);
		return;
	}
	if (progress.blocks > 0) {
		snprintf(of, sizeof(of), " of %" PRId64, progress.blocks);
	}
	snprintf(buf, len, "block %" PRId64 "%s, %s", progress.block, of, progress.what);
}

/* From the cells done so far; the first one is the warm-up, which takes longer. */
static void time_left(char *buf, size_t len)
{
	char text[NRB_UNITS_LEN];

	buf[0] = '\0';
	if (progress.cells > 0 && progress.done > 0) {
		snprintf(buf, len, ", about %s left",
			nrb_units_seconds(text,
				elapsed_s() * (double)(progress.cells - progress.done) /
					(double)progress.done));
	}
}

void nrb_progress_look(enum nrb_phase phase)
{
	char line[LINE_LEN], place[PLACE_LEN], left[64], elapsed[NRB_UNITS_LEN], now[160];

	if (progress.mode != NRB_PROGRESS_TTY || is_timed(phase) ||
		nrb_clock_ns() - progress.last_draw_ns < REDRAW_MS * 1000000ull) {
		return;
	}
	where(place, sizeof(place));
	time_left(left, sizeof(left));
	snprintf(now, sizeof(now), ": %s, %s%s", nrb_phase_name(phase),
		nrb_units_seconds(elapsed, elapsed_s()), left);
	fit(line, sizeof(line), place, strlen(place), now);
	draw(line);
}

void nrb_progress_cell_done(const struct nrb_sample *sample)
{
	char line[LINE_LEN], place[PLACE_LEN], left[64];

	if (progress.mode != NRB_PROGRESS_PLAIN) {
		return;
	}
	progress.done++;
	where(place, sizeof(place));
	time_left(left, sizeof(left));
	snprintf(line, sizeof(line), "[%4.0f s] %s: %s%s%s%s\n", elapsed_s(), place,
		nrb_status_name(sample->status), sample->note[0] != '\0' ? ": " : "",
		sample->note, left);
	nrb_diag_write(line, strlen(line));
}

void nrb_progress_say(const char *text)
{
	char line[LINE_LEN];

	/* a cell's line begins with its time; all else is a message, which must stay */
	if (text[0] == '[' && progress.mode == NRB_PROGRESS_TTY) {
		draw_cell(text);
	} else if (text[0] != '[' || progress.mode == NRB_PROGRESS_PLAIN) {
		clear();
		snprintf(line, sizeof(line), "%.1000s\n", text);
		nrb_diag_write(line, strlen(line));
	}
}

void nrb_progress_redraw(const char *text)
{
	if (progress.mode == NRB_PROGRESS_TTY &&
		nrb_clock_ns() - progress.last_draw_ns >= REDRAW_MS * 1000000ull) {
		draw(text);
	}
}

void nrb_progress_end(void)
{
	clear();
	nrb_diag_set_before_line(NULL);
}
