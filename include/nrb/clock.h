/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time stamps for timed regions: the TSC where it is invariant, else clock_gettime(2).
 * In a virtual machine without an invariant TSC a raw reading would lie after a migration, so
 * the choice is made once, from what libcpuid says (cpu.h).
 */
#ifndef NRB_CLOCK_H
#define NRB_CLOCK_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#if defined(__x86_64__)
#	include <x86intrin.h>
#endif

/** CLOCK_MONOTONIC in nanoseconds. */
static inline uint64_t nrb_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/** Sleep until CLOCK_MONOTONIC is at ns; a time that has passed is now. */
static inline void nrb_clock_sleep_until(uint64_t ns)
{
	const struct timespec t = { .tv_sec = (time_t)(ns / 1000000000u),
		.tv_nsec = (long)(ns % 1000000000u) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
	}
}

struct nrb_clock {
	bool tsc;                 /* ticks are TSC cycles, else nanoseconds */
	uint64_t ns_per_tick_q32; /* nanoseconds per tick, 32 fraction bits */
};

/**
 * Choose the time stamp; with use_tsc, calibrate the TSC against CLOCK_MONOTONIC for 20 ms.
 */
static inline struct nrb_clock nrb_clock_init(bool use_tsc)
{
	struct nrb_clock clock = { .tsc = false, .ns_per_tick_q32 = (uint64_t)1 << 32 };
#if defined(__x86_64__)
	if (use_tsc) {
		uint64_t ns = nrb_clock_ns(), ticks = __rdtsc();

		while (nrb_clock_ns() - ns < 20000000) {
		}
		ticks = __rdtsc() - ticks;
		ns = nrb_clock_ns() - ns;
		clock.tsc = ticks > 0;
		if (clock.tsc) {
			clock.ns_per_tick_q32 =
				(uint64_t)((__extension__(unsigned __int128) ns << 32) /
					   ticks);
		}
	}
#else
	(void)use_tsc;
#endif
	return clock;
}

/** A time stamp in ticks. Plain rdtsc (10 ns) and not rdtscp (16 ns): what is timed is a page
 * fault, whose return serialises the CPU, so that nothing of it is still under way. */
static inline uint64_t nrb_clock_ticks(const struct nrb_clock *clock)
{
#if defined(__x86_64__)
	if (clock->tsc) {
		return __rdtsc();
	}
#else
	(void)clock;
#endif
	return nrb_clock_ns();
}

static inline uint64_t nrb_clock_ticks_to_ns(
	const struct nrb_clock *clock, uint64_t ticks)
{
	return (uint64_t)((__extension__(unsigned __int128) ticks *
				  clock->ns_per_tick_q32) >>
			  32);
}

#endif
