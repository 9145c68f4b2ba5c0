/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer for a file server, for people. */
#ifndef NRB_REPORTANSWER_H
#define NRB_REPORTANSWER_H

#include "nrb/reportdata.h"

/** Print a record's answer with its conditions; nothing where it is not asked. */
void nrb_reportanswer_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

#endif
