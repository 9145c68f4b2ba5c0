/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A throw-away copy of a recorded machine (FIXTURES), of which an input makes some files. */
#ifndef NRB_FUZZ_TREE_H
#define NRB_FUZZ_TREE_H

#include "nrb/fsroot.h"

#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tree {
	char dir[64], model[1024];
	struct nrb_root root;
} tree;

static inline void tree_put(const char *path, const void *bytes, size_t size)
{
	int fd = openat(
		tree.root.fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	close(fd);
}

/* As the recorded machine has it: another text, or none. */
static inline void tree_put_back(const char *path)
{
	static char text[1 << 16];
	char full[2048];
	size_t size;
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", tree.model, path);
	file = fopen(full, "rbe");
	if (file == NULL) {
		unlinkat(tree.root.fd, path, 0);
		return;
	}
	size = fread(text, 1, sizeof(text), file);
	assert(feof(file));
	fclose(file);
	tree_put(path, text, size);
}

/* The directories that a file needs. */
static inline void tree_make_room(const char *path)
{
	char part[256];

	for (size_t i = 1; i < strlen(path); i++) {
		if (path[i] == '/') {
			snprintf(part, sizeof(part), "%.*s", (int)i, path);
			mkdirat(tree.root.fd, part, 0700);
		}
	}
}

static inline int tree_copy_one(
	const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	const char *below = path + strlen(tree.model);

	(void)status;
	(void)ftw;
	if (type == FTW_F) {
		tree_make_room(below + 1);
		tree_put_back(below + 1);
	}
	return 0;
}

static inline int tree_remove_one(
	const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void tree_remove(void)
{
	nftw(tree.dir, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Once for all inputs; in memory, where there is such a place. */
static inline void tree_make(const char *fixture)
{
	snprintf(tree.dir, sizeof(tree.dir), "%s/nrb-fuzz-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert(mkdtemp(tree.dir) != NULL && atexit(tree_remove) == 0);
	assert(nrb_fsroot_open(&tree.root, tree.dir) == 0 && !tree.root.live);
	snprintf(tree.model, sizeof(tree.model), "%s/%s", FIXTURES, fixture);
	assert(nftw(tree.model, tree_copy_one, 16, FTW_PHYS) == 0);
}

#endif
