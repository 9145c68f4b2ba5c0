/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats of `export`, each in a file of its own. */
#ifndef NRB_EXPORTFORMAT_H
#define NRB_EXPORTFORMAT_H

#include "nrb/fsroot.h"
#include "nrb/reportdata.h"

#include <stdio.h>

/* One record on its way out. */
struct nrb_exporting {
	const struct nrb_report_data *data;
	const struct nrb_root
		*root;     /* the machine whose files may say otherwise; read alone */
	int64_t mode, arm; /* which one, where there are several; NRB_ABSENT */
	FILE *out;
};

/* Each prints a record that was read to out, which keeps errors of its own (ferror). What comes from
 * the record is escaped so that it can end no line and begin no key. Returns 0 or a negative errno,
 * with a message. */

/** The rows of `report --csv`. */
int nrb_exportcsv_print(const struct nrb_exporting *exporting);

/** Gauges and summaries for node_exporter's textfile collector: seconds, bytes, ratios. Of a
 * rehearsal no times. */
int nrb_exportmetrics_print(const struct nrb_exporting *exporting);

/** Of each arm with a histogram of first touches: its quantiles and their complement, a block for
 * plot's index. */
int nrb_exportplot_print(const struct nrb_exporting *exporting);

/** The first touches of one arm as HdrHistogram's percentile output. Refuses (NRB_EXIT_USAGE, with the
 * arms by name) where mode and arm leave several. */
int nrb_exporthgrm_print(const struct nrb_exporting *exporting);

/** A snippet for sysctl.d(5), with the value that the record advises. Without one it prints nothing
 * and refuses (NRB_EXIT_INCONCLUSIVE). */
int nrb_exportsysctl_print(const struct nrb_exporting *exporting);

/** A child of the active profile of tuned, likewise. */
int nrb_exporttuned_print(const struct nrb_exporting *exporting);

#endif
