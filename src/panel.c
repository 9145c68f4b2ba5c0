/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arms that one chart shows. */
#include "nrb/panel.h"

#include "nrb/figures.h"

#include <inttypes.h>
#include <stdio.h>

static struct nrb_panel *panel_of(
	struct nrb_panels *panels, const struct nrb_arm_cells *arm, unsigned int within)
{
	for (int i = 0; i < panels->n; i++) {
		struct nrb_panel *panel = &panels->list[i];

		if ((nrb_figure_differing(panel->arms[0], arm) & ~within) == 0) {
			return panel;
		}
	}
	return panels->n < NRB_MAX_PANELS ? &panels->list[panels->n++] : NULL;
}

void nrb_panels_make(struct nrb_panels *panels, const struct nrb_report_data *data,
	unsigned int within, bool ascii)
{
	const struct nrb_group *group = &data->group;

	*panels = (struct nrb_panels){ 0 };
	for (int i = 0; i < group->n_allocating; i++) {
		struct nrb_panel *panel;

		if (!nrb_group_measured(&group->arms[i], 1)) {
			continue;
		}
		panel = panel_of(panels, group->arms[i], within);
		if (panel == NULL || panel->n == NRB_MAX_PANEL_ARMS) {
			panels->left_out++;
			continue;
		}
		panel->data = data;
		panel->ascii = ascii;
		panel->arms[panel->n++] = group->arms[i];
	}
}

const char *nrb_panel_mode(char *buf, const struct nrb_arm_cells *arm)
{
	if (arm->key.mode == NRB_ABSENT) {
		snprintf(buf, NRB_UNITS_LEN, "no mode");
	} else {
		snprintf(buf, NRB_UNITS_LEN, "mode %" PRId64, arm->key.mode);
	}
	return buf;
}
