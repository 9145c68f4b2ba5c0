/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel does what: the table, and how a running kernel is placed in it. */
#include "nrb/kernelrules.h"

#include <errno.h>
#include <stdio.h>

/* clang-format off */
const struct nrb_kernelrule_info nrb_kernelrule_table[NRB_N_KERNELRULES] = {
	[NRB_KERNELRULE_BOOT_DISTANCE]   = { "boot-distance",
		"the largest distance between nodes sets vm.zone_reclaim_mode at boot",
		{ 0 }, { 3, 16 }, "commit 4f9b16a64753, which ended it", NULL },
	[NRB_KERNELRULE_NODE_THRESHOLDS] = { "node-thresholds",
		"node reclaim and its thresholds are of nodes; of zones before",
		{ 4, 8 }, { 0 }, "commit a5f5f91da6ad; source of 6.1 and 7.3", NULL },
	[NRB_KERNELRULE_ZEN_DISTANCE]    = { "zen-distance",
		"on AMD Zen a node at distance 32 is still near enough to be reclaimed; 30 elsewhere",
		{ 5, 4 }, { 0 }, "commit a55c7454a8c8; source of 6.1 and 7.3", NULL },
	[NRB_KERNELRULE_SHIFTED_BITS]    = { "shifted-bits",
		"bit 1 means write and bit 2 unmap",
		{ 5, 8 }, { 5, 12 }, "commits 648b5cf368e0 and 519983645a9f, which ended it", NULL },
	[NRB_KERNELRULE_ANY_VALUE]       = { "any-value",
		"any value but 0 switches node reclaim on, 8 too",
		{ 0 }, { 5, 13 }, "source of 5.10", NULL },
	[NRB_KERNELRULE_LOAD_BY_ONE]     = { "load-by-one",
		"nodes at one distance are taken in turn, by how often each was first before",
		{ 5, 16 }, { 0 }, "source of 6.1 and 7.3; not in 5.10", NULL },
	[NRB_KERNELRULE_SLAB_REPEATED]   = { "slab-repeated",
		"slab over vm.min_slab_ratio alone has the node scanned",
		{ 5, 19 }, { 0 }, "source of 6.1 and 7.3; not in 5.10", NULL },
	[NRB_KERNELRULE_MGLRU_GATE]      = { "mglru-gate",
		"with MGLRU node reclaim reclaims nothing unless bits 2 and 4 are both set",
		{ 6, 3 }, { 0 }, "source of 7.3, measured on 6.18 and 7.3; not in 6.1", NULL },
	[NRB_KERNELRULE_MGLRU_TO_LOW]    = { "mglru-to-low",
		"with MGLRU one scan goes on until every zone of the node is at low, or over a sixteenth of the pages",
		{ 6, 1 }, { 6, 3 }, "source of 6.1 and measured there; not in 7.3", NULL },
	[NRB_KERNELRULE_SUCCESS_COUNTED] = { "success-counted",
		"zone_reclaim_success counts the scans that reclaimed enough",
		{ 6, 12 }, { 0 }, "source of 6.12 and 7.3; not in 6.1", "zone_reclaim_success in /proc/vmstat" },
	[NRB_KERNELRULE_FREE_HIGHATOMIC] = { "free-highatomic",
		"of the reserve for atomic requests only what is free of it is set aside",
		{ 6, 13 }, { 0 }, "source of 7.3; not in 6.1", "free_highatomic in /proc/zoneinfo (7.x)" },
	[NRB_KERNELRULE_KSWAPD_SKIP]     = { "kswapd-skip",
		"nodes whose kswapd is awake are passed over as long as another has room",
		{ 6, 18 }, { 0 }, "source of 7.3; not in 6.12", NULL },
	[NRB_KERNELRULE_DIRTY_FILTER]    = { "dirty-filter",
		"dirty file pages never count as reclaimable; before, not without bit 2",
		{ 6, 19 }, { 0 }, "source of 7.3; not in 6.12", NULL },
};
/* clang-format on */

/* Where stable series ended it. Debian's release has no patch ("5.10.0-21"), and its 5.10 began behind
 * the fix: 0 is not told, and fixed. */
static bool is_fixed(const struct nrb_kernelrules *rules, enum nrb_kernelrule rule)
{
	const int *v = rules->version;

	return rule == NRB_KERNELRULE_SHIFTED_BITS &&
	       ((v[1] == 10 && (v[2] == 0 || v[2] >= 20)) ||
		       (v[1] == 11 && (v[2] == 0 || v[2] >= 3)));
}

bool nrb_kernelrules_is_since(const struct nrb_kernelrules *rules, int major, int minor)
{
	return rules->version[0] > major ||
	       (rules->version[0] == major && rules->version[1] >= minor);
}

static bool has(const struct nrb_kernelrules *rules, enum nrb_kernelrule rule)
{
	const struct nrb_kernelrule_info *info = &nrb_kernelrule_table[rule];

	return nrb_kernelrules_is_since(rules, info->since[0], info->since[1]) &&
	       (info->until[0] == 0 || !nrb_kernelrules_is_since(
					       rules, info->until[0], info->until[1])) &&
	       !is_fixed(rules, rule);
}

int nrb_kernelrules_of(struct nrb_kernelrules *rules, const char *release)
{
	int *v = rules->version, rc = 0;

	*rules = (struct nrb_kernelrules){ 0 };
	if (sscanf(release, "%d.%d.%d", &v[0], &v[1], &v[2]) < 2 || v[0] < 0 ||
		v[1] < 0 || v[2] < 0) {
		v[0] = 9999; /* newer than any */
		v[1] = v[2] = 0;
		rc = -EINVAL;
	}
	for (int i = 0; i < NRB_N_KERNELRULES; i++) {
		rules->has[i] = has(rules, (enum nrb_kernelrule)i);
	}
	return rc;
}

void nrb_kernelrules_note(struct nrb_kernelrules *rules, enum nrb_kernelrule rule)
{
	rules->has[rule] = true;
	rules->by_file[rule] = true;
}
