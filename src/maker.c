/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makers by pid, start time and PID namespace. */
#include "nrb/maker.h"

#include "nrb/pids.h"
#include "nrb/process.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* PROC_PID_INIT_INO of include/linux/proc_ns.h, Linux 3.8 to 7.3: that of the first namespace. */
#define FIRST_NAMESPACE 0xEFFFFFFCu

/* whose: "self" or a pid. Returns its inode; 0: it is not told. */
static uint32_t namespace_of(const struct nrb_root *root, const char *whose)
{
	char path[64], target[64];
	uint32_t namespace;
	ssize_t n;

	snprintf(path, sizeof(path), "proc/%s/ns/pid", whose);
	n = readlinkat(root->fd, path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	return sscanf(target, "pid:[%" SCNu32 "]", &namespace) == 1 ? namespace : 0;
}

/* A recorded machine, and a kernel without PID namespaces, have but the first. */
static uint32_t own_namespace(const struct nrb_root *root)
{
	uint32_t namespace = namespace_of(root, "self");

	return namespace != 0 ? namespace : FIRST_NAMESPACE;
}

int nrb_maker_self(const struct nrb_root *root, struct nrb_maker *maker)
{
	int rc;

	*maker = (struct nrb_maker){ .pid = getpid(), .namespace = own_namespace(root) };
	rc = nrb_process_start_time(root, maker->pid, &maker->start_time);
	return root->live ? rc : 0;
}

void nrb_maker_format(const struct nrb_maker *maker, char text[NRB_MAKER_LEN])
{
	snprintf(text, NRB_MAKER_LEN, "%d-%" PRId64 "-%" PRIu32, (int)maker->pid,
		maker->start_time, maker->namespace);
}

int nrb_maker_parse(const char *text, struct nrb_maker *maker)
{
	char again[NRB_MAKER_LEN];
	int pid;

	if (sscanf(text, "%d-%" SCNd64 "-%" SCNu32, &pid, &maker->start_time,
		    &maker->namespace) < 3) {
		return -EINVAL;
	}
	maker->pid = pid;
	nrb_maker_format(maker, again);
	return strcmp(text, again) == 0
		       ? 0
		       : -EINVAL; /* nothing behind it, no other digits */
}

/* The pid that a process has in its innermost namespace, or -1. */
static pid_t innermost_pid(const struct nrb_root *root, pid_t pid)
{
	char path[64], *text, *line, *last;
	pid_t inner = -1;

	snprintf(path, sizeof(path), "proc/%d/status", (int)pid);
	if (nrb_fsroot_read_all(root, path, &text) < 0) {
		return -1;
	}
	line = strstr(text, "\nNSpid:");
	if (line != NULL) {
		line[1 + strcspn(line + 1, "\n")] = '\0';
		last = strrchr(line, '\t');
		inner = last != NULL ? (pid_t)strtol(last, NULL, 10) : -1;
	}
	free(text);
	return inner;
}

/* Whose namespace cannot be seen may be of it. */
static bool may_be(const struct nrb_root *root, pid_t pid, const struct nrb_maker *maker)
{
	uint32_t namespace;
	char whose[16];

	if (innermost_pid(root, pid) != maker->pid || nrb_process_is_dead(root, pid)) {
		return false;
	}
	snprintf(whose, sizeof(whose), "%d", (int)pid);
	namespace = namespace_of(root, whose);
	return namespace == 0 || namespace == maker->namespace;
}

static bool is_seen_from_first(const struct nrb_root *root, const struct nrb_maker *maker)
{
	struct nrb_pids pids;
	bool is_seen = nrb_pids_list(root, &pids) < 0;

	for (size_t i = 0; i < pids.n && !is_seen; i++) {
		is_seen = may_be(root, pids.pid[i], maker);
	}
	nrb_pids_free(&pids);
	return is_seen;
}

bool nrb_maker_is_gone(const struct nrb_root *root, const struct nrb_maker *maker)
{
	uint32_t own = own_namespace(root);
	int64_t now;

	if (maker->namespace == own) {
		return nrb_process_start_time(root, maker->pid, &now) < 0 ||
		       now != maker->start_time || nrb_process_is_dead(root, maker->pid);
	}
	return own == FIRST_NAMESPACE && !is_seen_from_first(root, maker);
}
