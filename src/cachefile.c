/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making the file that a node's page cache is filled with. */
#include "nrb/cachefile.h"

#include "nrb/diag.h"
#include "nrb/rng.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* clang-format off */
static const struct {
	uint32_t magic;
	const char *name;
} refused[] = {
	/* memory: nothing to read it back from */
	{ TMPFS_MAGIC,       "tmpfs" },
	{ RAMFS_MAGIC,       "ramfs" },
	{ HUGETLBFS_MAGIC,   "hugetlbfs" },
	/* another machine's disk and cache */
	{ NFS_SUPER_MAGIC,   "NFS" },
	{ SMB_SUPER_MAGIC,   "SMB" },
	{ CIFS_SUPER_MAGIC,  "CIFS" },
	{ SMB2_SUPER_MAGIC,  "SMB 2" },
	{ CEPH_SUPER_MAGIC,  "Ceph" },
	{ AFS_SUPER_MAGIC,   "AFS" },
	{ AFS_FS_MAGIC,      "AFS" },
	{ CODA_SUPER_MAGIC,  "Coda" },
	{ V9FS_MAGIC,        "9p" },
	{ 0x0bd00bd0,        "Lustre" },
	{ 0x01161970,        "GFS2" },
	{ 0x7461636f,        "OCFS2" },
	{ 0x47504653,        "GPFS" },
	{ 0x786f4256,        "VirtualBox shared folder" },
	/* sshfs, glusterfs, virtiofs: what is behind it is not known */
	{ 0x65735546,        "FUSE" },
	/* a cache of its own beside the page cache */
	{ 0x2fc12fc1,        "ZFS" },
};
/* clang-format on */

static int check(const struct statfs *fs, const char **fs_name)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if ((uint32_t)fs->f_type == refused[i].magic) {
			*fs_name = refused[i].name;
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

int nrb_cachefile_check_dir(const char *dir, const char **fs_name)
{
	struct statfs fs;

	return statfs(dir, &fs) < 0 ? -errno : check(&fs, fs_name);
}

int nrb_cachefile_check_fd(int fd, const char **fs_name)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 ? -errno : check(&fs, fs_name);
}

int nrb_cachefile_free_bytes(const char *dir, int64_t *free_bytes, int64_t *total_bytes)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) < 0) {
		return -errno;
	}
	*free_bytes = (int64_t)(fs.f_bavail * fs.f_frsize);
	*total_bytes = (int64_t)(fs.f_blocks * fs.f_frsize);
	return 0;
}

/* Where a file system has no O_TMPFILE (NTFS, some overlays), there is a name for a moment. */
static int open_nameless(const char *dir, uint64_t seed, int *fd)
{
	char path[PATH_MAX];

	*fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (*fd >= 0) {
		return 0;
	}
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) {
		return -errno;
	}
	if (snprintf(path, sizeof(path), "%s/.numa-reclaim-bench.%d.%016llx", dir,
		    (int)getpid(), (unsigned long long)seed) >= (int)sizeof(path)) {
		return -ENAMETOOLONG;
	}
	*fd = open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0600);
	if (*fd < 0) {
		return -errno;
	}
	return unlink(path) < 0 ? -errno : 0;
}

/* Take the space before writing into it, where the file system can. */
static int reserve(int fd, int64_t len)
{
	if (fallocate(fd, 0, 0, len) == 0 || errno == EOPNOTSUPP || errno == ENOSYS) {
		return 0;
	}
	return -errno;
}

static int write_all(int fd, const void *buf, size_t len, int64_t at)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pwrite(
			fd, (const char *)buf + done, len - done, at + (off_t)done);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return n < 0 ? -errno : -EIO;
		}
		done += (size_t)n;
	}
	return 0;
}

enum { CHUNK = 8 << 20, BLOCK = 4096 };

/* Start writing this chunk out, wait for the one before it, and drop that from the cache. Failures
 * are left to fsync(2), which reports them all; some file systems lack sync_file_range(2). */
static void write_behind(int fd, int64_t at)
{
	(void)sync_file_range(fd, at, CHUNK, SYNC_FILE_RANGE_WRITE);
	if (at >= CHUNK) {
		(void)sync_file_range(fd, at - CHUNK, CHUNK,
			SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				SYNC_FILE_RANGE_WAIT_AFTER);
		(void)posix_fadvise(fd, at - CHUNK, CHUNK, POSIX_FADV_DONTNEED);
	}
}

/* Random once: no file system compresses over so long a way. */
static uint64_t *make_chunk(struct nrb_rng *rng)
{
	uint64_t *buf = malloc(CHUNK);

	for (size_t i = 0; buf != NULL && i < CHUNK / sizeof(*buf); i++) {
		buf[i] = nrb_rng_next(rng);
	}
	return buf;
}

/* Nor is one block another's copy, that storage would keep once. */
static void stamp_blocks(uint64_t *buf, struct nrb_rng *rng)
{
	for (size_t i = 0; i < CHUNK / sizeof(*buf); i += BLOCK / sizeof(*buf)) {
		buf[i] = nrb_rng_next(rng);
	}
}

static int fill_random(int fd, int64_t len, uint64_t seed, volatile int64_t *progress,
	const volatile int32_t *stop)
{
	struct nrb_rng rng = nrb_rng_init(seed);
	uint64_t *buf = make_chunk(&rng);
	int rc = buf != NULL ? 0 : -ENOMEM;

	for (int64_t at = 0; rc == 0 && at < len; at += CHUNK) {
		size_t n = len - at < CHUNK ? (size_t)(len - at) : CHUNK;

		if (*stop != 0) {
			rc = -ECANCELED;
			break;
		}
		stamp_blocks(buf, &rng);
		rc = write_all(fd, buf, n, at);
		write_behind(fd, at);
		*progress = at + (int64_t)n;
	}
	free(buf);
	if (rc == 0 && fsync(fd) < 0) {
		rc = -errno;
	}
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return rc;
}

int nrb_cachefile_make_sparse(const char *dir, int64_t len, uint64_t seed, int *fd)
{
	int rc = open_nameless(dir, seed, fd);

	if (rc < 0) {
		return nrb_fail(rc, "cannot make a file in %s", dir);
	}
	if (ftruncate(*fd, len) < 0) {
		rc = nrb_fail(-errno, "cannot make a sparse file of %lld MiB in %s",
			(long long)len >> 20, dir);
		close(*fd);
		*fd = -1;
	}
	return rc;
}

int nrb_cachefile_make(const char *dir, int64_t len, uint64_t seed,
	volatile int64_t *progress, const volatile int32_t *stop, int *fd)
{
	int rc = open_nameless(dir, seed, fd);

	if (rc < 0) {
		(void)nrb_fail(rc, "cannot make a file in %s", dir);
		goto out;
	}
	rc = reserve(*fd, len);
	if (rc == 0) {
		rc = fill_random(*fd, len, seed, progress, stop);
	}
	if (rc < 0 && rc != -ECANCELED) {
		(void)nrb_fail(
			rc, "cannot write %lld MiB into %s", (long long)len >> 20, dir);
	}
out:
	if (rc < 0 && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return rc;
}
