/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as text: all of it is there, and as it is in the plan. */
#include "shownplan.h"

static char *print(bool color)
{
	struct nrb_screen screen = { .ascii = true, .color = color };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	nrb_plan_print(&plan, &options, &machine, &screen, out);
	fclose(out);
	return text;
}

static void test_text_says_what_will_be_done(void **state)
{
	static const char *const parts[] = { "clean", " 0 1 7, against 1 (added",
		"blocks      at most 3 blocks, as many as fit in 90 s", "seed 42",
		"/some/where", "100 MiB", "vm.zone_reclaim_mode", "it is 4 again" };
	char *text = print(false), *rest = text, copy[4096];

	(void)state;
	snprintf(copy, sizeof(copy), "%s", text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strstr(copy, parts[i]) == NULL) {
			fail_msg("\"%s\" is not in\n%s", parts[i], copy);
		}
	}
	assert_null(strchr(copy, '\033'));
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		assert_true(strlen(line) <= 80);
	}
	free(text);
	text = print(true);
	assert_non_null(strstr(text, "\033[1m"));
	free(text);
}

/* Only where an allocation has more pages than a sample takes. */
static void test_text_says_what_is_located(void **state)
{
	char *text;

	(void)state;
	plan.sizes[0].locate_pages = 100;
	text = print(false);
	assert_non_null(strstr(text, "  located     a sample of up to 100 pages"));
	free(text);
	plan.sizes[0].locate_pages = 100 << 20;
	text = print(false);
	assert_null(strstr(text, "  located"));
	free(text);
	plan.sizes[0].locate_pages = 0;
}

/* Of another's record (--config) or machine (--root). */
static void test_text_moves_no_terminal(void **state)
{
	char *text;

	(void)state;
	options.dir = "/a\033[2J\302\233b";
	strcpy(machine.kernel, "6.1\033]0;x\a");
	text = print(false);
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\a'));
	assert_null(strstr(text, "\302\233"));
	assert_non_null(strstr(text, "/a\\x1b[2J"));
	assert_non_null(strstr(text, "kernel 6.1\\x1b]0;x\\x07\n"));
	free(text);
}

/* What others have cached on the node may go, and that is said before. */
static void test_text_warns_of_others_cache(void **state)
{
	const int target = 0;
	char *text;

	(void)state;
	/* the first arm is matrix', which allocates nothing by the plan */
	nrb_plan_finish(&plan);
	options.scenarios[0] = "matrix";
	options.scenarios[1] = "clean";
	options.n_scenarios = 2;
	options.nodes_given = true;
	nrb_idset_clear(&options.nodes);
	nrb_idset_add(&options.nodes, target);
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	for (int i = 0; i < machine.topology.n_nodes; i++) {
		machine.memory[i].file_bytes = (i == target ? 10LL : 300LL) << 20;
	}
	text = print(false);
	assert_null(strstr(text, "other programs"));
	free(text);
	machine.memory[target].file_bytes = 300 << 20;
	text = print(false);
	assert_non_null(strstr(text, "node 0 holds 300 MiB of other programs"));
	assert_non_null(strstr(text, "up to about 150 MiB"));
	free(text);
}

static void ask(const char *scenario, const char *variant)
{
	nrb_plan_finish(&plan);
	options.scenarios[0] = scenario;
	options.variants[0] = variant;
	options.n_scenarios = options.n_variants = 1;
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
}

static void assert_says(const char *part, bool said)
{
	char *text = print(false), *line, *at;

	/* as one line */
	for (at = line = text; *at != '\0'; at++) {
		if (*at != '\n' && (*at != ' ' || line == text || line[-1] != ' ')) {
			*line++ = *at;
		} else if (*at == '\n' && line > text && line[-1] != ' ') {
			*line++ = ' ';
		}
	}
	*line = '\0';
	if ((strstr(text, part) != NULL) != said) {
		fail_msg("\"%s\" is%s in\n%s", part, said ? " not" : "", text);
	}
	free(text);
}

