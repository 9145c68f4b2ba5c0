/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where threads run and memory lands.
 * Of libnuma only the bare system calls are used: numa_alloc_*() and its kin print their failures
 * themselves, or exit.
 */
#include "nrb/placement.h"

#include "nrb/diag.h"

#include <errno.h>
#include <limits.h>
#include <numaif.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WORD_BITS = sizeof(unsigned long) * CHAR_BIT,
	MAX_NODES = 1024,   /* CONFIG_NODES_SHIFT is at most 10 */
	BATCH_PAGES = 1024, /* 12 KiB of stack; the kernel itself works in chunks of 16 */
	SET_TEXT = 128,
};

/* Bits as the system calls want them, whatever a long is here. */
static void to_mask(const struct nrb_idset *set, int limit, unsigned long *mask)
{
	memset(mask, 0, (size_t)limit / CHAR_BIT);
	nrb_for_each_id(id, set) {
		if (id < limit) {
			mask[id / WORD_BITS] |= 1ul << (id % WORD_BITS);
		}
	}
}

int nrb_placement_pin(const struct nrb_idset *cpus)
{
	unsigned long want[NRB_IDSET_MAX / WORD_BITS], got[NRB_IDSET_MAX / WORD_BITS];
	char text[SET_TEXT];

	to_mask(cpus, NRB_IDSET_MAX, want);
	memset(got, 0, sizeof(got));
	if (sched_setaffinity(0, sizeof(want), (const cpu_set_t *)want) < 0 ||
		sched_getaffinity(0, sizeof(got), (cpu_set_t *)got) < 0) {
		return nrb_fail(-errno, "cannot run on CPUs %s",
			nrb_idset_format(cpus, text, sizeof(text)));
	}
	/* the kernel silently drops CPUs that are offline or outside the cpuset */
	if (memcmp(want, got, sizeof(want)) != 0) {
		return nrb_fail(-EINVAL, "only some of the CPUs %s may be used",
			nrb_idset_format(cpus, text, sizeof(text)));
	}
	return 0;
}

/* A policy in the kernel's terms. */
struct kernel_policy {
	int mode;
	unsigned long mask[MAX_NODES / WORD_BITS];
	unsigned long max_node; /* the kernel takes one bit less than it is told */
};

static struct kernel_policy to_kernel(
	enum nrb_policy policy, const struct nrb_idset *nodes)
{
	static const int modes[] = {
		[NRB_POLICY_DEFAULT] = MPOL_DEFAULT,
		[NRB_POLICY_LOCAL] = MPOL_LOCAL,
		[NRB_POLICY_BIND] = MPOL_BIND,
		[NRB_POLICY_PREFERRED] = MPOL_PREFERRED,
		[NRB_POLICY_INTERLEAVE] = MPOL_INTERLEAVE,
	};
	struct kernel_policy kernel = { .mode = modes[policy] };

	if (policy != NRB_POLICY_DEFAULT && policy != NRB_POLICY_LOCAL) {
		to_mask(nodes, MAX_NODES, kernel.mask);
		kernel.max_node = MAX_NODES + 1;
	}
	return kernel;
}

/* A mask of no bits must be NULL: the kernel decrements its length before it looks (EINVAL on 6.1
 * for a pointer with length 0). */
static const unsigned long *mask_of(const struct kernel_policy *kernel)
{
	return kernel->max_node > 0 ? kernel->mask : NULL;
}

/* "bind to nodes 0-1", for messages. */
static const char *policy_text(
	enum nrb_policy policy, const struct nrb_idset *nodes, char *buf, size_t len)
{
	static const char *const names[] = {
		[NRB_POLICY_DEFAULT] = "default",
		[NRB_POLICY_LOCAL] = "local",
		[NRB_POLICY_BIND] = "bind to nodes ",
		[NRB_POLICY_PREFERRED] = "prefer nodes ",
		[NRB_POLICY_INTERLEAVE] = "interleave nodes ",
	};
	char set[SET_TEXT] = "";

	if (policy != NRB_POLICY_DEFAULT && policy != NRB_POLICY_LOCAL) {
		nrb_idset_format(nodes, set, sizeof(set));
	}
	(void)snprintf(buf, len, "%s%s", names[policy], set);
	return buf;
}

static int set_policy(enum nrb_policy policy, const struct nrb_idset *nodes)
{
	struct kernel_policy kernel = to_kernel(policy, nodes);

	return set_mempolicy(kernel.mode, mask_of(&kernel), kernel.max_node) < 0 ? -errno
										 : 0;
}

int nrb_placement_set_policy(enum nrb_policy policy, const struct nrb_idset *nodes)
{
	char text[2 * SET_TEXT];
	int rc = set_policy(policy, nodes);

	return rc < 0 ? nrb_fail(rc, "cannot set memory policy \"%s\"",
				policy_text(policy, nodes, text, sizeof(text)))
		      : 0;
}

int nrb_placement_keep_to(const struct nrb_place *place)
{
	int rc = nrb_idset_count(&place->cpus) > 0 ? nrb_placement_pin(&place->cpus) : 0;

	/* refused where a cpuset holds none of the nodes: then memory stays local */
	if (rc == 0 && nrb_idset_count(&place->nodes) > 0) {
		(void)set_policy(NRB_POLICY_PREFERRED, &place->nodes);
	}
	return rc;
}

