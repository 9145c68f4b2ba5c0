/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysctl.d and tuned: a value where a record advises one, with all that speaks against it; else nothing. */
#include "exporttest.h"

static void answered(void)
{
	serve(0, 0, 970);
	serve(7, 1000, 500);
	group();
}

static void assert_nothing(int (*format)(const struct nrb_exporting *), const char *why)
{
	assert_true(print(format) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_INCONCLUSIVE);
	assert_int_equal(text_len, 0);
	assert_non_null(strstr(nrb_diag_message(), why));
}

static void test_sysctl(void **state)
{
	(void)state;
	answered();
	assert_int_equal(print(nrb_exportsysctl_print), 0);
	assert_plain();
	assert_int_equal(lines_that_count(), 1);
	assert_true(has("\n-vm.zone_reclaim_mode = 0\n"));
	assert_true(has("run 00c0ffee of"));
	assert_true(has(" on fs-a1, 2026-08-22T10:00:00Z"));
	assert_true(has("kernel 7.3.4.\n"));
	assert_true(has("# Answer for a file server: 0, since mode 7 keeps"));
	assert_true(has("# - "));
	assert_true(has("nothing was applied"));
	assert_true(has("no file sets vm.zone_reclaim_mode"));
}

/* Another value than the one that a careless default would be. */
static void test_other_value(void **state)
{
	(void)state;
	serve(0, 0, 500);
	serve(7, 1000, 970);
	group();
	assert_int_equal(print(nrb_exportsysctl_print), 0);
	assert_true(has("\n-vm.zone_reclaim_mode = 7\n"));
	assert_true(has("sysctl -w vm.zone_reclaim_mode=7\n"));
	assert_int_equal(print(nrb_exporttuned_print), 0);
	assert_true(has("\n[sysctl]\nvm.zone_reclaim_mode=7\n"));
}

static void test_no_answer(void **state)
{
	(void)state;
	clean(0, 0, 1000);
	group();
	assert_nothing(nrb_exportsysctl_print, "fileserver was not measured");
	assert_nothing(nrb_exporttuned_print, "fileserver was not measured");
	nrb_group_free(&data.group);
	serve(0, 0, 970);
	group();
	assert_nothing(nrb_exportsysctl_print, "nothing to compare mode 0 with");
}

static void test_disturbed(void **state)
{
	(void)state;
	answered();
	strcpy(end.reason, "disturbed");
	assert_nothing(nrb_exportsysctl_print, "someone else changed a setting");
	strcpy(end.reason, "done");
	end.exit_code = NRB_EXIT_DISTURBED;
	assert_nothing(nrb_exporttuned_print, "someone else changed a setting");
}

static void test_interrupted(void **state)
{
	(void)state;
	answered();
	data.end = NULL;
	assert_int_equal(print(nrb_exportsysctl_print), 0);
	assert_true(has("# - The run was interrupted"));
}

static void test_rehearsal_says_so(void **state)
{
	(void)state;
	answered();
	header.rehearsal = true;
	print(nrb_exportsysctl_print);
	assert_true(strncmp(text, "# Rehearsal in a virtual machine", 32) == 0);
	print(nrb_exporttuned_print);
	assert_true(strncmp(text, "# Rehearsal in a virtual machine", 32) == 0);
}

