/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of an arm: all of them before its fill, all of them back, in which order. */
#include "guardtree.h"
#include "kernelfs.h"

#include "nrb/armsettings.h"
#include "nrb/diag.h"

#define SWAPPINESS VM "swappiness"

static const struct nrb_place anywhere;
static const struct nrb_value held_back[] = { { .name = "vm.dirty_background",
						      .value = "60%" },
	{ .name = "vm.dirty", .value = "70%" }, { 0 } };
static const struct nrb_variant plain = { .name = "" };
static const struct nrb_variant writer = { .name = "writer", .settings = held_back };

static const char
	*refused_after;      /* a file that takes this text once, and then nothing else */
static const char *refusing; /* the file; NULL: none */

static char order[256]; /* of the writes: "FILE=TEXT ", files without their directory */

int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text)
{
	bool is_refused =
		refusing != NULL && refused_after == NULL && strcmp(path, refusing) == 0;
	int rc = is_refused ? -EINVAL : kernelfs_write(root, path, text);
	size_t len = strlen(order);

	if (strncmp(path, "proc/self", 9) != 0 && rc == 0) {
		snprintf(order + len, sizeof(order) - len, "%s=%s ",
			strrchr(path, '/') + 1, text);
	}
	if (refusing != NULL && refused_after != NULL && strcmp(path, refusing) == 0 &&
		strcmp(text, refused_after) == 0) {
		refused_after = NULL;
	}
	return rc;
}

struct place {
	struct tree *tree;
	struct nrb_guard *guard;
	char why[128];
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	void *tree = NULL;

	nrb_diag_reset();
	nrb_diag_set_muted(true);
	setup_tree(&tree);
	place->tree = tree;
	tree_write(tree, SWAPPINESS, "60\n");
	tree_write(tree, DIRTY_RATIO, "20\n");
	tree_write(tree, DIRTY_BYTES, "0\n");
	tree_write(tree, BACKGROUND_RATIO, "0\n");
	tree_write(tree, BACKGROUND_BYTES, "4096\n");
	*state = place;
	order[0] = '\0';
	refusing = refused_after = NULL;
	return nrb_guard_begin(&place->guard, &place->tree->root, &anywhere);
}

static int teardown(void **state)
{
	struct place *place = *state;
	void *tree = place->tree;
	int rc = teardown_tree(&tree);

	free(place);
	return rc;
}

static struct nrb_arm make_arm(const struct nrb_variant *variant)
{
	return (struct nrb_arm){ .variant = variant, .lru_gen = -1, .swap = -1 };
}

static int apply(struct place *place, const struct nrb_arm *arm)
{
	order[0] = '\0';
	strcpy(place->why, "");
	return nrb_armsettings_apply(
		place->guard, arm, "", place->why, sizeof(place->why));
}

static void assert_as_found(struct place *place)
{
	assert_string_equal(tree_read(place->tree, SWAPPINESS), "60");
	assert_string_equal(tree_read(place->tree, LRU_GEN), "0x0007");
	assert_string_equal(tree_read(place->tree, DIRTY_RATIO), "20");
	assert_string_equal(tree_read(place->tree, DIRTY_BYTES), "0");
	assert_string_equal(tree_read(place->tree, BACKGROUND_RATIO), "0");
	assert_string_equal(tree_read(place->tree, BACKGROUND_BYTES), "4096");
}

static void assert_ends(struct place *place)
{
	assert_int_equal(nrb_guard_end(place->guard, NULL, NULL), 0);
	assert_as_found(place);
}

static void test_nothing_asked_nothing_written(void **state)
{
	struct place *place = *state;
	struct nrb_arm arm = make_arm(&plain);

	assert_int_equal(apply(place, &arm), 0);
	assert_int_equal(nrb_armsettings_undo(place->guard, &arm), 0);
	assert_string_equal(order, "");
	assert_false(tree_has(place->tree, JOURNAL));
	assert_ends(place);
}

