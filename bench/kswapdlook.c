/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kswapd as a cell's child sees it. */
#include "nrb/kswapdlook.h"

#include "nrb/counters.h"
#include "nrb/kswapd.h"

bool nrb_kswapdlook_is_asleep(const struct nrb_cell *cell)
{
	bool asleep = true;

	return cell->kswapd_pid < 0 ||
	       nrb_kswapd_is_asleep(cell->root, cell->kswapd_pid, &asleep) < 0 || asleep;
}

int nrb_kswapdlook_stole(const struct nrb_cell *cell, int64_t *pages)
{
	struct nrb_counters counters;
	int rc = nrb_counters_read(cell->root, &counters);

	*pages = rc == 0 ? counters.v[NRB_PGSTEAL_KSWAPD] : NRB_ABSENT;
	return rc;
}
