/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files of a machine set vm.zone_reclaim_mode, in the order in which they are read. */
#include "nrb/sysctlfiles.h"

#include "tree.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static struct nrb_sysctlfiles files;

static void find(const struct tree *tree)
{
	memset(&files, 0, sizeof(files));
	nrb_sysctlfiles_find(&files, &tree->root);
}

static void find_tuned(const struct tree *tree)
{
	memset(&files, 0, sizeof(files));
	nrb_sysctlfiles_find_tuned(&files, &tree->root);
}

static void assert_file(int i, const char *path, const char *value)
{
	assert_true(i < files.n);
	assert_string_equal(files.file[i].path, path);
	assert_string_equal(files.file[i].value, value);
}

static void test_nothing(void **state)
{
	const struct tree *tree = *state;

	find(tree);
	assert_int_equal(files.n, 0);
	tree_write(tree, "etc/sysctl.d/10.conf", "vm.swappiness = 1\n");
	tree_write(tree, "etc/sysctl.d/11.conf",
		"# vm.zone_reclaim_mode = 1\n;vm.zone_reclaim_mode=1\nvm.zone_reclaim_mode\n"
		"vm.zone_reclaim_mode_x = 1\nxvm.zone_reclaim_mode = 1\n=1\n=\n-\n");
	tree_write(tree, "etc/sysctl.d/README", "vm.zone_reclaim_mode = 1\n");
	tree_write(tree, "etc/sysctl.d/.conf", "vm.zone_reclaim_mode = 1\n");
	tree_write(tree, "etc/sysctl.conf", "");
	find(tree);
	assert_int_equal(files.n, 0);
}

