/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the stream we print to can show; decided once, by the front. */
#ifndef NRB_SCREEN_H
#define NRB_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

struct nrb_screen {
	int width; /* columns; 0: no limit (a pipe or a file) */
	bool ascii; /* no character beyond ASCII: asked for, or the locale's is not UTF-8 */
	bool color; /* escape sequences are welcome */
	bool terminal;
	bool html; /* a page: what is printed is markup, without colour */
};

enum nrb_when { NRB_WHEN_AUTO, NRB_WHEN_ALWAYS, NRB_WHEN_NEVER };

/**
 * Look at a stream: its terminal's width (COLUMNS overrides), the locale's charset, and whether
 * colour is wanted: color option, then NO_COLOR, CLICOLOR_FORCE, TERM=dumb, terminal or not.
 */
struct nrb_screen nrb_screen_of(FILE *stream, enum nrb_when color, bool ascii);

/** How many columns and rows the terminal at fd has now; 80 and 24 where it does not say, as a serial
 * console. */
void nrb_screen_size(int fd, int *columns, int *rows);

/** Whether a picture may be drawn over the one before on a terminal of that TERM. */
bool nrb_screen_can_redraw(const struct nrb_screen *screen);

/**
 * Copy text for showing: a byte that could move a terminal (control bytes also of 8 bits, what turns
 * the direction of writing, what is no UTF-8) as \x1b; with ascii every byte beyond it. Cut to len at a whole character.
 * Returns buf.
 */
char *nrb_screen_escape(char *buf, size_t len, const char *text, bool ascii);

/** Print text wrapped at words to the screen's width, later lines indented by indent blanks;
 * blanks are kept, but for those at which a line ends. A number and its unit stay together. On a page it
 * is a paragraph, escaped. */
void nrb_screen_wrap(
	const struct nrb_screen *screen, FILE *out, int indent, const char *text);

/* Escape sequences, "" without colour. */
const char *nrb_screen_bold(const struct nrb_screen *screen);
const char *nrb_screen_red(const struct nrb_screen *screen);
const char *nrb_screen_yellow(const struct nrb_screen *screen);
const char *nrb_screen_plain(const struct nrb_screen *screen);

#endif
