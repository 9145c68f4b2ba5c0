/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our figure for chase.py: bench_chase BYTES 4k|thp prints ns per load, the better of two half
 * seconds, which is how multichase gets its own; then the core clock in GHz, 0 unknown, and the
 * seconds that it took to have the memory and the chain in it. */
#include "nrb/arena.h"
#include "nrb/chase.h"
#include "nrb/placement.h"
#include "nrb/walk.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double measure(const struct nrb_chain *chain, size_t loads)
{
	static volatile int64_t progress;
	static volatile int32_t stop;
	struct nrb_walk walk;

	if (nrb_walk_measure(chain, loads, &stop, &progress, &walk) < 0) {
		exit(1);
	}
	return nrb_walk_ns(&walk);
}

/* The clock that the core runs at now, by a chain of multiplications, each 3 cycles. */
static double core_ghz(void)
{
	double best = 0;
#if defined(__x86_64__)
	enum { TURNS = 100000, CHAIN = 64, CYCLES = 3 };

	for (int i = 0; i < 10; i++) {
		uint64_t x = 1, start = nrb_clock_ns();
		double ghz;

		for (int turn = 0; turn < TURNS; turn++) {
			__asm__ volatile(".rept 64\n imul %0, %0\n .endr" : "+r"(x));
		}
		ghz = (double)TURNS * CHAIN * CYCLES / (double)(nrb_clock_ns() - start);
		best = ghz > best ? ghz : best;
	}
#endif
	return best;
}

#define HALF_SECOND 5e8

enum { SAMPLE = 1 << 18 };

int main(int argc, char **argv)
{
	static const volatile int32_t never = 0;
	struct nrb_chain_lines lines = { .line_bytes = 64 };
	struct nrb_rng rng = nrb_rng_init(nrb_clock_ns());
	volatile int64_t progress = 0;
	struct nrb_arena arena;
	struct nrb_chain chain;
	struct nrb_idset cpu;
	double first, second, set_up_s;
	uint64_t start;
	size_t loads;

	if (argc != 3) {
		return 2;
	}
	start = nrb_clock_ns();
	nrb_idset_clear(&cpu);
	nrb_idset_add(&cpu, sched_getcpu());
	if (nrb_placement_pin(&cpu) < 0 ||
		nrb_arena_map(&arena, strtoul(argv[1], NULL, 10),
			strcmp(argv[2], "thp") == 0 ? NRB_PAGE_THP : NRB_PAGE_4K) < 0) {
		return 1;
	}
	memset(arena.mem, 1, arena.len);
	lines.n_pages = strtoul(argv[1], NULL, 10) / 4096;
	if (nrb_chain_build(&chain, &arena, &lines, &rng, &never, &progress) < 0) {
		return 1;
	}
	set_up_s = (double)(nrb_clock_ns() - start) / 1e9;
	start = nrb_clock_ns();
	(void)nrb_chase_run(chain.start, SAMPLE);
	loads = (size_t)(HALF_SECOND * SAMPLE / (double)(nrb_clock_ns() - start));
	first = measure(&chain, loads);
	second = measure(&chain, loads);
	printf("%.4f %.4f %.4f\n", first < second ? first : second, core_ghz(), set_up_s);
	return 0;
}
