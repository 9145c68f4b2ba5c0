/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What disturbs and what forbids, found where it is and nowhere else. */
#include "nrb/findings.h"

#include "tree.h"

#include <unistd.h>

static bool has(const struct nrb_findings *findings, const char *what)
{
	for (int i = 0; i < findings->n; i++) {
		if (strstr(findings->list[i].what, what) != NULL) {
			return true;
		}
	}
	return false;
}

static struct nrb_findings disturbing(
	const struct nrb_root *root, const char *kernel, int64_t mode)
{
	struct nrb_findings findings = { 0 };
	struct nrb_machine machine;
	struct nrb_root recorded;

	tree_fixture(&recorded, "two-nodes");
	assert_int_equal(nrb_machine_read(&machine, &recorded), 0);
	snprintf(machine.kernel, sizeof(machine.kernel), "%s", kernel);
	machine.found_mode = mode;
	nrb_findings_disturbing(&findings, root, &machine);
	nrb_machine_finish(&machine);
	nrb_fsroot_close(&recorded);
	return findings;
}

/* 1, 2 and 4 meant other things from 5.8 until the stable fixes. */
static void kernels(void **state)
{
	static const struct {
		const char *release;
		bool is_odd;
	} cases[] = { { "5.7.9", false }, { "5.8.0", true }, { "5.9.16", true },
		{ "5.10.19", true }, { "5.10.20", false }, { "5.10.0-32-amd64", false },
		{ "5.11.2", true }, { "5.11.3", false }, { "5.12.0", false },
		{ "6.8.0", false } };
	struct tree *tree = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nrb_findings findings =
			disturbing(&tree->root, cases[i].release, 0);

		assert_int_equal(has(&findings, "counts the mode's bits otherwise"),
			cases[i].is_odd);
	}
}

/* One of a process that lives is not left, and others' are not ours. */
static void instances(void **state)
{
	struct tree *tree = *state;
	struct nrb_findings findings;

	tree_write(tree, "sys/kernel/tracing/instances/foreign/tracing_on", "1\n");
	tree_write(tree,
		"sys/kernel/tracing/instances/numa-reclaim-bench-57-5/tracing_on", "1\n");
	tree_write(tree, "proc/57/stat",
		"57 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n");
	findings = disturbing(&tree->root, "6.18.0", 7);
	assert_int_equal(findings.n, 0);
	tree_write(tree,
		"sys/kernel/tracing/instances/numa-reclaim-bench-57-4/tracing_on", "1\n");
	findings = disturbing(&tree->root, "6.18.0", 7);
	assert_int_equal(findings.n, 1);
	assert_true(has(&findings, "instances of runs that were killed: 1"));
	assert_int_equal(findings.list[0].code, NRB_EXIT_OK);
}

static void values(void **state)
{
	struct tree *tree = *state;
	struct nrb_findings findings = disturbing(&tree->root, "6.18.0", 7);

	assert_int_equal(findings.n, 0);
	tree_write(tree, "proc/sys/kernel/numa_balancing", "2\n");
	tree_write(tree, "proc/sys/vm/panic_on_oom", "0\n");
	tree_write(tree, "proc/57/stat", "57 (kswapd1) R 2 0 0 0 -1 2166848 0 0");
	findings = disturbing(&tree->root, "6.18.0", NRB_ABSENT);
	assert_true(has(&findings, "has no vm.zone_reclaim_mode"));
	assert_int_equal(findings.n, 3);
	findings = disturbing(&tree->root, "6.18.0", 15);
	assert_true(has(&findings, "kernel.numa_balancing is 2"));
	assert_true(has(&findings, "kswapd is awake on node 1"));
	assert_true(has(&findings, "vm.zone_reclaim_mode is 15"));
	assert_int_equal(findings.n, 3);
	for (int i = 0; i < findings.n; i++) {
		assert_int_equal(findings.list[i].code, NRB_EXIT_OK);
		assert_true(findings.list[i].why[0] != '\0');
		assert_true(findings.list[i].way_out[0] != '\0');
	}
}

static struct nrb_findings forbidding(const char *name, bool live)
{
	struct nrb_findings findings = { 0 };
	struct nrb_machine machine;
	struct nrb_root root;

