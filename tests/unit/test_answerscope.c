/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For which files and factors an answer holds. */
#include "answertest.h"

static void make_of(int64_t set, int64_t node, int64_t other)
{
	nrb_group_free(&data.group);
	set_mib = set;
	node_mib = node;
	other_mib = other;
	serve(0, 0, 970);
	serve(7, 1000, 800);
	make();
}

/* Of what size the files are, beside what the nodes can cache. */
static void test_which_files(void **state)
{
	const char *all =
		"On node 0, for 600 MiB of files, which the memory of all nodes can "
		"cache beside the workers' and that of node 0 alone cannot, and "
		"threads as in fileserver";

	(void)state;
	make_of(600, 400, 300);
	assert_true(has_condition(all));
	make_of(600, 570, 130);
	assert_true(has_condition(all));
	make_of(600, 400, 299);
	assert_true(
		has_condition("On node 0, for 600 MiB of files, which the memory of all "
			      "nodes together cannot cache beside the workers', and "
			      "threads as in fileserver"));
	make_of(600, 590, 100); /* as a plan makes it where others have nothing left */
	assert_true(has_condition(
		"On node 0, for 600 MiB of files, which the memory of node 0 "
		"alone can cache while nothing is allocated there, and "
		"threads as in fileserver"));
	nrb_group_free(&data.group);
	begin_serve(0, 0, 970, 1000000000);
	nrb_sample_node(&sample, 0)->ballast_bytes = 2048 * MIB;
	put();
	make();
	assert_true(has_condition(
		"On node 0, of which the run locked 2.00 GiB, for 600 MiB"));
	nrb_group_free(&data.group);
	begin_serve(0, 0, 970, 1000000000);
	sample.status = NRB_STATUS_KILLED;
	put();
	serve(7, 1000, 800);
	make();
	assert_true(has_condition("for 600 MiB of files, which the memory of node 0"));
}

/* A record that does not tell has no files of any size. */
static void test_files_unknown(void **state)
{
	(void)state;
	for (int mode = 0; mode < 2; mode++) {
		begin_serve(mode, 0, 970, 1000000000);
		nrb_sample_node(&sample, 1)->free_before_bytes = NRB_ABSENT;
		put();
	}
	make();
	assert_true(has_condition(
		"for 600 MiB of files and threads as in fileserver, pinned"));
	nrb_group_free(&data.group);
	for (int mode = 0; mode < 2; mode++) {
		begin_serve(mode, 0, 970, 1000000000);
		sample.serve_set_bytes = NRB_ABSENT;
		put();
	}
	make();
	assert_true(has_condition(
		"On node 0, for files and threads as in fileserver, pinned"));
}

/* Of a scenario on 4 threads, in a node filled like all others, with MGLRU switched off. */
static void put_special(const char *scenario, int mode, int64_t local)
{
	begin(scenario, mode, local);
	strcpy(sample.lru_gen, "off");
	strcpy(sample.set, "vm.swappiness=0");
	strcpy(sample.fill_on, "all");
	sample.threads = 4;
	sample.serve_requests = 1000;
	sample.serve_misses = mode == 0 ? 30 : 200;
	sample.cache_after_bytes = mode == 0 ? 1000 : 500;
	put();
}

/* Where nothing else was measured, arms with factors of their own have an answer, which names them;
 * and others speak for it only where they have the same. */
static void test_factors(void **state)
{
	(void)state;
	put_special("fileserver", 0, 0);
	put_special("fileserver", 7, 990);
	put_special("clean", 0, 0);
	put_special("clean", 7, 880);
	clean(0, 0, 1000);
	clean(1, 1000, 500);
	neighbour(0, 60, 360);
	neighbour(7, 0, 8);
	make();
	assert_int_equal(answer.mode, 0);
	assert_non_null(
		strstr(answer.text, "0, since mode 7 keeps new memory local, but serves "
				    "80.0 % of requests"));
	assert_true(has_condition("threads as in fileserver, with threads 4, set "
				  "vm.swappiness=0, fill on all; on kernel 7.3.4, "
				  "MGLRU off (found on)"));
	assert_true(has_condition("mode 7 keeps 88.0 % of new memory local"));
	assert_false(has_condition("mode 1"));
	assert_false(has_condition("on another node"));
	nrb_group_free(&data.group);
	put_special("fileserver", 0, 0);
	put_special("fileserver", 7, 990);
	serve(0, 0, 970);
	serve(6, 1000, 500);
	make();
	assert_non_null(strstr(answer.text, "0, since mode 6 keeps new memory local"));
	assert_false(has_condition("threads 4"));
	assert_true(has_condition("pinned; on kernel 7.3.4, MGLRU on"));
	assert_false(has_condition("found"));
}

/* Of the node whose CPUs allocated, and of swap where there was both. */
static void test_other_factors(void **state)
{
	(void)state;
	for (int mode = 0; mode < 2; mode++) {
		begin_serve(mode, 0, 970, 1000000000);
		sample.cpu_node = 1;
		strcpy(sample.policy, "preferred");
		put();
	}
	make();
	assert_int_equal(answer.mode, 0);
	assert_true(has_condition("pinned, with cpu node 1; on kernel"));
	nrb_group_free(&data.group);
	for (int i = 0; i < 4; i++) {
		begin_serve(i / 2, 0, 970, 1000000000);
		strcpy(sample.swap, i % 2 == 0 ? "on" : "off");
		put();
	}
	make();
	assert_true(has_condition("pinned, with swap off; on kernel"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ANSWER_TEST(test_which_files),
		ANSWER_TEST(test_files_unknown),
		ANSWER_TEST(test_factors),
		ANSWER_TEST(test_other_factors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
