/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file is there whole or not at all, and never in the place of another. */
#include "nrb/newfile.h"

#include "nrb/diag.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/nrb-newfile-XXXXXX", path[64];

static int start(void **state)
{
	(void)state;
	nrb_diag_set_muted(true);
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/page", dir);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir); /* fails if something was left behind */
}

static void put(const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void assert_holds(const char *text)
{
	char buf[64] = "";
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	assert_int_equal(fread(buf, 1, sizeof(buf) - 1, in), strlen(text));
	fclose(in);
	assert_string_equal(buf, text);
}

static void test_whole(void **state)
{
	struct nrb_newfile file;
	mode_t mask = umask(027);
	struct stat st;

	(void)state;
	assert_int_equal(nrb_newfile_begin(&file, path, "page"), 0);
	fputs("all of it", file.out);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(nrb_newfile_commit(&file), 0);
	assert_null(file.out);
	assert_holds("all of it");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	umask(mask);
}

static void test_abandoned(void **state)
{
	struct nrb_newfile file;

	(void)state;
	assert_int_equal(nrb_newfile_begin(&file, path, "page"), 0);
	fputs("a part", file.out);
	nrb_newfile_abandon(&file);
	assert_int_equal(access(path, F_OK), -1);
	nrb_newfile_abandon(&file); /* nothing is left to do */
}

static void test_existing(void **state)
{
	struct nrb_newfile file;

	(void)state;
	put("mine");
	assert_int_equal(nrb_newfile_begin(&file, path, "page"), -EEXIST);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_FAILED);
	assert_holds("mine");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/nonexistent", path), 0);
	assert_int_equal(nrb_newfile_begin(&file, path, "page"), -EEXIST);
}

static void test_taken_meanwhile(void **state)
{
	struct nrb_newfile file;

	(void)state;
	assert_int_equal(nrb_newfile_begin(&file, path, "page"), 0);
	put("mine");
	fputs("all of it", file.out);
	assert_int_equal(nrb_newfile_commit(&file), -EEXIST);
	assert_holds("mine");
}

static void test_full_disk(void **state)
{
	struct nrb_newfile file;

	(void)state;
	assert_int_equal(nrb_newfile_begin(&file, path, "page"), 0);
	assert_non_null(freopen("/dev/full", "w", file.out));
	fputs("all of it", file.out);
	assert_int_equal(nrb_newfile_commit(&file), -ENOSPC);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_no_directory(void **state)
{
	struct nrb_newfile file;

	(void)state;
	assert_int_equal(nrb_newfile_begin(&file, "/nonexistent/page", "page"), -ENOENT);
	assert_null(file.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, start, finish),
		cmocka_unit_test_setup_teardown(test_abandoned, start, finish),
		cmocka_unit_test_setup_teardown(test_existing, start, finish),
		cmocka_unit_test_setup_teardown(test_taken_meanwhile, start, finish),
		cmocka_unit_test_setup_teardown(test_full_disk, start, finish),
		cmocka_unit_test_setup_teardown(test_no_directory, start, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