	tree_fixture(&root, name);
	assert_int_equal(nrb_machine_read(&machine, &root), 0);
	root.live = live;
	nrb_findings_forbidding(&findings, &root, &machine);
	nrb_machine_finish(&machine);
	nrb_fsroot_close(&root);
	return findings;
}

static void machines(void **state)
{
	struct nrb_findings findings = forbidding("two-nodes", false);

	(void)state;
	assert_int_equal(findings.n, 1);
	assert_true(has(&findings, "recorded machine"));
	findings = forbidding("one-node", false);
	assert_true(has(&findings, "one NUMA node"));
	assert_int_equal(findings.list[1].code, NRB_EXIT_NOT_HERE);
	findings = forbidding("no-sysctl", false); /* other factors are compared */
	assert_false(has(&findings, "has no vm.zone_reclaim_mode"));
	/* as root of a live machine nothing is left to say */
	findings = forbidding("two-nodes", true);
	assert_int_equal(has(&findings, "not root"), geteuid() != 0);
	assert_false(has(&findings, "recorded machine"));
}

/* What run refuses with first, and check lists: the same function. */
static void rights(void **state)
{
	static struct nrb_findings findings;
	struct tree *tree = *state;

	nrb_findings_rights(&findings, &tree->root, false);
	assert_int_equal(findings.n, 0);
	nrb_findings_rights(&findings, &tree->root, true); /* not there */
	assert_int_equal(findings.n, 1);
	assert_int_equal(findings.list[0].code, NRB_EXIT_NOT_HERE);
	assert_true(has(&findings, "cannot write /proc/sys/vm/zone_reclaim_mode"));
	findings.n = 0;
	tree_write(tree, "proc/sys/vm/zone_reclaim_mode", "0\n");
	nrb_findings_rights(&findings, &tree->root, true);
	assert_int_equal(findings.n, 0);
	/* root in here is somebody else outside */
	tree_write(tree, "proc/self/uid_map", "0 100000 65536\n");
	nrb_findings_rights(&findings, &tree->root, true);
	assert_int_equal(findings.n, 0);
	tree->root.live = true;
	nrb_findings_rights(&findings, &tree->root, true);
	assert_true(has(&findings, "inside a user namespace"));
	tree->root.live = false;
}

/* Those that a plan sets beside the mode: closed is a finding, not there is none. */
static void other_settings(void **state)
{
	const struct nrb_setting *dirty = nrb_setting_find("vm.dirty");
	static struct nrb_findings findings;
	struct tree *tree = *state;

	nrb_findings_setting(&findings, &tree->root, dirty);
	nrb_findings_setting(&findings, &tree->root, nrb_setting_find("swap"));
	assert_int_equal(findings.n, 0);
	tree_write(tree, "proc/sys/vm/dirty_ratio", "20\n");
	nrb_findings_setting(&findings, &tree->root, dirty);
	assert_int_equal(findings.n, 0);
	/* a link is not the setting; its twin is looked at, too */
	assert_int_equal(
		symlinkat("dirty_ratio", tree->root.fd, "proc/sys/vm/dirty_bytes"), 0);
	nrb_findings_setting(&findings, &tree->root, dirty);
	assert_int_equal(findings.n, 1);
	assert_int_equal(findings.list[0].code, NRB_EXIT_NOT_HERE);
	assert_true(has(&findings, "cannot write /proc/sys/vm/dirty_bytes"));
}

static void full(void **state)
{
	static struct nrb_findings findings;

	(void)state;
	for (int i = 0; i < NRB_FINDINGS_MAX + 5; i++) {
		nrb_findings_add(&findings, NRB_EXIT_OK, NULL, NULL, "number %d", i);
	}
	assert_int_equal(findings.n, NRB_FINDINGS_MAX);
	assert_string_equal(findings.list[0].what, "number 0");
	assert_string_equal(findings.list[0].way_out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(kernels),
		TREE_TEST(values),
		TREE_TEST(instances),
		cmocka_unit_test(machines),
		TREE_TEST(rights),
		TREE_TEST(other_settings),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
