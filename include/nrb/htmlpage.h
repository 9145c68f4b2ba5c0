/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of a page: one file, without script, that asks for nothing from anywhere. */
#ifndef NRB_HTMLPAGE_H
#define NRB_HTMLPAGE_H

#include "nrb/plot.h"

#include <stdio.h>

/** All before the first record. */
void nrb_htmlpage_begin(FILE *out, int n_records);

/** All after the last record; where pictures are missing, why, and how to get them. */
void nrb_htmlpage_end(FILE *out, const struct nrb_plots *plots);

#endif
