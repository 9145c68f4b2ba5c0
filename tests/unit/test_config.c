/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run of a record again: what is taken of it, what stands in its place, what is refused. */
#include "nrb/config.h"
#include "nrb/diag.h"
#include "nrb/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/nrb-config-XXXXXX";
static struct nrb_options parsed[32],
	*options = parsed - 1; /* kept: they hold their words */

/* A record that ends behind its header. */
static void write_record(bool rehearsal, const char *more)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file,
		"{\"type\":\"header\",\"schema_version\":1,\"rehearsal\":%s,\"nodes\":[],%s}\n",
		rehearsal ? "true" : "false", more);
	assert_int_equal(fclose(file), 0);
}

static int parse(const char *command, const char *a, const char *b)
{
	static const char *argv[32][6];
	static int n;
	const char **words = argv[n++];
	int argc = 4;

	options++;
	nrb_diag_reset();
	words[0] = "numa-reclaim-bench";
	words[1] = command;
	words[2] = "--config";
	words[3] = path;
	if (a != NULL) {
		words[argc++] = a;
	}
	if (b != NULL) {
		words[argc++] = b;
	}
	return nrb_options_parse(options, argc, words);
}

static bool is_asked(const char *word)
{
	const struct nrb_words *asked = &options->run.asked;

	for (size_t i = 0; i < asked->n; i++) {
		if (strcmp(asked->word[i], word) == 0) {
			return true;
		}
	}
	return false;
}

static void test_options_and_seed_are_taken(void **state)
{
	(void)state;
	write_record(false, "\"seed\":77,\"options\":[\"--modes=0,3\",\"--scenario=hot\","
			    "\"--blocks=5\",\"--aa\",\"--dir=/srv\",\"--roi=2%\"]");
	assert_int_equal(parse("run", NULL, NULL), 0);
	assert_int_equal(options->run.modes, 1 << 0 | 1 << 3);
	assert_string_equal(options->run.scenarios[0], "hot");
	assert_int_equal(options->run.blocks, 5);
	assert_true(options->run.aa);
	assert_string_equal(options->run.dir, "/srv");
	assert_int_equal(options->run.roi_ppm, 20000);
	assert_true(options->run.seed_given);
	assert_int_equal(options->run.seed, 77);
	assert_int_equal(options->run.asked.n, 7);
	assert_true(is_asked("--seed=77") && is_asked("--aa") && is_asked("--modes=0,3"));
}

/* Once, whatever the record says of it. */
static void test_what_is_given_counts(void **state)
{
	(void)state;
	write_record(false, "\"seed\":77,\"options\":[\"--modes=0,3\",\"--scenario=hot\","
			    "\"--variant=x\",\"--blocks=5\"]");
	assert_int_equal(parse("run", "--scenario=clean", "--blocks=2"), 0);
	assert_int_equal(options->run.n_scenarios, 1);
	assert_string_equal(options->run.scenarios[0], "clean");
	assert_int_equal(options->run.n_variants, 0);
	assert_int_equal(options->run.blocks, 2);
	assert_int_equal(options->run.modes, 1 << 0 | 1 << 3);
	assert_false(is_asked("--blocks=5"));
	assert_int_equal(parse("run", "--all", "--seed=5"), 0);
	assert_int_equal(options->run.n_scenarios, 0);
	assert_int_equal(options->run.seed, 5);
	assert_false(is_asked("--seed=77"));
}

/* How it was shown or asked for is no part of a run; nor what an older record's command line names
 * beside it. */
static void test_a_command_line_will_do(void **state)
{
	(void)state;
	write_record(true,
		"\"seed\":9,\"argv\":[\"/bin/x\",\"run\",\"--rehearsal\",\"-y\","
		"\"--dir\",\"/data\",\"-o\",\"-\",\"--modes\",\"0,7\",\"-n\"]");
	assert_int_equal(parse("run", NULL, NULL), 0);
	assert_int_equal(options->run.modes, 1 << 0 | 1 << 7);
	assert_int_equal(options->run.seed, 9);
	assert_string_equal(options->run.dir, ".");
	assert_null(options->run.output);
	assert_false(options->run.rehearsal || options->run.yes || options->run.dry_run);
}

