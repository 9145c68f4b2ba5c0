/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fill of a node that is not as it should be, and what a cell notes. */
#include "steptest.h"

#include "nrb/pagecache.h"
#include "nrb/placement.h"
#include "nrb/servedset.h"

/* where every node is filled: one of them has no memory */
static struct nrb_topology_node four_nodes[4] = { { .node = 0, .memory_bytes = 1 },
	{ .node = 2, .memory_bytes = 1 }, { .node = 3 },
	{ .node = 5, .memory_bytes = 1 } };
static const struct nrb_topology four = { .n_nodes = 4, .nodes = four_nodes };

/* -- what is replaced -- */

/* What the fill does, in MiB. */
static struct {
	int cached, file, inactive;
	bool cut;
} fill;

/* Free MiB of the node after each read that came; none: as before. */
static const int *free_after;
static bool stolen; /* by kswapd, while it was read */

/* What was read, bound to which node. */
static struct {
	int n;
	struct {
		int node;
		int64_t from, len;
	} at[4];
} reads;
static int policy_node;

int __wrap_nrb_pagecache_fill(int fd, int64_t from, int64_t len,
	volatile int64_t *progress, const volatile int32_t *stop);
int __wrap_nrb_pagecache_fill(int fd, int64_t from, int64_t len,
	volatile int64_t *progress, const volatile int32_t *stop)
{
	(void)fd;
	(void)progress;
	(void)stop;
	reads.at[reads.n % 4].node = policy_node;
	reads.at[reads.n % 4].from = from;
	reads.at[reads.n++ % 4].len = len;
	write_meminfo(50 + fill.file, 50 + fill.inactive);
	if (stolen) {
		tree_write(machine, "proc/vmstat", "pgsteal_kswapd 9\n");
	}
	if (free_after != NULL) {
		write_zone(free_after[reads.n - 1]);
	}
	shared->stop[NRB_PHASE_FILL] = fill.cut;
	return 0;
}

int __wrap_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes);
int __wrap_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes)
{
	(void)fd;
	(void)len;
	*bytes = (int64_t)fill.cached << 20;
	return 0;
}

/* At work for so many looks, and how much of the fill is left when it sleeps, in MiB. */
static struct {
	int looks, left;
} kswapd;

int __wrap_nrb_kswapd_is_asleep(const struct nrb_root *root, int pid, bool *asleep);
int __wrap_nrb_kswapd_is_asleep(const struct nrb_root *root, int pid, bool *asleep)
{
	(void)root;
	(void)pid;
	*asleep = kswapd.looks == 0;
	if (kswapd.looks > 0 && --kswapd.looks == 0) {
		fill.cached = kswapd.left;
		write_meminfo(50 + kswapd.left, 50 + kswapd.left);
	}
	return 0;
}

int __wrap_nrb_placement_set_policy(
	enum nrb_policy policy, const struct nrb_idset *policy_nodes);
int __wrap_nrb_placement_set_policy(
	enum nrb_policy policy, const struct nrb_idset *policy_nodes)
{
	policy_node = policy == NRB_POLICY_BIND ? nrb_idset_next(policy_nodes, -1) : -1;
	return 0;
}

static int setup(void **state)
{
	memset(&reads, 0, sizeof(reads));
	memset(&kswapd, 0, sizeof(kswapd));
	stolen = false;
	policy_node = -1;
	return begin(state);
}

/* -- the fill -- */

static void test_only_clean_cache_on_the_node_is_a_fill(void **state)
{
	static const struct {
		int cached, file, inactive;
		bool cut;
		int rc;
	} rows[] = {
		{ 400, 400, 400, false, 0 }, { 393, 403, 403, false, 0 }, /* 7.3 */
		{ 360, 368, 368, false, 0 },           /* recycled a tenth of itself */
		{ 330, 400, 400, false, -EOPNOTSUPP }, /* not all cached */
		{ 400, 310, 310, false, -EOPNOTSUPP }, /* on another node */
		{ 400, 400, 0, false,
			-EOPNOTSUPP }, /* active, as sendfile's are on 7.3 */
		{ 400, 400, 310, false, -EOPNOTSUPP },
		{ 100, 100, 100, true, 0 }, /* a deadline: with what it has */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fill.cached = rows[i].cached;
		fill.file = rows[i].file;
		fill.inactive = rows[i].inactive;
		fill.cut = rows[i].cut;
		nrb_sample_init(&shared->sample);
		shared->sample.settle_rounds = 0; /* of kswapd nothing is said */
		write_meminfo(50, 50);
		assert_int_equal(nrb_step_fill_once(&cell), rows[i].rc);
		assert_int_equal(shared->sample.fill_asked_bytes, FILL_MIB << 20);
		assert_false(cell.full);
		assert_string_equal(shared->sample.note, "");
	}
}

