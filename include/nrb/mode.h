/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bits of vm.zone_reclaim_mode. */
#ifndef NRB_MODE_H
#define NRB_MODE_H

enum {
	NRB_MODE_ZONE = 1,  /* a switch: any bit switches node reclaim on */
	NRB_MODE_WRITE = 2, /* may write out dirty pages */
	NRB_MODE_UNMAP = 4, /* may take mapped and anonymous pages */
	NRB_MODE_BITS = 7,  /* the kernel ignores higher ones */
};

/** What a value allows, in a word: "off", "reclaim", "reclaim+write", ...; "" for a negative
 * value (no mode). Bit 1 adds nothing to 2 and 4, so 2 and 3 mean the same, as 4 and 5, 6 and 7. */
const char *nrb_mode_meaning(long long mode);

#endif
