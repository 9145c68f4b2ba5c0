/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the cache file may lie, and that making it leaves neither a name nor cache behind. */
#include "nrb/cachefile.h"

#include "nrb/diag.h"
#include "nrb/pagecache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cmocka.h>

enum { LEN = (20 << 20) + 12345 };

static struct {
	long magic;     /* statfs(2) says this; 0: the truth */
	int open_errno; /* O_TMPFILE fails so; 0: not */
	int fallocate_errno;
	int pwrite_errno;
	size_t pwrite_most; /* bytes taken at most by one call; 0: all */
	volatile int32_t *stop_after_write;
} fake;

static const char *dir = ".";

static int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	nrb_diag_reset();
	return 0;
}

int __real_statfs64(const char *path, struct statfs *fs);
int __wrap_statfs64(const char *path, struct statfs *fs);
int __wrap_statfs64(const char *path, struct statfs *fs)
{
	int rc = __real_statfs64(path, fs);

	if (fake.magic != 0) {
		fs->f_type = fake.magic;
	}
	return rc;
}

int __real_open64(const char *path, int flags, mode_t mode);
int __wrap_open64(const char *path, int flags, mode_t mode);
int __wrap_open64(const char *path, int flags, mode_t mode)
{
	if (fake.open_errno != 0 && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = fake.open_errno;
		return -1;
	}
	return __real_open64(path, flags, mode);
}

int __real_fallocate64(int fd, int mode, off_t at, off_t len);
int __wrap_fallocate64(int fd, int mode, off_t at, off_t len);
int __wrap_fallocate64(int fd, int mode, off_t at, off_t len)
{
	if (fake.fallocate_errno != 0) {
		errno = fake.fallocate_errno;
		return -1;
	}
	return __real_fallocate64(fd, mode, at, len);
}

ssize_t __real_pwrite64(int fd, const void *buf, size_t len, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *buf, size_t len, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *buf, size_t len, off_t at)
{
	if (fake.pwrite_errno != 0) {
		errno = fake.pwrite_errno;
		return -1;
	}
	if (fake.stop_after_write != NULL) {
		*fake.stop_after_write = 1;
	}
	if (fake.pwrite_most != 0 && len > fake.pwrite_most) {
		len = fake.pwrite_most;
	}
	return __real_pwrite64(fd, buf, len, at);
}

static void test_file_systems_that_do_not_serve(void **state)
{
	static const struct {
		long magic;
		const char *name; /* NULL: serves */
	} rows[] = {
		{ TMPFS_MAGIC, "tmpfs" },
		{ RAMFS_MAGIC, "ramfs" },
		{ NFS_SUPER_MAGIC, "NFS" },
		{ (long)0xfffffffffe534d42,
			"SMB 2" }, /* f_type is signed: it may be so */
		{ 0x65735546, "FUSE" },
		{ EXT4_SUPER_MAGIC, NULL },
		{ XFS_SUPER_MAGIC, NULL },
		{ BTRFS_SUPER_MAGIC, NULL },
		{ OVERLAYFS_SUPER_MAGIC, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *name = NULL;

		fake.magic = rows[i].magic;
		if (rows[i].name == NULL) {
			assert_int_equal(nrb_cachefile_check_dir(".", &name), 0);
			continue;
		}
		assert_int_equal(nrb_cachefile_check_dir(".", &name), -EOPNOTSUPP);
		assert_string_equal(name, rows[i].name);
	}
}

static void test_no_such_directory(void **state)
{
	int64_t free_bytes, total_bytes;
	const char *name;

	(void)state;
	assert_int_equal(nrb_cachefile_check_dir("no/such/dir", &name), -ENOENT);
	assert_int_equal(
		nrb_cachefile_free_bytes("no/such/dir", &free_bytes, &total_bytes),
		-ENOENT);
}

static void test_free_bytes(void **state)
{
	int64_t free_bytes = 0, total_bytes = 0;

	(void)state;
	assert_int_equal(nrb_cachefile_free_bytes(dir, &free_bytes, &total_bytes), 0);
	assert_in_range(free_bytes, LEN, total_bytes);
}

static size_t count_entries(void)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL) {
		n++;
	}
	closedir(d);
	return n;
}

