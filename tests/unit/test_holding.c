/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the holders of anon, shmem and dirty's writer take, check and give an account of. */
#include "nrb/hold.h"
#include "nrb/pagecache.h"
#include "nrb/placement.h"
#include "nrb/scenarios.h"
#include "nrb/writer.h"
#include "nrb/zones.h"
#include "tree.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NODE_MIB = 40, TAKE = 4 << 20, GATE = NODE_MIB << 20, BLOCK = NRB_REREAD_BLOCK };

static struct nrb_shared *shared;
static struct nrb_cell cell;

/* -- what is replaced -- */

static struct {
	int64_t bound, locked;
	int n_bound;
	enum nrb_policy policy;
	int lost_percent; /* of what is looked for */
} fake;

int __wrap_nrb_placement_bind_range(void *mem, size_t len, enum nrb_policy policy,
	const struct nrb_idset *range_nodes);
int __wrap_nrb_placement_bind_range(void *mem, size_t len, enum nrb_policy policy,
	const struct nrb_idset *range_nodes)
{
	(void)mem;
	assert_true(nrb_idset_has(range_nodes, 0));
	assert_int_equal(nrb_idset_count(range_nodes), 1);
	fake.policy = policy;
	fake.bound += (int64_t)len;
	fake.n_bound++;
	return 0;
}

int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of);
int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of)
{
	int64_t n = (int64_t)(len / page_bytes), lost = n * fake.lost_percent / 100;

	(void)pid;
	(void)mem;
	(void)n_pages_max;
	(void)node_of;
	pages[0] += n - lost;
	*absent += lost;
	return 0;
}

int __real_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes);
int __wrap_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes);
int __wrap_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes)
{
	int rc = __real_nrb_pagecache_cached_bytes(fd, len, bytes);

	*bytes -= *bytes * fake.lost_percent / 100;
	return rc;
}

int __wrap_mlock(const void *mem, size_t len);
int __wrap_mlock(const void *mem, size_t len)
{
	(void)mem;
	fake.locked += (int64_t)len;
	return 0;
}

/* -- the machine -- */

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;
	long mib = (1 << 20) / (long)nrb_zones_page_bytes();
	char text[256];

	memset(&fake, 0, sizeof(fake));
	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	shared->sample.seed = 7;
	cell = (struct nrb_cell){
		.root = &tree->root,
		.shared = shared,
		.clock = nrb_clock_init(false),
		.file = -1,
	};
	snprintf(text, sizeof(text),
		"Node 0, zone   Normal\n  pages free     %ld\n        min      1\n"
		"        low      2\n        high     3\n        managed  %ld\n",
		10 * mib, NODE_MIB * mib);
	tree_write(tree, "proc/zoneinfo", text);
	return rc;
}

static int teardown(void **state)
{
	free(cell.hold_state);
	free(shared);
	return tree_teardown(state);
}

static const struct nrb_variant *variant_of(
	const struct nrb_scenario *scenario, const char *name)
{
	const struct nrb_variant *variant = scenario->variants;

	while (strcmp(variant->name, name) != 0) {
		variant++;
		assert_non_null(variant->name);
	}
	return variant;
}

/* -- anon -- */

static void check_account(const struct nrb_variant *variant)
{
	struct nrb_sample *sample = &shared->sample;

	assert_int_equal(variant->hold(&cell, NRB_HOLD_CHECK, 0), 0);
	assert_int_equal(sample->hold_bytes, TAKE);
	assert_int_equal(variant->hold(&cell, NRB_HOLD_RETURN, 0), 0);
	assert_int_equal(sample->return_pages, TAKE / nrb_zones_page_bytes());
	assert_int_equal(sample->return_hist.n, sample->return_pages);
	fake.lost_percent = 2;
	assert_int_equal(variant->hold(&cell, NRB_HOLD_CHECK, 0), -ESTALE);
	assert_in_range(sample->hold_bytes, TAKE / 100 * 97, TAKE / 100 * 99);
	assert_string_not_equal(nrb_diag_message(), "");
}

/* A twentieth of the node in locked shmem, the rest beside it, all of it bound. */
static void test_gate_is_held_open(void **state)
{
	const struct nrb_variant *swapping = variant_of(&nrb_scenario_anon, "swapping");

	(void)state;
	assert_int_equal(swapping->hold(&cell, NRB_HOLD_TAKE, TAKE), 0);
	assert_int_equal(shared->sample.hold_asked_bytes, TAKE);
	assert_in_range(fake.locked, GATE / 20 - 4096, GATE / 20);
	assert_int_equal(fake.n_bound, 2);
	assert_int_equal(fake.policy, NRB_POLICY_BIND);
	/* the page that the division cuts in two is left */
	assert_in_range(fake.bound, TAKE - 4096, TAKE);
}

static void test_a_small_room_is_all_gate(void **state)
{
	const struct nrb_variant *swapping = variant_of(&nrb_scenario_anon, "swapping");

	(void)state;
	assert_int_equal(swapping->hold(&cell, NRB_HOLD_TAKE, GATE / 40), 0);
	assert_int_equal(fake.locked, GATE / 40);
	assert_int_equal(swapping->hold(&cell, NRB_HOLD_CHECK, 0), 0);
}

static void test_anon_alone(void **state)
{
	static const char *const names[] = { "cached", "closed" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct nrb_variant *variant =
			variant_of(&nrb_scenario_anon, names[i]);

		free(cell.hold_state);
		nrb_sample_init(&shared->sample);
		memset(&fake, 0, sizeof(fake));
		assert_int_equal(variant->hold(&cell, NRB_HOLD_TAKE, TAKE), 0);
		assert_int_equal(fake.locked, 0);
		assert_int_equal(fake.n_bound, 1);
		check_account(variant);
	}
}

