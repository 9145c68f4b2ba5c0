/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arms of --set: what is taken, in which words it is kept, and what is refused. */
#include "nrb/set.h"

#include "tree.h"

static struct nrb_set parse(const char *text)
{
	struct nrb_set set;

	memset(&set, 0xff, sizeof(set));
	if (nrb_set_parse(&set, text) < 0) {
		fail_msg("%s: %s", text, nrb_diag_message());
	}
	return set;
}

static void test_found_sets_nothing(void **state)
{
	struct nrb_set set = parse("found");

	(void)state;
	assert_int_equal(set.n, 0);
	assert_string_equal(set.text, "");
}

static void test_one_and_several(void **state)
{
	struct nrb_set set = parse("vm.min_free_kbytes=0x10000");

	(void)state;
	assert_int_equal(set.n, 1);
	assert_ptr_equal(set.items[0].setting, nrb_setting_find("vm.min_free_kbytes"));
	assert_string_equal(set.items[0].value, "65536");
	assert_string_equal(set.text, "vm.min_free_kbytes=65536");
	set = parse("vm.swappiness=10+vm.dirty_ratio=40+vm.dirty_background_bytes=4096");
	assert_int_equal(set.n, 3);
	assert_ptr_equal(set.items[1].setting, nrb_setting_find("vm.dirty"));
	assert_string_equal(set.items[1].value, "40%");
	assert_string_equal(set.items[2].value, "4096");
	assert_string_equal(set.text,
		"vm.swappiness=10+vm.dirty_ratio=40+vm.dirty_background_bytes=4096");
	set = parse("vm.dirty=40%"); /* the row's own name says the same */
	assert_string_equal(set.text, "vm.dirty_ratio=40");
}

static void test_longest_text_fits(void **state)
{
	struct nrb_set set = parse("vm.dirty_background_bytes=9223372036854775807+"
				   "vm.dirty_bytes=9223372036854775807+"
				   "vm.dirty_writeback_centisecs=2147483647+"
				   "vm.dirty_expire_centisecs=2147483647");

	(void)state;
	assert_int_equal(set.n, NRB_MAX_SET);
	assert_string_equal(strrchr(set.text, '='), "=2147483647");
}

/* Times what is found, once that is known. */
static void test_multiples(void **state)
{
	struct nrb_set set = parse("vm.min_free_kbytes=x2+vm.swappiness=10"),
		       found = parse("found");
	struct tree *tree = *state;

	assert_int_equal(set.items[0].multiple, 2);
	assert_string_equal(set.text, "vm.min_free_kbytes=x2+vm.swappiness=10");
	assert_true(nrb_set_resolve(&set, &tree->root) < 0);
	assert_non_null(strstr(nrb_diag_message(), "cannot be read"));
	set = parse("vm.min_free_kbytes=x2+vm.swappiness=10");
	tree_write(tree, "proc/sys/vm/min_free_kbytes", "48772\n");
	assert_int_equal(nrb_set_resolve(&set, &tree->root), 0);
	assert_string_equal(set.items[0].value, "97544");
	assert_int_equal(set.items[0].multiple, 0);
	assert_string_equal(set.text, "vm.min_free_kbytes=97544+vm.swappiness=10");
	assert_int_equal(nrb_set_resolve(&set, &tree->root), 0); /* again is nothing */
	assert_string_equal(set.items[0].value, "97544");
	assert_int_equal(nrb_set_resolve(&found, &tree->root), 0);
	assert_string_equal(found.text, "");
	nrb_diag_reset();
	set = parse("vm.watermark_scale_factor=x99");
	tree_write(tree, "proc/sys/vm/watermark_scale_factor", "1000\n");
	assert_true(nrb_set_resolve(&set, &tree->root) < 0);
	assert_non_null(strstr(nrb_diag_message(), "99 times that is no value"));
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "vm.overcommit_memory=1", "vm.overcommit_memory may not be set" },
		{ "vm.zone_reclaim_mode=1", "vm.zone_reclaim_mode may not be set" },
		{ "lru_gen.enabled=1", "lru_gen.enabled may not be set" },
		{ "swap=none", "swap may not be set" },
		{ "vm.stat_refresh=1", "vm.stat_refresh may not be set" },
		{ "=1", " may not be set" },
		{ "vm.swappiness=201", "vm.swappiness=201 has no value" },
		{ "vm.swappiness", "vm.swappiness has no value" },
		{ "vm.min_free_kbytes=x1", "vm.min_free_kbytes=x1 has no value" },
		{ "vm.min_free_kbytes=x100", "has no value" },
		{ "vm.min_free_kbytes=x2x", "has no value" },
		{ "vm.zone_reclaim_mode=x2", "vm.zone_reclaim_mode may not be set" },
		{ "vm.dirty_ratio=x2", "has no value" },
		{ "vm.nothing=x2", "may not be set" },
		{ "vm.swappiness=x2+vm.swappiness=3", "vm.swappiness is set twice" },
		{ "vm.swappiness=1+", "has no value" },
		{ "+vm.swappiness=1", "has no value" },
		{ "", "has no value" },
		{ "found+vm.swappiness=1", "found has no value" },
		{ "vm.swappiness=1+vm.swappiness=2", "vm.swappiness is set twice" },
		{ "vm.dirty_ratio=1+vm.dirty_bytes=1048576", "vm.dirty is set twice" },
		{ "vm.swappiness=1+vm.page-cluster=1+vm.min_slab_ratio=1+"
		  "vm.min_unmapped_ratio=1+vm.min_free_kbytes=9",
			"over 4 settings" },
		{ "vm.swappiness=11111111111111111111111111111111111111111111111111111111111"
		  "11111111111111111111111111111111111111111111111111111111111111111111111",
			"has no value" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nrb_set set;

		nrb_diag_reset();
		if (nrb_set_parse(&set, cases[i].text) == 0) {
			fail_msg("taken: %s", cases[i].text);
		}
		if (strstr(nrb_diag_message(), cases[i].says) == NULL) {
			fail_msg("%s: %s", cases[i].text, nrb_diag_message());
		}
		assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_USAGE);
	}
}

static void test_names_those_that_may(void **state)
{
	struct nrb_set set;

	(void)state;
	assert_true(nrb_set_parse(&set, "vm.nonsense=1") < 0);
	assert_non_null(strstr(nrb_diag_way_out(), "vm.swappiness"));
	assert_non_null(strstr(nrb_diag_way_out(), "vm.dirty_background_bytes"));
	assert_non_null(strstr(nrb_diag_way_out(), "kernel.numa_balancing"));
	assert_null(strstr(nrb_diag_way_out(), "zone_reclaim_mode"));
	assert_null(strstr(nrb_diag_way_out(), "vm.dirty,"));
}

static void test_did_you_mean(void **state)
{
	struct nrb_set set;

	(void)state;
	assert_true(nrb_set_parse(&set, "vm.swppiness=1") < 0);
	assert_non_null(strstr(nrb_diag_message(), "did you mean vm.swappiness?"));
	nrb_diag_reset();
	assert_true(nrb_set_parse(&set, "vm.dirty_byte=8192") < 0);
	assert_non_null(strstr(nrb_diag_message(), "did you mean vm.dirty_bytes?"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_found_sets_nothing),
		TREE_TEST(test_one_and_several),
		TREE_TEST(test_longest_text_fits),
		TREE_TEST(test_multiples),
		TREE_TEST(test_refusals),
		TREE_TEST(test_names_those_that_may),
		TREE_TEST(test_did_you_mean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
