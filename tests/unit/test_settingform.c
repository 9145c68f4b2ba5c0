/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forms of settings: what is a value, what is the same, what is read and written. */
#include "guardtree.h"
#include "kernelfs.h"

#include "nrb/settings.h"

#define GUEST "nrb/command"
#define SWAPS "proc/swaps"
#define HEAD  "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

int __wrap_swapon(const char *path, int flags);
int __wrap_swapoff(const char *path);

/* A kernel that makes something else of what it is given. */
static const char *written_instead;

int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text)
{
	return kernelfs_write(
		root, path, written_instead != NULL ? written_instead : text);
}

/* The swap of a machine: what the system calls make of it stands in its proc/swaps. */
static struct {
	struct tree *tree;
	int calls;
	int refusal;     /* errno; 0: done */
	int interrupted; /* so many calls first */
} swap_world;

static int answer_swap(const char *line)
{
	swap_world.calls++;
	errno = swap_world.refusal;
	if (swap_world.interrupted > 0) {
		swap_world.interrupted--;
		errno = EINTR;
	}
	if (errno != 0) {
		return -1;
	}
	tree_write(swap_world.tree, SWAPS, line);
	return 0;
}

int __wrap_swapon(const char *path, int flags)
{
	char text[256];

	assert_int_equal(flags, 0);
	snprintf(text, sizeof(text), HEAD "%s\t\tpartition\t262140\t\t0\t\t-2\n", path);
	return answer_swap(text);
}

int __wrap_swapoff(const char *path)
{
	assert_string_equal(path, "/dev/vdb");
	return answer_swap(HEAD);
}

