/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of scenarios: that each cell is whole, asks for what it uses, and reads well. */
#include "nrb/scenarios.h"

#include "nrb/settings.h"
#include "nrb/steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define for_each_scenario(s)                                                             \
	for (const struct nrb_scenario *const *at = nrb_scenario_table, *s = *at;        \
		s != NULL; s = *++at)

#define for_each_variant(v, s)                                                           \
	for (const struct nrb_variant *v = (s)->variants; v->name != NULL; v++)

static void test_order(void **state)
{
	static const char *const names[] = { "clean", "hot", "dirty", "mapped", "anon",
		"shmem", "neighbour", "headroom", "fileserver", "matrix" };
	size_t n = 0;

	(void)state;
	for (; nrb_scenario_table[n] != NULL; n++) {
		assert_true(n < sizeof(names) / sizeof(names[0]));
		assert_string_equal(nrb_scenario_table[n]->name, names[n]);
		assert_ptr_equal(nrb_scenario_find(nrb_scenario_table, names[n]),
			nrb_scenario_table[n]);
	}
	assert_int_equal(n, sizeof(names) / sizeof(names[0]));
	assert_null(nrb_scenario_find(nrb_scenario_table, "none"));
}

static const struct nrb_step *find_step(
	const struct nrb_variant *variant, enum nrb_phase phase)
{
	for (const struct nrb_step *step = variant->steps; step->phase != NRB_PHASE_DONE;
		step++) {
		if (step->phase == phase) {
			return step;
		}
	}
	return NULL;
}

/* The parent waits for its phases in their order, and knows no cell without them. */
static void check_steps(const struct nrb_variant *variant, bool has_modes)
{
	enum nrb_phase last = NRB_PHASE_START;

	for (const struct nrb_step *step = variant->steps; step->phase != NRB_PHASE_DONE;
		step++) {
		bool of_parent = step->phase == NRB_PHASE_DRAIN ||
				 step->phase == NRB_PHASE_APPLY ||
				 step->phase == NRB_PHASE_COUNT;

		assert_true(step->phase > last);
		assert_int_equal(step->run == NULL, of_parent);
		last = step->phase;
	}
	assert_int_equal(find_step(variant, NRB_PHASE_DRAIN) != NULL, has_modes);
	assert_int_equal(find_step(variant, NRB_PHASE_APPLY) != NULL, has_modes);
	assert_int_equal(find_step(variant, NRB_PHASE_COUNT) != NULL, has_modes);
	assert_int_equal(find_step(variant, NRB_PHASE_SOAK) != NULL, has_modes);
	assert_int_equal(find_step(variant, NRB_PHASE_ALLOCATE) != NULL, has_modes);
}

static bool runs(const struct nrb_variant *variant, int (*run)(struct nrb_cell *cell))
{
	for (const struct nrb_step *step = variant->steps; step->phase != NRB_PHASE_DONE;
		step++) {
		if (step->run == run) {
			return true;
		}
	}
	return false;
}

static void test_every_cell_is_whole(void **state)
{
	(void)state;
	for_each_scenario(scenario)
	{
		for_each_variant(variant, scenario)
		{
			unsigned int needs = scenario->needs | variant->needs;

			check_steps(variant, needs & NRB_NEEDS_MODES);
			/* what a cell of any scenario left of the file in cache goes */
			assert_int_equal(runs(variant, nrb_step_evict),
				(needs & NRB_NEEDS_MODES) != 0);
			if (needs & NRB_NEEDS_SERVED) {
				assert_true(needs & NRB_NEEDS_FILE);
			}
			if (runs(variant, nrb_step_reread)) {
				assert_true(needs & NRB_NEEDS_FILE);
			}
			/* what is held is checked, and its owner returns to it */
			assert_int_equal(runs(variant, nrb_step_return),
				runs(variant, nrb_step_soak_held));
			if (runs(variant, nrb_step_return)) {
				assert_non_null(variant->hold);
			}
			assert_int_equal((needs & NRB_NEEDS_BESIDE) != 0,
				variant->hold != NULL && !runs(variant, nrb_step_return));
		}
	}
}

static void test_variants_have_names(void **state)
{
	(void)state;
	for_each_scenario(scenario)
	{
		bool only = scenario->variants[1].name == NULL;

		for_each_variant(variant, scenario)
		{
			assert_int_equal(variant->name[0] == '\0', only);
			assert_int_equal(variant->shows == NULL, only);
			for_each_variant(other, scenario)
			{
				assert_true(other == variant ||
					    strcmp(other->name, variant->name) != 0);
			}
		}
	}
}

/* The guard takes no others. */
static void test_settings_are_in_the_table(void **state)
{
	size_t n = 0;

	(void)state;
	for_each_scenario(scenario)
	{
		for_each_variant(variant, scenario)
		{
			for (const struct nrb_value *value = variant->settings;
				value != NULL && value->name != NULL; value++, n++) {
				const struct nrb_setting *setting =
					nrb_setting_find(value->name);

				assert_non_null(setting);
				assert_int_equal(setting->kind, NRB_SETTING_VALUE);
				assert_true(nrb_setting_valid(setting, value->value));
			}
		}
	}
	assert_true(n > 0);
}

/* For `list`, plans and tables: no sentence, no line of two. */
static void check_text(const char *text, size_t most)
{
	assert_non_null(text);
	assert_in_range(strlen(text), 5, most);
	assert_int_not_equal(text[strlen(text) - 1], '.');
}

static void test_texts_are_short(void **state)
{
	(void)state;
	for_each_scenario(scenario)
	{
		check_text(scenario->holds, 80);
		check_text(scenario->shows, 100);
		check_text(scenario->question, 80);
		check_text(scenario->limits, 100);
		for_each_variant(variant, scenario)
		{
			if (variant->shows != NULL) {
				check_text(variant->shows, 120);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_every_cell_is_whole),
		cmocka_unit_test(test_variants_have_names),
		cmocka_unit_test(test_settings_are_in_the_table),
		cmocka_unit_test(test_texts_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
