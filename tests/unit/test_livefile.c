/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are read again and again: what they say now, of any length, also after one went away. */
#include "nrb/livefile.h"

#include "tree.h"

#include <errno.h>
#include <unistd.h>

static int fails_with; /* of the next pread; 0: none */
static int opened;

ssize_t __real_pread64(int fd, void *buf, size_t len, off_t offset);
ssize_t __wrap_pread64(int fd, void *buf, size_t len, off_t offset);

ssize_t __wrap_pread64(int fd, void *buf, size_t len, off_t offset)
{
	if (fails_with != 0) {
		errno = fails_with;
		fails_with = 0;
		return -1;
	}
	/* in parts, as the kernel hands out a long file */
	return __real_pread64(fd, buf, len < 4000 ? len : 4000, offset);
}

int __real_nrb_fsroot_open_file(
	const struct nrb_root *root, const char *path, int flags, int *fd);
int __wrap_nrb_fsroot_open_file(
	const struct nrb_root *root, const char *path, int flags, int *fd);

int __wrap_nrb_fsroot_open_file(
	const struct nrb_root *root, const char *path, int flags, int *fd)
{
	opened++;
	return __real_nrb_fsroot_open_file(root, path, flags, fd);
}

static struct nrb_livefile file_at(const char *path)
{
	struct nrb_livefile file = { 0 };

	snprintf(file.path, sizeof(file.path), "%s", path);
	opened = 0;
	return file;
}

static void what_it_says_now(void **state)
{
	struct tree *tree = *state;
	struct nrb_livefile file = file_at("proc/vmstat");
	struct nrb_livetext text = { 0 };

	tree_write(tree, "proc/vmstat", "a 1\n");
	assert_int_equal(nrb_livefile_read(&file, &tree->root, &text), 0);
	assert_string_equal(text.bytes, "a 1\n");
	tree_write(tree, "proc/vmstat", "b\n");
	assert_int_equal(nrb_livefile_read(&file, &tree->root, &text), 0);
	assert_string_equal(text.bytes, "b\n");
	assert_int_equal(opened, 1);
	nrb_livefile_close(&file);
	nrb_livefile_close(&file);
	nrb_livetext_finish(&text);
	nrb_livetext_finish(&text);
}

static void of_any_length(void **state)
{
	enum { LEN = 200001 };
	struct tree *tree = *state;
	struct nrb_livefile file = file_at("long");
	struct nrb_livetext text = { 0 };
	char *wanted = malloc(LEN + 1);

	memset(wanted, 'x', LEN);
	wanted[LEN - 1] = 'y';
	wanted[LEN] = '\0';
	tree_write(tree, "long", wanted);
	assert_int_equal(nrb_livefile_read(&file, &tree->root, &text), 0);
	assert_string_equal(text.bytes, wanted);
	free(wanted);
	nrb_livefile_close(&file);
	nrb_livetext_finish(&text);
}

static void too_long(void **state)
{
	struct tree *tree = *state;
	struct nrb_livefile file = file_at("huge");
	struct nrb_livetext text = { 0 };
	char path[128];

	tree_write(tree, "huge", "");
	snprintf(path, sizeof(path), "%s/huge", tree->dir);
	assert_int_equal(truncate(path, 16 << 20), 0);
	assert_int_equal(nrb_livefile_read(&file, &tree->root, &text), -EFBIG);
	assert_false(file.is_open);
	nrb_livetext_finish(&text);
}

static void one_that_went_away(void **state)
{
	struct tree *tree = *state;
	struct nrb_livefile file = file_at("node1");
	struct nrb_livetext text = { 0 };

	assert_int_equal(nrb_livefile_read(&file, &tree->root, &text), -ENOENT);
	tree_write(tree, "node1", "1\n");
	assert_int_equal(nrb_livefile_read(&file, &tree->root, &text), 0);
	fails_with = ENODEV;
	assert_int_equal(nrb_livefile_read(&file, &tree->root, &text), -ENODEV);
	assert_false(file.is_open);
	fails_with = EINTR;
	assert_int_equal(nrb_livefile_read(&file, &tree->root, &text), 0);
	assert_string_equal(text.bytes, "1\n");
	assert_int_equal(opened, 3);
	nrb_livefile_close(&file);
	nrb_livetext_finish(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(what_it_says_now),
		TREE_TEST(of_any_length),
		TREE_TEST(too_long),
		TREE_TEST(one_that_went_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
