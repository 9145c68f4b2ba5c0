/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of the arms that only walk, for people. */
#ifndef NRB_REPORTMATRIX_H
#define NRB_REPORTMATRIX_H

#include "nrb/reportdata.h"

/** Print what a load costs from each CPU node to each memory node. Returns 0, -ENOMEM, -EIO. */
int nrb_reportmatrix_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

#endif
