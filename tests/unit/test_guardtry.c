/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings that a kernel lacks or refuses: told, not said, and nothing is left changed; twins in the
 * journal. */
#include "guardtree.h"
#include "kernelfs.h"

#include "nrb/diag.h"
#include "nrb/guard.h"
#include "nrb/journal.h"

static const struct nrb_place anywhere;
static int refusal; /* negative errno for a write of swappiness; 0: none */
static const char *written_instead;

int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text)
{
	if (strcmp(path, VM "swappiness") == 0 && refusal < 0) {
		return refusal;
	}
	if (strcmp(path, VM "swappiness") == 0 && written_instead != NULL) {
		text = written_instead;
	}
	if (strcmp(path, LRU_GEN) == 0 && strcmp(text, "y") == 0) {
		text = "0x0007"; /* all that the CPU has */
	}
	return kernelfs_write(root, path, text);
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
	refusal = 0;
	written_instead = NULL;
	setup_tree(&tree);
	place->tree = tree;
	tree_write(tree, VM "swappiness", "60\n");
	tree_write(tree, DIRTY_RATIO, "20\n");
	tree_write(tree, DIRTY_BYTES, "0\n");
	*state = place;
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

static int try(struct place *place, const char *name, const char *value)
{
	strcpy(place->why, "");
	return nrb_guard_try(place->guard, name, value, place->why, sizeof(place->why));
}

static void assert_why(struct place *place, const char *says)
{
	if (strstr(place->why, says) == NULL) {
		fail_msg("%s", place->why);
	}
	assert_string_equal(nrb_diag_message(), ""); /* nothing was said */
}

static void assert_ends(struct place *place)
{
	assert_int_equal(nrb_guard_end(place->guard, NULL, NULL), 0);
	assert_string_equal(tree_read(place->tree, VM "swappiness"), "60");
	assert_string_equal(tree_read(place->tree, DIRTY_RATIO), "20");
	assert_string_equal(tree_read(place->tree, DIRTY_BYTES), "0");
	assert_false(tree_has(place->tree, JOURNAL));
}

static void test_what_is_taken(void **state)
{
	struct place *place = *state;

	assert_int_equal(try(place, "vm.swappiness", "10"), 0);
	assert_string_equal(tree_read(place->tree, VM "swappiness"), "10");
	assert_string_equal(nrb_guard_found(place->guard, "vm.swappiness"), "60");
	assert_ptr_equal(nrb_guard_root(place->guard), &place->tree->root);
	assert_ends(place);
}

static void test_what_the_kernel_lacks(void **state)
{
	struct place *place = *state;

	assert_int_equal(try(place, "vm.min_slab_ratio", "10"), -EOPNOTSUPP);
	assert_why(place, "this kernel has no vm.min_slab_ratio");
	assert_null(nrb_guard_found(place->guard, "vm.min_slab_ratio"));
	assert_false(tree_has(place->tree, JOURNAL));
	assert_ends(place);
}

static void test_what_the_kernel_refuses(void **state)
{
	static const int refusals[] = { -EINVAL, -ERANGE, -EOPNOTSUPP, -ENOMEM };
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		refusal = refusals[i];
		assert_int_equal(try(place, "vm.swappiness", "10"), -EOPNOTSUPP);
		assert_why(place, "cannot set vm.swappiness to 10");
	}
	refusal = 0;
	written_instead = "60"; /* it takes it, and does nothing */
	assert_int_equal(try(place, "vm.swappiness", "10"), -EOPNOTSUPP);
	assert_why(place, "vm.swappiness does not take 10");
	written_instead = NULL;
	assert_int_equal(nrb_guard_check(place->guard), 0);
	assert_int_equal(nrb_guard_set(place->guard, "vm.swappiness", "20"), 0);
	assert_ends(place);
}

/* MGLRU was turned on, all of it: another's part of it is not what we wrote. */
static void test_another_part_of_a_switch(void **state)
{
	struct place *place = *state;

	tree_write(place->tree, LRU_GEN, "0x0000");
	assert_int_equal(try(place, "lru_gen.enabled", "y"), 0);
	assert_string_equal(tree_read(place->tree, LRU_GEN), "0x0007");
	assert_int_equal(nrb_guard_check(place->guard), 0);
	tree_write(place->tree, LRU_GEN, "0x0001");
	assert_true(nrb_guard_is_foreign(place->guard, "lru_gen.enabled"));
	assert_true(nrb_guard_check(place->guard) < 0);
	assert_true(nrb_guard_end(place->guard, NULL, NULL) < 0);
	assert_string_equal(tree_read(place->tree, LRU_GEN), "0x0001");
	assert_false(tree_has(place->tree, JOURNAL));
}

static void test_what_could_not_be_put_back(void **state)
{
	struct place *place = *state;

	tree_write(place->tree, DIRTY_BYTES, "1048576\n");
	assert_int_equal(try(place, "vm.dirty", "10%"), -EOPNOTSUPP);
	assert_why(place, "vm.dirty holds 20%+1048576, which could not be put back");
	tree_write(place->tree, DIRTY_BYTES, "0\n");
	assert_ends(place);
}

/* A failure of ours, or a stranger's hand, is no property of the kernel. */
static void test_failures_are_said(void **state)
{
	struct place *place = *state;

	refusal = -EIO;
	assert_int_equal(try(place, "vm.swappiness", "10"), -EIO);
	assert_string_equal(place->why, "");
	assert_non_null(strstr(nrb_diag_message(), "cannot set vm.swappiness to 10"));
	refusal = -EPERM;
	assert_int_equal(try(place, "vm.swappiness", "10"), -EPERM);
	refusal = 0;
	tree_write(place->tree, VM "swappiness", "99\n");
	assert_int_equal(try(place, "vm.swappiness", "10"), -ESTALE);
	tree_write(place->tree, VM "swappiness", "60\n");
	assert_ends(place);
}

static void test_twins_are_journaled_together(void **state)
{
	struct place *place = *state;

	assert_int_equal(nrb_guard_set(place->guard, "vm.dirty", "8192"), 0);
	assert_non_null(strstr(tree_read(place->tree, JOURNAL),
		"\"name\":\"vm.dirty\",\"found\":\"20%\",\"confirmed\":\"8192\","
		"\"intended\":\"20%\""));
	assert_int_equal(nrb_guard_check(place->guard), 0);
	tree_write(place->tree, DIRTY_RATIO, "7\n"); /* the one that we did not write */
	assert_int_equal(nrb_guard_check(place->guard), -ESTALE);
	assert_non_null(strstr(nrb_diag_message(), "7%+8192"));
	tree_write(place->tree, DIRTY_RATIO, "0\n");
	assert_ends(place);
}

int main(void)
{
#define PLACE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		PLACE_TEST(test_what_is_taken),
		PLACE_TEST(test_what_the_kernel_lacks),
		PLACE_TEST(test_what_the_kernel_refuses),
		PLACE_TEST(test_another_part_of_a_switch),
		PLACE_TEST(test_what_could_not_be_put_back),
		PLACE_TEST(test_failures_are_said),
		PLACE_TEST(test_twins_are_journaled_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
