/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arms that one chart shows: those that differ in a few factors alone. */
#ifndef NRB_PANEL_H
#define NRB_PANEL_H

#include "nrb/reportdata.h"

#include <stdbool.h>

enum { NRB_MAX_PANELS = 12, NRB_MAX_PANEL_ARMS = 64 };

struct nrb_panel {
	const struct nrb_report_data *data;
	bool ascii;
	int n; /* at least 1 */
	const struct nrb_arm_cells *arms[NRB_MAX_PANEL_ARMS];
};

struct nrb_panels {
	int n;
	int64_t left_out; /* arms that no panel has room for */
	struct nrb_panel list[NRB_MAX_PANELS];
};

/** Part the measured arms that allocate. within: the factors that may differ, a bit for each figure. */
void nrb_panels_make(struct nrb_panels *panels, const struct nrb_report_data *data,
	unsigned int within, bool ascii);

/** What an arm is in its panel, in words of ours alone: "mode 7", "no mode". Fills and returns buf, which
 * holds NRB_UNITS_LEN bytes. */
const char *nrb_panel_mode(char *buf, const struct nrb_arm_cells *arm);

#endif
