/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pinning, policies, and where pages are said to be. */
#include "nrb/placement.h"

#include "nrb/arena.h"
#include "nrb/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <numaif.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE = 4096, MANY = 2500, MAX_NODES = 8 };

/* What the wrapped calls were asked, and what they answer instead of the kernel. */
static struct {
	int fail;  /* errno for the next call; 0: none */
	bool live; /* policy calls go on to the kernel */
	const int
		*status; /* move_pages(2): the answer for each page, from the first on */
	size_t asked;    /* pages, over all calls */
	unsigned long max_batch;
	int pid;
	size_t step; /* between the first two addresses */
	int mode;    /* of the policy calls */
	unsigned long mask, max_node, flags;
	cpu_set_t *effective; /* sched_getaffinity(2) */
} fake;

static int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	nrb_diag_reset();
	return 0;
}

static long failed(void)
{
	errno = fake.fail;
	return -1;
}

long __real_move_pages(
	int pid, unsigned long n, void **pages, const int *nodes, int *status, int flags);
long __wrap_move_pages(
	int pid, unsigned long n, void **pages, const int *nodes, int *status, int flags);
long __wrap_move_pages(
	int pid, unsigned long n, void **pages, const int *nodes, int *status, int flags)
{
	assert_null(nodes); /* a query: nothing is moved */
	fake.pid = pid;
	fake.step = n > 1 ? (size_t)((char *)pages[1] - (char *)pages[0]) : 0;
	fake.max_batch = n > fake.max_batch ? n : fake.max_batch;
	if (fake.fail != 0) {
		return failed();
	}
	if (fake.status == NULL) {
		return __real_move_pages(pid, n, pages, nodes, status, flags);
	}
	memcpy(status, fake.status + fake.asked, n * sizeof(*status));
	fake.asked += n;
	return 0;
}

/* The kernel takes one bit less than max_node says: 0 with a mask is a huge one (-EINVAL). */
static void note_policy(int mode, const unsigned long *mask, unsigned long max_node)
{
	assert_true((mask == NULL) == (max_node == 0));
	fake.mode = mode;
	fake.mask = mask != NULL ? mask[0] : 0;
	fake.max_node = max_node;
}

long __real_set_mempolicy(int mode, const unsigned long *mask, unsigned long max_node);
long __wrap_set_mempolicy(int mode, const unsigned long *mask, unsigned long max_node);
long __wrap_set_mempolicy(int mode, const unsigned long *mask, unsigned long max_node)
{
	note_policy(mode, mask, max_node);
	if (fake.fail != 0) {
		return failed();
	}
	return fake.live ? __real_set_mempolicy(mode, mask, max_node) : 0;
}

long __real_mbind(void *mem, unsigned long len, int mode, const unsigned long *mask,
	unsigned long max_node, unsigned int flags);
long __wrap_mbind(void *mem, unsigned long len, int mode, const unsigned long *mask,
	unsigned long max_node, unsigned int flags);
long __wrap_mbind(void *mem, unsigned long len, int mode, const unsigned long *mask,
	unsigned long max_node, unsigned int flags)
{
	note_policy(mode, mask, max_node);
	fake.flags = flags;
	if (fake.fail != 0) {
		return failed();
	}
	return fake.live ? __real_mbind(mem, len, mode, mask, max_node, flags) : 0;
}

int __real_sched_getaffinity(pid_t pid, size_t len, cpu_set_t *set);
int __wrap_sched_getaffinity(pid_t pid, size_t len, cpu_set_t *set);
int __wrap_sched_getaffinity(pid_t pid, size_t len, cpu_set_t *set)
{
	if (fake.effective != NULL) {
		memcpy(set, fake.effective, sizeof(*set));
		return 0;
	}
	return __real_sched_getaffinity(pid, len, set);
}

int __real_getcpu(unsigned int *cpu, unsigned int *node);
int __wrap_getcpu(unsigned int *cpu, unsigned int *node);
int __wrap_getcpu(unsigned int *cpu, unsigned int *node)
{
	return fake.fail != 0 ? (int)failed() : __real_getcpu(cpu, node);
}

static struct nrb_idset set_of(const char *text)
{
	struct nrb_idset set;

	assert_int_equal(nrb_idset_parse(text, &set), 0);
	return set;
}

static void test_pin(void **state)
{
	struct nrb_idset cpus;

	(void)state;
	nrb_idset_clear(&cpus);
	nrb_idset_add(&cpus, sched_getcpu());
	assert_int_equal(nrb_placement_pin(&cpus), 0);
	assert_true(nrb_idset_has(&cpus, sched_getcpu()));
}

