/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a report for people. */
#ifndef NRB_REPORTTABLE_H
#define NRB_REPORTTABLE_H

#include "nrb/reportdata.h"

/**
 * Print the arms that have a mode: as one table where the screen is wide enough for it, else as
 * two. A column for each factor that varies; none is ever cut. What was kept of the cache is of
 * all files on the node where most of it was not ours.
 * Returns 0, -ENOMEM, -EIO.
 */
int nrb_reporttable_modes(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

/** Print the arms that have none: what a load costs from each CPU node to each memory node.
 * Returns 0, -ENOMEM, -EIO. */
int nrb_reporttable_penalties(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

#endif
