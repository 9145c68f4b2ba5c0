/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `watch` shows to people: lines, as vmstat has them, and a view for a terminal. */
#ifndef NRB_WATCHTEXT_H
#define NRB_WATCHTEXT_H

#include "nrb/screen.h"
#include "nrb/watchmoment.h"

#include <stdio.h>

/* A view needs these; what is smaller gets lines. */
enum { NRB_WATCH_VIEW_COLUMNS = 80, NRB_WATCH_VIEW_ROWS = 20 };

/** Print the heading of lines. */
void nrb_watchtext_heading(const struct nrb_screen *screen, FILE *out);

/** Print a tick as lines: one for each node, one for all of them, and one or more of the machine. Returns how
 * many. Control characters: none but colour. */
int nrb_watchtext_lines(
	const struct nrb_watch_tick *tick, const struct nrb_screen *screen, FILE *out);

/** Print a tick as a page of at most rows lines of at most 80 columns; nodes that do not fit are counted. */
void nrb_watchtext_view(const struct nrb_watch_tick *tick,
	const struct nrb_screen *screen, int rows, FILE *out);

#endif
