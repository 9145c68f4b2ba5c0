/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of the arms that allocate, for people. */
#ifndef NRB_REPORTTABLE_H
#define NRB_REPORTTABLE_H

#include "nrb/reportdata.h"

/**
 * Print the arms that allocate: a table for each variant of a scenario and, where they would leave
 * no room for a column, for each value of the factors that vary; as one table where the screen is
 * wide enough for it, else as several. No column is ever cut; one that no arm has is left out. What
 * was kept of the cache is of all files on the node where most of it was not ours.
 * Returns 0, -ENOMEM, -EIO.
 */
int nrb_reporttable_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

#endif
