/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines: what each command takes, what it makes of it, and how a mistake is answered. */
#include "optionstest.h"

#include "nrb/progress.h"

static void test_options_that_take_a_value_need_one(void **state)
{
	(void)state;
	assert_usage("run --modes", "--modes takes a value");
	assert_usage("run -o", "-o takes a value");
	assert_usage("run --yes=3", "--yes takes no value");
}

static void test_values_arrive(void **state)
{
	(void)state;
	assert_int_equal(
		parse("run --scenario clean,matrix --modes 0,7 --reference 1 "
		      "--blocks 3 --budget 2h --seed 9 --node 0,2 --cpu-node 1 "
		      "--fill 1M --alloc 2M --locate sample --roi 0.25% --max-memory 3M --dir d -o f -y -n "
		      "--progress tty --rehearsal --root /tmp --json -q"),
		0);
	assert_int_equal(options->run.n_scenarios, 2);
	assert_string_equal(options->run.scenarios[0], "clean");
	assert_string_equal(options->run.scenarios[1], "matrix");
	assert_true(options->run.modes_given);
	assert_int_equal(options->run.modes, 0x81);
	assert_int_equal(options->run.reference, 1);
	assert_int_equal(options->run.blocks, 3);
	assert_int_equal(options->run.budget_s, 7200);
	assert_int_equal(options->run.seed, 9);
	assert_true(options->run.nodes_given);
	assert_false(options->run.all_nodes);
	assert_int_equal(nrb_idset_count(&options->run.nodes), 2);
	assert_int_equal(nrb_idset_next(&options->run.cpu_nodes, -1), 1);
	assert_int_equal(options->run.fill_bytes, 1 << 20);
	assert_int_equal(options->run.alloc_bytes, 2 << 20);
	assert_int_equal(options->run.locate, NRB_LOCATE_SAMPLE);
	assert_int_equal(options->run.roi_ppm, 2500);
	assert_int_equal(options->run.max_memory_bytes, 3 << 20);
	assert_string_equal(options->run.dir, "d");
	assert_string_equal(options->run.output, "f");
	assert_true(options->run.yes && options->run.dry_run && options->run.json);
	assert_true(options->run.rehearsal && options->quiet && options->json);
	assert_int_equal(options->run.progress, NRB_PROGRESS_TTY);
	assert_string_equal(options->root, "/tmp");
	assert_ptr_equal(options->run.argv, words);
}

/* Its times are not real, so that their interval decides nothing: said, since one would look for it. */
static void test_no_width_in_a_rehearsal(void **state)
{
	(void)state;
	assert_usage("rehearse --width 10%", "--width: times of a virtual machine");
	assert_usage("rehearse --width=10%", "--width: times of a virtual machine");
	assert_usage(
		"run --rehearsal --width 10%", "--width: times of a virtual machine");
	assert_usage("run --width 10% --blocks 3", "--width and --blocks");
	assert_int_equal(parse("run --width 10% --budget 1h"), 0);
	assert_int_equal(options->run.width_ppm, 100000);
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse("run"), 0);
	assert_false(options->run.modes_given || options->run.nodes_given ||
		     options->run.all_nodes || options->run.yes || options->run.dry_run);
	assert_int_equal(options->run.reference, -1);
	assert_int_equal(nrb_idset_count(&options->run.cpu_nodes), 0);
	assert_int_equal(options->run.blocks, 0);
	assert_int_equal(options->run.budget_s, 0);
	assert_string_equal(options->run.dir, ".");
	assert_null(options->run.output);
	assert_int_equal(options->run.locate, NRB_LOCATE_BY_SIZE);
	assert_string_equal(options->root, "/");
	assert_int_equal(options->color, NRB_WHEN_AUTO);
	assert_true(options->run.seed >= 0);
	assert_int_equal(parse("rehearse"), 0);
	assert_int_equal(options->rehearse.asked.nodes, 2);
	assert_int_equal(options->rehearse.asked.node_bytes, 512 << 20);
	assert_int_equal(options->rehearse.asked.cpus_per_node, 1);
	assert_int_equal(options->rehearse.asked.distance, 21);
	assert_string_equal(options->rehearse.accel, "tcg");
	assert_null(options->rehearse.args[0]);
	assert_int_equal(parse("run --node all --modes all --cpu-node same"), 0);
	assert_true(options->run.all_nodes);
	assert_int_equal(options->run.modes, 0xff);
	assert_true(options->run.cpu_node_same);
}

static void test_rehearse_hands_inner_options_on(void **state)
{
	static const char *const want[] = { "--modes=0,7", "--blocks=2", "--alloc=200M",
		"--node=all", "--scenario=clean,matrix", "--sparse" };

	(void)state;
	assert_int_equal(
		parse("rehearse --nodes 4 --modes 0,7 --blocks=2 --distance 32 "
		      "--alloc 200M --node all -y -o x --scenario clean,matrix --sparse "
		      "--kernel-deb a --kernel-deb b"),
		0);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_string_equal(options->rehearse.args[i], want[i]);
	}
	assert_null(options->rehearse.args[sizeof(want) / sizeof(want[0])]);
	assert_string_equal(options->rehearse.output, "x");
	assert_int_equal(options->rehearse.asked.nodes, 4);
	assert_int_equal(options->rehearse.asked.distance, 32);
	assert_string_equal(options->rehearse.debs[0], "a");
	assert_string_equal(options->rehearse.debs[1], "b");
	assert_null(options->rehearse.debs[2]);
	/* bad ones are found before a guest is built */
	assert_usage("rehearse --modes 9", "--modes: cannot take \"9\"");
}

