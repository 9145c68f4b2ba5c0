/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Roots for tests of readers: a throw-away tree, or a recorded machine of tests/fixtures. */
#ifndef NRB_TEST_TREE_H
#define NRB_TEST_TREE_H

#include "nrb/diag.h"
#include "nrb/fsroot.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

struct tree {
	char dir[64];
	struct nrb_root root;
};

/* A fresh, empty tree as *state. Failures that a test provokes are kept but not printed. */
static inline int tree_setup(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	nrb_diag_set_muted(true);
	nrb_diag_reset();
	snprintf(tree->dir, sizeof(tree->dir), "/tmp/nrb-tree-XXXXXX");
	if (mkdtemp(tree->dir) == NULL) {
		free(tree);
		return -1;
	}
	*state = tree;
	return nrb_fsroot_open(&tree->root, tree->dir);
}

static inline int tree_remove(
	const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int tree_teardown(void **state)
{
	struct tree *tree = *state;

	nrb_fsroot_close(&tree->root);
	nftw(tree->dir, tree_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(tree);
	return 0;
}

/* Write a file below the tree, with the directories that it needs. */
static inline void tree_write(const struct tree *tree, const char *path, const char *text)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", tree->dir, path);
	for (char *at = full + strlen(tree->dir) + 1; (at = strchr(at, '/')) != NULL;
		at++) {
		*at = '\0';
		mkdir(full, 0755);
		*at = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Open a recorded machine; the caller closes it. */
static inline void tree_fixture(struct nrb_root *root, const char *name)
{
	char path[1024];

	assert_non_null(getenv("NRB_TESTS"));
	snprintf(path, sizeof(path), "%s/fixtures/%s", getenv("NRB_TESTS"), name);
	assert_int_equal(nrb_fsroot_open(root, path), 0);
	assert_false(root->live);
}

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

/* How many things lie in its directory itself. */
static inline int tree_entries(const struct tree *tree)
{
	DIR *dir = opendir(tree->dir);
	int n = -2; /* . and .. */

	assert_non_null(dir);
	while (readdir(dir) != NULL) {
		n++;
	}
	closedir(dir);
	return n;
}

#endif