int nrb_placement_bind_range(
	void *mem, size_t len, enum nrb_policy policy, const struct nrb_idset *nodes)
{
	struct kernel_policy kernel = to_kernel(policy, nodes);
	char text[2 * SET_TEXT];

	if (mbind(mem, len, kernel.mode, mask_of(&kernel), kernel.max_node, 0) < 0) {
		return nrb_fail(-errno, "cannot set memory policy \"%s\" for %zu bytes",
			policy_text(policy, nodes, text, sizeof(text)), len);
	}
	return 0;
}

/* Count what move_pages(2) said of a batch: a node, or a negative errno for a page that is not
 * there (-ENOENT: never written, swapped out; -EFAULT: the shared zero page). */
static int count_batch(const int *status, size_t n, int64_t *pages, int n_pages_max,
	int64_t *absent, int16_t *node_of)
{
	for (size_t i = 0; i < n; i++) {
		if (status[i] >= n_pages_max) {
			return nrb_fail(-ERANGE, "a page lies on node %d", status[i]);
		}
		if (status[i] < 0) {
			(*absent)++;
		} else {
			pages[status[i]]++;
		}
		if (node_of != NULL) {
			node_of[i] = (int16_t)(status[i] < 0 ? -1 : status[i]);
		}
	}
	return 0;
}

int nrb_placement_count_some(pid_t pid, const void *mem, size_t page_bytes,
	const uint32_t *numbers, size_t n, int64_t *pages, int n_pages_max,
	int64_t *absent, int16_t *node_of)
{
	for (size_t at = 0; at < n; at += BATCH_PAGES) {
		void *addresses[BATCH_PAGES];
		int status[BATCH_PAGES], rc;
		size_t batch = n - at < BATCH_PAGES ? n - at : BATCH_PAGES;

		for (size_t i = 0; i < batch; i++) {
			size_t page = numbers != NULL ? numbers[at + i] : at + i;

			addresses[i] = (void *)((uintptr_t)mem + page * page_bytes);
		}
		if (move_pages(pid, batch, addresses, NULL, status, 0) < 0) {
			/* EINVAL: dead, and not waited for */
			if (pid != 0 && (errno == ESRCH || errno == EINVAL)) {
				return -ESRCH;
			}
			return nrb_fail(-errno,
				"cannot ask where %zu pages of process %d are", n - at,
				(int)pid);
		}
		rc = count_batch(status, batch, pages, n_pages_max, absent,
			node_of != NULL ? node_of + at : NULL);
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

int nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of)
{
	return nrb_placement_count_some(pid, mem, page_bytes, NULL, len / page_bytes,
		pages, n_pages_max, absent, node_of);
}

/* In pages of 4 KiB; -ERANGE where that cannot be. */
static int add_pages(int64_t *pages, int64_t count, int64_t kb)
{
	int64_t small, sum;

	if (count < 0 || kb < 4 || __builtin_mul_overflow(count, kb / 4, &small) ||
		__builtin_add_overflow(*pages, small, &sum)) {
		return -ERANGE;
	}
	*pages = sum;
	return 0;
}

/* Add the N<node>=<count> words of one mapping, in pages of its own size. */
static int add_numa_maps_line(char *words, int64_t *pages, int n_pages_max)
{
	int64_t counts[MAX_NODES] = { 0 };
	long long kb = 4, count;
	char *rest = words, *word;
	int node;

	while ((word = strsep(&rest, " ")) != NULL) {
		if (sscanf(word, "N%d=%lld", &node, &count) == 2 && node >= 0 &&
			node < MAX_NODES) {
			counts[node] = count;
		}
		(void)sscanf(word, "kernelpagesize_kB=%lld", &kb);
	}
	for (node = 0; node < MAX_NODES; node++) {
		if (counts[node] != 0 &&
			(node >= n_pages_max ||
				add_pages(&pages[node], counts[node], kb) < 0)) {
			return -ERANGE;
		}
	}
	return 0;
}

int nrb_placement_numa_maps(const struct nrb_root *root, pid_t pid, const void *mem,
	size_t len, int64_t *pages, int n_pages_max)
{
	uintptr_t from = (uintptr_t)mem;
	char path[64], *text, *rest, *line, *words;
	bool found = false;
	int rc;

	(void)snprintf(path, sizeof(path), "/proc/%d/numa_maps", (int)pid);
	rc = nrb_fsroot_read_all(root, path, &text);
	if (rc < 0) {
		return rc;
	}
	rest = text;
	while (rc == 0 && (line = strsep(&rest, "\n")) != NULL) {
		uintptr_t start = strtoul(line, &words, 16);

		if (words != line && start >= from && start - from < len) {
			found |= start == from;
			rc = add_numa_maps_line(words, pages, n_pages_max);
		}
	}
	free(text);
	return rc == 0 && !found ? -ENOENT : rc;
}

int nrb_placement_current_node(void)
{
	unsigned int cpu, node;

	return getcpu(&cpu, &node) < 0 ? -1 : (int)node;
}
