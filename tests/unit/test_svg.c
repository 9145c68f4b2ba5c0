/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gnuplot may bring into a page. */
#include "nrb/svg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *copied;

/* The copy of a picture's content, or why there is none. */
static int copy(const char *content)
{
	char svg[4096];
	size_t len;
	FILE *out;
	int rc;

	free(copied);
	copied = NULL;
	out = open_memstream(&copied, &len);
	assert_non_null(out);
	snprintf(svg, sizeof(svg),
		"<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 9 9\">%s</svg>\n", content);
	rc = nrb_svg_copy(out, svg, 3);
	fclose(out);
	return rc;
}

static void assert_copied(const char *content, const char *expected)
{
	assert_int_equal(copy(content), 0);
	assert_string_equal(copied, expected);
}

static void test_what_is_let_through(void **state)
{
	(void)state;
	assert_copied("<g id=\"gnuplot\"><path d='M1,2\n\tL3,4'/></g>",
		"<g id=\"p3-gnuplot\"><path d=\"M1,2  L3,4\"/></g>");
	assert_copied("<use xlink:href='#gpPt4' transform='scale(4.5)'/>",
		"<use href=\"#p3-gpPt4\" transform=\"scale(4.5)\"/>");
	assert_copied("<text> 1 \302\265s &lt;&amp;</text>",
		"<text> 1 &#181;s &lt;&amp;</text>");
	assert_copied("<text font-family=\"Arial\" class=\"x\" font-size=\"13\">a</text>",
		"<text font-size=\"13\">a</text>");
	assert_copied("<title>Gnuplot</title><filter id='f'><feFlood/></filter><g></g>",
		"<g></g>");
}

static void test_colors(void **state)
{
	(void)state;
	assert_copied(
		"<g fill=\"black\" stroke='white' d=\"\" color = 'rgb(213,  94,   0)'/>",
		"<g d=\"\" style=\"fill:var(--ink);stroke:var(--paper);color:var(--m6);\"/>");
	assert_copied("<g fill='none' stroke='currentColor'/>",
		"<g style=\"fill:none;stroke:currentColor;\"/>");
	assert_copied("<g fill='rgb(9,9,9)'/>", "<g style=\"fill:var(--ink);\"/>");
}

static void test_what_is_refused(void **state)
{
	static const char *const contents[] = {
		"<script>alert(1)</script>",
		"<g><script/></g>",
		"<a xlink:href='x'/>",
		"<foreignObject/>",
		"<image/>",
		"<style>a</style>",
		"<g onload='x'/>",
		"<g style='x'/>",
		"<use xlink:href='http://x/#y'/>",
		"<use xlink:href='x'/>",
		"<use href='#gpPt4'/>",
		"<g fill='url(#x)'/>",
		"<g d='url(x)'/>",
		"<g transform='a&quot;b'/>",
		"<g d='<'/>",
		"<g d=x/>",
		"<text>&#60;</text>",
		"<text>&x;</text>",
		"<!-- x -->",
		"<![CDATA[x]]>",
		"<g",
		"</g>",
		"<g>",
		"<title>x",
		"< g/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(contents) / sizeof(*contents); i++) {
		print_message("%s\n", contents[i]);
		assert_int_equal(copy(contents[i]), -EPROTO);
	}
}

/* Wherever it ends, nothing behind it is read; the sanitizer sees to that. */
static void test_cut_anywhere(void **state)
{
	static const char whole[] =
		"<svg><g id='a' fill = 'none' >&lt;<path d=\"M1,2\" /></g>"
		"<title>x</title></svg>";
	char *drawn = NULL;
	size_t len;
	FILE *out = open_memstream(&drawn, &len);

	(void)state;
	assert_non_null(out);
	assert_int_equal(nrb_svg_copy(out, whole, 1), 0);
	for (size_t n = 0; n < sizeof(whole) - 2; n++) {
		char *cut = strndup(whole, n);

		assert_non_null(cut);
		assert_true(
			n >= sizeof(whole) - 7 || nrb_svg_copy(out, cut, 1) == -EPROTO);
		free(cut);
	}
	fclose(out);
	free(drawn);
}

static void test_no_picture(void **state)
{
	(void)state;
	assert_int_equal(nrb_svg_copy(stderr, "", 1), -EPROTO);
	assert_int_equal(nrb_svg_copy(stderr, "<svg", 1), -EPROTO);
	assert_int_equal(nrb_svg_copy(stderr, "<svg>", 1), -EPROTO);
	free(copied);
	copied = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_let_through),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_no_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