static void test_too_many(void **state)
{
	char line[4096] = "rehearse";

	(void)state;
	for (int i = 0; i < 70; i++) {
		strcat(line, " --blocks=1");
	}
	assert_usage(line, "too many options");
	strcpy(line, "rehearse");
	for (int i = 0; i < 9; i++) {
		strcat(line, " --kernel-deb x");
	}
	assert_usage(line, "--kernel-deb: at most");
	strcpy(line, "run --scenario a");
	for (int i = 0; i < 16; i++) {
		strcat(line, ",a");
	}
	assert_usage(line, "--scenario: cannot take");
}

static void test_short_options(void **state)
{
	(void)state;
	assert_int_equal(parse("run -yno x.jsonl -q"), 0);
	assert_true(options->run.yes && options->run.dry_run && options->quiet);
	assert_string_equal(options->run.output, "x.jsonl");
	assert_int_equal(parse("check -h"), 0);
	assert_true(options->help);
	assert_int_equal(parse("-V"), 0);
	assert_true(options->version);
	assert_null(options->command);
	assert_usage("check -y", "-y");
	assert_usage("run -x", "-x");
	assert_usage("run -xy", "-x");
	assert_usage("run -yx", "-x");
}

static void test_options_before_the_command(void **state)
{
	(void)state;
	assert_int_equal(parse("--json check"), 0);
	assert_true(options->json);
	assert_string_equal(options->command->name, "check");
	assert_int_equal(parse("--color never -o x run --modes 1"), 0);
	assert_string_equal(options->command->name, "run");
	assert_string_equal(options->run.output, "x");
	assert_int_equal(options->color, NRB_WHEN_NEVER);
}

/* No command at all: the front shows how to begin. */
static void test_no_command(void **state)
{
	(void)state;
	assert_int_equal(parse(""), 0);
	assert_null(options->command);
	assert_int_equal(parse("--help"), 0);
	assert_true(options->help);
	parse("--modes 1"); /* no crash: there is no command to hand it on for */
	assert_null(options->command);
}

static void test_operands(void **state)
{
	(void)state;
	assert_int_equal(parse("report a.jsonl --csv b.jsonl"), 0);
	assert_true(options->csv);
	assert_int_equal(options->n_operands, 2);
	assert_string_equal(options->operands[0], "a.jsonl");
	assert_string_equal(options->operands[1], "b.jsonl");
	assert_null(options->operands[2]);
	assert_int_equal(parse("report --html o.html --plots d a.jsonl"), 0);
	assert_string_equal(options->page, "o.html");
	assert_string_equal(options->plots, "d");
	assert_int_equal(parse("report -- --csv -"), 0);
	assert_false(options->csv);
	assert_int_equal(options->n_operands, 2);
	assert_string_equal(options->operands[0], "--csv");
	assert_string_equal(options->operands[1], "-");
	assert_int_equal(parse("report -"), 0);
	assert_string_equal(options->operands[0], "-");
	assert_usage("report", "report of what?");
	assert_usage("run extra", "run takes no \"extra\"");
	assert_usage("check run", "check takes no \"run\"");
	assert_int_equal(parse("report --help"), 0);
}

static void test_did_you_mean(void **state)
{
	(void)state;
	assert_usage("rnu", "no command rnu; did you mean run?");
	assert_usage("chekc", "did you mean check?");
	assert_usage("fly", "no command fly");
	assert_null(strstr(nrb_diag_message(), "mean"));
	assert_usage("run --mdoes 1", "no option --mdoes; did you mean --modes?");
	assert_usage("run --block-s=1", "did you mean --blocks?");
	assert_usage("run --frobnicate", "run has no option --frobnicate");
	assert_null(strstr(nrb_diag_message(), "mean"));
	/* only what this command takes is meant */
	assert_usage("check --mdoes 1", "check has no option --mdoes");
}

/* A script with --all would mean something else once there is an option of that name. */
/* It is close to --alloc, and must not be taken for it. */
static void test_all(void **state)
{
	(void)state;
	assert_int_equal(parse("rehearse --all --budget 10m"), 0);
	assert_true(options->run.all);
	assert_int_equal(options->run.alloc_bytes, 0);
	assert_string_equal(options->rehearse.args[0], "--all");
	assert_string_equal(options->rehearse.args[1], "--budget=10m");
	assert_usage("run --all 100M", "run takes no \"100M\"");
	assert_usage("run --all=100M", "--all takes no value");
	assert_usage("run --all --scenario clean", "--all and --scenario");
}

