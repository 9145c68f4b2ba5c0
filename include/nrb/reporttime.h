/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the time of a run went, and what its time stamps can tell. */
#ifndef NRB_REPORTTIME_H
#define NRB_REPORTTIME_H

#include "nrb/reportdata.h"

/** Wall time of a run over the sum of its phases, 1 or more; NAN: the record does not tell. */
double nrb_reporttime_ratio(const struct nrb_end *end);

/** A line on how long the run took and what of it was no phase of a cell, and one on the clock; nothing
 * of what the record does not tell. */
void nrb_reporttime_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

/** The run's time for programs, an object that the caller owns; NULL: the record does not tell. */
struct nrb_json *nrb_reporttime_json(const struct nrb_report_data *data);

#endif
