/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans of two nodes and of others, and why there is none. */
#ifndef NRB_TEST_PLANTEST_H
#define NRB_TEST_PLANTEST_H

#include "made.h"
#include "nrb/plan.h"
#include "nrb/scenarios.h"
#include "tree.h"

static const struct spec two[] = {
	{ 0, true, true, 1000, 900, 0 },
	{ 1, true, false, 1000, 900, 0 },
};

static struct nrb_run_options options;
static struct nrb_plan plan;

static inline int setup(void **state)
{
	(void)state;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	options = (struct nrb_run_options){ .reference = -1, .dir = "." };
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	nrb_plan_finish(&plan);
	return 0;
}

/* A plan in place of the one that there may be. */
static inline int make_of(
	const struct nrb_machine *machine, const struct nrb_scenario *const *scenarios)
{
	nrb_plan_finish(&plan);
	nrb_diag_reset();
	return nrb_plan_make(&plan, &options, machine, scenarios);
}

static inline int make(const struct nrb_machine *machine)
{
	return make_of(machine, nrb_scenario_table);
}

static inline void assert_refused(int rc, enum nrb_exit code, const char *part)
{
	assert_true(rc < 0);
	assert_int_equal(nrb_diag_exit(rc), code);
	if (strstr(nrb_diag_message(), part) == NULL) {
		fail_msg("\"%s\" lacks \"%s\"", nrb_diag_message(), part);
	}
}

#define PLAN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
