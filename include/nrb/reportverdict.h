/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentences of a report, above the tables or above those of a variant. */
#ifndef NRB_REPORTVERDICT_H
#define NRB_REPORTVERDICT_H

#include "nrb/reportdata.h"

/** Whether there are several variants, each of which has its sentences above its tables. */
bool nrb_reportverdict_is_parted(const struct nrb_report_data *data);

/** Print all of them. */
void nrb_reportverdict_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

/**
 * Print those about one variant, and an empty line behind them.
 * variant  an arm of it
 * varying  the factors that need naming, a bit for each figure
 */
void nrb_reportverdict_print_variant(const struct nrb_report_data *data,
	const struct nrb_screen *screen, FILE *out, const struct nrb_arm_cells *variant,
	unsigned int varying);

#endif
