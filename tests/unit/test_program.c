/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where programs are looked for, and what they are given. */
#include "nrb/program.h"

#include "tree.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

static char path[PATH_MAX], found[PATH_MAX];

static const char *below(const struct tree *tree, const char *name)
{
	static char buf[4][128];
	static int i;

	i = (i + 1) % 4;
	snprintf(buf[i], sizeof(buf[i]), "%s%s%s", tree->dir, name[0] ? "/" : "", name);
	return buf[i];
}

static void program(const struct tree *tree, const char *name, mode_t mode)
{
	tree_write(tree, name, "#!/bin/sh\n");
	assert_int_equal(chmod(below(tree, name), mode), 0);
}

static void test_relative_directories_do_not_count(void **state)
{
	const struct tree *tree = *state;
	char all[256];

	program(tree, "bin/it", 0755);
	program(tree, "it", 0755);
	assert_int_equal(chdir(tree->dir), 0);
	setenv("PATH", ".::bin:", 1);
	assert_int_equal(nrb_program_find("it", found, sizeof(found)), -ENOENT);
	assert_int_equal(nrb_program_path(path, sizeof(path)), 0);
	assert_string_equal(path, "");
	snprintf(all, sizeof(all), ".:%s::/nonexistent", below(tree, "bin"));
	setenv("PATH", all, 1);
	assert_int_equal(nrb_program_find("it", found, sizeof(found)), 0);
	assert_string_equal(found, below(tree, "bin/it"));
	assert_int_equal(nrb_program_path(path, 4), -ENAMETOOLONG);
	assert_int_equal(nrb_program_find("it", found, 4), -ENAMETOOLONG);
	assert_int_equal(chdir("/"), 0);
}

static void test_what_is_no_program(void **state)
{
	const struct tree *tree = *state;

	setenv("PATH", tree->dir, 1);
	program(tree, "text", 0644);
	tree_write(tree, "dir/x", "");
	assert_int_equal(symlinkat("nowhere", tree->root.fd, "dead"), 0);
	assert_int_equal(nrb_program_find("text", found, sizeof(found)), -ENOENT);
	assert_int_equal(nrb_program_find("dir", found, sizeof(found)), -ENOENT);
	assert_int_equal(nrb_program_find("dead", found, sizeof(found)), -ENOENT);
	assert_int_equal(nrb_program_find("none", found, sizeof(found)), -ENOENT);
}

static void test_links_are_resolved(void **state)
{
	const struct tree *tree = *state;

	setenv("PATH", tree->dir, 1);
	program(tree, "real/it", 0755);
	assert_int_equal(symlinkat("real/it", tree->root.fd, "it"), 0);
	assert_int_equal(nrb_program_find("it", found, sizeof(found)), 0);
	assert_string_equal(found, below(tree, "real/it"));
}

/* As user 0; each mode of a file, of its directory and of the one above. */
static void test_what_others_may_replace(void **state)
{
	/* clang-format off */
	static const struct {
		mode_t file, dir, above;
		uid_t owner; /* of the file */
		bool safe, dir_safe;
	} table[] = {
		{ 0755,  0755, 0755, 0,     true,  true },
		{ 0775,  0755, 0755, 0,     false, true },
		{ 0757,  0755, 0755, 0,     false, true },
		{ 0755,  0777, 0755, 0,     false, false },
		{ 0755,  0775, 0755, 0,     false, false },
		{ 0755, 01777, 0755, 0,     true,  false },
		{ 0755,  0755, 0777, 0,     false, false },
		{ 0755,  0755, 01777, 0,    true,  true },
		{ 0755,  0755, 0755, 65534, false, true },
	};
	/* clang-format on */
	const struct tree *tree = *state;

	if (geteuid() != 0) {
		skip();
	}
	program(tree, "above/dir/it", 0755);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(
			chown(below(tree, "above/dir/it"), table[i].owner, 0), 0);
		assert_int_equal(chmod(below(tree, "above/dir/it"), table[i].file), 0);
		assert_int_equal(chmod(below(tree, "above/dir"), table[i].dir), 0);
		assert_int_equal(chmod(below(tree, "above"), table[i].above), 0);
		assert_true(nrb_program_is_safe(below(tree, "above/dir/it")) ==
			    table[i].safe);
		assert_true(nrb_program_is_safe(below(tree, "above/dir")) ==
			    table[i].dir_safe);
		setenv("PATH", below(tree, "above/dir"), 1);
		assert_int_equal(nrb_program_find("it", found, sizeof(found)),
			table[i].safe && table[i].dir_safe ? 0 : -ENOENT);
		assert_int_equal(nrb_program_path(path, sizeof(path)), 0);
		assert_true((path[0] != '\0') == table[i].dir_safe);
	}
	assert_false(nrb_program_is_safe(below(tree, "none")));
	assert_true(nrb_program_is_safe_above("/tmp"));
	assert_false(nrb_program_is_safe("/tmp"));
}

static bool has(char *const *environment, const char *word)
{
	for (; *environment != NULL; environment++) {
		if (strncmp(*environment, word, strlen(word)) == 0) {
			return true;
		}
	}
	return false;
}

static void test_environment(void **state)
{
	char **environment;

	(void)state;
	setenv("PATH", "/usr/bin:.", 1);
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	setenv("HOME", "/root", 1);
	setenv("SECRET", "x", 1);
	setenv("LD_PRELOAD_NOT", "x", 1);
	unsetenv("http_proxy");
	environment = nrb_program_environment();
	assert_non_null(environment);
	assert_true(has(environment, "PATH=/usr/bin"));
	assert_false(has(environment, "PATH=/usr/bin:."));
	assert_true(has(environment, "LC_ALL=C"));
	assert_false(has(environment, "LC_ALL=d"));
	assert_true(has(environment, "HOME=/root"));
	assert_false(has(environment, "SECRET"));
	assert_false(has(environment, "LD_"));
	assert_false(has(environment, "http_proxy"));
	for (char **word = environment; *word != NULL; word++) {
		free(*word);
	}
	free(environment);
	unsetenv("PATH");
	assert_int_equal(nrb_program_find("sh", found, sizeof(found)), 0);
}

int main(void)
{
#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_relative_directories_do_not_count),
		TREE_TEST(test_what_is_no_program),
		TREE_TEST(test_links_are_resolved),
		TREE_TEST(test_what_others_may_replace),
		TREE_TEST(test_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
