/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who made what outlives him: by pid, start time and PID namespace. */
#include "nrb/maker.h"

#include "tree.h"

#include <errno.h>
#include <unistd.h>

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

#define FIRST "pid:[4026531836]"
#define OTHER "pid:[4026532999]"

static void put_stat(const struct tree *tree, int pid, char state, int start_time)
{
	char path[64], text[128];

	snprintf(path, sizeof(path), "proc/%d/stat", pid);
	snprintf(text, sizeof(text),
		"%d (a) b) %c 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0\n", pid, state,
		start_time);
	tree_write(tree, path, text);
}

/* inner: the pids that it has in one namespace after the other, as its status lists them. */
static void put_status(const struct tree *tree, int pid, const char *inner)
{
	char path[64], text[128];

	snprintf(path, sizeof(path), "proc/%d/status", pid);
	snprintf(text, sizeof(text), "Name:\tx\nNSpid:\t%s\nNSpgid:\t1\n", inner);
	tree_write(tree, path, text);
}

/* The namespace of "self" or a pid, as a link that leads nowhere. */
static void put_namespace(const struct tree *tree, const char *whose, const char *target)
{
	char path[256];

	snprintf(path, sizeof(path), "proc/%s/ns/x", whose);
	tree_write(tree, path, "");
	snprintf(path, sizeof(path), "%s/proc/%s/ns/pid", tree->dir, whose);
	(void)unlink(path);
	assert_int_equal(symlink(target, path), 0);
}

static bool is_gone(const struct tree *tree, const char *text)
{
	struct nrb_maker maker;

	assert_int_equal(nrb_maker_parse(text, &maker), 0);
	return nrb_maker_is_gone(&tree->root, &maker);
}

static void test_text(void **state)
{
	static const char *const bad[] = { "", "-", "1", "1-2", "1-2-", "1-2-x", "1-2-3x",
		"1-2-3-4", "x-2-3", " 1-2-3", "01-2-3", "1-+2-3", "1-2-4294967296",
		"99999999999-2-3", "1-99999999999999999999-3" };
	struct nrb_maker maker;
	char text[NRB_MAKER_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(nrb_maker_parse(bad[i], &maker), -EINVAL);
	}
	maker = (struct nrb_maker){ INT32_MAX, INT64_MAX, UINT32_MAX };
	nrb_maker_format(&maker, text);
	assert_string_equal(text, "2147483647-9223372036854775807-4294967295");
	assert_int_equal(nrb_maker_parse(text, &maker), 0);
	assert_true(maker.pid == INT32_MAX && maker.start_time == INT64_MAX &&
		    maker.namespace == UINT32_MAX);
}

static void test_self(void **state)
{
	const struct tree *tree = *state;
	struct nrb_maker maker;

	assert_int_equal(nrb_maker_self(&tree->root, &maker), 0); /* it lists nobody */
	assert_int_equal(maker.pid, getpid());
	assert_int_equal(maker.start_time, 0);
	assert_true(maker.namespace == 4026531836u);
	put_stat(tree, getpid(), 'R', 77);
	put_namespace(tree, "self", OTHER);
	assert_int_equal(nrb_maker_self(&tree->root, &maker), 0);
	assert_int_equal(maker.start_time, 77);
	assert_true(maker.namespace == 4026532999u);
}

static void test_of_this_namespace(void **state)
{
	const struct tree *tree = *state;

	put_stat(tree, 57, 'S', 5);
	put_stat(tree, 58, 'Z', 5);
	put_status(tree, 57, "57");
	assert_false(is_gone(tree, "57-5-4026531836"));
	assert_true(is_gone(tree, "57-4-4026531836"));
	assert_true(is_gone(tree, "58-5-4026531836"));
	assert_true(is_gone(tree, "59-5-4026531836"));
	/* in a container alike */
	put_namespace(tree, "self", OTHER);
	assert_false(is_gone(tree, "57-5-4026532999"));
	assert_true(is_gone(tree, "57-4-4026532999"));
}

/* Its pid here is another one, and so may be its start time. */
static void test_of_a_container_from_its_host(void **state)
{
	const struct tree *tree = *state;

	put_stat(tree, 4711, 'S', 500);
	put_status(tree, 4711, "4711\t57");
	put_namespace(tree, "self", FIRST);
	put_namespace(tree, "4711", OTHER);
	assert_false(is_gone(tree, "57-5-4026532999"));
	assert_true(is_gone(tree, "4711-500-4026532999"));
	assert_true(is_gone(
		tree, "57-5-4026532998")); /* another container's, which is gone */
	assert_int_equal(unlinkat(tree->root.fd, "proc/4711/ns/pid", 0), 0);
	assert_false(is_gone(tree, "57-5-4026532998")); /* it may be that one's */
	put_stat(tree, 4711, 'Z', 500);
	assert_true(is_gone(tree, "57-5-4026532998"));
	put_stat(tree, 4711, 'S', 500);
	tree_write(tree, "proc/4711/status", "Name:\tx\n"); /* before Linux 4.1 */
	assert_true(is_gone(tree, "57-5-4026532999"));
}

/* A container does not see who lives elsewhere. */
static void test_of_elsewhere_from_a_container(void **state)
{
	const struct tree *tree = *state;

	put_namespace(tree, "self", OTHER);
	assert_false(is_gone(tree, "57-5-4026531836"));
	assert_false(is_gone(tree, "57-5-4026532998"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		TREE_TEST(test_self),
		TREE_TEST(test_of_this_namespace),
		TREE_TEST(test_of_a_container_from_its_host),
		TREE_TEST(test_of_elsewhere_from_a_container),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
