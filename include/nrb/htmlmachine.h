/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine and the run of a record, as tables of a page. */
#ifndef NRB_HTMLMACHINE_H
#define NRB_HTMLMACHINE_H

#include "nrb/reportdata.h"

/** Print what the header tells; what it does not is left out. Returns 0, -ENOMEM, -EIO. */
int nrb_htmlmachine_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

#endif
