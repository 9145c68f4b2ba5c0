/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record for people, in parts: what a page shows in places of its own. */
#ifndef NRB_REPORTTEXT_H
#define NRB_REPORTTEXT_H

#include "nrb/reportdata.h"

/** Which machine and run. */
void nrb_reporttext_head(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

/** The tables with what stands between them. Returns 0, -ENOMEM, -EIO. */
int nrb_reporttext_tables(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

/** The cells that are not ok, with their reasons. */
void nrb_reporttext_odd(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

/** How the run ended, and what became of the settings. */
void nrb_reporttext_end(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

#endif
