/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last line of a record: how a run ended, how long it took, what became of the settings. */
#ifndef NRB_RUNEND_H
#define NRB_RUNEND_H

#include "nrb/blockcell.h"
#include "nrb/json.h"
#include "nrb/putback.h"
#include "nrb/record.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * Fill in the end, but for restored, which is true.
 * ready_ns  that the cache file and the ballast took
 * rc        of the run, and of restoring
 */
void nrb_runend_make(
	struct nrb_end *end, const struct nrb_blocks *blocks, int64_t ready_ns, int rc);

/** The settings for nrb_record_write_end, an array; the caller owns it. */
struct nrb_json *nrb_runend_settings(const struct nrb_restored *restored, int n);

/** Whether an interval was asked for and none is as narrow, also where there were too few blocks for any. */
bool nrb_runend_is_too_wide(const struct nrb_blocks *blocks);

/** Say so. */
void nrb_runend_say_width(const struct nrb_blocks *blocks);

#endif