static void test_pin_nowhere(void **state)
{
	struct nrb_idset cpus = set_of("8191");

	(void)state;
	assert_int_equal(nrb_placement_pin(&cpus), -EINVAL);
	assert_non_null(strstr(nrb_diag_message(), "8191"));
}

/* The kernel says yes and drops CPUs that are offline or not in the cpuset. */
static void test_pin_is_verified(void **state)
{
	struct nrb_idset cpus;
	cpu_set_t fewer;

	(void)state;
	CPU_ZERO(&fewer);
	fake.effective = &fewer;
	nrb_idset_clear(&cpus);
	nrb_idset_add(&cpus, sched_getcpu());
	assert_int_equal(nrb_placement_pin(&cpus), -EINVAL);
}

static void test_policies(void **state)
{
	static const struct {
		enum nrb_policy policy;
		int mode;
		unsigned long mask, max_node;
	} rows[] = {
		{ NRB_POLICY_DEFAULT, MPOL_DEFAULT, 0, 0 },
		{ NRB_POLICY_LOCAL, MPOL_LOCAL, 0, 0 },
		{ NRB_POLICY_BIND, MPOL_BIND, 0x2a, 1025 },
		{ NRB_POLICY_PREFERRED, MPOL_PREFERRED, 0x2a, 1025 },
		{ NRB_POLICY_INTERLEAVE, MPOL_INTERLEAVE, 0x2a, 1025 },
	};
	struct nrb_idset nodes = set_of("1,3,5");
	char page[1];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(nrb_placement_set_policy(rows[i].policy, &nodes), 0);
		assert_int_equal(fake.mode, rows[i].mode);
		assert_int_equal(fake.mask, rows[i].mask);
		assert_int_equal(fake.max_node, rows[i].max_node);
		fake.mode = -1;
		assert_int_equal(
			nrb_placement_bind_range(page, 1, rows[i].policy, &nodes), 0);
		assert_int_equal(fake.mode, rows[i].mode);
		assert_int_equal(fake.mask, rows[i].mask);
		assert_int_equal(fake.flags, 0);
	}
}

/* The kernel, too, takes each of them as we ask. */
static void test_policies_are_taken(void **state)
{
	struct nrb_arena arena;
	struct nrb_idset node;

	(void)state;
	nrb_idset_clear(&node);
	nrb_idset_add(&node, nrb_placement_current_node());
	assert_int_equal(nrb_arena_map(&arena, PAGE, NRB_PAGE_4K), 0);
	fake.live = true;
	for (enum nrb_policy policy = NRB_POLICY_DEFAULT; policy <= NRB_POLICY_INTERLEAVE;
		policy++) {
		assert_int_equal(nrb_placement_set_policy(policy, &node), 0);
		assert_int_equal(
			nrb_placement_bind_range(arena.mem, arena.len, policy, &node), 0);
	}
	assert_int_equal(nrb_placement_set_policy(NRB_POLICY_DEFAULT, NULL), 0);
	nrb_arena_unmap(&arena);
}

static void test_policy_failures_are_said(void **state)
{
	struct nrb_idset nodes = set_of("1,3");
	char page[1];

	(void)state;
	fake.fail = EINVAL;
	assert_int_equal(nrb_placement_set_policy(NRB_POLICY_BIND, &nodes), -EINVAL);
	assert_non_null(strstr(nrb_diag_message(), "bind to nodes 1,3"));
	nrb_diag_reset();
	fake.fail = EPERM;
	assert_int_equal(
		nrb_placement_bind_range(page, 1, NRB_POLICY_INTERLEAVE, &nodes), -EPERM);
	assert_non_null(strstr(nrb_diag_message(), "interleave nodes 1,3"));
}

/* To its CPUs, and for memory to its nodes; what is not asked for is left as it is. */
static void test_keep_to(void **state)
{
	struct nrb_place place = { 0 };

	(void)state;
	fake.mode = -1;
	assert_int_equal(nrb_placement_keep_to(&place), 0);
	assert_int_equal(fake.mode, -1);
	nrb_idset_add(&place.cpus, sched_getcpu());
	place.nodes = set_of("1,3");
	assert_int_equal(nrb_placement_keep_to(&place), 0);
	assert_true(nrb_idset_has(&place.cpus, sched_getcpu()));
	assert_int_equal(fake.mode, MPOL_PREFERRED);
	assert_int_equal(fake.mask, 0xa);
	/* a cpuset without these nodes */
	fake.fail = EINVAL;
	assert_int_equal(nrb_placement_keep_to(&place), 0);
	assert_string_equal(nrb_diag_message(), "");
	place.cpus = set_of("8191");
	assert_int_equal(nrb_placement_keep_to(&place), -EINVAL);
}

