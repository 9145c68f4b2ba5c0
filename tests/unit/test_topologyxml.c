/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large a recorded topology.xml may make what hwloc keeps of it. */
#include "tree.h"

#include "nrb/idset.h"
#include "nrb/topologyxml.h"

static void test_recorded_machines(void **state)
{
	static const char *const machines[] = { "one-node", "two-nodes", "four-nodes",
		"cpuless-node", "memoryless-node", "kernel-6.1", "kernel-7.3" };

	(void)state;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct nrb_root root;
		char *text;

		tree_fixture(&root, machines[i]);
		assert_int_equal(nrb_fsroot_read_all(&root, "topology.xml", &text), 0);
		assert_true(nrb_topologyxml_is_bounded(text));
		free(text);
		nrb_fsroot_close(&root);
	}
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		bool bounded;
	} rows[] = {
		{ "", true },
		{ "<", true },
		{ "<object", true },
		{ "<object type", true },
		{ "<object type=", true },
		{ "<object type=\"PU", true },
		{ "<object type=\"PU\" os_index=\"8191\"/>", true },
		{ "<object type=\"PU\" os_index=\"8192\"/>", false },
		{ "<object os_index=\"8192\" type=\"PU\"/>", false },
		{ "<object type='PU' os_index='8192'/>", false },
		{ "<object type = \"PU\" os_index=\"8192\"/>", false },
		{ "<object a=\">\" type=\"PU\" os_index=\"8192\"/>", false },
		{ "<object type=\"pu\" os_index=\"2147483648\"/>", false },
		{ "<object type=\"PU\" os_index=\"8192", false },
		{ "<object type=\"&#80;U\" os_index=\"8192\"/>", false },
		{ "<object type=\"PU\" os_index=\"&#57;9999\"/>", false },
		{ "<object type=\"PU\" os_index=\"-1\"/>", false },
		{ "<object type=\"PU\" os_index=\"\"/>", false },
		{ "<object type=\"NUMANode\" os_index=\"99999\"/>", false },
		{ "<object type=\"Node\" os_index=\"99999\"/>", false },
		{ "<object type=\"Package\" os_index=\"99999\"/>", true },
		{ "<object type=\"Package\" os_index=\"9\"/><object type=\"PU\" "
		  "os_index=\"99999\"/>",
			false },
		{ "<object local_memory=\"4503599627370495\"/>", true },
		{ "<object local_memory=\"4503599627370496\"/>", false },
		{ "<object local_memory=\"52707739223372036854775807\"/>", false },
		{ "<distances2 nbobjs=\"1024\">", true },
		{ "<distances2 nbobjs=\"1025\">", false },
		{ "<distances2 nbobjs=\"4294967295\">", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (nrb_topologyxml_is_bounded(rows[i].text) != rows[i].bounded) {
			fail_msg("%s", rows[i].text);
		}
	}
}

static void test_sets(void **state)
{
	char text[NRB_IDSET_MAX / 32 + 64];
	int words = NRB_IDSET_MAX / 32;

	(void)state;
	for (int more = 0; more < 2; more++) {
		int n = snprintf(text, sizeof(text), "<object complete_nodeset=\"");

		memset(text + n, ',', (size_t)(words - 1 + more));
		snprintf(text + n + words - 1 + more, 8, "1\">");
		assert_int_equal(nrb_topologyxml_is_bounded(text), !more);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded_machines),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
