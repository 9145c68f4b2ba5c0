/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ballast: placeholder, populate, lock, release, verify. */
#include "nrb/ballast.h"

#include "nrb/diag.h"
#include "nrb/placement.h"
#include "nrb/sample.h"
#include "nrb/zones.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	HUGE_PAGE = 2 << 20,
	STRIPE = 32 << 20,
	MAX_THREADS = 64,
	/* of what is spare, not taken in this round: page tables, and what others take meanwhile */
	MARGIN_PART = 16,
	MAX_ROUNDS = 32,
	LEAST_BYTES = 4 << 20,
	LEAST_PERCENT = 99, /* of what was taken, on the node */
};

/* -- populate -- */

struct job {
	char *mem;
	size_t len;
	volatile int64_t *progress;
	_Atomic size_t next;
	_Atomic int rc;
};

static void write_by_hand(char *mem, size_t len)
{
	const size_t page = (size_t)nrb_zones_page_bytes();

	for (size_t at = 0; at < len; at += page) {
		*(volatile char *)(mem + at) = 0;
	}
}

static int populate_stripe(char *mem, size_t len)
{
	while (madvise(mem, len, MADV_POPULATE_WRITE) < 0) {
		if (errno == EINVAL) { /* before 5.14 */
			write_by_hand(mem, len);
			return 0;
		}
		if (errno != EINTR && errno != EAGAIN) {
			return -errno;
		}
	}
	return 0;
}

