/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the distances between nodes meant to kernels before 3.16. */
#include "nrb/distance.h"

#include "nrb/sample.h"
#include "nrb/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

int nrb_distance_reclaim(bool is_zen_kernel)
{
#if defined(__powerpc__)
	(void)is_zen_kernel;
	return NRB_DISTANCE_RECLAIM_POWER;
#else
	return is_zen_kernel ? NRB_DISTANCE_RECLAIM_ZEN : NRB_DISTANCE_RECLAIM_3_0;
#endif
}

int nrb_distance_read_row(const struct nrb_root *root, int node, int *row, int n)
{
	char path[64], text[8 * NRB_MAX_NODES], *rest = text, *word;
	int64_t distance;
	int i = 0, rc;

	snprintf(path, sizeof(path), "sys/devices/system/node/node%d/distance", node);
	rc = nrb_fsroot_read_str(root, path, text, sizeof(text));
	while (rc == 0 && (word = strsep(&rest, " \n")) != NULL) {
		if (word[0] == '\0') {
			continue;
		}
		if (i == n || nrb_units_parse_i64(word, 1, UINT8_MAX, &distance) < 0) {
			return -EPROTO;
		}
		row[i++] = (int)distance;
	}
	return rc == 0 && i != n ? -EPROTO : rc;
}
