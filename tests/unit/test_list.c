/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `list` says of the tables, for programs. */
#include "nrb/list.h"

#include "nrb/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct nrb_json *document;

static int start(void **state)
{
	const struct nrb_screen screen = { 0 };
	char *text = NULL, why[128];
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(nrb_list(true, &screen, out), 0);
	fclose(out);
	assert_int_equal(nrb_json_parse(text, len, &document, why, sizeof(why)), 0);
	free(text);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	nrb_json_free(document);
	return 0;
}

static const struct nrb_json *needs_of(const char *scenario)
{
	const struct nrb_json *scenarios = nrb_json_get(document, "scenarios");

	return nrb_json_get(nrb_json_get(scenarios, scenario), "needs");
}

static bool is_among(const struct nrb_json *array, const char *words)
{
	for (size_t i = 0; i < nrb_json_count(array); i++) {
		const char *text;

		if (nrb_json_as_str(nrb_json_at(array, i), &text) == 0 &&
			strcmp(text, words) == 0) {
			return true;
		}
	}
	return false;
}

/* Files of the user's take no space that is not taken. */
static void test_space(void **state)
{
	static const char space[] = "that file's space on the disk",
			  own[] = "that file's space on the disk where no --file is "
				  "given";

	(void)state;
	assert_true(is_among(needs_of("fileserver"), own));
	assert_false(is_among(needs_of("fileserver"), space));
	assert_true(is_among(needs_of("dirty"), space));
	assert_false(is_among(needs_of("dirty"), own));
	assert_false(is_among(needs_of("clean"), space));
}

/* Only what has a value can be put back. */
static void test_put_back(void **state)
{
	static const char *const acts[] = { "vm.stat_refresh", "nodeN/reclaim",
		"self.oom_score_adj", "self.cpuset", "self.tracing" };
	const struct nrb_json *settings = nrb_json_get(document, "settings"),
			      *triggers = nrb_json_get(document, "triggers");

	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		assert_non_null(nrb_json_get(triggers, acts[i]));
		assert_null(nrb_json_get(settings, acts[i]));
	}
	assert_non_null(nrb_json_get(settings, "vm.zone_reclaim_mode"));
	assert_non_null(nrb_json_get(settings, "kernel.numa_balancing"));
	assert_null(nrb_json_get(triggers, "vm.zone_reclaim_mode"));
}

static const char *factor(const char *name)
{
	const char *text = "";

	nrb_json_get_str(nrb_json_get(document, "factors"), name, &text);
	return text;
}

/* All that is crossed, by its option, and every form that an option takes. */
static void test_factors(void **state)
{
	(void)state;
	assert_string_equal(
		factor("modes"), "0 to 7, all: values of vm.zone_reclaim_mode");
	assert_string_equal(factor("node"), "a number, all: node under test");
	assert_string_equal(
		factor("cpu-node"), "same, a number: node of the CPU that allocates");
	assert_string_equal(factor("trim"),
		"off, on: free the allocation's size first, by "
		"nodeN/reclaim (6.17 and later)");
	assert_non_null(strstr(factor("set"), "found, NAME=VALUE, NAME=xN, "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_space, start, finish),
		cmocka_unit_test_setup_teardown(test_put_back, start, finish),
		cmocka_unit_test_setup_teardown(test_factors, start, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