static void test_options_are_spelt_out(void **state)
{
	(void)state;
	assert_usage("run --budg 10m", "no option --budg; did you mean --budget?");
	assert_usage("run --budg=10m", "no option --budg=10m; did you mean --budget?");
	assert_usage("run --budg", "no option --budg; did you mean --budget?");
	assert_usage("run --ye", "no option --ye; did you mean --yes?");
	assert_usage("run --scen clean", "did you mean --scenario?");
	assert_usage("rehearse --node-me 300M", "did you mean --node-mem?");
	assert_usage("run --no 0", "no option --no"); /* of two */
	/* a value is no option, whatever it looks like */
	assert_int_equal(parse("run -o --all"), 0);
	assert_string_equal(options->run.output, "--all");
	assert_int_equal(parse("run --dir --all --alloc=100M"), 0);
	assert_string_equal(options->run.dir, "--all");
	assert_int_equal(options->run.alloc_bytes, 100 << 20);
}

/* A guest that boots only to say so costs half a minute. */
/* Which of them the guest has, its shape says. */
static void test_nodes_of_a_guest(void **state)
{
	(void)state;
	assert_int_equal(parse("rehearse --node 0,2 --cpu-node 1 --nodes 3"), 0);
	assert_true(options->rehearse.asked.nodes_given);
	assert_false(options->rehearse.asked.distance_given);
	assert_int_equal(parse("rehearse --node all --distance 40"), 0);
	assert_true(options->rehearse.asked.distance_given);
	assert_int_equal(parse("rehearse --like server.xml --node 9 --distance 40"), 0);
	assert_string_equal(options->rehearse.asked.like, "server.xml");
	assert_int_equal(parse("run --node 9"), 0); /* the machine says */
}

static void test_what_excludes_each_other(void **state)
{
	(void)state;
	assert_usage("report --json --csv x", "--json and --csv");
	assert_usage("report --json --html o x", "--html and --json");
	assert_usage("report --csv --html o x", "--html and --csv");
	assert_usage("report --plots o x", "--plots goes with --html");
	assert_usage("run --json -o -", "--json and the record");
	assert_usage("rehearse --json -o -", "--json and the record");
	assert_usage("run --node all --node 1", "--node all and --node N");
	assert_usage("rehearse --like own --nodes 2", "--like and --nodes");
	assert_usage("rehearse --like=", "--like: cannot take");
	assert_usage("rehearse --kernel x", "--kernel goes with --modules");
	assert_usage("rehearse --modules x", "--kernel goes with --modules");
	assert_usage("rehearse --kernel x --modules y --kernel-deb z",
		"--kernel and --kernel-deb");
	assert_int_equal(parse("run -o -"), 0);
}

/* Toggling it on a server would push what is swapped out into memory. */
static void test_swap_is_for_rehearsals(void **state)
{
	(void)state;
	assert_usage("run --swap on", "--swap: on a real machine swap stays as found");
	assert_non_null(strstr(nrb_diag_way_out(), "rehearse"));
	assert_int_equal(parse("run --rehearsal --swap on"), 0);
	assert_int_equal(parse("rehearse --swap off,on"), 0);
	assert_string_equal(options->rehearse.args[0], "--swap=off,on");
}

static void test_a_second_parse_starts_anew(void **state)
{
	(void)state;
	assert_int_equal(parse("run -yno a --modes 1"), 0);
	assert_int_equal(parse("run"), 0);
	assert_false(
		options->run.yes || options->run.dry_run || options->run.modes_given);
	assert_null(options->run.output);
}

/* The help is made of the tables: all is in it, in 80 columns. */
static void test_help(void **state)
{
	char *text = NULL, word[64], *rest;
	size_t len = 0;

	(void)state;
	for (const struct nrb_command_info *c = nrb_command_table; c->name != NULL; c++) {
		FILE *out = open_memstream(&text, &len);

		nrb_options_help(c, out);
		fclose(out);
		assert_non_null(strstr(text, c->summary));
		for (const struct nrb_option_info *o = nrb_option_table; o->name != NULL;
			o++) {
			snprintf(word, sizeof(word), "  --%s%s", o->name,
				o->arg != NULL ? " " : "");
			assert_int_equal(has_option(c, o->name),
				strstr(text, word) != NULL ||
					(o->letter != 0 &&
						strstr(text, word + 1) != NULL));
		}
		rest = text;
		for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
			assert_true(strlen(line) <= 80);
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_that_take_a_value_need_one),
		cmocka_unit_test(test_values_arrive),
		cmocka_unit_test(test_no_width_in_a_rehearsal),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_rehearse_hands_inner_options_on),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_short_options),
		cmocka_unit_test(test_options_before_the_command),
		cmocka_unit_test(test_no_command),
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_did_you_mean),
		cmocka_unit_test(test_options_are_spelt_out),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_nodes_of_a_guest),
		cmocka_unit_test(test_what_excludes_each_other),
		cmocka_unit_test(test_swap_is_for_rehearsals),
		cmocka_unit_test(test_a_second_parse_starts_anew),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