static void test_an_unclean_fill_says_its_figures(void **state)
{
	(void)state;
	fill.cached = 399;
	fill.file = 398;
	fill.inactive = 7;
	fill.cut = false;
	assert_int_equal(nrb_step_fill_once(&cell), -EOPNOTSUPP);
	assert_string_equal(nrb_diag_message(),
		"the fill of node 0 is not clean cache there: of 400 MiB asked 399 MiB are "
		"cached, the node's cache rose by 398 MiB, its inactive part by 7 MiB");
	/* MGLRU shows its two youngest generations as active, read once or not */
	strcpy(shared->sample.lru_gen, "on");
	assert_int_equal(nrb_step_fill_once(&cell), 0);
	shared->sample.lru_gen[0] = '\0';
}

/* The first pages come from what the CPU kept, and is not free to the node: 80 MiB, then 40. */
static void test_a_fill_goes_on_while_there_is_room(void **state)
{
	static const int after[] = { 92, 52, 24, 24 };
	static const struct {
		int cached, file, looks, reads, asked;
	} rows[] = {
		{ 320, 400, 0, 3, 320 },
		{ 240, 240, 0, 2, 240 },  /* no further than the file, or --fill */
		{ 200, 400, -1, 1, 200 }, /* kswapd was, and made that room */
		{ 320, 400, 2, 1, 200 },  /* kswapd is at work */
	};

	(void)state;
	cell.kswapd_pid = 77;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		nrb_sample_init(&shared->sample);
		reads.n = 0;
		cell.sizes.file_bytes = (int64_t)rows[i].file << 20;
		fill.cached = fill.file = fill.inactive = rows[i].cached;
		fill.cut = false;
		kswapd.looks = rows[i].looks < 0 ? 0 : rows[i].looks;
		kswapd.left = 190;
		stolen = rows[i].looks < 0;
		tree_write(machine, "proc/vmstat", "pgsteal_kswapd 0\n");
		write_zone(212);
		write_meminfo(50, 50);
		free_after = after;
		assert_int_equal(nrb_step_fill_once(&cell), 0);
		free_after = NULL;
		assert_int_equal(reads.n, rows[i].reads);
		assert_int_equal(reads.at[0].len, 200 << 20);
		assert_int_equal(
			shared->sample.fill_asked_bytes, (int64_t)rows[i].asked << 20);
	}
}

/* It goes on behind a fill that woke it: judged is what it leaves, and what is missing read again. */
static void test_a_kswapd_that_takes_of_the_fill(void **state)
{
	static const struct {
		int left, reads, node, rc;
	} rows[] = {
		{ 400, 1, 400, 0 },
		{ 370, 1, 370, 0 },
		/* the second read adds nothing here */
		{ 360, 2, 360 + 40, 0 },
		{ 330, 2, 330 + 70, -EOPNOTSUPP },
	};

	(void)state;
	cell.kswapd_pid = 77;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		nrb_sample_init(&shared->sample);
		reads.n = 0;
		fill.cached = fill.file = fill.inactive = 400;
		fill.cut = false;
		kswapd.looks = 3;
		kswapd.left = rows[i].left;
		write_meminfo(50, 50);
		assert_int_equal(nrb_step_fill_once(&cell), rows[i].rc);
		assert_int_equal(reads.n, rows[i].reads);
		assert_int_equal(
			shared->sample.fill_cached_bytes, (int64_t)rows[i].left << 20);
		assert_int_equal(
			shared->sample.fill_node_bytes, (int64_t)rows[i].node << 20);
		nrb_diag_reset();
	}
	/* asleep: nothing is waited for */
	reads.n = 0;
	nrb_sample_init(&shared->sample);
	fill.cached = 400;
	write_meminfo(50, 50);
	assert_int_equal(nrb_step_fill_once(&cell), 0);
	assert_int_equal(shared->sample.settle_rounds, NRB_ABSENT);
}