static void test_count_what_the_kernel_says(void **state)
{
	static int status[MANY];
	static int16_t node_of[MANY];
	int64_t pages[MAX_NODES] = { [1] = 5 }, absent = 1;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		status[i] = i % 10 == 0 ? -ENOENT : i % 10 == 1 ? -EFAULT : i % 3;
	}
	fake.status = status;
	assert_int_equal(nrb_placement_count(77, (void *)0x100000, (size_t)MANY * PAGE,
				 PAGE, pages, MAX_NODES, &absent, node_of),
		0);
	assert_int_equal(fake.asked, MANY);
	assert_int_equal(fake.pid, 77);
	assert_int_equal(fake.step, PAGE);
	assert_in_range(fake.max_batch, 1, MANY - 1);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(node_of[i], status[i] < 0 ? -1 : status[i]);
		if (status[i] < 0) {
			absent--;
		} else {
			pages[status[i]]--;
		}
	}
	assert_int_equal(absent, 1); /* added to what was there */
	assert_int_equal(pages[0], 0);
	assert_int_equal(pages[1], 5);
	assert_int_equal(pages[2], 0);
}

/* By number, over more than a batch; the nodes stand in the order of the numbers. */
static void test_count_some(void **state)
{
	static uint32_t numbers[MANY];
	static int status[MANY];
	static int16_t node_of[MANY];
	int64_t pages[MAX_NODES] = { 0 }, absent = 0;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		numbers[i] = 7 * (uint32_t)i;
		status[i] = i % 5 == 0 ? -ENOENT : 1;
	}
	fake.status = status;
	assert_int_equal(nrb_placement_count_some(77, (void *)0x100000, PAGE, numbers,
				 MANY, pages, MAX_NODES, &absent, node_of),
		0);
	assert_int_equal(fake.asked, MANY);
	assert_int_equal(fake.step, 7 * PAGE);
	assert_int_equal(pages[1], MANY - (MANY + 4) / 5);
	assert_int_equal(absent, (MANY + 4) / 5);
	assert_int_equal(node_of[MANY - 1], status[MANY - 1] < 0 ? -1 : 1);
	assert_int_equal(node_of[0], -1);
}

static void test_count_failures(void **state)
{
	static const int status[] = { 0, MAX_NODES };
	int64_t pages[MAX_NODES] = { 0 }, absent = 0;

	(void)state;
	for (int i = 0; i < 2; i++) {
		static const int dead[] = { ESRCH, EINVAL }; /* reaped, and not yet */

		fake.fail = dead[i];
		assert_int_equal(nrb_placement_count(77, NULL, PAGE, PAGE, pages,
					 MAX_NODES, &absent, NULL),
			-ESRCH);
		assert_string_equal(nrb_diag_message(), "");
	}
	fake.fail = EPERM;
	assert_int_equal(nrb_placement_count(
				 77, NULL, PAGE, PAGE, pages, MAX_NODES, &absent, NULL),
		-EPERM);
	assert_non_null(strstr(nrb_diag_message(), "77"));
	fake.fail = 0;
	fake.status = status;
	assert_int_equal(nrb_placement_count(0, NULL, 2 * PAGE, PAGE, pages, MAX_NODES,
				 &absent, NULL),
		-ERANGE);
}

/* The real thing: written pages are found, the others are not, and the look writes none. The
 * other way of counting agrees. */
static void test_count_and_numa_maps_agree(void **state)
{
	int64_t pages[MAX_NODES] = { 0 }, by_maps[MAX_NODES] = { 0 }, absent = 0;
	static int16_t node_of[MANY];
	struct nrb_arena arena;
	struct nrb_root root;
	int rc;

	(void)state;
	assert_int_equal(nrb_fsroot_open(&root, "/"), 0);
	assert_int_equal(nrb_arena_map(&arena, (size_t)MANY * PAGE, NRB_PAGE_4K), 0);
	for (size_t i = 0; i < MANY; i += 2) {
		arena.mem[i * PAGE] = 1;
	}
	for (int look = 1; look <= 2; look++) {
		assert_int_equal(nrb_placement_count(0, arena.mem, arena.len, PAGE, pages,
					 MAX_NODES, &absent, node_of),
			0);
		assert_int_equal(absent, look * MANY / 2);
	}
	assert_int_equal(node_of[1], -1);
	assert_in_range(node_of[2], 0, MAX_NODES - 1);
	rc = nrb_placement_numa_maps(
		&root, getpid(), arena.mem, arena.len, by_maps, MAX_NODES);
	for (int node = 0; rc != -ENOENT && node < MAX_NODES; node++) {
		assert_int_equal(by_maps[node] * 2, pages[node]);
	}
	assert_true(rc == 0 || access("/proc/self/numa_maps", R_OK) != 0);
	nrb_arena_unmap(&arena);
	nrb_fsroot_close(&root);
}

