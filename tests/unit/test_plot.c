/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gnuplot is started without a shell, and what it does not draw is missed. */
#include "nrb/plot.h"

#include "nrb/diag.h"

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

static char dir[] = "/tmp/nrb-plot-XXXXXX", program[64], plots_dir[64], kept[96];

static int start(void **state)
{
	(void)state;
	nrb_diag_set_muted(true);
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(program, sizeof(program), "%s/gnuplot", dir);
	snprintf(plots_dir, sizeof(plots_dir), "%s/plots", dir);
	snprintf(kept, sizeof(kept), "%s/01-tail.gp", plots_dir);
	return setenv("PATH", dir, 1);
}

static int finish(void **state)
{
	(void)state;
	unlink(program);
	unlink(kept);
	rmdir(plots_dir);
	return rmdir(dir);
}

/* A gnuplot that does what sh does. */
static void make_program(const char *script)
{
	FILE *out = fopen(program, "w");

	assert_non_null(out);
	fprintf(out, "#!/bin/sh\n%s\n", script);
	fclose(out);
	assert_int_equal(chmod(program, 0755), 0);
}

static void test_drawn(void **state)
{
	struct nrb_plots plots;
	char *svg;

	(void)state;
	make_program(
		"echo \"$1 $2 $# $HOME\"; while read -r line; do echo \"<$line>\"; done");
	assert_int_equal(nrb_plots_begin(&plots, NULL), 0);
	assert_int_equal(nrb_plot_draw(&plots, "tail", "a\n`b`\n", 6, &svg), 0);
	assert_string_equal(svg, "--default-settings - 2 /nonexistent\n<a>\n<`b`>\n");
	assert_int_equal(plots.n, 1);
	assert_int_equal(plots.n_failed, 0);
	free(svg);
}

static void test_absent(void **state)
{
	struct nrb_plots plots;
	char *svg;

	(void)state;
	assert_int_equal(nrb_plots_begin(&plots, NULL), 0);
	for (int i = 1; i < 3; i++) {
		assert_int_equal(nrb_plot_draw(&plots, "tail", "a\n", 2, &svg), 0);
		assert_null(svg);
		assert_true(plots.is_absent);
		assert_int_equal(plots.n_failed, 0);
		assert_int_equal(plots.n, i);
	}
}

static void test_failed(void **state)
{
	static const char *const scripts[] = { "echo x; exit 1", "exit 0",
		"echo x; kill -9 $$" };
	struct nrb_plots plots;
	char *svg;

	(void)state;
	assert_int_equal(nrb_plots_begin(&plots, NULL), 0);
	for (int i = 0; i < 3; i++) {
		make_program(scripts[i]);
		assert_int_equal(nrb_plot_draw(&plots, "tail", "a\n", 2, &svg), 0);
		assert_null(svg);
		assert_int_equal(plots.n_failed, i + 1);
	}
	assert_false(plots.is_absent);
}

static void test_script_is_left(void **state)
{
	struct nrb_plots plots;
	char *svg, text[8] = "";
	FILE *in;

	(void)state;
	assert_int_equal(nrb_plots_begin(&plots, plots_dir), 0);
	assert_int_equal(nrb_plot_draw(&plots, "tail", "a\n", 2, &svg), 0);
	in = fopen(kept, "r");
	assert_non_null(in);
	assert_int_equal(fread(text, 1, sizeof(text), in), 2);
	fclose(in);
	assert_string_equal(text, "a\n");
	assert_int_equal(nrb_plots_begin(&plots, plots_dir), -EEXIST);
	assert_int_equal(nrb_plots_begin(&plots, "/nonexistent/x"), -ENOENT);
}

static void test_script_cannot_be_left(void **state)
{
	struct nrb_plots plots;
	char *svg;

	(void)state;
	assert_int_equal(nrb_plots_begin(&plots, plots_dir), 0);
	assert_int_equal(rmdir(plots_dir), 0);
	assert_int_equal(nrb_plot_draw(&plots, "tail", "a\n", 2, &svg), -ENOENT);
	assert_null(svg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_drawn, start, finish),
		cmocka_unit_test_setup_teardown(test_absent, start, finish),
		cmocka_unit_test_setup_teardown(test_failed, start, finish),
		cmocka_unit_test_setup_teardown(test_script_is_left, start, finish),
		cmocka_unit_test_setup_teardown(
			test_script_cannot_be_left, start, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
