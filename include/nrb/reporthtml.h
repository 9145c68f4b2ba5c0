/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record as a part of a page. */
#ifndef NRB_REPORTHTML_H
#define NRB_REPORTHTML_H

#include "nrb/plot.h"
#include "nrb/reportdata.h"

/** Print a record between nrb_htmlpage_begin and _end. screen: as of a page. Returns 0 or a negative
 * errno; silent, but for what nrb_plot_draw says. */
int nrb_reporthtml_print(const struct nrb_report_data *data, struct nrb_plots *plots,
	const struct nrb_screen *screen, FILE *out);

#endif