/* What only some kernels have is set there, and comes back. */
static void test_one_that_may_be_missing(void **state)
{
	static const struct nrb_value values[] = { { "vm.watermark_boost_factor", "0",
							   .if_there = true },
		{ .name = "vm.swappiness", .value = "1", .if_there = true }, { 0 } };
	static const struct nrb_variant variant = { .name = "", .settings = values };
	struct place *place = *state;
	struct nrb_arm arm = make_arm(&variant);

	assert_int_equal(apply(place, &arm), 0);
	assert_string_equal(order, "swappiness=1 ");
	assert_int_equal(nrb_armsettings_undo(place->guard, &arm), 0);
	tree_write(place->tree, VM "watermark_boost_factor", "15000\n");
	assert_int_equal(apply(place, &arm), 0);
	assert_string_equal(order, "watermark_boost_factor=0 swappiness=1 ");
	assert_int_equal(nrb_armsettings_undo(place->guard, &arm), 0);
	assert_string_equal(tree_read(place->tree, VM "watermark_boost_factor"), "15000");
	assert_ends(place);
}

static void test_order_and_way_back(void **state)
{
	struct place *place = *state;
	struct nrb_arm arm = make_arm(&writer);
	struct nrb_set set;

	assert_int_equal(
		nrb_set_parse(&set, "vm.swappiness=0+vm.dirty_bytes=1048576"), 0);
	arm.set = &set;
	arm.lru_gen = 0;
	assert_int_equal(apply(place, &arm), 0);
	/* a setting that both name is the user's */
	assert_string_equal(order,
		"dirty_background_ratio=60 dirty_ratio=70 enabled=n swappiness=0 "
		"dirty_bytes=1048576 ");
	assert_string_equal(tree_read(place->tree, BACKGROUND_BYTES), "0");
	assert_string_equal(tree_read(place->tree, DIRTY_BYTES), "1048576");
	order[0] = '\0';
	assert_int_equal(nrb_armsettings_undo(place->guard, &arm), 0);
	assert_as_found(place);
	assert_string_equal(order,
		"dirty_ratio=20 swappiness=60 enabled=0x0007 dirty_ratio=20 "
		"dirty_background_bytes=4096 ");
	/* and again, as the next block does */
	assert_int_equal(apply(place, &arm), 0);
	assert_int_equal(nrb_armsettings_undo(place->guard, &arm), 0);
	assert_as_found(place);
	assert_ends(place);
}

static void assert_lru_gen(
	struct place *place, const char *found, int wanted, const char *written)
{
	struct nrb_arm arm = make_arm(&plain);

	arm.lru_gen = wanted;
	tree_write(place->tree, LRU_GEN, found);
	assert_int_equal(apply(place, &arm), 0);
	assert_string_equal(tree_read(place->tree, LRU_GEN), written);
	assert_int_equal(nrb_armsettings_undo(place->guard, &arm), 0);
	assert_int_equal(apply(place, &arm), 0); /* used before, by now */
	assert_string_equal(tree_read(place->tree, LRU_GEN), written);
	assert_int_equal(nrb_guard_end(place->guard, NULL, NULL), 0);
	assert_true(nrb_setting_same(nrb_setting_find("lru_gen.enabled"),
		tree_read(place->tree, LRU_GEN), found));
	assert_int_equal(
		nrb_guard_begin(&place->guard, &place->tree->root, &anywhere), 0);
}

static void test_mglru_goes_on_as_it_was(void **state)
{
	struct place *place = *state;

	assert_lru_gen(place, "0x0007", 1, "0x0007");
	assert_lru_gen(place, "0x0003", 1, "0x0003"); /* a part of it was off */
	assert_lru_gen(place, "0x0000", 1, "y");
	assert_lru_gen(place, "0x0006", 1, "y");
	assert_lru_gen(place, "0x0003", 0, "n");
	assert_lru_gen(place, "0x0000", 0, "n");
	assert_int_equal(nrb_guard_end(place->guard, NULL, NULL), 0);
}

static void test_kernel_that_lacks_one(void **state)
{
	struct place *place = *state;
	struct nrb_arm arm = make_arm(&writer);

	unlinkat(place->tree->root.fd, LRU_GEN, 0);
	arm.lru_gen = 1;
	assert_int_equal(apply(place, &arm), -EOPNOTSUPP);
	assert_non_null(strstr(place->why, "lru_gen.enabled"));
	assert_string_equal(nrb_diag_message(), "");
	tree_write(place->tree, LRU_GEN, "0x0007");
	assert_as_found(place); /* what was set before it is undone */
	assert_ends(place);
}

