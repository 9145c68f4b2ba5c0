/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a cell gets rid of what the one before left in cache; nothing is written for real. */
#include "nrb/steps.h"

#include "nrb/pagecache.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct nrb_shared *shared;
static struct nrb_cell cell;
static struct {
	int64_t written_back, evicted; /* how long the file was each time */
	int64_t left;
	int write_back_rc;
} fake;

int __wrap_nrb_pagecache_write_back(int fd, int64_t from, int64_t len,
	volatile int64_t *progress, const volatile int32_t *stop);
int __wrap_nrb_pagecache_write_back(int fd, int64_t from, int64_t len,
	volatile int64_t *progress, const volatile int32_t *stop)
{
	assert_int_equal(fd, cell.file);
	assert_int_equal(from, 0);
	assert_ptr_equal(progress, &shared->progress);
	assert_ptr_equal(stop, &shared->stop[NRB_PHASE_EVICT]);
	assert_int_equal(fake.evicted, 0);
	fake.written_back = len;
	return fake.write_back_rc;
}

int __wrap_nrb_pagecache_evict(int fd, int64_t len, int64_t *left_bytes);
int __wrap_nrb_pagecache_evict(int fd, int64_t len, int64_t *left_bytes)
{
	assert_int_equal(fd, cell.file);
	fake.evicted = len;
	*left_bytes = fake.left;
	return 0;
}

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	nrb_diag_reset();
	memset(&fake, 0, sizeof(fake));
	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	shared->phase = NRB_PHASE_EVICT;
	cell = (struct nrb_cell){ .root = &tree->root, .shared = shared };
	tree_write(tree, "file", "0123456789");
	return rc < 0 ? rc
		      : nrb_fsroot_open_file(&tree->root, "file", O_RDWR, &cell.file);
}

static int teardown(void **state)
{
	close(cell.file);
	free(shared);
	return tree_teardown(state);
}

/* One fsync(2) of what a cell that was ended left dirty would show no progress. */
static void test_dirty_pages_go_back_in_parts_first(void **state)
{
	(void)state;
	assert_int_equal(nrb_step_evict(&cell), 0);
	assert_int_equal(fake.written_back, 10);
	assert_int_equal(fake.evicted, 10);
}

static void test_a_disk_that_fails(void **state)
{
	(void)state;
	fake.write_back_rc = -EIO;
	assert_int_equal(nrb_step_evict(&cell), -EIO);
	assert_int_equal(fake.evicted, 0);
}

static void test_what_stays_in_cache(void **state)
{
	(void)state;
	fake.left = 1;
	assert_int_equal(nrb_step_evict(&cell), -EOPNOTSUPP);
	assert_non_null(strstr(nrb_diag_message(), "stay in cache after eviction"));
}

#define EVICT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EVICT_TEST(test_dirty_pages_go_back_in_parts_first),
		EVICT_TEST(test_a_disk_that_fails),
		EVICT_TEST(test_what_stays_in_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
