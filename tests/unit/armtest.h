/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenarios with and without variants, and a machine of three nodes that can do all of them. */
#ifndef NRB_TEST_ARMTEST_H
#define NRB_TEST_ARMTEST_H

#include "plantest.h"

/* Node 2 has no CPUs. */
static const struct spec three[] = {
	{ 0, true, true, 1000, 900, 0 },
	{ 1, true, false, 1000, 900, 0 },
	{ 2, false, false, 2000, 1900, 0 },
};

static const struct nrb_value settings[] = { { .name = "vm.swappiness", .value = "1" },
	{ .name = "vm.dirty", .value = "40%" },
	{ .name = "vm.watermark_boost_factor", .value = "0", .if_there = true }, { 0 } };

static const struct nrb_variant plain_variants[] = { { .name = "" }, { 0 } };
static int hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	(void)cell;
	(void)what;
	(void)value;
	return 0;
}

static const struct nrb_variant odd_variants[] = {
	{ .name = "first", .shows = "one" },
	{ .name = "second",
		.shows = "two",
		.needs = NRB_NEEDS_SWAP | NRB_NEEDS_FILE,
		.settings = settings },
	{ .name = "third", .shows = "three", .needs = NRB_USES_SWAP, .hold = hold },
	{ 0 },
};

static const struct nrb_scenario plain = { .name = "clean",
	.holds = "file",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_FILE | NRB_NEEDS_SPILL,
	.variants = plain_variants };
static const struct nrb_scenario odd = { .name = "odd",
	.holds = "memory",
	.needs = NRB_NEEDS_MODES,
	.alloc_percent = 10,
	.variants = odd_variants };
static const struct nrb_scenario pairs = {
	.name = "pairs", .holds = "nothing", .variants = plain_variants
};

static const struct nrb_scenario *const table[] = { &plain, &odd, &pairs, NULL };

/* Modes 0 and 1 are compared. */
static inline int setup_modes(void **state)
{
	setup(state);
	options.modes_given = true;
	options.modes = 1 << 0 | 1 << 1;
	return 0;
}

static inline void ask(const char *scenario)
{
	options.scenarios[0] = scenario;
	options.n_scenarios = 1;
}

static inline struct nrb_levels levels_of(int a, int b)
{
	return (struct nrb_levels){ .n = a == b ? 1 : 2, .v = { a, b } };
}

static inline struct nrb_machine *machine(void)
{
	(void)machine_of(0, three, 3);
	strcpy(made.machine.lru_gen, "on");
	strcpy(made.machine.thp, "madvise");
	strcpy(made.machine.swap, "/dev/vdb");
	made.machine.has_swap = made.machine.can_swap = true;
	made.machine.can_trim = true;
	return &made.machine;
}

static inline int make_arms(const struct nrb_machine *on)
{
	return make_of(on, table);
}

#define ARM_TEST(test) cmocka_unit_test_setup_teardown(test, setup_modes, teardown)

#endif
