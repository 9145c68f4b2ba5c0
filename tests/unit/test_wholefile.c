/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file is there whole or as it was, and nothing beside it. */
#include "nrb/wholefile.h"

#include "tree.h"

#include <errno.h>
#include <unistd.h>

static int broken; /* errno that the next rename(2) fails with */

int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __real_renameat(int from_dir, const char *from, int to_dir, const char *to);

int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	if (broken != 0) {
		errno = broken;
		broken = 0;
		return -1;
	}
	return __real_renameat(from_dir, from, to_dir, to);
}

static char path[128];

static void name(const struct tree *tree, const char *base)
{
	snprintf(path, sizeof(path), "%s/%s", tree->dir, base);
}

static void assert_text(const char *expected)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) == strlen(expected));
	fclose(file);
	assert_string_equal(text, expected);
}

static void test_new_and_replaced(void **state)
{
	const struct tree *tree = *state;
	struct stat status;

	name(tree, "x.prom");
	umask(077); /* the collector is another user */
	assert_int_equal(nrb_wholefile_write(path, "one\n", 4, NULL), 0);
	assert_text("one\n");
	assert_int_equal(nrb_wholefile_write(path, "two", 3, "/nonexistent"), 0);
	umask(022);
	assert_text("two");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_int_equal(tree_entries(tree), 1);
}

/* Without a directory in its name. */
static void test_here(void **state)
{
	const struct tree *tree = *state;
	char *here = getcwd(NULL, 0);

	assert_int_equal(chdir(tree->dir), 0);
	assert_int_equal(nrb_wholefile_write("x", "one", 3, NULL), 0);
	assert_int_equal(chdir(here), 0);
	free(here);
	name(tree, "x");
	assert_text("one");
	assert_int_equal(tree_entries(tree), 1);
}

static void test_fails(void **state)
{
	const struct tree *tree = *state;

	name(tree, "x");
	assert_int_equal(nrb_wholefile_write(path, "one", 3, NULL), 0);
	broken = ENOSPC;
	assert_int_equal(nrb_wholefile_write(path, "two", 3, NULL), -ENOSPC);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_FAILED);
	assert_text("one");
	assert_int_equal(tree_entries(tree), 1);
	name(tree, "none/x");
	assert_int_equal(nrb_wholefile_write(path, "two", 3, NULL), -ENOENT);
}

static void test_what_is_no_file(void **state)
{
	const struct tree *tree = *state;
	char link[128];

	assert_int_equal(nrb_wholefile_write("/dev/null", "x", 1, NULL), -ECANCELED);
	assert_int_equal(nrb_wholefile_write(tree->dir, "x", 1, NULL), -ECANCELED);
	name(tree, "x");
	snprintf(link, sizeof(link), "%s/link", tree->dir);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(nrb_wholefile_write(link, "x", 1, NULL), -ECANCELED);
	assert_int_equal(tree_entries(tree), 1);
}

static void test_not_this(void **state)
{
	const struct tree *tree = *state;
	char other[128];

	name(tree, "x");
	snprintf(other, sizeof(other), "%s/y", tree->dir);
	assert_int_equal(nrb_wholefile_write(path, "one", 3, NULL), 0);
	assert_int_equal(link(path, other), 0); /* by another name, too */
	assert_int_equal(nrb_wholefile_write(path, "two", 3, other), -ECANCELED);
	assert_text("one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_new_and_replaced),
		TREE_TEST(test_here),
		TREE_TEST(test_fails),
		TREE_TEST(test_what_is_no_file),
		TREE_TEST(test_not_this),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
