/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones of three kernels, and of text that is not as it should be. */
#include "nrb/zones.h"

#include "nrb/sample.h"

#include "tree.h"

#include <errno.h>

#define ZONEINFO "proc/zoneinfo"

static const char two_zones[] = "Node 0, zone      DMA\n"
				"  per-node stats\n"
				"      nr_inactive_anon 2234\n"
				"      nr_free_pages_blocks 7\n"
				"  pages free     3840\n"
				"        boost    3\n"
				"        min      57\n"
				"        low      71\n"
				"        high     85\n"
				"        promo    99\n"
				"        spanned  4095\n"
				"        present  3998\n"
				"        managed  3840\n"
				"        cma      0\n"
				"        protection: (0, 3019, 5195, 5195, 5195)\n"
				"      nr_free_pages 3840\n"
				"      nr_free_cma  4\n"
				"  pagesets\n"
				"    cpu: 0\n"
				"              count:    10\n"
				"              high:     9999\n"
				"              batch:    1\n"
				"    cpu: 1\n"
				"              count:    5\n"
				"              high_min: 30\n"
				"  vm stats threshold: 4\n"
				"  node_unreclaimable:  0\n"
				"  start_pfn:           1\n"
				"  reserved_highatomic: 6\n"
				"Node 0, zone    DMA32\n"
				"  pages free     0\n"
				"        min      0\n"
				"        low      0\n"
				"        high     0\n"
				"        managed  0\n"
				"        protection: (0, 0)\n"
				"Node 0, zone   Normal\n"
				"  pages free     100\n"
				"        min      10\n"
				"        low      20\n"
				"        high     30\n"
				"        managed  1000\n";

static void keys_and_ranks(void **state)
{
	struct tree *tree = *state;
	struct nrb_zones zones;
	const struct nrb_zone *dma, *normal;

	tree_write(tree, ZONEINFO, two_zones);
	assert_int_equal(nrb_zones_read(&zones, &tree->root), 0);
	assert_int_equal(zones.n, 2); /* the empty one is left out, but has a rank */
	dma = &zones.zones[0];
	normal = &zones.zones[1];
	assert_string_equal(dma->name, "DMA");
	assert_int_equal(dma->node, 0);
	assert_int_equal(dma->index, 0);
	assert_int_equal(dma->free_pages, 3840);
	assert_int_equal(dma->boost_pages, 3);
	assert_int_equal(dma->high_pages, 85); /* not a per-CPU list's */
	assert_int_equal(dma->promo_pages, 99);
	/* 5195 are kept back from users of the higher zones, and of Normal's 100 30 are its mark */
	assert_int_equal(nrb_zones_spare(dma), 0);
	assert_int_equal(nrb_zones_spare(normal), 70);
	assert_int_equal(nrb_zones_sum(&zones, 0).spare_pages, 70);
	assert_int_equal(dma->spanned_pages, 4095);
	assert_int_equal(dma->present_pages, 3998);
	assert_int_equal(dma->free_cma_pages, 4);
	assert_int_equal(dma->reserved_highatomic_pages, 6);
	assert_int_equal(dma->pcp_pages, 15);
	assert_int_equal(dma->n_protections, 5);
	assert_int_equal(dma->protection_pages[1], 3019);
	assert_int_equal(normal->index, 2);
	assert_int_equal(normal->boost_pages, NRB_ABSENT); /* before 6.1 */
	assert_int_equal(normal->pcp_pages, 0);
	nrb_zones_finish(&zones);
}

static void lists_of_cpus(void **state)
{
	struct tree *tree = *state;
	struct nrb_zones zones;

	tree_write(tree, ZONEINFO, two_zones);
	assert_int_equal(nrb_zones_read(&zones, &tree->root), 0);
	assert_int_equal(zones.n_lists, 2);
	assert_int_equal(zones.zones[0].first_list, 0);
	assert_int_equal(zones.zones[0].n_lists, 2);
	assert_int_equal(zones.zones[1].n_lists, 0);
	assert_int_equal(zones.lists[0].cpu, 0);
	assert_int_equal(zones.lists[0].count_pages, 10);
	assert_int_equal(zones.lists[0].high_pages, 9999);
	assert_int_equal(zones.lists[0].batch_pages, 1);
	assert_int_equal(zones.lists[0].high_min_pages, NRB_ABSENT); /* before 6.7 */
	assert_int_equal(zones.lists[1].cpu, 1);
	assert_int_equal(zones.lists[1].count_pages, 5);
	assert_int_equal(zones.lists[1].high_min_pages, 30);
	nrb_zones_finish(&zones);
}