/* Every busy file server: what is there already is the fill. */
static void test_a_full_node_needs_no_fill(void **state)
{
	(void)state;
	memset(&fill, 0, sizeof(fill));
	for (int free_mib = 5; free_mib < 60; free_mib += 20) {
		shared->sample.note[0] = '\0';
		write_zone(free_mib);
		assert_int_equal(nrb_step_fill_once(&cell), 0);
		assert_true(cell.full);
		assert_string_equal(shared->sample.note,
			"the node was full already: the fill is other programs' cache");
	}
}

/* Where the user's files are served there is no file of our own, but as much was wanted. */
static void test_a_full_node_needs_no_users_files(void **state)
{
	struct nrb_served_file file = { .fd = 3, .bytes = (int64_t)FILL_MIB << 20 };
	const struct nrb_servedset set = nrb_servedset_of(&file, 1);

	(void)state;
	memset(&fill, 0, sizeof(fill));
	cell.served = &set;
	cell.sizes.file_bytes = 0;
	write_zone(25);
	assert_int_equal(nrb_step_fill_once(&cell), 0);
	assert_int_equal(shared->sample.fill_asked_bytes, 13 << 20);
	assert_string_equal(shared->sample.note,
		"the node was full already: the fill is other programs' cache");
	cell.served = NULL;
}

/* Beside a ballast a node that has nothing free is not full of cache: somebody took the room. */
static void test_room_beside_a_ballast(void **state)
{
	(void)state;
	cell.sizes.fill_bytes = (int64_t)FILL_MIB << 20;
	cell.sizes.slack_bytes = (int64_t)(FILL_MIB / 8) << 20;
	cell.sizes.file_bytes = cell.sizes.fill_bytes + cell.sizes.slack_bytes;
	memset(&fill, 0, sizeof(fill));
	write_zone(FILL_MIB / 4);
	nrb_diag_reset();
	assert_int_equal(nrb_step_fill_once(&cell), -ESTALE);
	assert_non_null(
		strstr(nrb_diag_message(), "that the ballast left free on node 0"));
	assert_string_equal(shared->sample.note, "");
	/* what others have freed meanwhile is filled, too, as far as the file goes */
	write_zone(2 * FILL_MIB);
	(void)nrb_step_fill_once(&cell);
	assert_int_equal(cell.fill_len, cell.sizes.file_bytes);
}

/* That little was asked for. */
static void test_a_small_fill_is_a_fill(void **state)
{
	(void)state;
	cell.sizes.file_bytes = 8 << 20;
	cell.sizes.fill_bytes = 8 << 20;
	memset(&fill, 0, sizeof(fill));
	shared->sample.settle_rounds = 0;
	assert_int_equal(nrb_step_fill_once(&cell), -EOPNOTSUPP);
	fill.cached = fill.file = fill.inactive = 8;
	write_meminfo(50, 50);
	assert_int_equal(nrb_step_fill_once(&cell), 0);
	assert_string_equal(shared->sample.note, "");
}

/* Free memory of node 2 and node 5, each with a high watermark of 12 MiB, beside node 0's 600. */
static void write_other_zones(int free_2, int free_5)
{
	const int nodes_free[][2] = { { 0, 600 }, { 2, free_2 }, { 5, free_5 } };
	long mib = (1 << 20) / (long)nrb_zones_page_bytes();
	char text[1024] = "";

	for (int i = 0; i < 3; i++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used,
			"Node %d, zone   Normal\n  pages free     %ld\n"
			"        min      %ld\n        low      %ld\n"
			"        high     %ld\n        managed  %ld\n",
			nodes_free[i][0], nodes_free[i][1] * mib, 8 * mib, 10 * mib,
			12 * mib, NODE_MIB * mib);
	}
	tree_write(machine, "proc/zoneinfo", text);
}

