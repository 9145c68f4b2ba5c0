/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures by gnuplot; plot.c alone starts it. It runs what stands in backquotes and what follows
 * "!", so a script has numbers and words of our own tables, never a text of a record.
 */
#ifndef NRB_PLOT_H
#define NRB_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct nrb_plots {
	const char *directory; /* where scripts are left; NULL: nowhere */
	int fd;                /* of it */
	int n;                 /* pictures so far; each has its number */
	bool is_absent;        /* there is no gnuplot; said once */
	int n_failed;          /* pictures that it did not draw, or not as we take it */
};

/** Whether there is a gnuplot; dir: make this new directory for scripts, NULL: none. Returns 0 or a
 * negative errno, with a message (-EEXIST: it is there already). */
int nrb_plots_begin(struct nrb_plots *plots, const char *dir);

/** Done with its directory. A zeroed one is left alone. */
void nrb_plots_end(struct nrb_plots *plots);

/** Write what every script begins with: a terminal of SVG, so many places wide and high. */
void nrb_plot_begin(FILE *script, int width, int height);

/**
 * Draw the next picture. It is a new number in plots->n.
 * script  for gnuplot; where scripts are left it is kept as NN-NAME.gp
 * *svg    out, as gnuplot wrote it, NUL-ended, to be freed; NULL if it did not draw: no gnuplot, or it
 *         failed, which is warned about once
 * Returns 0 or a negative errno, with a message (-EIO: a script that cannot be kept).
 */
int nrb_plot_draw(struct nrb_plots *plots, const char *name, const char *script,
	size_t len, char **svg);

#endif
