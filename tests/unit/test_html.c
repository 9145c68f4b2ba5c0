/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record says is text on a page, and nothing else. */
#include "nrb/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_escaped(const char *text, const char *expected)
{
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	assert_non_null(out);
	nrb_html_escape(out, text);
	fclose(out);
	assert_string_equal(got, expected);
	free(got);
}

static void test_markup(void **state)
{
	(void)state;
	assert_escaped("", "");
	assert_escaped("fs-a1 7.3.4", "fs-a1 7.3.4");
	assert_escaped(
		"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
	assert_escaped("\" onload='x' `id`", "&quot; onload=&#39;x&#39; &#96;id&#96;");
	assert_escaped("&lt;", "&amp;lt;");
	assert_escaped("]]>--><!--", "]]&gt;--&gt;&lt;!--");
}

static void test_control_bytes(void **state)
{
	char text[2] = "", expected[5];

	(void)state;
	for (int byte = 1; byte < ' '; byte++) {
		text[0] = (char)byte;
		snprintf(expected, sizeof(expected), "\\x%02x", (unsigned int)byte);
		assert_escaped(text, expected);
	}
	assert_escaped("\033[2J\177", "\\x1b[2J\\x7f");
	assert_escaped("\302\233", "\\xc2\\x9b"); /* a control byte of 8 bits */
}

static void test_utf8(void **state)
{
	(void)state;
	assert_escaped(
		"\302\265s \342\202\254 \360\237\230\200", "&#181;s &#8364; &#128512;");
	assert_escaped("a\377b\300\257", "a\\xffb\\xc0\\xaf");
	assert_escaped("\303", "\\xc3");
	assert_escaped("\342\202<",
		"\\xe2\\x82&lt;"); /* a cut one does not take what follows along */
	assert_escaped("\355\240\200", "\\xed\\xa0\\x80");
	assert_escaped("\364\220\200\200", "\\xf4\\x90\\x80\\x80");
	assert_escaped("\357\277\276", "\\xef\\xbf\\xbe");
	assert_escaped("\360\237\277\277", "\\xf0\\x9f\\xbf\\xbf");
}

static void test_turned_around(void **state)
{
	(void)state;
	assert_escaped("a\342\200\256b", "a\\xe2\\x80\\xaeb");
	assert_escaped("\342\201\246", "\\xe2\\x81\\xa6");
	assert_escaped("\342\200\223", "&#8211;"); /* a dash is none of them */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_control_bytes),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_turned_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