/* -- mapped -- */

/* Mapped for reading, and all of it used; what is left out of the last page is not. */
static void test_file_is_mapped(void **state)
{
	const struct nrb_variant *variant = nrb_scenario_mapped.variants;
	char path[] = "/tmp/nrb-mapped-XXXXXX";

	(void)state;
	cell.file = mkstemp(path);
	assert_true(cell.file >= 0);
	unlink(path);
	assert_int_equal(ftruncate(cell.file, TAKE), 0);
	assert_int_equal(variant->hold(&cell, NRB_HOLD_TAKE, TAKE), 0);
	assert_int_equal(shared->sample.hold_asked_bytes, TAKE);
	assert_int_equal(shared->progress, TAKE);
	assert_int_equal(fake.n_bound, 0); /* cache goes where its reader was */
	assert_int_equal(variant->hold(&cell, NRB_HOLD_CHECK, 0), 0);
	assert_int_equal(shared->sample.hold_bytes, TAKE);
	fake.lost_percent = 15;
	assert_int_equal(variant->hold(&cell, NRB_HOLD_CHECK, 0), -ESTALE);
	assert_int_equal(variant->hold(&cell, NRB_HOLD_RETURN, 0), 0);
	assert_int_equal(shared->sample.return_pages, TAKE / nrb_zones_page_bytes());
	nrb_held_finish(cell.hold_state);
	close(cell.file);
}

/* -- shmem -- */

static bool is_mapped(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	bool found = false;
	char line[512];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		found = found || strstr(line, "memfd:numa-reclaim-bench") != NULL;
	}
	fclose(maps);
	return found;
}

/* Bound as it was written, kept by its descriptor alone. */
static void test_shmem_is_not_mapped(void **state)
{
	const struct nrb_variant *variant = nrb_scenario_shmem.variants;

	(void)state;
	assert_int_equal(variant->hold(&cell, NRB_HOLD_TAKE, TAKE), 0);
	assert_int_equal(shared->sample.hold_asked_bytes, TAKE);
	assert_int_equal(shared->progress, TAKE);
	assert_int_equal(fake.bound, TAKE);
	assert_int_equal(fake.policy, NRB_POLICY_BIND);
	assert_false(is_mapped());
	check_account(variant);
	assert_false(is_mapped());
}

static void test_shmem_that_was_stopped(void **state)
{
	const struct nrb_variant *variant = nrb_scenario_shmem.variants;

	(void)state;
	shared->phase = NRB_PHASE_FILL;
	shared->stop[NRB_PHASE_FILL] = 1;
	assert_int_equal(variant->hold(&cell, NRB_HOLD_TAKE, TAKE), 0);
	assert_int_equal(shared->sample.hold_asked_bytes, 0);
	assert_int_equal(variant->hold(&cell, NRB_HOLD_CHECK, 0), 0);
	assert_int_equal(variant->hold(&cell, NRB_HOLD_RETURN, 0), 0);
}

/* -- writer -- */

static void test_writer_writes_its_part(void **state)
{
	char path[] = "/tmp/nrb-writer-XXXXXX", word[8] = { 0 };
	struct nrb_sample *sample = &shared->sample;

	(void)state;
	cell.file = mkstemp(path);
	assert_true(cell.file >= 0);
	unlink(path);
	assert_int_equal(ftruncate(cell.file, 16 * BLOCK), 0);
	cell.sizes.beside_from = 4 * BLOCK;
	cell.sizes.beside_bytes = 8 * BLOCK;
	assert_int_equal(nrb_writer_hold(&cell, NRB_HOLD_BEGIN, 0), 0);
	assert_int_equal(nrb_writer_hold(&cell, NRB_HOLD_END, 0), 0);
	assert_int_equal(sample->writer_bytes, 8 * BLOCK);
	/* one of eight writes that took some time each */
	assert_in_range(sample->writer_max_ns, 1, sample->writer_ns - 1);
	assert_null(cell.hold_state);
	for (int i = 0; i < 16; i++) {
		bool written = i >= 4 && i < 12;

		assert_int_equal(pread(cell.file, word, 8, (off_t)i * BLOCK + 4096), 8);
		assert_int_equal(memcmp(word, "\0\0\0\0\0\0\0", 8) != 0, written);
	}
	close(cell.file);
}

static void test_writer_that_fails_says_so_in_the_end(void **state)
{
	(void)state;
	cell.sizes.beside_bytes = BLOCK;
	assert_int_equal(nrb_writer_hold(&cell, NRB_HOLD_BEGIN, 0), 0);
	assert_int_equal(nrb_writer_hold(&cell, NRB_HOLD_END, 0), -EBADF);
	assert_int_equal(shared->sample.writer_bytes, 0);
	assert_string_not_equal(nrb_diag_message(), "");
}

#define HOLD_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOLD_TEST(test_gate_is_held_open),
		HOLD_TEST(test_a_small_room_is_all_gate),
		HOLD_TEST(test_anon_alone),
		HOLD_TEST(test_file_is_mapped),
		HOLD_TEST(test_shmem_is_not_mapped),
		HOLD_TEST(test_shmem_that_was_stopped),
		HOLD_TEST(test_writer_writes_its_part),
		HOLD_TEST(test_writer_that_fails_says_so_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
