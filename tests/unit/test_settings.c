/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of settings, and what counts as the same value. */
#include "guardtree.h"

#include "nrb/settings.h"

int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text);
int __real_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text);

/* A kernel that makes something else of what it is given. */
static const char *written_instead;

int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text)
{
	return __real_nrb_fsroot_write_str(
		root, path, written_instead != NULL ? written_instead : text);
}

static void test_table_is_consistent(void **state)
{
	(void)state;
	for (const struct nrb_setting *row = nrb_setting_table; row->name != NULL;
		row++) {
		assert_ptr_equal(nrb_setting_find(row->name), row);
		assert_true(row->path[0] != '/');
		assert_non_null(row->help);
		if (row->rest != NULL) {
			assert_true(nrb_setting_valid(row, row->rest));
		}
	}
	assert_null(nrb_setting_find("vm.swappiness"));
	assert_null(nrb_setting_find(""));
}

static void test_only_values_are_valid(void **state)
{
	static const struct {
		const char *name, *value;
		bool valid;
	} cases[] = {
		{ "vm.zone_reclaim_mode", "0", true },
		{ "vm.zone_reclaim_mode", "7", true },
		{ "vm.zone_reclaim_mode", "255",
			true }, /* the kernel keeps it: so must we */
		{ "vm.zone_reclaim_mode", "2147483647", true },
		{ "vm.zone_reclaim_mode", "2147483648", false },
		{ "vm.zone_reclaim_mode", "-1", false },
		{ "vm.zone_reclaim_mode", "", false },
		{ "vm.zone_reclaim_mode", " 1", false },
		{ "vm.zone_reclaim_mode", "1 ", false },
		{ "vm.zone_reclaim_mode", "1\n2", false },
		{ "vm.zone_reclaim_mode", "y", false },
		{ "vm.zone_reclaim_mode", "99999999999999999999", false },
		{ "lru_gen.enabled", "0x0007", true },
		{ "lru_gen.enabled", "7", true },
		{ "lru_gen.enabled", "y", true },
		{ "lru_gen.enabled", "n", true },
		{ "lru_gen.enabled", "yes", false },
		{ "lru_gen.enabled", "0x1ffffffff", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool valid = nrb_setting_valid(
			nrb_setting_find(cases[i].name), cases[i].value);

		if (valid != cases[i].valid) {
			fail_msg("%s \"%s\"", cases[i].name, cases[i].value);
		}
	}
}

static void test_same_value_in_other_words(void **state)
{
	const struct nrb_setting *mode = nrb_setting_find("vm.zone_reclaim_mode");
	const struct nrb_setting *lru_gen = nrb_setting_find("lru_gen.enabled");

	(void)state;
	assert_true(nrb_setting_same(mode, "4", "4"));
	assert_false(nrb_setting_same(mode, "4", "12"));
	assert_false(nrb_setting_same(mode, "", ""));
	assert_true(nrb_setting_same(lru_gen, "0x0007", "7"));
	assert_false(nrb_setting_same(lru_gen, "0x0007", "3"));
	assert_true(nrb_setting_same(lru_gen, "y", "0x0007"));
	assert_true(nrb_setting_same(lru_gen, "0x0003", "y"));
	assert_false(nrb_setting_same(lru_gen, "y", "0x0006"));
	assert_true(nrb_setting_same(lru_gen, "n", "0x0000"));
	assert_false(nrb_setting_same(lru_gen, "n", "0x0001"));
}

static void test_reads_without_newline(void **state)
{
	struct tree *tree = *state;
	char value[NRB_SETTING_LEN];

	assert_int_equal(
		nrb_setting_read(&tree->root, nrb_setting_find("lru_gen.enabled"), value),
		0);
	assert_string_equal(value, "0x0007");
	unlinkat(tree->root.fd, LRU_GEN, 0);
	assert_int_equal(
		nrb_setting_read(&tree->root, nrb_setting_find("lru_gen.enabled"), value),
		-ENOENT);
}

static void test_writes_and_reads_back(void **state)
{
	struct tree *tree = *state;
	const struct nrb_setting *mode = nrb_setting_find("vm.zone_reclaim_mode");

	assert_int_equal(nrb_setting_write(&tree->root, mode, "7"), 0);
	assert_string_equal(tree_read(tree, KNOB), "7");
	unlinkat(tree->root.fd, KNOB, 0);
	assert_int_equal(nrb_setting_write(&tree->root, mode, "7"), -ENOENT);
	tree_mkdir(tree, KNOB, 0755);
	assert_int_equal(nrb_setting_write(&tree->root, mode, "7"), -EISDIR);
}

static void test_says_what_reads_back_as_something_else(void **state)
{
	struct tree *tree = *state;

	written_instead = "3";
	assert_int_equal(nrb_setting_write(&tree->root,
				 nrb_setting_find("vm.zone_reclaim_mode"), "7"),
		-EBADMSG);
	written_instead = "0x0005";
	assert_int_equal(
		nrb_setting_write(&tree->root, nrb_setting_find("lru_gen.enabled"), "y"),
		0);
	written_instead = NULL;
}

static void test_trigger_is_not_read_back(void **state)
{
	struct tree *tree = *state;

	tree_write(tree, "proc/sys/vm/stat_refresh", "");
	assert_int_equal(
		nrb_setting_write(&tree->root, nrb_setting_find("vm.stat_refresh"), "1"),
		0);
	assert_string_equal(tree_read(tree, "proc/sys/vm/stat_refresh"), "1");
	assert_int_equal(nrb_setting_find("vm.stat_refresh")->kind, NRB_SETTING_TRIGGER);
}

static void test_follows_no_link(void **state)
{
	struct tree *tree = *state;

	tree_write(tree, "victim", "untouched");
	unlinkat(tree->root.fd, KNOB, 0);
	must(symlinkat("../../../victim", tree->root.fd, KNOB) == 0);
	assert_int_equal(nrb_setting_write(&tree->root,
				 nrb_setting_find("vm.zone_reclaim_mode"), "7"),
		-ELOOP);
	assert_string_equal(tree_read(tree, "victim"), "untouched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_consistent),
		cmocka_unit_test(test_only_values_are_valid),
		cmocka_unit_test(test_same_value_in_other_words),
		cmocka_unit_test_setup_teardown(
			test_reads_without_newline, setup_tree, teardown_tree),
		cmocka_unit_test_setup_teardown(
			test_writes_and_reads_back, setup_tree, teardown_tree),
		cmocka_unit_test_setup_teardown(
			test_says_what_reads_back_as_something_else, setup_tree,
			teardown_tree),
		cmocka_unit_test_setup_teardown(
			test_trigger_is_not_read_back, setup_tree, teardown_tree),
		cmocka_unit_test_setup_teardown(
			test_follows_no_link, setup_tree, teardown_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