/* Make a file and look at what it is. */
static void make_and_check(uint64_t seed, unsigned char *head, size_t n)
{
	volatile int64_t progress = 0;
	volatile int32_t stop = 0;
	size_t entries = count_entries();
	int64_t cached = -1;
	struct stat st;
	int fd = -1;

	assert_int_equal(nrb_cachefile_make(dir, LEN, seed, &progress, &stop, &fd), 0);
	assert_int_equal(progress, LEN);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, LEN);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(st.st_blocks * 512 >= LEN); /* no holes */
	assert_int_equal(count_entries(), entries);
	assert_int_equal(nrb_pagecache_cached_bytes(fd, LEN, &cached), 0);
	assert_int_equal(cached, 0);
	assert_int_equal(pread(fd, head, n, LEN - (off_t)n), n);
	close(fd);
}

static void test_make(void **state)
{
	unsigned char a[4096], b[4096], c[4096];

	(void)state;
	make_and_check(1, a, sizeof(a));
	make_and_check(1, b, sizeof(b));
	make_and_check(2, c, sizeof(c));
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
	assert_memory_not_equal(a, a + 2048, 2048);
}

/* As long, and nothing of it on the disk. */
static void test_make_sparse(void **state)
{
	struct stat file;
	int fd = -1;

	(void)state;
	assert_int_equal(nrb_cachefile_make_sparse(".", 64 << 20, 1, &fd), 0);
	assert_int_equal(fstat(fd, &file), 0);
	assert_int_equal(file.st_size, 64 << 20);
	assert_int_equal(file.st_blocks, 0);
	assert_int_equal(file.st_nlink, 0);
	close(fd);
	nrb_diag_set_muted(true);
	assert_int_equal(nrb_cachefile_make_sparse("/nonexistent", 1, 1, &fd), -ENOENT);
	assert_int_equal(fd, -1);
}

static void test_make_where_there_is_no_tmpfile(void **state)
{
	unsigned char a[4096];

	(void)state;
	fake.open_errno = EOPNOTSUPP;
	fake.fallocate_errno = EOPNOTSUPP;
	fake.pwrite_most = 1000000;
	make_and_check(1, a, sizeof(a));
}

static void test_make_failures(void **state)
{
	volatile int64_t progress = 0;
	volatile int32_t stop = 0;
	int fd = 99;

	(void)state;
	assert_int_equal(
		nrb_cachefile_make("no/dir", LEN, 1, &progress, &stop, &fd), -ENOENT);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(nrb_diag_message(), "no/dir"));
	nrb_diag_reset();
	fake.fallocate_errno = ENOSPC;
	assert_int_equal(nrb_cachefile_make(dir, LEN, 1, &progress, &stop, &fd), -ENOSPC);
	assert_int_equal(fd, -1);
	assert_int_equal(progress, 0);
	assert_string_not_equal(nrb_diag_message(), "");
	fake.fallocate_errno = 0;
	fake.pwrite_errno = EIO;
	assert_int_equal(nrb_cachefile_make(dir, LEN, 1, &progress, &stop, &fd), -EIO);
	assert_int_equal(fd, -1);
}

static void test_make_stops(void **state)
{
	volatile int64_t progress = 0;
	volatile int32_t stop = 0;
	int fd = 99;

	(void)state;
	fake.stop_after_write = &stop;
	assert_int_equal(
		nrb_cachefile_make(dir, LEN, 1, &progress, &stop, &fd), -ECANCELED);
	assert_int_equal(fd, -1);
	assert_in_range(progress, 1, LEN - 1);
	assert_string_equal(nrb_diag_message(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_file_systems_that_do_not_serve, reset),
		cmocka_unit_test_setup(test_no_such_directory, reset),
		cmocka_unit_test_setup(test_free_bytes, reset),
		cmocka_unit_test_setup(test_make, reset),
		cmocka_unit_test_setup(test_make_sparse, reset),
		cmocka_unit_test_setup(test_make_where_there_is_no_tmpfile, reset),
		cmocka_unit_test_setup(test_make_failures, reset),
		cmocka_unit_test_setup(test_make_stops, reset),
	};
	const char *name;

	if (nrb_cachefile_check_dir(dir, &name) < 0) {
		print_message("the build directory is on %s\n", name);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