static const char numa_maps[] =
	"55d0c0000000 default heap anon=3 dirty=3 N0=3 kernelpagesize_kB=4\n"
	"7f0000000000 default anon=7 dirty=7 active=0 N0=4 N2=3 kernelpagesize_kB=4\n"
	"7f0000008000 bind:1 anon=1 dirty=1 N1=1 kernelpagesize_kB=4\n"
	"7f0000200000 default huge anon=2 dirty=2 N1=2 kernelpagesize_kB=2048\n"
	"7f0000600000 default\n"
	"7f0000800000 default anon=9 dirty=9 N0=9 kernelpagesize_kB=4\n"
	"7f0100000000 default N0=9223372036854775807 kernelpagesize_kB=2048\n"
	"7f0200000000 default N0=1 kernelpagesize_kB=-4\n"
	"7f0300000000 default N0=-1 kernelpagesize_kB=4\n";

static void read_recorded(const struct nrb_root *root)
{
	int64_t pages[MAX_NODES] = { [0] = 10 }, before;
	void *mem = (void *)0x7f0000000000;

	assert_int_equal(
		nrb_placement_numa_maps(root, 12, mem, 8 << 20, pages, MAX_NODES), 0);
	assert_int_equal(pages[0], 14);
	assert_int_equal(pages[1], 1 + 2 * 512);
	assert_int_equal(pages[2], 3);
	assert_int_equal(
		nrb_placement_numa_maps(root, 12, mem, 8 << 20, pages, 2), -ERANGE);
	/* no mapping begins there: it may be the middle of one */
	assert_int_equal(nrb_placement_numa_maps(
				 root, 12, (char *)mem + PAGE, 8 << 20, pages, MAX_NODES),
		-ENOENT);
	assert_int_equal(
		nrb_placement_numa_maps(root, 13, mem, 8 << 20, pages, MAX_NODES),
		-ENOENT);
	before = pages[0];
	/* what cannot be is not counted */
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(
			nrb_placement_numa_maps(root, 12, (char *)mem + i * 0x100000000,
				PAGE, pages, MAX_NODES),
			-ERANGE);
	}
	assert_int_equal(pages[0], before);
}

static void test_numa_maps_of_a_recorded_process(void **state)
{
	char dir[] = "/tmp/nrb-placement-XXXXXX", path[64];
	struct nrb_root root;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(nrb_fsroot_open(&root, dir), 0);
	assert_int_equal(mkdirat(root.fd, "proc", 0700), 0);
	assert_int_equal(mkdirat(root.fd, "proc/12", 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/proc/12/numa_maps", dir);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(numa_maps, f) >= 0);
	assert_int_equal(fclose(f), 0);
	read_recorded(&root);
	assert_int_equal(unlinkat(root.fd, "proc/12/numa_maps", 0), 0);
	assert_int_equal(unlinkat(root.fd, "proc/12", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(root.fd, "proc", AT_REMOVEDIR), 0);
	nrb_fsroot_close(&root);
	assert_int_equal(rmdir(dir), 0);
}

static void test_current_node(void **state)
{
	(void)state;
	assert_in_range(nrb_placement_current_node(), 0, 1023);
	fake.fail = ENOSYS;
	assert_int_equal(nrb_placement_current_node(), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_pin, reset),
		cmocka_unit_test_setup(test_pin_nowhere, reset),
		cmocka_unit_test_setup(test_pin_is_verified, reset),
		cmocka_unit_test_setup(test_policies, reset),
		cmocka_unit_test_setup(test_policies_are_taken, reset),
		cmocka_unit_test_setup(test_policy_failures_are_said, reset),
		cmocka_unit_test_setup(test_keep_to, reset),
		cmocka_unit_test_setup(test_count_what_the_kernel_says, reset),
		cmocka_unit_test_setup(test_count_some, reset),
		cmocka_unit_test_setup(test_count_failures, reset),
		cmocka_unit_test_setup(test_count_and_numa_maps_agree, reset),
		cmocka_unit_test_setup(test_numa_maps_of_a_recorded_process, reset),
		cmocka_unit_test_setup(test_current_node, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
