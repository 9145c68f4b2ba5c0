/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each rule at its first release and the one before. */
#include "nrb/kernelrules.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static bool has(const char *release, int rule)
{
	struct nrb_kernelrules rules;

	assert_int_equal(nrb_kernelrules_of(&rules, release), 0);
	return rules.has[rule];
}

/* The release before: 5.19 after 6.0, which no rule begins with. */
static void before(char release[32], const int *version)
{
	assert_true(version[1] > 0);
	snprintf(release, 32, "%d.%d.99", version[0], version[1] - 1);
}

static void first_and_last_release(void **state)
{
	char release[32];

	(void)state;
	for (int i = 0; i < NRB_N_KERNELRULES; i++) {
		const struct nrb_kernelrule_info *info = &nrb_kernelrule_table[i];

		assert_non_null(info->name);
		assert_true(info->since[0] > 0 || info->until[0] > 0);
		if (info->since[0] > 0) {
			snprintf(release, sizeof(release), "%d.%d.0-1-amd64",
				info->since[0], info->since[1]);
			assert_true(has(release, i));
			before(release, info->since);
			assert_false(has(release, i));
		}
		if (info->until[0] > 0) {
			snprintf(release, sizeof(release), "%d.%d", info->until[0],
				info->until[1]);
			assert_false(has(release, i));
			before(release, info->until);
			/* 5.11.99 has the fix of 5.11.3 */
			assert_int_equal(
				has(release, i), i != NRB_KERNELRULE_SHIFTED_BITS);
		}
	}
}

/* Stable series took the fix in: 5.10.20, 5.11.3. Debian's 5.10.0 is one of those. */
static void shifted_bits(void **state)
{
	static const struct {
		const char *release;
		bool is_shifted;
	} releases[] = {
		{ "5.7.19", false },
		{ "5.8.0", true },
		{ "5.9.16", true },
		{ "5.10.1", true },
		{ "5.10.19", true },
		{ "5.10.20", false },
		{ "5.10.0-21-amd64", false },
		{ "5.11.2", true },
		{ "5.11.3", false },
		{ "5.12.0", false },
		{ "6.10.5", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
		assert_int_equal(has(releases[i].release, NRB_KERNELRULE_SHIFTED_BITS),
			releases[i].is_shifted);
	}
}

static void a_file_tells_more(void **state)
{
	struct nrb_kernelrules rules;

	(void)state;
	nrb_kernelrules_of(&rules, "5.14.0-503.el9");
	assert_false(rules.has[NRB_KERNELRULE_SUCCESS_COUNTED]);
	nrb_kernelrules_note(&rules, NRB_KERNELRULE_SUCCESS_COUNTED);
	assert_true(rules.has[NRB_KERNELRULE_SUCCESS_COUNTED]);
	assert_true(rules.by_file[NRB_KERNELRULE_SUCCESS_COUNTED]);
	assert_false(rules.by_file[NRB_KERNELRULE_MGLRU_GATE]);
}

/* What no release says is taken for the newest. */
static void no_number(void **state)
{
	static const char *const releases[] = { "", "x", "7", "-1.2", "1.-2",
		"999999999999" };
	struct nrb_kernelrules rules;

	(void)state;
	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
		assert_int_equal(nrb_kernelrules_of(&rules, releases[i]), -EINVAL);
		assert_true(rules.has[NRB_KERNELRULE_DIRTY_FILTER]);
		assert_false(rules.has[NRB_KERNELRULE_BOOT_DISTANCE]);
	}
	assert_int_equal(nrb_kernelrules_of(&rules, "6.3-rc1"), 0);
	assert_true(nrb_kernelrules_is_since(&rules, 6, 3));
	assert_true(nrb_kernelrules_is_since(&rules, 5, 19));
	assert_false(nrb_kernelrules_is_since(&rules, 6, 4));
	assert_false(nrb_kernelrules_is_since(&rules, 7, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_and_last_release),
		cmocka_unit_test(shifted_bits),
		cmocka_unit_test(a_file_tells_more),
		cmocka_unit_test(no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
