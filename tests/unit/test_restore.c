/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `restore` says, in words and as JSON. */
#include "guardtree.h"

#include "nrb/diag.h"
#include "nrb/restore.h"

#define JOURNAL_TEXT                                                                     \
	"{\"format\":1,\"boot_id\":\"6f9619ff-8b86-d011-b42d-00c04fc964ff\",\"pid\":77," \
	"\"start_time\":7,\"settings\":["                                                \
	"{\"name\":\"vm.zone_reclaim_mode\",\"found\":\"4\",\"confirmed\":\"3\","        \
	"\"intended\":\"0\"},"                                                           \
	"{\"name\":\"lru_gen.enabled\",\"found\":\"0x0007\",\"confirmed\":\"n\","        \
	"\"intended\":\"0x0007\"}],\"processes\":[]}\n"

static int setup(void **state)
{
	struct tree *tree;

	nrb_diag_reset();
	setup_tree(state);
	tree = *state;
	tree_mkdir(tree, RUN, 0700);
	tree_write(tree, JOURNAL, JOURNAL_TEXT);
	tree_write(tree, KNOB, "3\n");
	return 0;
}

/* What it prints; borrowed until the next call. */
static const char *restore(struct tree *tree, bool json, int *rc)
{
	static char text[4096];
	FILE *out = fmemopen(text, sizeof(text), "w");

	memset(text, 0, sizeof(text));
	*rc = nrb_restore(&tree->root, json, out);
	fclose(out);
	return text;
}

static void test_words(void **state)
{
	struct tree *tree = *state;
	int rc;

	assert_string_equal(restore(tree, false, &rc),
		"vm.zone_reclaim_mode: put back from 3 to 4\n"
		"lru_gen.enabled: holds 0x0007 again already\n");
	assert_int_equal(rc, 0);
	assert_string_equal(restore(tree, false, &rc), "nothing to restore\n");
	assert_int_equal(rc, 0);
}

static void test_words_for_what_was_left_alone(void **state)
{
	struct tree *tree = *state;
	int rc;

	tree_write(tree, KNOB, "2\n");
	tree_write(tree, LRU_GEN, "0x0000\n");
	assert_string_equal(restore(tree, false, &rc),
		"vm.zone_reclaim_mode: holds 2, which is not ours: left alone (found: 4)\n"
		"lru_gen.enabled: put back from 0x0000 to 0x0007\n");
	assert_int_equal(nrb_diag_exit(rc), NRB_EXIT_DISTURBED);
}

/* A terminal is not moved by what stands where the knob should. */
static void test_words_for_what_is_no_value(void **state)
{
	struct tree *tree = *state;
	int rc;

	tree_write(tree, KNOB, "\x1b[2J9\n");
	assert_string_equal(restore(tree, false, &rc),
		"vm.zone_reclaim_mode: holds \\x1b[2J9, which is not ours: left alone (found: 4)\n"
		"lru_gen.enabled: holds 0x0007 again already\n");
	assert_int_equal(nrb_diag_exit(rc), NRB_EXIT_DISTURBED);
}

static void test_words_for_a_failure(void **state)
{
	struct tree *tree = *state;
	int rc;

	unlinkat(tree->root.fd, KNOB, 0);
	assert_string_equal(restore(tree, false, &rc),
		"vm.zone_reclaim_mode: not put back to 4\n"
		"lru_gen.enabled: holds 0x0007 again already\n");
	assert_int_equal(nrb_diag_exit(rc), NRB_EXIT_NOT_RESTORED);
}

static void test_json(void **state)
{
	struct tree *tree = *state;
	const char *text;
	int rc;

	text = restore(tree, true, &rc);
	assert_int_equal(rc, 0);
	assert_non_null(strstr(text, "\"name\": \"vm.zone_reclaim_mode\""));
	assert_non_null(strstr(text, "\"outcome\": \"restored\""));
	assert_non_null(strstr(text, "\"held\": \"3\""));
	assert_non_null(strstr(text, "\"read_back\": \"4\""));
	text = restore(tree, true, &rc);
	assert_int_equal(rc, 0);
	assert_non_null(strstr(text, "\"settings\": []"));
}

static void test_failure_leaves_the_document_to_main(void **state)
{
	struct tree *tree = *state;
	int rc;

	tree_write(tree, KNOB, "2\n");
	assert_string_equal(restore(tree, true, &rc), "");
	assert_int_equal(nrb_diag_exit(rc), NRB_EXIT_DISTURBED);
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown_tree)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_words),
		TREE_TEST(test_words_for_what_was_left_alone),
		TREE_TEST(test_words_for_what_is_no_value),
		TREE_TEST(test_words_for_a_failure),
		TREE_TEST(test_json),
		TREE_TEST(test_failure_leaves_the_document_to_main),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