static void sums(void **state)
{
	struct tree *tree = *state;
	struct nrb_zone_sums sums;

	tree_write(tree, ZONEINFO, two_zones);
	assert_int_equal(nrb_zones_read_sum(&tree->root, 0, &sums), 0);
	assert_int_equal(sums.n, 2);
	assert_int_equal(sums.free_pages, 3940);
	assert_int_equal(sums.min_pages, 67 - 3); /* without the boost */
	assert_int_equal(sums.boost_pages, 3);
	assert_int_equal(sums.low_pages, 91);
	assert_int_equal(sums.high_pages, 115);
	assert_int_equal(sums.managed_pages, 4840);
	assert_false(sums.has_dma32); /* it has one, without memory */
	assert_int_equal(nrb_zones_read_sum(&tree->root, 1, &sums), 0);
	assert_int_equal(sums.n, 0);
	assert_int_equal(sums.managed_pages, 0);
}

static void malformed(void **state)
{
	struct tree *tree = *state;
	struct nrb_zones zones;

	assert_int_equal(nrb_zones_read(&zones, &tree->root), -ENOENT);
	tree_write(tree, ZONEINFO, "");
	assert_int_equal(nrb_zones_read(&zones, &tree->root), -EPROTO);
	tree_write(tree, ZONEINFO, "nothing to see\n\n  pages free\n");
	assert_int_equal(nrb_zones_read(&zones, &tree->root), -EPROTO);
	nrb_diag_reset();
	tree_write(tree, ZONEINFO, "Node 0, zone Normal\n  pages free 5\n managed 7\n");
	assert_int_equal(nrb_zones_read(&zones, &tree->root), -EPROTO);
	assert_non_null(strstr(nrb_diag_message(), "lacks"));
	assert_null(zones.zones);
}

/* What no machine has is refused, so that no sum of it overflows. */
static void impossible(void **state)
{
#define ZONE(node, free)                                                                 \
	"Node " node ", zone Normal\n pages free " free                                  \
	"\n min 1\n low 2\n high 3\n managed 7\n"
	static const char *const texts[] = {
		ZONE("0", "9223372036854775807"),
		ZONE("0", "18446744073709551615"),
		ZONE("0", "1099511627777"),
		ZONE("0", "-1"),
		ZONE("1", "5") ZONE("0", "5"),
		ZONE("1024", "5"),
		ZONE("-1", "5"),
		ZONE("0", "5") " protection: (0, 1099511627777)\n",
		ZONE("0", "5") ZONE("0", "5") ZONE("0", "5") ZONE("0", "5") ZONE("0", "5")
			ZONE("0", "5") ZONE("0", "5") ZONE("0", "5") ZONE("0", "5"),
	};
	struct tree *tree = *state;
	struct nrb_zones zones;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		nrb_diag_reset();
		tree_write(tree, ZONEINFO, texts[i]);
		if (nrb_zones_read(&zones, &tree->root) != -EPROTO) {
			fail_msg("%s", texts[i]);
		}
		assert_non_null(strstr(nrb_diag_message(), "zone Normal"));
	}
	tree_write(tree, ZONEINFO, ZONE("1023", "1099511627776"));
	assert_int_equal(nrb_zones_read(&zones, &tree->root), 0);
	nrb_zones_finish(&zones);
#undef ZONE
}

/* More protections than there is room for are cut, not written past the end. */
static void many_protections(void **state)
{
	struct tree *tree = *state;
	struct nrb_zones zones;

	tree_write(tree, ZONEINFO,
		"Node 3, zone Normal\n pages free 5\n min 1\n low 2\n high 3\n managed 7\n"
		" protection: (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)\n");
	assert_int_equal(nrb_zones_read(&zones, &tree->root), 0);
	assert_int_equal(zones.zones[0].node, 3);
	assert_int_equal(zones.zones[0].n_protections, NRB_ZONE_PROTECTIONS);
	assert_int_equal(zones.zones[0].protection_pages[7], 7);
	nrb_zones_finish(&zones);
}

/* Recorded kernels: every mark is there, in order, and boost and promo where they should be. */
static void recorded(void **state)
{
	static const char *const machines[] = { "kernel-6.1", "two-nodes", "kernel-7.3" };
	struct nrb_zones zones;
	struct nrb_root root;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		tree_fixture(&root, machines[i]);
		assert_int_equal(nrb_zones_read(&zones, &root), 0);
		assert_int_equal(zones.n, 3);
		for (int k = 0; k < zones.n; k++) {
			const struct nrb_zone *zone = &zones.zones[k];

			assert_true(zone->min_pages < zone->low_pages);
			assert_true(zone->low_pages < zone->high_pages);
			assert_true(zone->managed_pages <= zone->present_pages);
			assert_true(zone->boost_pages >= 0);
			assert_int_equal(zone->promo_pages == NRB_ABSENT, i == 0);
		}
		assert_true(nrb_zones_sum(&zones, 0).has_dma32);
		assert_int_equal(nrb_zones_sum(&zones, 0).n, 2);
		nrb_zones_finish(&zones);
		nrb_fsroot_close(&root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(keys_and_ranks),
		TREE_TEST(lists_of_cpus),
		TREE_TEST(sums),
		TREE_TEST(malformed),
		TREE_TEST(impossible),
		TREE_TEST(many_protections),
		cmocka_unit_test(recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