static void test_kernel_that_refuses_one(void **state)
{
	struct place *place = *state;
	struct nrb_arm arm = make_arm(&writer);
	struct nrb_set set;

	assert_int_equal(
		nrb_set_parse(&set, "vm.dirty_bytes=1048576+vm.swappiness=1"), 0);
	strcpy(set.items[1].value, "1");
	unlinkat(place->tree->root.fd, SWAPPINESS, 0);
	tree_mkdir(place->tree, SWAPPINESS, 0755);
	arm.set = &set;
	assert_int_equal(apply(place, &arm), -EISDIR); /* no refusal: broken */
	assert_non_null(strstr(nrb_diag_message(), "vm.swappiness"));
	assert_int_equal(unlinkat(place->tree->root.fd, SWAPPINESS, AT_REMOVEDIR), 0);
	tree_write(place->tree, SWAPPINESS, "60");
	assert_ends(place);
}

/* On its way to "0%" it passes "1%", and there the kernel refuses: that is to go back too. */
static void test_kernel_that_refuses_half_way(void **state)
{
	struct place *place = *state;
	struct nrb_arm arm = make_arm(&plain);
	struct nrb_set set;

	tree_write(place->tree, DIRTY_RATIO, "0\n");
	tree_write(place->tree, DIRTY_BYTES, "8192\n");
	assert_int_equal(nrb_set_parse(&set, "vm.dirty_ratio=1"), 0);
	strcpy(set.items[0].value, "0%");
	arm.set = &set;
	refusing = DIRTY_RATIO;
	refused_after = "1";
	assert_int_equal(apply(place, &arm), -EOPNOTSUPP);
	assert_string_equal(order, "dirty_ratio=0 dirty_ratio=1 dirty_bytes=8192 ");
	assert_string_equal(tree_read(place->tree, DIRTY_RATIO), "0");
	assert_string_equal(tree_read(place->tree, DIRTY_BYTES), "8192");
	assert_int_equal(nrb_guard_end(place->guard, NULL, NULL), 0);
}

static void test_stranger_is_left_alone(void **state)
{
	struct place *place = *state;
	struct nrb_arm arm = make_arm(&writer);

	assert_int_equal(apply(place, &arm), 0);
	tree_write(place->tree, DIRTY_RATIO, "33");
	order[0] = '\0';
	assert_int_equal(nrb_armsettings_undo(place->guard, &arm), 0);
	assert_string_equal(nrb_diag_message(), ""); /* the guard says it, once */
	/* the others are back all the same */
	assert_string_equal(order, "dirty_background_bytes=4096 ");
	assert_int_equal(nrb_guard_end(place->guard, NULL, NULL), -ESTALE);
	assert_string_equal(tree_read(place->tree, DIRTY_RATIO), "33");
}

static void test_swap_that_is_not_there(void **state)
{
	struct place *place = *state;
	struct nrb_arm arm = make_arm(&plain);

	arm.swap = 1;
	assert_int_equal(apply(place, &arm), -EOPNOTSUPP);
	assert_non_null(strstr(place->why, "swap"));
	arm.swap = 0;
	tree_write(place->tree, "proc/swaps", "Filename\n");
	assert_int_equal(apply(place, &arm), 0); /* off it is */
	assert_int_equal(nrb_armsettings_undo(place->guard, &arm), 0);
	tree_write(place->tree, "proc/swaps", "Filename\n/dev/vdb p 1 0 -2\n");
	/* a stranger's swapon: ours was "none" */
	assert_int_equal(apply(place, &arm), -ESTALE);
	tree_write(place->tree, "proc/swaps", "Filename\n");
	assert_ends(place);
}

int main(void)
{
#define PLACE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		PLACE_TEST(test_nothing_asked_nothing_written),
		PLACE_TEST(test_one_that_may_be_missing),
		PLACE_TEST(test_order_and_way_back),
		PLACE_TEST(test_mglru_goes_on_as_it_was),
		PLACE_TEST(test_kernel_that_lacks_one),
		PLACE_TEST(test_kernel_that_refuses_one),
		PLACE_TEST(test_kernel_that_refuses_half_way),
		PLACE_TEST(test_stranger_is_left_alone),
		PLACE_TEST(test_swap_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
