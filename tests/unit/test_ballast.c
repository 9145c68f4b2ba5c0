/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ballast on a node of numbers: what is free falls as pages are populated, and nothing is taken. */
#include "nrb/ballast.h"

#include "nrb/diag.h"
#include "nrb/placement.h"
#include "nrb/sample.h"
#include "nrb/zones.h"
#include "tree.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { GIB_PAGES = 1 << 18, MIB_PAGES = 256 };

/* Two zones of node 0, the higher one first to be taken, each down to its low watermark. */
static struct {
	struct nrb_zone zones[2]; /* DMA32, Normal */
	int64_t populated;        /* pages now */
	bool elsewhere;           /* half of it lies on node 1 */
	int lock_error, populate_error;
	bool by_hand; /* a kernel before 5.14 */
	_Atomic int64_t taken;
	size_t locked;
	void *unlocked; /* what was given back first: the placeholder */
	int n_unmapped;
	int64_t least_spare;
	pthread_mutex_t lock;
} machine;

int __wrap_nrb_zones_read(struct nrb_zones *zones, const struct nrb_root *root);
int __wrap_nrb_zones_read(struct nrb_zones *zones, const struct nrb_root *root)
{
	(void)root;
	zones->n = 2;
	zones->zones = calloc(2, sizeof(*zones->zones));
	memcpy(zones->zones, machine.zones, sizeof(machine.zones));
	return 0;
}

static void take_pages(int64_t pages)
{
	for (int i = 1; i >= 0 && pages > 0; i--) {
		struct nrb_zone *zone = &machine.zones[i];
		int64_t kept = zone->low_pages + zone->protection_pages[2],
			n = zone->free_pages - kept;

		n = n < pages ? n : pages;
		if (n > 0) {
			zone->free_pages -= n;
			pages -= n;
		}
	}
	assert_int_equal(pages, 0); /* kswapd would have been woken */
}

int __wrap_madvise(void *mem, size_t len, int advice);
int __wrap_madvise(void *mem, size_t len, int advice)
{
	(void)mem;
	if (advice != MADV_POPULATE_WRITE) {
		return 0;
	}
	if (machine.populate_error != 0) {
		errno = machine.populate_error;
		return -1;
	}
	if (machine.by_hand) {
		errno = EINVAL;
		return -1;
	}
	pthread_mutex_lock(&machine.lock);
	take_pages((int64_t)len / nrb_zones_page_bytes());
	pthread_mutex_unlock(&machine.lock);
	return 0;
}

int __wrap_mlock2(const void *mem, size_t len, unsigned int flags);
int __wrap_mlock2(const void *mem, size_t len, unsigned int flags)
{
	(void)mem;
	assert_int_equal(flags, MLOCK_ONFAULT);
	machine.locked = len;
	errno = machine.lock_error;
	return machine.lock_error != 0 ? -1 : 0;
}

/* All that is unmapped in a test is ranges of ballasts, with 4 MiB around them. */
int __real_munmap(void *mem, size_t len);
int __wrap_munmap(void *mem, size_t len);
int __wrap_munmap(void *mem, size_t len)
{
	if (machine.n_unmapped++ == 0) {
		machine.zones[1].free_pages +=
			(int64_t)(len - (4 << 20)) / nrb_zones_page_bytes();
	}
	return __real_munmap(mem, len);
}

int __wrap_nrb_placement_bind_range(
	void *mem, size_t len, enum nrb_policy policy, const struct nrb_idset *nodes);
int __wrap_nrb_placement_bind_range(
	void *mem, size_t len, enum nrb_policy policy, const struct nrb_idset *nodes)
{
	assert_int_equal((uintptr_t)mem % (2 << 20), 0);
	assert_int_equal(len % (2 << 20), 0);
	assert_int_equal(policy, NRB_POLICY_BIND);
	assert_true(nrb_idset_has(nodes, 0));
	assert_int_equal(nrb_idset_count(nodes), 1);
	return 0;
}

int __wrap_nrb_placement_numa_maps(const struct nrb_root *root, pid_t pid,
	const void *mem, size_t len, int64_t *pages, int n_pages_max);
int __wrap_nrb_placement_numa_maps(const struct nrb_root *root, pid_t pid,
	const void *mem, size_t len, int64_t *pages, int n_pages_max)
{
	(void)root;
	(void)mem;
	(void)n_pages_max;
	assert_int_equal(pid, getpid());
	pages[0] = (int64_t)len / 4096 / (machine.elsewhere ? 2 : 1);
	return 0;
}

static struct nrb_ballast ballast;
static volatile int64_t progress;

