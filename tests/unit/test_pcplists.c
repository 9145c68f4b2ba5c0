/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long the lists of CPUs are asked to be given back. */
#include "nrb/pcplists.h"

#include "nrb/counters.h"
#include "tree.h"

#include <errno.h>

static const struct tree *machine;
static int list_mib, limit_mib; /* of the one list, and as what it is let grow */
static int refreshes, rc;

static void write_zones(void)
{
	char text[512];
	long mib = (1 << 20) / (long)nrb_zones_page_bytes();

	snprintf(text, sizeof(text),
		"Node 0, zone   Normal\n  pages free     %ld\n        min      1\n"
		"        low      2\n        high     3\n        managed  %ld\n"
		"  pagesets\n    cpu: 0\n              count: %ld\n"
		"Node 1, zone   Normal\n  pages free     %ld\n        min      1\n"
		"        low      2\n        high     3\n        managed  %ld\n"
		"  pagesets\n    cpu: 0\n              count: %ld\n",
		100 * mib, 4096 * mib, list_mib * mib, 100 * mib, 4096 * mib, 500 * mib);
	tree_write(machine, "proc/zoneinfo", text);
}

/* As 6.7 and later: no more than 8 MiB at a time. */
int __wrap_nrb_counters_refresh(const struct nrb_root *root);
int __wrap_nrb_counters_refresh(const struct nrb_root *root)
{
	int eighth = limit_mib / 8 < 8 ? limit_mib / 8 : 8;

	(void)root;
	refreshes++;
	limit_mib -= eighth;
	list_mib = list_mib < limit_mib ? list_mib : limit_mib;
	write_zones();
	return rc;
}

static void drain(struct tree *tree, int list, int limit)
{
	struct nrb_idset nodes;

	machine = tree;
	list_mib = list;
	limit_mib = limit;
	refreshes = 0;
	write_zones();
	nrb_idset_clear(&nodes);
	nrb_idset_add(&nodes, 0);
	nrb_pcplists_drain(&tree->root, &nodes);
}

/* Those of other nodes, of which there is much, are not waited for. */
static void test_until_little_is_left(void **state)
{
	rc = 0;
	drain(*state, 389, 500);
	assert_in_range(list_mib, 1, 8);
	assert_in_range(refreshes, (500 - 8) / 8, 100);
	drain(*state, 8, 500);
	assert_int_equal(refreshes, 0);
}

static void test_until_nothing_comes(void **state)
{
	rc = 0;
	drain(*state, 20, 1 << 20); /* as kernels before, where the limit stays */
	assert_int_equal(refreshes, 25);
	assert_int_equal(list_mib, 20);
}

static void test_where_it_is_not_allowed(void **state)
{
	rc = -EACCES;
	drain(*state, 389, 500);
	assert_int_equal(refreshes, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_until_little_is_left),
		TREE_TEST(test_until_nothing_comes),
		TREE_TEST(test_where_it_is_not_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
