/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bits of vm.zone_reclaim_mode, in words. */
#include "nrb/mode.h"

const char *nrb_mode_meaning(long long mode)
{
	static const char *const meanings[] = {
		"off",
		"reclaim",
		"reclaim+write",
		"reclaim+write",
		"reclaim+unmap",
		"reclaim+unmap",
		"reclaim+write+unmap",
		"reclaim+write+unmap",
	};

	return mode < 0 ? "" : meanings[mode & NRB_MODE_BITS];
}
