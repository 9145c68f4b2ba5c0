/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making and removing our instance of tracefs. */
#include "nrb/traceinstance.h"

#include "nrb/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "numa-reclaim-bench-"

enum { BUSY_TRIES = 100, BUSY_MS = 20 };

/* Where tracefs is mounted, by itself or by debugfs. */
static const char *const mounts[] = { "sys/kernel/tracing/instances",
	"sys/kernel/debug/tracing/instances", NULL };

static int open_instances(const struct nrb_root *root, int *fd)
{
	int rc = -ENOENT;

	for (int i = 0; mounts[i] != NULL; i++) {
		int tried = nrb_fsroot_open_file(
			root, mounts[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW, fd);

		if (tried == 0) {
			return 0;
		}
		if (tried != -ENOENT) {
			rc = tried; /* it is there, and says no */
		}
	}
	return rc;
}

static int explain(int rc, char *why, size_t why_len)
{
	if (rc == -ENOENT) {
		snprintf(why, why_len, "tracefs is not mounted at /sys/kernel/tracing");
	} else if (rc == -EPERM || rc == -EACCES) {
		snprintf(why, why_len,
			"tracing is not allowed: not root, or a locked-down kernel");
	} else {
		snprintf(why, why_len, "no instance of tracefs of our own: %s",
			strerror(-rc));
	}
	return rc;
}

/* One that is being closed is busy for a moment. tries are of all that are removed together. */
static int remove_named(int parent, const char *name, int *tries)
{
	while (unlinkat(parent, name, AT_REMOVEDIR) < 0) {
		if (errno == ENOENT || errno == ENODEV) {
			return 0; /* somebody else removed it */
		}
		if (errno != EBUSY || --*tries <= 0) {
			return -errno;
		}
		poll(NULL, 0, BUSY_MS);
	}
	return 0;
}

/* A zombie records nothing more: whoever waits for it may be waiting for us. */
static bool is_alive(const struct nrb_root *root, pid_t pid, int64_t start_time)
{
	int64_t now;

	return nrb_process_start_time(root, pid, &now) == 0 && now == start_time &&
	       !nrb_process_is_dead(root, pid);
}

/* Whether a name is one of ours, and nobody's, or the caller's own. */
static bool is_orphan(const struct nrb_root *root, const char *name)
{
	int64_t start_time;
	int pid, len = 0;

	if (sscanf(name, PREFIX "%d-%" SCNd64 "%n", &pid, &start_time, &len) < 2 ||
		name[len] != '\0') {
		return false;
	}
	return pid == getpid() || !is_alive(root, pid, start_time);
}

/* Removes them, or counts them. */
static int for_orphans(const struct nrb_root *root, bool removes)
{
	int fd, n = 0, tries = BUSY_TRIES;
	struct dirent *entry;
	DIR *dir;

	if (open_instances(root, &fd) < 0) {
		return 0;
	}
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return 0;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (is_orphan(root, entry->d_name)) {
			n += !removes || remove_named(fd, entry->d_name, &tries) == 0;
		}
	}
	closedir(dir);
	return n;
}

int nrb_traceinstance_clear(const struct nrb_root *root)
{
	return for_orphans(root, true);
}

int nrb_traceinstance_left(const struct nrb_root *root)
{
	return for_orphans(root, false);
}

static int make_in(
	struct nrb_traceinstance *made, const struct nrb_root *root, int64_t start_time)
{
	int rc;

	snprintf(made->name, sizeof(made->name), PREFIX "%d-%" PRId64, (int)getpid(),
		start_time);
	if (mkdirat(made->parent, made->name, 0700) < 0) {
		rc = -errno;
		made->name[0] = '\0';
		return rc;
	}
	made->files.live = root->live;
	made->files.fd = openat(
		made->parent, made->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	rc = made->files.fd < 0 ? -errno
				: nrb_fsroot_write_str(&made->files, "tracing_on", "0");
	return rc;
}

int nrb_traceinstance_make(struct nrb_traceinstance *instance,
	const struct nrb_root *root, char *why, size_t why_len)
{
	int64_t start_time = 0;
	int rc;

	*instance = (struct nrb_traceinstance){ 0 };
	rc = open_instances(root, &instance->parent);
	if (rc < 0) {
		instance->parent = 0;
		return explain(rc, why, why_len);
	}
	(void)nrb_traceinstance_clear(root);
	rc = nrb_process_start_time(root, getpid(), &start_time);
	if (rc == 0 || !root->live) { /* a recorded machine does not list us */
		rc = make_in(instance, root, start_time);
	}
	if (rc < 0) {
		(void)nrb_traceinstance_remove(instance);
		return explain(rc, why, why_len);
	}
	return 0;
}

int nrb_traceinstance_remove(struct nrb_traceinstance *instance)
{
	int rc = 0, tries = 1;

	if (instance->name[0] != '\0') {
		rc = remove_named(instance->parent, instance->name, &tries);
	}
	nrb_fsroot_close(&instance->files);
	if (instance->parent > 0) {
		close(instance->parent);
	}
	*instance = (struct nrb_traceinstance){ 0 };
	return rc;
}
