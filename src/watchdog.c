/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadlines of phases. */
#include "nrb/watchdog.h"

#include "nrb/clock.h"

#include <string.h>

static const uint64_t second = 1000000000;

/* In the first cell of a kind nothing is known yet: how long a phase may go on without progress, and
 * for those whose progress says nothing, how long at all. */
struct limit {
	int idle_s;
	int all_s; /* 0: as long as progress rises */
};

/* clang-format off */
static const struct limit limits[NRB_N_PHASES] = {
	[NRB_PHASE_START]    = { 30, 0 },
	[NRB_PHASE_EVICT]    = { 120, 0 }, /* eviction is one call */
	[NRB_PHASE_DRAIN]    = { 60, 0 },  /* the parent's own */
	[NRB_PHASE_FILL]     = { 10, 0 },
	[NRB_PHASE_SHAPE]    = { 10, 0 },
	[NRB_PHASE_SETTLE]   = { 10, 30 }, /* each look is progress */
	[NRB_PHASE_SOAK]     = { 10, 60 },
	[NRB_PHASE_APPLY]    = { 60, 0 },  /* likewise */
	[NRB_PHASE_ALLOCATE] = { 0, 0 },   /* look_at_allocation */
	[NRB_PHASE_COUNT]    = { 60, 0 },
	[NRB_PHASE_LOCATE]   = { 60, 0 },
	[NRB_PHASE_ACCESS]   = { 60, 0 },  /* a slice of a large walk is one call */
	[NRB_PHASE_REREAD]   = { 10, 0 },
	[NRB_PHASE_RETURN]   = { 10, 0 },
	[NRB_PHASE_DONE]     = { 30, 0 },
};
/* clang-format on */

void nrb_watchdog_begin(struct nrb_watchdog *watchdog, const int64_t *known_ns)
{
	memset(watchdog, 0, sizeof(*watchdog));
	watchdog->known_ns = known_ns;
	watchdog->phase = NRB_PHASE_START;
	watchdog->phase_since_ns = nrb_clock_ns();
	watchdog->risen_ns = watchdog->phase_since_ns;
}

static void enter(struct nrb_watchdog *watchdog, enum nrb_phase phase, uint64_t now)
{
	watchdog->phase = phase;
	watchdog->phase_since_ns = now;
	watchdog->risen_ns = now;
	watchdog->progress = 0;
	watchdog->told = false;
	watchdog->looks = 0;
	watchdog->all_written = watchdog->waits = false;
}

void nrb_watchdog_all_written(struct nrb_watchdog *watchdog, bool again)
{
	if (watchdog->phase == NRB_PHASE_ALLOCATE && !watchdog->all_written) {
		watchdog->all_written = true;
		watchdog->waits = !again;
		watchdog->phase_since_ns = nrb_clock_ns();
	}
}

static enum nrb_watchdog_verdict look_at_allocation(
	struct nrb_watchdog *watchdog, int64_t progress, uint64_t now)
{
	int looks = watchdog->waits ? NRB_WAIT_LOOKS : NRB_STALL_LOOKS;
	bool stalled =
		watchdog->looks >= looks &&
		progress - watchdog->window[(watchdog->looks - looks) % NRB_WAIT_LOOKS] <
			NRB_STALL_PAGES;

	watchdog->window[watchdog->looks % NRB_WAIT_LOOKS] = progress;
	watchdog->looks++;
	if (stalled) {
		return NRB_WATCHDOG_STALLED;
	}
	return now - watchdog->phase_since_ns > NRB_ALLOCATE_LIMIT_S * second
		       ? NRB_WATCHDOG_SLOW
		       : NRB_WATCHDOG_FINE;
}

static bool is_late(const struct nrb_watchdog *watchdog, uint64_t now)
{
	const struct limit *limit = &limits[watchdog->phase];
	int64_t known = watchdog->known_ns[watchdog->phase];
	uint64_t took = now - watchdog->phase_since_ns;

	if (known > 0) {
		return took > 10 * (uint64_t)known &&
		       took > (uint64_t)limit->idle_s * second;
	}
	return now - watchdog->risen_ns > (uint64_t)limit->idle_s * second ||
	       (limit->all_s > 0 && took > (uint64_t)limit->all_s * second);
}

enum nrb_watchdog_verdict nrb_watchdog_look(
	struct nrb_watchdog *watchdog, enum nrb_phase phase, int64_t progress)
{
	uint64_t now = nrb_clock_ns();

	if (phase != watchdog->phase) {
		enter(watchdog, phase, now);
	}
	if (phase == NRB_PHASE_ALLOCATE) {
		return look_at_allocation(watchdog, progress, now);
	}
	if (progress != watchdog->progress) { /* a phase may count its parts from 0 */
		watchdog->progress = progress;
		watchdog->risen_ns = now;
	}
	if (watchdog->told) {
		return now - watchdog->told_ns > (uint64_t)limits[phase].idle_s * second
			       ? NRB_WATCHDOG_KILL
			       : NRB_WATCHDOG_FINE;
	}
	if (!is_late(watchdog, now)) {
		return NRB_WATCHDOG_FINE;
	}
	watchdog->told = true;
	watchdog->told_ns = now;
	return NRB_WATCHDOG_STOP;
}