/* What is taken does not depend on what the node is filled with. */
static void test_text_warns_whatever_the_scenario(void **state)
{
	(void)state;
	machine.memory[0].file_bytes = machine.memory[1].file_bytes = 300 << 20;
	ask("anon", "swapping");
	assert_says("of which each reclaiming mode may evict up to about 150 MiB", true);
	ask("dirty", "writer"); /* 188 MiB, and 100 */
	assert_says("each reclaiming mode may evict up to about 300 MiB", true);
	assert_says("node 1 holds", false);
}

static void test_text_warns_of_all_nodes_that_are_filled(void **state)
{
	(void)state;
	machine.memory[0].file_bytes = machine.memory[1].file_bytes = 300 << 20;
	assert_says("is filled too", false);
	nrb_plan_finish(&plan);
	options.fill_on = (struct nrb_levels){ .n = 2, .v = { 0, 1 } };
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	assert_says("is filled too: it holds 300 MiB of other programs' file cache, of "
		    "which what spills may evict up to about 100 MiB",
		true);
}

/* How much, where, for how long; and what a hole for a cache file means. */
static void test_text_says_what_is_locked(void **state)
{
	struct nrb_json *json;
	const struct nrb_json *ballast;

	(void)state;
	assert_says("ballast", false);
	assert_says("sparse", false);
	nrb_plan_finish(&plan);
	options.fill_bytes = 150 << 20;
	options.alloc_bytes = 50 << 20;
	options.sparse = true;
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	assert_says(
		"of what is free on node 0, about all but 158 MiB, is locked from the "
		"first cell to the end of the run: memory that no other program can "
		"have meanwhile",
		true);
	assert_says("a nameless sparse file of 169 MiB", true);
	json = nrb_plan_json(&plan, &options, &machine);
	ballast = nrb_json_at(nrb_json_get(json, "ballast"), 0);
	assert_int_equal(get(ballast, "node"), 0);
	assert_int_equal(get(ballast, "room_bytes"), plan.ballasts[0].room_bytes);
	assert_int_equal(get(ballast, "ballast_bytes"), plan.ballasts[0].bytes);
	nrb_json_free(json);
}

/* Not what a ballast has of it: that stands there for cells that fill every node, beside all others. */
static void test_text_says_what_others_have_free(void **state)
{
	static const char enough[] = "there may be enough left for all";
	static const char beside[] = "that of node 1 is for cells that fill every node, "
				     "and stands there beside all";

	(void)state;
	nrb_plan_finish(&plan);
	options.scenarios[0] = "neighbour";
	options.scenarios[1] = "headroom";
	options.n_scenarios = 1;
	options.fill_bytes = 150 << 20;
	options.alloc_bytes = 50 << 20;
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	assert_says(enough, true);
	assert_says(beside, false);
	nrb_plan_finish(&plan);
	options.n_scenarios = 2;
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	assert_int_equal(plan.n_ballasts, 2);
	assert_says(enough, false);
	assert_says(beside, true);
	nrb_plan_finish(&plan);
	options.scenarios[0] = "headroom"; /* alone: all its cells fill both */
	options.n_scenarios = 1;
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	assert_int_equal(plan.n_ballasts, 2);
	assert_says(beside, false);
}

static void test_text_warns_of_swapping(void **state)
{
	(void)state;
	machine.has_swap = false;
	assert_says("swap is on", false);
	machine.has_swap = true;
	assert_says(
		"swap is on: modes 6 and 7 may swap out other programs' memory, up to "
		"about 100 MiB in each cell",
		true);
	nrb_plan_finish(&plan);
	options.modes = 1 << 0 | 1 << 1;
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	assert_says("where a cell wakes kswapd, it may swap out other programs'", true);
	assert_says("modes 6 and 7 may", false);
	plan.rehearsal = true;
	assert_says("swap is on", false);
}