/* What is there and cannot be read may set it: it is counted, and nothing waits for it. */
static void test_what_cannot_be_read(void **state)
{
	const struct tree *tree = *state;
	char path[1200];

	tree_write(tree, "etc/sysctl.d/10.conf", "vm.zone_reclaim_mode = 1\n");
	tree_write(tree, "elsewhere.conf", "vm.zone_reclaim_mode = 6\n");
	find(tree);
	assert_int_equal(files.unread, 0);
	snprintf(path, sizeof(path), "%s/etc/sysctl.d/20.conf", tree->dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	/* of a root that is another machine's, a link would lead into this one */
	snprintf(path, sizeof(path), "%s/etc/sysctl.d/30.conf", tree->dir);
	assert_int_equal(symlink("/etc/sysctl.conf", path), 0);
	snprintf(path, sizeof(path), "%s/etc/sysctl.d/40.conf", tree->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	find(tree);
	assert_int_equal(files.unread, 3);
	assert_int_equal(files.n, 1);
	assert_file(0, "/etc/sysctl.d/10.conf", "1");
}

/* By name, whatever the directory; and the one that masks another of its name. */
static void test_order(void **state)
{
	const struct tree *tree = *state;

	tree_write(tree, "usr/lib/sysctl.d/10-a.conf", "vm.zone_reclaim_mode=1\n");
	tree_write(tree, "usr/lib/sysctl.d/20-b.conf", "vm.zone_reclaim_mode=2\n");
	tree_write(tree, "usr/local/lib/sysctl.d/30-d.conf", "vm.zone_reclaim_mode=5\n");
	tree_write(tree, "run/sysctl.d/20-b.conf", "vm.zone_reclaim_mode=3\n");
	tree_write(tree, "etc/sysctl.d/05-c.conf", "vm.zone_reclaim_mode=4\n");
	tree_write(tree, "etc/sysctl.d/10-a.conf", "# not here\n");
	tree_write(tree, "etc/sysctl.conf", "vm.zone_reclaim_mode=7\n");
	find(tree);
	assert_int_equal(files.n, 4);
	assert_file(0, "/etc/sysctl.d/05-c.conf", "4");
	assert_file(1, "/run/sysctl.d/20-b.conf", "3");
	assert_file(2, "/usr/local/lib/sysctl.d/30-d.conf", "5");
	assert_file(3, "/etc/sysctl.conf", "7");
}

static void test_spellings(void **state)
{
	static const char *const spellings[] = {
		"vm.zone_reclaim_mode = 1",
		"  vm.zone_reclaim_mode=1  ",
		"-vm.zone_reclaim_mode\t= 1",
		"vm/zone_reclaim_mode = 1\r",
		"vm.zone_* = 1",
		"vm.zone_reclaim_mode = 0\nvm.zone_reclaim_mode = 1",
		"vm.zone_reclaim_mode = 1\n# vm.zone_reclaim_mode = 0",
	};
	const struct tree *tree = *state;

	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		tree_write(tree, "etc/sysctl.d/a.conf", spellings[i]);
		find(tree);
		assert_int_equal(files.n, 1);
		assert_file(0, "/etc/sysctl.d/a.conf", "1");
	}
}

/* Debian's 99-sysctl.conf; and one that leads nowhere, as others use to mask with. */
static void test_links(void **state)
{
	const struct tree *tree = *state;
	char path[128];

	tree_write(tree, "etc/sysctl.conf", "vm.zone_reclaim_mode=1\n");
	tree_write(tree, "usr/lib/sysctl.d/50-x.conf", "vm.zone_reclaim_mode=2\n");
	tree_write(tree, "etc/sysctl.d/z.conf", "");
	snprintf(path, sizeof(path), "%s/etc/sysctl.d/99-sysctl.conf", tree->dir);
	assert_int_equal(symlink("../sysctl.conf", path), 0);
	snprintf(path, sizeof(path), "%s/etc/sysctl.d/50-x.conf", tree->dir);
	assert_int_equal(symlink("/dev/null", path), 0);
	find(tree);
	assert_int_equal(files.n, 2);
	assert_file(0, "/etc/sysctl.d/99-sysctl.conf", "1");
	assert_file(1, "/etc/sysctl.conf", "1");
}

static void test_many(void **state)
{
	const struct tree *tree = *state;
	char path[64];

	for (int i = 0; i < NRB_SYSCTLFILES_MAX + 3; i++) {
		snprintf(path, sizeof(path), "etc/sysctl.d/%02d.conf", i);
		tree_write(tree, path, "vm.zone_reclaim_mode=1\n");
	}
	find(tree);
	assert_int_equal(files.n, NRB_SYSCTLFILES_MAX + 3);
	assert_file(NRB_SYSCTLFILES_MAX - 1, "/etc/sysctl.d/15.conf", "1");
}

static void assert_profile(
	const struct tree *tree, const char *text, const char *expected)
{
	char buf[32];

	tree_write(tree, "etc/tuned/active_profile", text);
	assert_int_equal(
		nrb_sysctlfiles_active_profile(&tree->root, buf, sizeof(buf)), 0);
	assert_string_equal(buf, expected);
}

static void assert_no_profile(const struct tree *tree, const char *text, int rc)
{
	char buf[32];

	tree_write(tree, "etc/tuned/active_profile", text);
	assert_int_equal(
		nrb_sysctlfiles_active_profile(&tree->root, buf, sizeof(buf)), rc);
	assert_string_equal(buf, "");
}

static void test_active_profile(void **state)
{
	const struct tree *tree = *state;
	char buf[32];

	assert_int_equal(
		nrb_sysctlfiles_active_profile(&tree->root, buf, sizeof(buf)), -ENOENT);
	assert_profile(tree, "balanced\n", "balanced");
	assert_profile(tree, "hpc-compute my_own.2\n", "hpc-compute,my_own.2");
	assert_no_profile(tree, "\n", -ENOENT);
	assert_no_profile(tree, "a ../b\n", -EINVAL);
	assert_no_profile(tree, "..\n", -EINVAL);
	assert_no_profile(tree, "a\n[sysctl]\n", -EINVAL);
	assert_no_profile(tree, "%(x)s\n", -EINVAL);
	assert_no_profile(tree, "a-name-that-is-longer-than-its-room\n", -EINVAL);
}

static void test_tuned(void **state)
{
	const struct tree *tree = *state;

	find_tuned(tree);
	assert_int_equal(files.n, 0);
	tree_write(tree, "etc/tuned/active_profile", "child\n");
	tree_write(tree, "etc/tuned/child/tuned.conf",
		"[main]\ninclude = hpc-compute, other\n[sysctl]\nvm.swappiness=1\n");
	tree_write(tree, "usr/lib/tuned/hpc-compute/tuned.conf",
		"[main]\nsummary=x\n[vm]\nvm.zone_reclaim_mode=3\n[sysctl]\n# more\n"
		"vm.zone_reclaim_mode=1\n[disk]\nvm.zone_reclaim_mode=2\n");
	find_tuned(tree);
	assert_int_equal(files.n, 1);
	assert_file(0, "/usr/lib/tuned/hpc-compute/tuned.conf", "1");
	/* one's own stands before the distribution's */
	tree_write(tree, "etc/tuned/hpc-compute/tuned.conf",
		"[sysctl]\nvm.zone_reclaim_mode=4\n");
	tree_write(tree, "etc/tuned/child/tuned.conf",
		"[main]\ninclude=hpc-compute\n[sysctl]\nvm.zone_reclaim_mode=0\n");
	find_tuned(tree);
	assert_int_equal(files.n, 2);
	assert_file(0, "/etc/tuned/hpc-compute/tuned.conf", "4");
	assert_file(1, "/etc/tuned/child/tuned.conf", "0");
}

/* Profiles that include each other, and more than once. */
static void test_tuned_in_circles(void **state)
{
	const struct tree *tree = *state;

	tree_write(tree, "etc/tuned/active_profile", "a\n");
	tree_write(tree, "etc/tuned/a/tuned.conf",
		"[main]\ninclude=b,b,b\n[sysctl]\nvm.zone_reclaim_mode=4\n");
	tree_write(tree, "etc/tuned/b/tuned.conf", "[main]\ninclude=a,a,a\n");
	find_tuned(tree);
	assert_true(files.n > 0 && files.n <= 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_nothing),
		TREE_TEST(test_what_cannot_be_read),
		TREE_TEST(test_order),
		TREE_TEST(test_spellings),
		TREE_TEST(test_links),
		TREE_TEST(test_many),
		TREE_TEST(test_active_profile),
		TREE_TEST(test_tuned),
		TREE_TEST(test_tuned_in_circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
