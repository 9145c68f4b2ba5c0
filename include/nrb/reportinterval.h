/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times beside the reference's as lines on one scale: interval, estimate, the band that does not matter. */
#ifndef NRB_REPORTINTERVAL_H
#define NRB_REPORTINTERVAL_H

#include "nrb/reportdata.h"

/** A block of lines for each family of arms and metric that has an interval, with a blank line before
 * it; else, where times were measured on hardware, how many blocks an interval takes. Returns 0,
 * -ENOMEM, -EIO, silent. */
int nrb_reportinterval_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

#endif
