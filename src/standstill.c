/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stops by signals, as a parent is told of them. */
#include "nrb/standstill.h"

#include "nrb/clock.h"

#include <stdio.h>
#include <sys/wait.h>

static const uint64_t second = 1000000000;

/* From the moment on at which the parent applies the mode and reads counters: before it, a stop costs
 * time and no figure. */
static bool holds_figures(enum nrb_phase phase)
{
	return phase >= NRB_PHASE_APPLY && phase < NRB_PHASE_DONE;
}

static void note_stop(struct nrb_standstill *standstill, enum nrb_phase phase)
{
	if (holds_figures(phase) && !standstill->counts) {
		standstill->counts = true;
		standstill->phase = phase;
	}
}

bool nrb_standstill_look(
	struct nrb_standstill *standstill, pid_t pid, enum nrb_phase phase)
{
	siginfo_t info = { 0 };
	uint64_t now = nrb_clock_ns();

	if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WCONTINUED | WNOHANG) < 0 ||
		info.si_pid != pid) {
		return standstill->since_ns > 0; /* nothing new */
	}
	/* who goes on may be phases further than where it stood */
	if (standstill->since_ns == 0 || info.si_code == CLD_STOPPED) {
		note_stop(standstill, phase);
	}
	if (standstill->since_ns > 0) {
		standstill->all_ns += now - standstill->since_ns;
	}
	standstill->since_ns = info.si_code == CLD_STOPPED ? now : 0;
	return standstill->since_ns > 0;
}

bool nrb_standstill_is_endless(const struct nrb_standstill *standstill)
{
	return standstill->since_ns > 0 &&
	       nrb_clock_ns() - standstill->since_ns > NRB_STANDSTILL_LIMIT_S * second;
}

const char *nrb_standstill_why(
	const struct nrb_standstill *standstill, const char *who, char *buf, size_t len)
{
	uint64_t all_ns = standstill->all_ns;

	if (!standstill->counts) {
		return NULL;
	}
	if (standstill->since_ns > 0) {
		all_ns += nrb_clock_ns() - standstill->since_ns;
	}
	snprintf(buf, len, "%s was stopped by a signal in phase %s, for about %.1f s",
		who, nrb_phase_name(standstill->phase), (double)all_ns / (double)second);
	return buf;
}