/* Held-back flushers are everybody's. */
static void test_text_warns_of_unsynced_data(void **state)
{
	(void)state;
	assert_says("a crash would lose more", false);
	ask("dirty", "full");
	assert_says("vm.dirty_ratio to 100 %, vm.dirty_background_ratio to 99 %, "
		    "vm.dirty_expire_centisecs to 360000, vm.dirty_writeback_centisecs "
		    "to 0, vm.watermark_boost_factor to 0; afterwards",
		true);
	assert_says("nothing of the whole machine is written back by its age or its "
		    "amount: a crash would lose more of every program's data",
		true);
	plan.rehearsal = true;
	assert_says("a crash would lose more", false);
	options.n_sets = 3;
	assert_int_equal(nrb_set_parse(&options.sets[0], "vm.dirty_bytes=1048576"), 0);
	assert_int_equal(nrb_set_parse(&options.sets[1], "vm.dirty_ratio=40"), 0);
	assert_int_equal(
		nrb_set_parse(&options.sets[2], "vm.dirty_writeback_centisecs=0"), 0);
	ask("dirty", "writer");
	assert_says("vm.dirty_bytes to 1048576, vm.dirty_ratio to 40 %, "
		    "vm.dirty_writeback_centisecs to 0;",
		true);
	assert_says("written back by its age: a crash", true);
}

/* The fixture has two CPUs a node. */
static void test_text_says_who_shares_a_cpu(void **state)
{
	(void)state;
	nrb_plan_finish(&plan);
	options.threads = (struct nrb_levels){ .n = 2, .v = { 1, 2 } };
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	assert_says("share the", false);
	nrb_plan_finish(&plan);
	options.threads.v[1] = 4;
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	assert_says("threads 1, 4 up to 4 threads share the 2 CPUs of node", true);
}

static void test_text_of_blocks(void **state)
{
	(void)state;
	plan.blocks = 0;
	assert_says("blocks as many as fit in 90 s, at least one, seed 42", true);
	plan.budget_s = 0;
	plan.blocks = 3;
	assert_says("blocks 3 blocks, seed 42", true);
}

/* What is compared beside the mode, what cannot be, what is changed: in 80 columns. */
static void test_text_says_every_factor(void **state)
{
	static const char *const parts[] = { "  CPUs        of node 1\n",
		"  lru-gen     off, on\n", "  policy      local, bind\n",
		"  trim        off, on\n", "  set         found, vm.dirty_ratio=40\n",
		"  cells       48 in each block", "  left out    24 of these cells",
		"nodeN/reclaim",
		"vm.zone_reclaim_mode, lru_gen.enabled to off and on,\n"
		"              vm.dirty_ratio to 40 %; afterwards",
		"loses the age order" };
	char *text, *rest;

	(void)state;
	plan_with_factors();
	text = print(false);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strstr(text, parts[i]) == NULL) {
			fail_msg("\"%s\" is not in\n%s", parts[i], text);
		}
	}
	assert_null(strstr(text, "threads")); /* left alone */
	rest = text;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		assert_true(strlen(line) <= 80);
	}
	free(text);
	plan.rehearsal = true; /* nothing of that guest is in use */
	text = print(false);
	assert_null(strstr(text, "age order"));
	free(text);
}

static void test_text_of_a_kernel_without_the_knob(void **state)
{
	char *text;

	(void)state;
	nrb_plan_finish(&plan);
	machine.found_mode = NRB_ABSENT;
	options.modes_given = false;
	options.reference = -1;
	options.policy =
		(struct nrb_levels){ .n = 2, .v = { NRB_ARM_LOCAL, NRB_ARM_BIND } };
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	text = print(false);
	assert_non_null(strstr(text, "modes       none: this kernel has no"));
	assert_non_null(strstr(text, "no setting of this machine"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHOW_TEST(test_text_says_what_will_be_done),
		SHOW_TEST(test_text_says_what_is_located),
		SHOW_TEST(test_text_moves_no_terminal),
		SHOW_TEST(test_text_warns_of_others_cache),
		SHOW_TEST(test_text_warns_whatever_the_scenario),
		SHOW_TEST(test_text_warns_of_all_nodes_that_are_filled),
		SHOW_TEST(test_text_says_what_is_locked),
		SHOW_TEST(test_text_says_what_others_have_free),
		SHOW_TEST(test_text_warns_of_swapping),
		SHOW_TEST(test_text_warns_of_unsynced_data),
		SHOW_TEST(test_text_says_who_shares_a_cpu),
		SHOW_TEST(test_text_of_blocks),
		SHOW_TEST(test_text_says_every_factor),
		SHOW_TEST(test_text_of_a_kernel_without_the_knob),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
