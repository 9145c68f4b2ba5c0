/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's files: which are opened, and a fill that is read from them in their order. */
#include "nrb/servedfiles.h"

#include "nrb/cachefile.h"
#include "nrb/source.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct nrb_servedfiles files;
static struct nrb_shared *shared;

/* -- what is replaced -- */

static struct {
	int fd[8];
	int64_t len[8];
	int n;
	int fs; /* what check_fd returns */
} seen;

int __wrap_nrb_cachefile_check_fd(int fd, const char **fs_name);
int __wrap_nrb_cachefile_check_fd(int fd, const char **fs_name)
{
	(void)fd;
	*fs_name = "a test";
	return seen.fs;
}

int __wrap_nrb_pagecache_fill(int fd, int64_t from, int64_t len,
	volatile int64_t *progress, const volatile int32_t *stop);
int __wrap_nrb_pagecache_fill(int fd, int64_t from, int64_t len,
	volatile int64_t *progress, const volatile int32_t *stop)
{
	(void)progress;
	(void)stop;
	assert_int_equal(from, 0);
	seen.fd[seen.n] = fd;
	seen.len[seen.n++] = len;
	return 0;
}

int __wrap_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes);
int __wrap_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes)
{
	(void)fd;
	*bytes = len / 2;
	return 0;
}

/* -- files -- */

static void make_file(const char *name, off_t bytes)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, bytes), 0);
	close(fd);
}

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	memset(&seen, 0, sizeof(seen));
	memset(&files, 0, sizeof(files));
	shared = calloc(1, sizeof(*shared));
	assert_int_equal(fchdir(tree->root.fd), 0);
	make_file("one", 300 * 1024);
	make_file("two", 5);
	make_file("empty", 0);
	return rc;
}

static int teardown(void **state)
{
	nrb_servedfiles_close(&files);
	free(shared);
	assert_int_equal(chdir("/"), 0);
	return tree_teardown(state);
}

static int open_them(const char *a, const char *b, const char *c)
{
	const char *paths[] = { a, b, c };

	nrb_diag_reset();
	return nrb_servedfiles_open(&files, paths, c != NULL ? 3 : b != NULL ? 2 : 1);
}

static void test_regular_files(void **state)
{
	(void)state;
	assert_int_equal(open_them("one", "empty", "two"), 0);
	assert_int_equal(files.set.n_files, 2);
	assert_int_equal(files.set.bytes, 300 * 1024 + 5);
	assert_int_equal(files.set.n_objects, 4);
	assert_int_equal(fcntl(files.list[0].fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_true(fcntl(files.list[0].fd, F_GETFL) & O_NOATIME);
	assert_true(fcntl(files.list[0].fd, F_GETFD) & FD_CLOEXEC);
}

static void assert_refused(int rc, enum nrb_exit code, const char *part)
{
	assert_true(rc < 0);
	assert_int_equal(nrb_diag_exit(rc), code);
	assert_non_null(strstr(nrb_diag_message(), part));
	nrb_servedfiles_close(&files);
}

static void test_others(void **state)
{
	(void)state;
	assert_int_equal(mkdir("dir", 0700), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(symlink("one", "link"), 0);
	assert_refused(open_them("one", "dir", NULL), NRB_EXIT_USAGE, "directory");
	assert_refused(open_them("pipe", NULL, NULL), NRB_EXIT_USAGE, "pipe");
	assert_refused(open_them("link", NULL, NULL), NRB_EXIT_USAGE, "link");
	assert_refused(open_them("empty", "empty", NULL), NRB_EXIT_USAGE, "empty");
	assert_refused(open_them("none", NULL, NULL), NRB_EXIT_FAILED, "none");
	seen.fs = -EOPNOTSUPP;
	assert_refused(open_them("one", NULL, NULL), NRB_EXIT_NOT_HERE, "a test");
	unlink("link");
	unlink("pipe");
	rmdir("dir");
}

static void test_a_file_twice(void **state)
{
	(void)state;
	assert_int_equal(link("one", "hard"), 0);
	assert_refused(open_them("one", "two", "./one"), NRB_EXIT_USAGE, "named before");
	assert_refused(open_them("one", "hard", NULL), NRB_EXIT_USAGE, "--file hard");
	unlink("hard");
}

static void test_a_fill_is_read_from_them(void **state)
{
	struct nrb_cell cell = { .shared = shared, .file = -1, .served = &files.set };
	int64_t bytes = 0;

	(void)state;
	assert_int_equal(open_them("two", "one", NULL), 0);
	assert_true(nrb_source_exists(&cell));
	assert_int_equal(nrb_source_bytes(&cell), 300 * 1024 + 5);
	assert_int_equal(nrb_source_fill(&cell, 4096), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.fd[0], files.list[0].fd);
	assert_int_equal(seen.len[0], 5);
	assert_int_equal(seen.fd[1], files.list[1].fd);
	assert_int_equal(seen.len[1], 4091);
	assert_int_equal(nrb_source_cached(&cell, 4096, &bytes), 0);
	assert_int_equal(bytes, 2 + 2045);
	assert_int_equal(nrb_source_drop(&cell, &bytes), 0);
	assert_int_equal(bytes, 2 + 150 * 1024); /* of all of them */
}

static void test_without_files_it_is_the_cache_file(void **state)
{
	struct nrb_cell cell = { .shared = shared, .file = 77 };
	int64_t bytes = 1;

	(void)state;
	assert_true(nrb_source_exists(&cell));
	assert_int_equal(nrb_source_bytes(&cell), INT64_MAX);
	assert_int_equal(nrb_source_fill(&cell, 4096), 0);
	assert_int_equal(seen.fd[0], 77);
	assert_int_equal(seen.len[0], 4096);
	assert_int_equal(nrb_source_drop(&cell, &bytes), 0);
	assert_int_equal(bytes, 0);
	cell.file = -1;
	assert_false(nrb_source_exists(&cell));
}

#define FILES_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES_TEST(test_regular_files),
		FILES_TEST(test_others),
		FILES_TEST(test_a_file_twice),
		FILES_TEST(test_a_fill_is_read_from_them),
		FILES_TEST(test_without_files_it_is_the_cache_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
