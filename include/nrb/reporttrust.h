/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far the figures of a record can be trusted: what its control says, which cells were not steady,
 * and what others changed meanwhile. */
#ifndef NRB_REPORTTRUST_H
#define NRB_REPORTTRUST_H

#include "nrb/reportdata.h"

/** Print a sentence for each; nothing where there is nothing to say. */
void nrb_reporttrust_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

/** The same for programs; the caller owns it. */
struct nrb_json *nrb_reporttrust_json(const struct nrb_report_data *data);

#endif