/* What made the guest is an option again, and the inner run is told. */
static void test_a_rehearsal_again(void **state)
{
	(void)state;
	write_record(true, "\"seed\":9,\"options\":[\"--nodes=4\",\"--modes=0,7\"]");
	assert_int_equal(parse("rehearse", "--node-mem=300M", NULL), 0);
	assert_int_equal(options->rehearse.asked.nodes, 4);
	assert_int_equal(options->rehearse.asked.node_bytes, 300 << 20);
	assert_string_equal(options->rehearse.guest_args[0], "--nodes=4");
	assert_string_equal(options->rehearse.guest_args[1], "--node-mem=300M");
	assert_null(options->rehearse.guest_args[2]);
	assert_string_equal(options->rehearse.args[0], "--modes=0,7");
	assert_string_equal(options->rehearse.args[1], "--seed=9");
	assert_null(options->rehearse.args[2]);
	/* and on hardware there is no guest to make */
	assert_int_equal(parse("run", NULL, NULL), 0);
	assert_int_equal(options->run.modes, 1 << 0 | 1 << 7);
	assert_false(is_asked("--nodes=4"));
}

/* As the machine of a file, also where that is not the one that it was made on; another is asked for
 * beside it. A guest that was made without a word of its nodes had two. */
static void test_a_guest_like_a_machine_again(void **state)
{
	(void)state;
	write_record(true, "\"seed\":9,\"options\":[\"--like=own\",\"--modes=0,7\"]");
	assert_int_equal(parse("rehearse", NULL, NULL), 0);
	assert_string_equal(options->rehearse.asked.like, "own");
	assert_string_equal(options->rehearse.guest_args[0], "--like=own");
	assert_int_equal(parse("rehearse", "--nodes=3", NULL), 0);
	assert_null(options->rehearse.asked.like);
	assert_int_equal(parse("rehearse", "--like=a.xml", NULL), 0);
	assert_string_equal(options->rehearse.asked.like, "a.xml");
	write_record(true, "\"seed\":9,\"options\":[\"--modes=0,7\"]");
	assert_int_equal(parse("rehearse", NULL, NULL), 0);
	assert_true(options->rehearse.asked.repeated);
	assert_int_equal(options->rehearse.asked.nodes, 2);
}

static void assert_refused(const char *part)
{
	assert_true(parse("run", NULL, NULL) < 0);
	if (strstr(nrb_diag_message(), part) == NULL) {
		fail_msg("\"%s\" lacks \"%s\"", nrb_diag_message(), part);
	}
}

/* From a stranger, or a newer version. */
static void test_bad_records(void **state)
{
	(void)state;
	write_record(false, "\"seed\":1");
	assert_refused("does not say what its run was asked for");
	write_record(false, "\"seed\":1,\"argv\":[]");
	assert_refused("does not say what its run was asked for");
	write_record(false, "\"seed\":1,\"options\":[\"--fancy=2\"]");
	assert_refused("no option --fancy=2");
	write_record(false, "\"seed\":1,\"options\":[\"--modes=9\"]");
	assert_refused("--modes: cannot take \"9\"");
	write_record(false, "\"seed\":-4,\"options\":[]");
	assert_refused("--seed: cannot take");
	write_record(false, "\"seed\":1,\"options\":[7]");
	assert_refused(":1: options: a word that is no string");
	write_record(false, "\"seed\":1,\"options\":7");
	assert_refused(":1: options");
	write_record(false, "\"seed\":1,\"schema_version\":2");
	assert_refused(":1: ");
	unlink(path);
	assert_refused("cannot open");
}

static int make_path(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_and_seed_are_taken),
		cmocka_unit_test(test_what_is_given_counts),
		cmocka_unit_test(test_a_command_line_will_do),
		cmocka_unit_test(test_a_rehearsal_again),
		cmocka_unit_test(test_a_guest_like_a_machine_again),
		cmocka_unit_test(test_bad_records),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