static void test_only_values_are_valid(void **state)
{
	static const struct {
		const char *name, *value;
		bool valid;
	} cases[] = {
		{ "vm.zone_reclaim_mode", "0", true },
		{ "vm.zone_reclaim_mode", "7", true },
		/* the kernel keeps it: so must we */
		{ "vm.zone_reclaim_mode", "255", true },
		{ "vm.zone_reclaim_mode", "2147483647", true },
		{ "vm.zone_reclaim_mode", "2147483648", false },
		{ "vm.zone_reclaim_mode", "-1", false },
		{ "vm.zone_reclaim_mode", "", false },
		{ "vm.zone_reclaim_mode", " 1", false },
		{ "vm.zone_reclaim_mode", "1 ", false },
		{ "vm.zone_reclaim_mode", "1\n2", false },
		{ "vm.zone_reclaim_mode", "y", false },
		{ "vm.zone_reclaim_mode", "1%", false },
		{ "vm.zone_reclaim_mode", "99999999999999999999", false },
		{ "vm.watermark_scale_factor", "1", true },
		{ "vm.watermark_scale_factor", "0", false },
		{ "vm.watermark_scale_factor", "3000", true },
		{ "vm.watermark_scale_factor", "3001", false },
		{ "vm.swappiness", "200", true },
		{ "vm.swappiness", "201", false },
		{ "lru_gen.enabled", "0x0007", true },
		{ "lru_gen.enabled", "7", true },
		{ "lru_gen.enabled", "y", true },
		{ "lru_gen.enabled", "n", true },
		{ "lru_gen.enabled", "yes", false },
		{ "lru_gen.enabled", "0x1ffffffff", false },
		{ "vm.dirty", "0%", true },
		{ "vm.dirty", "100%", true },
		{ "vm.dirty", "101%", false },
		{ "vm.dirty", "%", false },
		{ "vm.dirty", "", false },
		{ "vm.dirty", "20%%", false },
		{ "vm.dirty", "-1%", false },
		{ "vm.dirty", "8192", true },
		{ "vm.dirty", "8191", false },
		{ "vm.dirty", "0", false },
		{ "vm.dirty", "20%+1048576", false },
		{ "vm.dirty_background", "1", true },
		{ "vm.dirty_background", "0", false },
		{ "swap", "none", true },
		{ "swap", "/dev/mapper/vg-swap", true },
		{ "swap", "several", false },
		{ "swap", "", false },
		{ "swap", "dev/vdb", false },
		{ "swap", "/swap\\040file", false },
		{ "swap", "/dev/vdb;reboot", false },
		{ "swap",
			"/a/path/of/sixty-four/characters/which/is/one/more/than/we/keepx",
			false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct nrb_setting *setting = nrb_setting_find(cases[i].name);
		char value[NRB_SETTING_LEN];

		if (nrb_setting_valid(setting, cases[i].value) != cases[i].valid) {
			fail_msg("%s \"%s\"", cases[i].name, cases[i].value);
		}
		assert_int_equal(nrb_setting_canonical(setting, cases[i].value, value),
			cases[i].valid ? 0 : -EINVAL);
	}
}

static void test_same_value_in_other_words(void **state)
{
	const struct nrb_setting *mode = nrb_setting_find("vm.zone_reclaim_mode");
	const struct nrb_setting *lru_gen = nrb_setting_find("lru_gen.enabled");
	const struct nrb_setting *dirty = nrb_setting_find("vm.dirty");
	const struct nrb_setting *swap = nrb_setting_find("swap");

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
	assert_true(nrb_setting_same(dirty, "20%", "0x14%"));
	assert_false(nrb_setting_same(dirty, "20%", "21%"));
	assert_false(
		nrb_setting_same(nrb_setting_find("vm.dirty_background"), "20%", "20"));
	assert_false(nrb_setting_same(dirty, "20%+8192", "20%+8192"));
	assert_true(nrb_setting_same(swap, "/dev/vdb", "/dev/vdb"));
	assert_false(nrb_setting_same(swap, "/dev/vdb", "none"));
	assert_false(nrb_setting_same(swap, "several", "several"));
}

static void test_canonical_words(void **state)
{
	static const struct {
		const char *name, *text, *value;
	} cases[] = {
		{ "vm.swappiness", "0x3c", "60" },
		{ "vm.swappiness", "0060", "48" }, /* octal, as the kernel has it */
		{ "lru_gen.enabled", "y", "y" },
		{ "lru_gen.enabled", "n", "0" },
		{ "lru_gen.enabled", "0x0007", "7" },
		{ "vm.dirty", "0x14%", "20%" },
		{ "vm.dirty", "0x2000", "8192" },
		{ "swap", "/dev/vdb", "/dev/vdb" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char value[NRB_SETTING_LEN];

		assert_int_equal(nrb_setting_canonical(nrb_setting_find(cases[i].name),
					 cases[i].text, value),
			0);
		assert_string_equal(value, cases[i].value);
	}
}

static void assert_reads(struct tree *tree, const char *name, const char *expected)
{
	char value[NRB_SETTING_LEN] = "";

	assert_int_equal(nrb_setting_read(&tree->root, nrb_setting_find(name), value), 0);
	assert_string_equal(value, expected);
}

static void test_reads_without_newline(void **state)
{
	struct tree *tree = *state;
	char value[NRB_SETTING_LEN];

	assert_reads(tree, "lru_gen.enabled", "0x0007");
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

static void find_dirty(struct tree *tree, const char *ratio, const char *bytes)
{
	tree_write(tree, DIRTY_RATIO, ratio);
	tree_write(tree, DIRTY_BYTES, bytes);
}

static void test_twins_are_read_as_one(void **state)
{
	struct tree *tree = *state;
	char value[NRB_SETTING_LEN];

	find_dirty(tree, "20\n", "0\n");
	assert_reads(tree, "vm.dirty", "20%");
	find_dirty(tree, "0\n", "1048576\n");
	assert_reads(tree, "vm.dirty", "1048576");
	find_dirty(tree, "0\n", "0\n");
	assert_reads(tree, "vm.dirty", "0%");
	find_dirty(tree, "20\n", "1048576\n");
	assert_reads(tree, "vm.dirty", "20%+1048576");
	unlinkat(tree->root.fd, DIRTY_BYTES, 0);
	assert_int_equal(
		nrb_setting_read(&tree->root, nrb_setting_find("vm.dirty"), value),
		-ENOENT);
}

static void write_dirty(struct tree *tree, const char *value, int rc, const char *ratio,
	const char *bytes)
{
	assert_int_equal(
		nrb_setting_write(&tree->root, nrb_setting_find("vm.dirty"), value), rc);
	assert_string_equal(tree_read(tree, DIRTY_RATIO), ratio);
	assert_string_equal(tree_read(tree, DIRTY_BYTES), bytes);
}

static void test_twins_are_written_as_one(void **state)
{
	struct tree *tree = *state;

	find_dirty(tree, "20", "0");
	write_dirty(tree, "8192", 0, "0", "8192");
	write_dirty(tree, "30%", 0, "30", "0");
	write_dirty(tree, "0%", 0, "0", "0");
	write_dirty(tree, "1048576", 0, "0", "1048576");
	write_dirty(tree, "0%", 0, "0", "0"); /* by way of 1 % */
	write_dirty(tree, "20%", 0, "20", "0");
	write_dirty(tree, "20%", 0, "20", "0");
}

/* Both are verified: here the twin is not zeroed, for it cannot be written. */
static void test_twin_that_stays_is_seen(void **state)
{
	struct tree *tree = *state;

	find_dirty(tree, "0", "1048576");
	written_instead = "0";
	write_dirty(tree, "30%", -EBADMSG, "0", "1048576");
	written_instead = NULL;
	find_dirty(tree, "20", "1048576");
	write_dirty(tree, "20%", -EBADMSG, "20", "1048576");
}

static void test_only_the_way_to_zero_passes_one(void **state)
{
	const struct nrb_setting *dirty = nrb_setting_find("vm.dirty");

	(void)state;
	assert_true(nrb_setting_passes(dirty, "0%", "1%"));
	assert_false(nrb_setting_passes(dirty, "20%", "1%"));
	assert_false(nrb_setting_passes(dirty, "8192", "1%"));
	assert_false(nrb_setting_passes(dirty, "0%", "2%"));
	assert_false(nrb_setting_passes(nrb_setting_find("vm.swappiness"), "0", "1"));
}

static void test_swap_is_read(void **state)
{
	struct tree *tree = *state;
	char value[NRB_SETTING_LEN];

	assert_int_equal(
		nrb_setting_read(&tree->root, nrb_setting_find("swap"), value), -ENOENT);
	tree_write(tree, SWAPS, HEAD);
	assert_reads(tree, "swap", "none");
	tree_write(tree, SWAPS, "");
	assert_reads(tree, "swap", "none");
	tree_write(tree, SWAPS, HEAD "/dev/vdb    partition\t262140\t0\t-2\n");
	assert_reads(tree, "swap", "/dev/vdb");
	tree_write(tree, SWAPS, HEAD "/a file\t1\t0\t-2\n/b file\t1\t0\t-3\n");
	assert_reads(tree, "swap", "several");
	tree_write(tree, SWAPS,
		HEAD
		"/a/path/of/sixty-four/characters/which/is/one/more/than/we/keepx f\n");
	assert_int_equal(
		nrb_setting_read(&tree->root, nrb_setting_find("swap"), value), -EFBIG);
}

static int set_swap(struct tree *tree, const char *value)
{
	return nrb_setting_write(&tree->root, nrb_setting_find("swap"), value);
}

static void find_swap(struct tree *tree, const char *text)
{
	memset(&swap_world, 0, sizeof(swap_world));
	swap_world.tree = tree;
	tree->root.live = true;
	tree_mkdir(tree, "nrb", 0755);
	tree_write(tree, GUEST, "");
	tree_write(tree, SWAPS, text);
}

static void test_swap_goes_off_and_on(void **state)
{
	struct tree *tree = *state;

	find_swap(tree, HEAD "/dev/vdb partition 262140 0 -2\n");
	assert_int_equal(set_swap(tree, "/dev/vdb"), 0);
	assert_int_equal(swap_world.calls, 0); /* it is on */
	swap_world.interrupted = 2;
	assert_int_equal(set_swap(tree, "none"), 0);
	assert_int_equal(swap_world.calls, 3);
	assert_reads(tree, "swap", "none");
	assert_int_equal(set_swap(tree, "none"), 0);
	assert_int_equal(set_swap(tree, "/dev/vdb"), 0);
	assert_reads(tree, "swap", "/dev/vdb");
	assert_int_equal(swap_world.calls, 4);
	swap_world.refusal = ENOMEM;
	assert_int_equal(set_swap(tree, "none"), -ENOMEM);
	assert_reads(tree, "swap", "/dev/vdb");
	swap_world.refusal = EPERM;
	assert_int_equal(set_swap(tree, "none"), -EPERM);
}

static void test_swap_of_others_is_not_touched(void **state)
{
	struct tree *tree = *state;

	find_swap(tree, HEAD "/a file 1 0 -2\n/b file 1 0 -3\n");
	assert_int_equal(set_swap(tree, "none"), -EBADMSG);
	find_swap(tree, HEAD "/dev/vdb partition 262140 0 -2\n");
	tree->root.live = false; /* a recorded machine's swap is not this one's */
	assert_int_equal(set_swap(tree, "none"), -EOPNOTSUPP);
	tree->root.live = true; /* nor is that of a machine that is no guest of ours */
	assert_int_equal(unlinkat(tree->root.fd, GUEST, 0), 0);
	assert_int_equal(set_swap(tree, "none"), -EOPNOTSUPP);
	assert_int_equal(swap_world.calls, 0);
}

static void assert_command(
	struct tree *tree, const char *name, const char *value, const char *expected)
{
	char command[256];

	assert_ptr_equal(nrb_setting_command(command, sizeof(command), &tree->root,
				 nrb_setting_find(name), value),
		command);
	assert_string_equal(command, expected);
}

static void test_commands_to_type(void **state)
{
	struct tree *tree = *state;

	assert_command(tree, "vm.zone_reclaim_mode", "4", "echo 4 > ROOT/" KNOB);
	tree->root.live = true;
	assert_command(tree, "vm.zone_reclaim_mode", "4", "echo 4 > /" KNOB);
	assert_command(tree, "lru_gen.enabled", "0x0007", "echo 0x0007 > /" LRU_GEN);
	assert_command(tree, "vm.dirty", "20%", "echo 20 > /" DIRTY_RATIO);
	assert_command(tree, "vm.dirty", "8192", "echo 8192 > /" DIRTY_BYTES);
	assert_command(tree, "vm.dirty", "0%",
		"echo 1 > /" DIRTY_RATIO "; echo 0 > /" DIRTY_RATIO);
	assert_command(tree, "swap", "/dev/vdb", "swapon /dev/vdb");
	assert_command(tree, "swap", "none", "swapoff -a");
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, setup_tree, teardown_tree)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_values_are_valid),
		cmocka_unit_test(test_same_value_in_other_words),
		cmocka_unit_test(test_canonical_words),
		cmocka_unit_test(test_only_the_way_to_zero_passes_one),
		TREE_TEST(test_reads_without_newline),
		TREE_TEST(test_writes_and_reads_back),
		TREE_TEST(test_says_what_reads_back_as_something_else),
		TREE_TEST(test_follows_no_link),
		TREE_TEST(test_twins_are_read_as_one),
		TREE_TEST(test_twins_are_written_as_one),
		TREE_TEST(test_twin_that_stays_is_seen),
		TREE_TEST(test_swap_is_read),
		TREE_TEST(test_swap_goes_off_and_on),
		TREE_TEST(test_swap_of_others_is_not_touched),
		TREE_TEST(test_commands_to_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
