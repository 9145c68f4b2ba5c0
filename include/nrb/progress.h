/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Progress on stderr: one line redrawn on a terminal, plain lines elsewhere, nothing in a timed
 * phase. */
#ifndef NRB_PROGRESS_H
#define NRB_PROGRESS_H

#include "nrb/sample.h"

#include <stdbool.h>
#include <stdint.h>

enum nrb_progress_mode {
	NRB_PROGRESS_AUTO, /* tty if stderr is a terminal that is not dumb, else plain */
	NRB_PROGRESS_TTY,
	NRB_PROGRESS_PLAIN,
	NRB_PROGRESS_NONE,
};

/** Start. Clears its line before any message of nrb/diag.h. One at a time in a process. */
void nrb_progress_begin(enum nrb_progress_mode mode);

/** A cell begins. block 0 is the warm-up; cells, done: of the whole run, done before this one;
 * cells 0: not known yet (the budget decides). what: "clean mode 3" */
void nrb_progress_cell(
	int64_t block, int64_t blocks, int64_t cells, int64_t done, const char *what);

/** A look: the cell's phase now; drawn at most 4 times a second, and not in a timed phase. */
void nrb_progress_look(enum nrb_phase phase);

/** The cell ended: its line, where plain lines are wanted. */
void nrb_progress_cell_done(const struct nrb_sample *sample);

/** Another's plain line (a guest's, already free of control bytes): a cell's is shown as ours are,
 * anything else is passed on. */
void nrb_progress_say(const char *text);

/** Something else than a cell goes on: drawn on a terminal, at most 4 times a second. */
void nrb_progress_redraw(const char *text);

/** Clear the line and stop. */
void nrb_progress_end(void);

#endif