/* The other nodes before the target, each from its own part of the file, as far as fits. */
static void test_every_node_is_filled_from_its_part(void **state)
{
	const int64_t mib = 1 << 20;

	(void)state;
	cell.topology = &four;
	cell.file = 3;
	cell.sizes.other_bytes = 500 * mib;
	cell.sizes.headroom_bytes = 8 * mib;
	write_other_zones(320, 900);
	fill.cached = fill.file = fill.inactive = FILL_MIB;
	fill.cut = false;
	assert_int_equal(nrb_step_fill_once(&cell), 0); /* the target alone */
	assert_int_equal(reads.n, 1);
	memset(&reads, 0, sizeof(reads));
	write_meminfo(50, 50);
	cell.arm.fill_all = true;
	assert_int_equal(nrb_fill_others(&cell), 0);
	assert_int_equal(reads.n, 2);
	assert_int_equal(reads.at[0].node, 2);
	assert_int_equal(reads.at[0].from, FILL_MIB * mib);
	assert_int_equal(reads.at[0].len, 300 * mib);
	assert_int_equal(reads.at[1].node, 5);
	assert_int_equal(reads.at[1].from, (FILL_MIB + 500) * mib);
	assert_int_equal(reads.at[1].len, 500 * mib);
	assert_int_equal(policy_node, -1); /* the process's own again */
	/* nothing was read for real: what is free stays so, which is said */
	assert_string_equal(shared->sample.note,
		"node 2 is not full: 300 MiB more would fit; "
		"node 5 is not full: 880 MiB more would fit");
	cell.file = -1;
}

/* A scenario of memory alone is bounded by neither file nor, without --fill, anything else. */
static void test_what_fits(void **state)
{
	int64_t bytes;

	(void)state;
	cell.sizes.headroom_bytes = 8 << 20;
	assert_int_equal(nrb_fill_room(&cell, &bytes), 0);
	assert_int_equal(bytes, FILL_MIB << 20);
	cell.sizes.file_bytes = 0;
	assert_int_equal(nrb_fill_room(&cell, &bytes), 0);
	assert_int_equal(bytes, 580 << 20);
	cell.sizes.fill_bytes = 100 << 20;
	assert_int_equal(nrb_fill_room(&cell, &bytes), 0);
	assert_int_equal(bytes, 100 << 20);
	write_zone(15);
	assert_int_equal(nrb_fill_room(&cell, &bytes), 0);
	assert_int_equal(bytes, 0);
}

static void test_no_file_is_evicted_at_once(void **state)
{
	(void)state;
	shared->phase = NRB_PHASE_EVICT;
	assert_int_equal(nrb_step_evict(&cell), 0);
}

/* -- notes -- */

static void test_why_comes_first_and_nothing_is_lost(void **state)
{
	char text[NRB_NOTE_LEN];

	(void)state;
	nrb_cell_note(&cell, "seen %d", 1);
	nrb_cell_note_why(&cell, "killed by %s", "us");
	nrb_cell_note(&cell, "seen 2");
	assert_string_equal(shared->sample.note, "killed by us; seen 1; seen 2");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	nrb_cell_note_why(&cell, "%s", text);
	assert_string_equal(shared->sample.note, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STEP_TEST(test_only_clean_cache_on_the_node_is_a_fill),
		STEP_TEST(test_an_unclean_fill_says_its_figures),
		STEP_TEST(test_a_fill_goes_on_while_there_is_room),
		STEP_TEST(test_a_kswapd_that_takes_of_the_fill),
		STEP_TEST(test_a_full_node_needs_no_fill),
		STEP_TEST(test_a_full_node_needs_no_users_files),
		STEP_TEST(test_room_beside_a_ballast),
		STEP_TEST(test_a_small_fill_is_a_fill),
		STEP_TEST(test_every_node_is_filled_from_its_part),
		STEP_TEST(test_what_fits),
		STEP_TEST(test_no_file_is_evicted_at_once),
		STEP_TEST(test_why_comes_first_and_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
