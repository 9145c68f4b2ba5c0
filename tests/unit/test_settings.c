/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of settings, settings as they are typed, and triggers. */
#include "guardtree.h"

#include "nrb/journal.h"
#include "nrb/settings.h"

#define TRIM "sys/devices/system/node/node1/reclaim"

int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text);
int __real_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text);

static int refusal; /* negative errno; 0: none */

int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text)
{
	return refusal < 0 ? refusal : __real_nrb_fsroot_write_str(root, path, text);
}

static void test_table_is_consistent(void **state)
{
	int n_values = 0;

	(void)state;
	for (const struct nrb_setting *row = nrb_setting_table; row->name != NULL;
		row++) {
		bool is_twins = row->form == NRB_FORM_TWINS;

		assert_ptr_equal(nrb_setting_find(row->name), row);
		assert_true(row->path[0] != '/');
		assert_non_null(row->help);
		assert_true(row->min <= row->max);
		assert_int_equal(is_twins, row->twin_path != NULL);
		assert_int_equal(is_twins, row->ratio_name != NULL);
		assert_int_equal(is_twins, row->bytes_name != NULL);
		if (row->rest != NULL) {
			assert_true(nrb_setting_valid(row, row->rest));
		}
		n_values += row->kind == NRB_SETTING_VALUE;
		assert_true(!row->may_set || row->kind == NRB_SETTING_VALUE);
	}
	assert_true(n_values <= NRB_JOURNAL_MAX_SETTINGS); /* all at once fit */
	assert_null(nrb_setting_find("vm.overcommit_memory"));
	assert_null(nrb_setting_find("vm.dirty_ratio")); /* a twin is no row */
	assert_null(nrb_setting_find(""));
}

static void test_assignments(void **state)
{
	static const struct {
		const char *text, *name, *value; /* NULL: refused */
		int rc;
	} cases[] = {
		{ "vm.swappiness=10", "vm.swappiness", "10", 0 },
		{ "vm.swappiness=0xa", "vm.swappiness", "10", 0 },
		{ "vm.dirty_ratio=40", "vm.dirty", "40%", 0 },
		{ "vm.dirty_ratio=1", "vm.dirty", "1%", 0 },
		{ "vm.dirty_bytes=1048576", "vm.dirty", "1048576", 0 },
		{ "vm.dirty=40%", "vm.dirty", "40%", 0 },
		{ "vm.dirty=2097152", "vm.dirty", "2097152", 0 },
		{ "vm.dirty_background_ratio=0", "vm.dirty_background", "0%", 0 },
		{ "vm.watermark_scale_factor=1000", "vm.watermark_scale_factor", "1000",
			0 },
		{ "vm.watermark_scale_factor=1001", NULL, NULL, -EINVAL },
		{ "vm.dirty_ratio=0", NULL, NULL, -EINVAL },
		{ "vm.dirty_bytes=1048575", NULL, NULL, -EINVAL },
		{ "vm.dirty_background_ratio=5", "vm.dirty_background", "5%", 0 },
		{ "vm.dirty_background_bytes=1", "vm.dirty_background", "1", 0 },
		{ "lru_gen.enabled=n", "lru_gen.enabled", "0", 0 },
		{ "swap=/dev/vdb", "swap", "/dev/vdb", 0 },
		{ "vm.vfs_cache_pressure=1", "vm.vfs_cache_pressure", "1", 0 },
		{ "vm.watermark_boost_factor=0", "vm.watermark_boost_factor", "0", 0 },
		{ "vm.watermark_boost_factor=100000", "vm.watermark_boost_factor",
			"100000", 0 },
		{ "vm.watermark_boost_factor=100001", NULL, NULL, -EINVAL },
		{ "vm.vfs_cache_pressure=0", NULL, NULL, -EINVAL },
		{ "vm.dirty_bytes=0", NULL, NULL, -EINVAL },
		{ "vm.dirty_bytes=8191", NULL, NULL, -EINVAL },
		{ "vm.dirty_bytes=40%", NULL, NULL, -EINVAL },
		{ "vm.dirty_background_bytes=40%", NULL, NULL, -EINVAL },
		{ "vm.dirty_ratio=40%", NULL, NULL, -EINVAL },
		{ "vm.dirty_ratio=101", NULL, NULL, -EINVAL },
		{ "vm.dirty_ratio=", NULL, NULL, -EINVAL },
		{ "vm.swappiness", NULL, NULL, -EINVAL },
		{ "vm.swappiness=", NULL, NULL, -EINVAL },
		{ "vm.swappiness=201", NULL, NULL, -EINVAL },
		{ "vm.swappiness=1=2", NULL, NULL, -EINVAL },
		{ "vm.swappiness=0000000000000000000000000000000000000000000000000000000000000001",
			NULL, NULL, -EINVAL },
		{ "", NULL, NULL, -EINVAL }, { "=1", NULL, NULL, -ENOENT },
		{ "vm.swap=1", NULL, NULL, -ENOENT },
		{ "vm.swappinesses=1", NULL, NULL, -ENOENT },
		{ "vm.stat_refresh=1", NULL, NULL, -ENOENT }, /* a trigger */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct nrb_setting *setting = NULL;
		char value[NRB_SETTING_LEN] = "";
		int rc = nrb_setting_assign(cases[i].text, &setting, value);

		if (rc != cases[i].rc) {
			fail_msg("\"%s\": %d", cases[i].text, rc);
		}
		if (rc == 0) {
			assert_string_equal(setting->name, cases[i].name);
			assert_string_equal(value, cases[i].value);
		}
	}
}

/* What --set does not take may be found all the same, and must go back. */
static void test_found_beyond_what_may_be_set(void **state)
{
	(void)state;
	assert_true(nrb_setting_valid(nrb_setting_find("vm.vfs_cache_pressure"), "0"));
	assert_true(nrb_setting_valid(
		nrb_setting_find("vm.watermark_boost_factor"), "2147483647"));
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

static void test_trims_a_node(void **state)
{
	struct tree *tree = *state;

	assert_false(nrb_setting_can_trim(&tree->root, 1));
	assert_int_equal(nrb_setting_trim_node(&tree->root, 1, 4096), -ENOENT);
	tree_mkdir(tree, "sys/devices/system/node/node1", 0755);
	tree_write(tree, TRIM, "");
	assert_true(nrb_setting_can_trim(&tree->root, 1));
	assert_false(nrb_setting_can_trim(&tree->root, 0));
	assert_int_equal(nrb_setting_trim_node(&tree->root, 1, INT64_C(5) << 30), 0);
	assert_string_equal(tree_read(tree, TRIM), "5368709120");
	refusal = -EAGAIN; /* it freed less */
	assert_int_equal(nrb_setting_trim_node(&tree->root, 1, 4096), 0);
	refusal = -EBUSY;
	assert_int_equal(nrb_setting_trim_node(&tree->root, 1, 4096), -EBUSY);
	refusal = 0;
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, setup_tree, teardown_tree)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_consistent),
		cmocka_unit_test(test_assignments),
		cmocka_unit_test(test_found_beyond_what_may_be_set),
		TREE_TEST(test_trigger_is_not_read_back),
		TREE_TEST(test_trims_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
