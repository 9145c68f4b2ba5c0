/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the distances between nodes meant to kernels before 3.16. */
#include "nrb/distance.h"

#include <stdio.h>

int nrb_distance_legacy_mode(int largest, int reclaim_distance)
{
	return largest > reclaim_distance ? 1 : 0;
}

const char *nrb_distance_legacy(char *buf, size_t len, int largest)
{
	int old = nrb_distance_legacy_mode(largest, NRB_DISTANCE_RECLAIM_2_6);
	int late = nrb_distance_legacy_mode(largest, NRB_DISTANCE_RECLAIM_3_0);

	if (largest == 0) {
		snprintf(buf, len, "unknown (no distances)");
	} else if (old == late) {
		snprintf(buf, len, "%d (largest distance %d)", late, largest);
	} else {
		snprintf(buf, len,
			"%d from 3.0 on, %d before (largest distance %d; the limits were %d and %d)",
			late, old, largest, NRB_DISTANCE_RECLAIM_3_0,
			NRB_DISTANCE_RECLAIM_2_6);
	}
	return buf;
}