static void test_conflicts(void **state)
{
	(void)state;
	answered();
	tree_write(tree, "etc/sysctl.d/10-a.conf", "vm.zone_reclaim_mode=1\n");
	tree_write(tree, "usr/lib/sysctl.d/60-zone-reclaim.conf",
		"vm.zone_reclaim_mode=2\n");
	tree_write(tree, "run/sysctl.d/99-b.conf",
		"vm.zone_reclaim_mode=3\r-vm.zone_reclaim_mode=3\n");
	tree_write(tree, "etc/sysctl.conf", "vm.zone_reclaim_mode=4\n");
	tree_write(tree, "etc/tuned/active_profile", "mine\n");
	tree_write(
		tree, "etc/tuned/mine/tuned.conf", "[sysctl]\nvm.zone_reclaim_mode=5\n");
	print(nrb_exportsysctl_print);
	assert_plain();
	assert_int_equal(lines_that_count(), 1);
	assert_true(has("# - /etc/sysctl.d/10-a.conf to 1, read before this one"));
	assert_true(has("# - /usr/lib/sysctl.d/60-zone-reclaim.conf to 2, which this one "
			"replaces\n"));
	assert_true(
		has("# - /run/sysctl.d/99-b.conf to 3\\x0d-vm.zone_reclaim_mode=3, read "
		    "after this\n#   one, so it holds\n"));
	assert_true(has("# - /etc/sysctl.conf to 4, which sysctl --system reads last"));
	assert_true(has("# - /etc/tuned/mine/tuned.conf to 5, a profile of tuned"));
	print(nrb_exporttuned_print);
	assert_true(has("# - /etc/sysctl.d/10-a.conf to 1, which tuned reads after"));
	assert_true(has(
		"60-zone-reclaim.conf to 2, which is applied before tuned\n#   begins, so this one holds\n"));
	assert_true(has("# - /etc/tuned/mine/tuned.conf to 5, a profile that this one"));
	assert_true(has("\ninclude=mine\n"));
}

static void test_more_conflicts_than_named(void **state)
{
	char path[64];

	(void)state;
	answered();
	for (int i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "etc/sysctl.d/%02d.conf", i);
		tree_write(tree, path, "vm.zone_reclaim_mode=1\n");
	}
	print(nrb_exportsysctl_print);
	assert_true(has("# - and 4 more files\n"));
}

static void test_tuned(void **state)
{
	(void)state;
	answered();
	tree_write(tree, "etc/tuned/active_profile", "balanced own\n");
	assert_int_equal(print(nrb_exporttuned_print), 0);
	assert_plain();
	assert_true(has("\n[main]\nsummary=vm.zone_reclaim_mode as measured by "
			"numa-reclaim-bench\ninclude=balanced,own\n\n[sysctl]\n"
			"vm.zone_reclaim_mode=0\n"));
	assert_true(has("tuned-adm profile zone-reclaim"));
	assert_int_equal(lines_that_count(), 5);
}

static void assert_no_include(const char *profile, const char *says)
{
	tree_write(tree, "etc/tuned/active_profile", profile);
	assert_int_equal(print(nrb_exporttuned_print), 0);
	assert_false(has("\ninclude="));
	assert_true(has(says));
	assert_int_equal(lines_that_count(), 4);
}

static void test_nothing_to_include(void **state)
{
	(void)state;
	answered();
	assert_no_include("\n", "# No profile of tuned is active here");
	assert_no_include(
		"a\n[sysctl]\nkernel.panic=1\n", "something that is no profile");
	assert_no_include("zone-reclaim\n", "is zone-reclaim itself");
	assert_no_include("balanced zone-reclaim\n", "is zone-reclaim itself");
	tree_write(tree, "etc/tuned/active_profile", "my-zone-reclaim\n");
	print(nrb_exporttuned_print);
	assert_true(has("\ninclude=my-zone-reclaim\n"));
}

static void test_hostile(void **state)
{
	(void)state;
	strcpy(header.host, "a\nvm.zone_reclaim_mode = 7\n[sysctl]\n%(x)s ${f:exec:id}");
	strcpy(header.kernel, "7.3.4\r\nkernel.panic = 1");
	strcpy(header.lru_gen, "on\n;\\");
	answered();
	assert_int_equal(print(nrb_exportsysctl_print), 0);
	assert_plain();
	assert_int_equal(lines_that_count(), 1);
	assert_int_equal(print(nrb_exporttuned_print), 0);
	assert_plain();
	assert_int_equal(lines_that_count(), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXPORT_TEST(test_sysctl),
		EXPORT_TEST(test_other_value),
		EXPORT_TEST(test_no_answer),
		EXPORT_TEST(test_disturbed),
		EXPORT_TEST(test_interrupted),
		EXPORT_TEST(test_rehearsal_says_so),
		EXPORT_TEST(test_conflicts),
		EXPORT_TEST(test_more_conflicts_than_named),
		EXPORT_TEST(test_tuned),
		EXPORT_TEST(test_nothing_to_include),
		EXPORT_TEST(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
