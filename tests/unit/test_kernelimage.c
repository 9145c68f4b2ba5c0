/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The newest installed kernel that has its modules is found, and only such a one. */
#include "nrb/kernelimage.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nrb/diag.h"

static char root[] = "/tmp/nrb-kernel.XXXXXX";

static void sh(const char *script)
{
	char *command;

	assert_true(asprintf(&command, "cd %s && { %s; }", root, script) > 0);
	assert_int_equal(system(command), 0);
	free(command);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(root, "/tmp/nrb-kernel.XXXXXX");
	assert_non_null(mkdtemp(root));
	sh("mkdir -p boot lib/modules");
	nrb_diag_reset();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sh("rm -r \"$PWD\"");
	return 0;
}

static void assert_finds(const char *kernel, const char *modules)
{
	struct nrb_kernelimage image = { 0 };

	assert_int_equal(nrb_kernelimage_installed(root, &image), 0);
	assert_string_equal(image.kernel + strlen(root), kernel);
	assert_string_equal(image.modules + strlen(root), modules);
	nrb_kernelimage_finish(&image);
}

static void test_none(void **state)
{
	struct nrb_kernelimage image = { 0 };

	(void)state;
	assert_int_equal(nrb_kernelimage_installed(root, &image), -ENOENT);
	sh("touch boot/vmlinuz-6.1.0-9-amd64");
	assert_int_equal(nrb_kernelimage_installed(root, &image), -ENOENT);
	sh("mkdir lib/modules/6.1.0-9-amd64");
	assert_int_equal(nrb_kernelimage_installed(root, &image), -ENOENT);
	sh("rmdir lib/modules/6.1.0-9-amd64 && rmdir lib/modules");
	assert_int_equal(nrb_kernelimage_installed(root, &image), -ENOENT);
	assert_null(image.kernel);
	assert_string_equal(nrb_diag_message(), "");
}

static void test_newest(void **state)
{
	(void)state;
	sh("for r in 6.1.0-9-amd64 6.1.0-50-amd64 5.10.0-32-amd64; do"
	   " touch boot/vmlinuz-$r; mkdir lib/modules/$r; touch lib/modules/$r/modules.dep;"
	   " done");
	assert_finds("/boot/vmlinuz-6.1.0-50-amd64", "/lib/modules/6.1.0-50-amd64");
	/* newer, but of no use: no image; no modules.dep */
	sh("mkdir lib/modules/7.0 lib/modules/7.1; touch lib/modules/7.0/modules.dep"
	   " boot/vmlinuz-7.1");
	assert_finds("/boot/vmlinuz-6.1.0-50-amd64", "/lib/modules/6.1.0-50-amd64");
	/* where Fedora keeps it */
	sh("touch lib/modules/7.0/vmlinuz");
	assert_finds("/lib/modules/7.0/vmlinuz", "/lib/modules/7.0");
}

static void test_given(void **state)
{
	struct nrb_kernelimage image = { 0 };

	(void)state;
	assert_int_equal(nrb_kernelimage_given("/nonexistent", root, &image), -ENOENT);
	nrb_kernelimage_finish(&image);
	assert_int_equal(
		nrb_kernelimage_given("/dev/null", "/nonexistent", &image), -ENOENT);
	nrb_kernelimage_finish(&image);
	assert_int_equal(nrb_diag_exit(-ENOENT), NRB_EXIT_FAILED);
	assert_int_equal(nrb_kernelimage_given("/dev/null", root, &image), 0);
	assert_string_equal(image.modules, root);
	nrb_kernelimage_finish(&image);
}

/* Named by the user, so that a message is due. */
static void test_in(void **state)
{
	struct nrb_kernelimage image = { 0 };

	(void)state;
	assert_int_equal(nrb_kernelimage_in(root, &image), -ECANCELED);
	assert_int_equal(nrb_diag_exit(-ECANCELED), NRB_EXIT_NOT_HERE);
	assert_non_null(strstr(nrb_diag_message(), root));
	sh("touch boot/vmlinuz-6.1; mkdir lib/modules/6.1; touch lib/modules/6.1/modules.dep");
	assert_int_equal(nrb_kernelimage_in(root, &image), 0);
	assert_string_equal(image.kernel + strlen(root), "/boot/vmlinuz-6.1");
	nrb_kernelimage_finish(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_newest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_given, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