static void begin(void)
{
	memset(&machine, 0, sizeof(machine));
	pthread_mutex_init(&machine.lock, NULL);
	/* as of a node of 256 GiB: 1 GiB of DMA32 is kept back from users of Normal */
	machine.zones[0] = (struct nrb_zone){ .node = 0,
		.name = "DMA32",
		.free_pages = 2LL * GIB_PAGES,
		.low_pages = 2LL * MIB_PAGES,
		.high_pages = 3LL * MIB_PAGES,
		.n_protections = 3,
		.protection_pages = { 0, 0, GIB_PAGES } };
	machine.zones[1] = (struct nrb_zone){ .node = 0,
		.index = 1,
		.name = "Normal",
		.free_pages = 250LL * GIB_PAGES,
		.low_pages = 300LL * MIB_PAGES,
		.high_pages = 500LL * MIB_PAGES };
	ballast = (struct nrb_ballast){
		.node = 0, .room_bytes = 13LL << 30, .progress = &progress
	};
	for (int cpu = 0; cpu < 4; cpu++) {
		nrb_idset_add(&ballast.cpus, cpu);
	}
	progress = 0;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
}

static int setup(void **state)
{
	begin();
	return tree_setup(state);
}

static int64_t spare(int zone)
{
	return nrb_zones_spare(&machine.zones[zone]) * nrb_zones_page_bytes();
}

/* All but the room is locked, and the room lies in the highest zone, above its high watermark. */
static void test_the_room_is_in_the_highest_zone(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(nrb_ballast_take(&tree->root, &ballast), 0);
	assert_in_range(spare(1), (13LL << 30) - (2 << 20), (13LL << 30) + (8 << 20));
	assert_in_range(spare(0), 0, 8 << 20);
	assert_in_range(
		ballast.len, (uint64_t)237 << 30, (uint64_t)(238ll << 30) + (300 << 20));
	assert_in_range(ballast.below_bytes, 0, 8 << 20);
	assert_true(machine.locked >= ballast.len);
	assert_true(progress >= (int64_t)ballast.len + ballast.room_bytes);
	assert_int_equal(machine.n_unmapped, 1); /* the placeholder alone */
	nrb_ballast_drop(&ballast);
	assert_int_equal(machine.n_unmapped, 2);
	nrb_ballast_drop(&ballast);
	assert_int_equal(machine.n_unmapped, 2);
}

/* A room larger than the highest zone is said to lie below it. */
static void test_a_room_below(void **state)
{
	struct tree *tree = *state;

	machine.zones[0].free_pages = 200LL * GIB_PAGES;
	machine.zones[1].free_pages = 5LL * GIB_PAGES;
	assert_int_equal(nrb_ballast_take(&tree->root, &ballast), 0);
	/* as far as this node of numbers goes: what is given back goes to Normal */
	assert_true(ballast.len > 0);
	assert_true(ballast.below_bytes < 16 << 20);
	nrb_ballast_drop(&ballast);
}

/* A node full of other people's cache has nothing to spare. */
static void test_nothing_to_take(void **state)
{
	struct tree *tree = *state;

	ballast.room_bytes = 300LL << 30;
	assert_int_equal(nrb_ballast_take(&tree->root, &ballast), 0);
	assert_int_equal(ballast.len, 0);
	assert_null(ballast.mem);
	assert_int_equal(progress, 0);
	nrb_ballast_drop(&ballast);
}

static void test_refusals(void **state)
{
	struct tree *tree = *state;

	machine.lock_error = EPERM;
	assert_int_equal(nrb_ballast_take(&tree->root, &ballast), -EPERM);
	assert_non_null(strstr(nrb_diag_message(), "cannot lock"));
	assert_int_equal(machine.n_unmapped, 1); /* the placeholder does not stay */
	nrb_ballast_drop(&ballast);
	begin();
	machine.populate_error = EFAULT;
	assert_int_equal(nrb_ballast_take(&tree->root, &ballast), -EFAULT);
	assert_non_null(strstr(nrb_diag_message(), "of node 0"));
	nrb_ballast_drop(&ballast);
	begin();
	machine.elsewhere = true;
	assert_int_equal(nrb_ballast_take(&tree->root, &ballast), -EXDEV);
	assert_non_null(strstr(nrb_diag_message(), "lie on node 0"));
	nrb_ballast_drop(&ballast);
}

/* Each byte by one thread, also without MADV_POPULATE_WRITE. */
static void test_populate_by_hand(void **state)
{
	const size_t len = 100 << 20;
	char *mem = mmap(
		NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *present = calloc(1, len / 4096);

	(void)state;
	assert_true(mem != MAP_FAILED);
	machine.by_hand = true;
	assert_int_equal(nrb_ballast_populate(mem, len, 3, &progress), 0);
	assert_int_equal(progress, (int64_t)len);
	assert_int_equal(mincore(mem, len, present), 0);
	for (size_t i = 0; i < len / 4096; i++) {
		assert_int_equal(present[i] & 1, 1);
	}
	free(present);
	__real_munmap(mem, len);
}

#define BALLAST_TEST(test) cmocka_unit_test_setup_teardown(test, setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BALLAST_TEST(test_the_room_is_in_the_highest_zone),
		BALLAST_TEST(test_a_room_below),
		BALLAST_TEST(test_nothing_to_take),
		BALLAST_TEST(test_refusals),
		BALLAST_TEST(test_populate_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
