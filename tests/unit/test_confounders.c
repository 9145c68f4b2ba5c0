/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what disturbs: each kind of row, the rules, and the table itself. */
#include "nrb/confounders.h"

#include "tree.h"

#include <errno.h>

enum { LEN = 256 };

static const struct nrb_confounder *find(const char *name)
{
	const struct nrb_confounder *c = nrb_confounder_table;

	while (c->name != NULL && strcmp(c->name, name) != 0) {
		c++;
	}
	assert_non_null(c->name);
	return c;
}

static void assert_reads(const struct tree *tree, const char *name, const char *value)
{
	char buf[LEN];

	assert_int_equal(nrb_confounder_read(&tree->root, find(name), buf, LEN), 0);
	assert_string_equal(buf, value);
}

static void kinds(void **state)
{
	struct tree *tree = *state;
	char buf[LEN];

	assert_int_equal(
		nrb_confounder_read(&tree->root, find("ksm.run"), buf, LEN), -ENOENT);
	tree_write(tree, "sys/kernel/mm/ksm/run", "1\n");
	assert_reads(tree, "ksm.run", "1");
	tree_write(tree, "sys/kernel/mm/transparent_hugepage/enabled",
		"always [madvise] never\n");
	assert_reads(tree, "thp.enabled", "madvise");
	tree_write(tree, "sys/kernel/mm/transparent_hugepage/enabled", "]odd[\n");
	assert_reads(tree, "thp.enabled", "]odd[");
	tree_write(tree, "proc/swaps", "Filename Type\n/dev/a x\n/dev/b y\n");
	assert_reads(tree, "swap.devices", "2");
	tree_write(tree, "proc/cmdline", "root=/dev/secret numa=fake=4 numa=off quiet\n");
	assert_reads(tree, "cmdline.numa", "off");
	assert_int_equal(
		nrb_confounder_read(&tree->root, find("cmdline.isolcpus"), buf, LEN),
		-ENOENT);
	tree_write(tree, "etc/tuned/active_profile", "throughput-performance\nsecond\n");
	assert_reads(tree, "tuned.profile", "throughput-performance");
}

/* The least of the limits on the way up; "max" is none. */
static void cgroups(void **state)
{
	struct tree *tree = *state;

	tree_write(tree, "proc/self/cgroup", "1:memory:/elsewhere\n0::/a/b\n");
	tree_write(tree, "sys/fs/cgroup/a/b/memory.max", "max\n");
	assert_reads(tree, "cgroup.memory.max", "max");
	tree_write(tree, "sys/fs/cgroup/a/memory.max", "4096\n");
	assert_reads(tree, "cgroup.memory.max", "4096");
	tree_write(tree, "sys/fs/cgroup/a/b/memory.max", "8192\n");
	assert_reads(tree, "cgroup.memory.max", "4096");
	tree_write(tree, "sys/fs/cgroup/a/b/memory.max", "1024\n");
	assert_reads(tree, "cgroup.memory.max", "1024");
	tree_write(tree, "sys/fs/cgroup/unified/a/b/memory.high", "77\n"); /* hybrid */
	assert_reads(tree, "cgroup.memory.high", "77");
	tree_write(tree, "sys/fs/cgroup/a/b/cpuset.mems.effective", "0-1\n");
	tree_write(tree, "sys/fs/cgroup/cpuset.mems.effective", "0-7\n");
	assert_reads(tree, "cgroup.cpuset.mems", "0-1");
}

static void rules(void **state)
{
	const struct nrb_confounder is = { .disturbs = "=a|bc" };
	const struct nrb_confounder is_not = { .disturbs = "!0" };
	const struct nrb_confounder any = { .disturbs = "!" };
	const struct nrb_confounder none = { .disturbs = NULL };

	(void)state;
	assert_true(nrb_confounder_disturbs(&is, "a"));
	assert_true(nrb_confounder_disturbs(&is, "bc"));
	assert_false(nrb_confounder_disturbs(&is, "b"));
	assert_false(nrb_confounder_disturbs(&is, ""));
	assert_false(nrb_confounder_disturbs(&is_not, "0"));
	assert_true(nrb_confounder_disturbs(&is_not, "1"));
	assert_true(nrb_confounder_disturbs(&any, "fake=2"));
	assert_false(nrb_confounder_disturbs(&none, "1"));
}

/* Each row is whole, its name is its own, and what disturbs has a way out. */
static void table(void **state)
{
	(void)state;
	for (const struct nrb_confounder *c = nrb_confounder_table; c->name != NULL;
		c++) {
		assert_non_null(c->path);
		assert_true(c->path[0] != '/');
		assert_non_null(c->why);
		assert_int_equal(c->disturbs != NULL, c->way_out != NULL);
		if (c->disturbs != NULL) {
			assert_non_null(strchr("=!", c->disturbs[0]));
		}
		assert_ptr_equal(find(c->name), c);
	}
}

static void lru_gen(void **state)
{
	struct tree *tree = *state;

	assert_string_equal(nrb_confounders_lru_gen(&tree->root), "");
	tree_write(tree, "sys/kernel/mm/lru_gen/enabled", "0x0007\n");
	assert_string_equal(nrb_confounders_lru_gen(&tree->root), "on");
	tree_write(tree, "sys/kernel/mm/lru_gen/enabled", "0x0006\n"); /* bit 0 decides */
	assert_string_equal(nrb_confounders_lru_gen(&tree->root), "off");
	tree_write(tree, "sys/kernel/mm/lru_gen/enabled", "0x0000\n");
	assert_string_equal(nrb_confounders_lru_gen(&tree->root), "off");
}

static void swap(void **state)
{
	struct tree *tree = *state;

	assert_false(nrb_confounders_has_swap(&tree->root));
	tree_write(tree, "proc/swaps", "Filename\tType\tSize\n");
	assert_false(nrb_confounders_has_swap(&tree->root));
	tree_write(tree, "proc/swaps", "Filename\tType\n/dev/vdb partition\n");
	assert_true(nrb_confounders_has_swap(&tree->root));
}

static void recorded(void **state)
{
	static const struct {
		const char *machine, *lru_gen, *mode;
	} cases[] = { { "kernel-6.1", "off", "1" }, { "two-nodes", "off", "0" },
		{ "kernel-7.3", "on", "0" }, { "no-sysctl", "on", NULL } };
	struct nrb_root root;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nrb_json *json;
		const char *mode = NULL;

		tree_fixture(&root, cases[i].machine);
		assert_string_equal(nrb_confounders_lru_gen(&root), cases[i].lru_gen);
		json = nrb_confounders_json(&root);
		(void)nrb_json_get_str(json, "vm.zone_reclaim_mode", &mode);
		if (cases[i].mode == NULL) {
			assert_null(mode);
		} else {
			assert_string_equal(mode, cases[i].mode);
		}
		assert_int_equal(nrb_json_get_str(json, "vm.swappiness", &mode), 0);
		nrb_json_free(json);
		nrb_fsroot_close(&root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(kinds),
		TREE_TEST(cgroups),
		cmocka_unit_test(rules),
		cmocka_unit_test(table),
		TREE_TEST(lru_gen),
		TREE_TEST(swap),
		cmocka_unit_test(recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