static void *populate(void *arg)
{
	struct job *job = arg;
	size_t at, len;

	while (job->rc == 0 && (at = atomic_fetch_add(&job->next, STRIPE)) < job->len) {
		int rc;

		len = job->len - at < STRIPE ? job->len - at : STRIPE;
		rc = populate_stripe(job->mem + at, len);
		if (rc < 0) {
			job->rc = rc;
		}
		__atomic_fetch_add(job->progress, (int64_t)len, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* A thread that cannot be had leaves its part to the others: the caller is one of them. */
int nrb_ballast_populate(char *mem, size_t len, int n_threads, volatile int64_t *progress)
{
	struct job job = { .mem = mem, .len = len, .progress = progress };
	pthread_t threads[MAX_THREADS];
	int n = 0;

	while (n < MAX_THREADS && n < n_threads - 1 &&
		pthread_create(&threads[n], NULL, populate, &job) == 0) {
		n++;
	}
	populate(&job);
	while (n > 0) {
		pthread_join(threads[--n], NULL);
	}
	return job.rc;
}

/* -- map -- */

struct range {
	char *mem;
	size_t len;
	void *map;
	size_t map_len;
};

/* An order-9 allocation must not reclaim, compact or wake kswapd: with these it is an attempt that
 * falls back to small pages. */
static bool may_be_huge(const struct nrb_root *root)
{
	char text[128];

	return nrb_fsroot_read_str(root, "sys/kernel/mm/transparent_hugepage/defrag",
		       text, sizeof(text)) == 0 &&
	       (strstr(text, "[madvise]") != NULL || strstr(text, "[never]") != NULL);
}

static int place(const struct nrb_root *root, const struct range *range, int node)
{
	struct nrb_idset nodes;

	if (!may_be_huge(root) && madvise(range->mem, range->len, MADV_NOHUGEPAGE) < 0 &&
		errno != EINVAL) { /* EINVAL: a kernel without THP */
		return nrb_fail(-errno, "cannot ask for small pages");
	}
	nrb_idset_clear(&nodes);
	nrb_idset_add(&nodes, node);
	return nrb_placement_bind_range(range->mem, range->len, NRB_POLICY_BIND, &nodes);
}

static void unmap(struct range *range)
{
	if (range->map != NULL) {
		munmap(range->map, range->map_len);
	}
	*range = (struct range){ 0 };
}

/* Between inaccessible pages, so that it has a line of its own in numa_maps. */
static int map(const struct nrb_root *root, struct range *range, int64_t bytes, int node)
{
	uintptr_t first;
	int rc;

	*range = (struct range){ .len = (size_t)bytes / HUGE_PAGE * HUGE_PAGE };
	range->map_len = range->len + 2 * (size_t)HUGE_PAGE;
	range->map = mmap(NULL, range->map_len, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (range->map == MAP_FAILED) {
		range->map = NULL;
		return nrb_fail(-errno, "cannot map %zu bytes", range->map_len);
	}
	first = ((uintptr_t)range->map + HUGE_PAGE) / HUGE_PAGE * HUGE_PAGE;
	range->mem = (char *)range->map + (first - (uintptr_t)range->map);
	rc = mprotect(range->mem, range->len, PROT_READ | PROT_WRITE) < 0
		     ? nrb_fail(-errno, "cannot map %zu bytes for writing", range->len)
		     : place(root, range, node);
	if (rc < 0) {
		unmap(range);
	}
	return rc;
}

/* -- take -- */

/* What is spare on the node and in its highest zone, and what lies between that zone's watermarks. */
struct look {
	int64_t all_bytes, highest_bytes, low_to_high_bytes;
};

static int look_at(const struct nrb_root *root, int node, struct look *look)
{
	const int64_t page = nrb_zones_page_bytes();
	struct nrb_zones zones = { 0 };
	int rc = nrb_zones_read(&zones, root);

	*look = (struct look){ 0 };
	if (rc < 0) {
		return rc;
	}
	for (int i = 0; i < zones.n; i++) {
		const struct nrb_zone *zone = &zones.zones[i];

		if (zone->node == node) { /* the last one is the highest */
			look->highest_bytes = nrb_zones_spare(zone) * page;
			look->low_to_high_bytes =
				(zone->high_pages - zone->low_pages) * page;
			look->all_bytes += look->highest_bytes;
		}
	}
	nrb_zones_finish(&zones);
	return 0;
}

static int populate_range(const struct nrb_ballast *ballast, char *mem, size_t len)
{
	int n = nrb_idset_count(&ballast->cpus);
	int rc = nrb_ballast_populate(mem, len, n > 0 ? n : 1, ballast->progress);

	return rc < 0 ? nrb_fail(rc, "cannot take %zu MiB of node %d", len >> 20,
				ballast->node)
		      : 0;
}

/* Where lower zones are drained too, the highest one is so to its low watermark: it is to have all of
 * the room above its high one. */
static int take_placeholder(const struct nrb_root *root,
	const struct nrb_ballast *ballast, const struct look *look, struct range *range)
{
	int64_t bytes = ballast->room_bytes;
	int rc;

	if (look->highest_bytes < look->all_bytes) {
		bytes += look->low_to_high_bytes;
	}
	rc = map(root, range, bytes, ballast->node);
	return rc == 0 ? populate_range(ballast, range->mem, range->len) : rc;
}

/* In rounds that come ever nearer, never beyond what is spare. */
static int take_rest(const struct nrb_root *root, struct nrb_ballast *ballast)
{
	const struct range range = { ballast->mem,
		ballast->map_len - 2 * (size_t)HUGE_PAGE, NULL, 0 };
	struct look look;
	int rc = 0;

	if (mlock2(range.mem, range.len, MLOCK_ONFAULT) < 0) {
		return nrb_fail(-errno, "cannot lock %zu MiB of node %d", range.len >> 20,
			ballast->node);
	}
	for (int i = 0; i < MAX_ROUNDS && rc == 0; i++) {
		size_t step;

		rc = look_at(root, ballast->node, &look);
		step = (size_t)(look.all_bytes - look.all_bytes / MARGIN_PART) /
		       HUGE_PAGE * HUGE_PAGE;
		if (step > range.len - ballast->len) {
			step = range.len - ballast->len;
		}
		if (rc < 0 || step < LEAST_BYTES) {
			break;
		}
		rc = populate_range(ballast, ballast->mem + ballast->len, step);
		ballast->len += rc == 0 ? step : 0;
	}
	return rc;
}

static int verify(const struct nrb_root *root, struct nrb_ballast *ballast)
{
	int64_t pages[NRB_MAX_NODES] = { 0 }, bytes;
	struct look look;
	int rc = nrb_placement_numa_maps(
		root, getpid(), ballast->mem, ballast->len, pages, NRB_MAX_NODES);

	if (rc < 0) {
		return nrb_fail(
			rc, "cannot see where the ballast of node %d is", ballast->node);
	}
	bytes = pages[ballast->node] * 4096; /* as numa_maps is counted */
	if (bytes < (int64_t)ballast->len / 100 * LEAST_PERCENT) {
		return nrb_fail(-EXDEV, "of %zu MiB of ballast %lld MiB lie on node %d",
			ballast->len >> 20, (long long)bytes >> 20, ballast->node);
	}
	rc = look_at(root, ballast->node, &look);
	ballast->below_bytes = look.all_bytes - look.highest_bytes;
	return rc;
}

int nrb_ballast_take(const struct nrb_root *root, struct nrb_ballast *ballast)
{
	struct range placeholder = { 0 }, rest = { 0 };
	struct look look;
	int64_t bytes;
	int rc = look_at(root, ballast->node, &look);

	bytes = look.all_bytes - ballast->room_bytes;
	if (rc < 0 || bytes < LEAST_BYTES) {
		return rc;
	}
	rc = take_placeholder(root, ballast, &look, &placeholder);
	if (rc == 0) {
		rc = map(root, &rest, bytes, ballast->node);
		ballast->mem = rest.mem;
		ballast->map = rest.map;
		ballast->map_len = rest.map_len;
	}
	if (rc == 0) {
		rc = take_rest(root, ballast);
	}
	unmap(&placeholder);
	return rc == 0 && ballast->len > 0 ? verify(root, ballast) : rc;
}

void nrb_ballast_drop(struct nrb_ballast *ballast)
{
	struct range range = { .map = ballast->map, .map_len = ballast->map_len };

	unmap(&range);
	ballast->map = NULL;
	ballast->mem = NULL;
	ballast->len = 0;
}
