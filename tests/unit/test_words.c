/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is printed for sh is what sh reads back. */
#include "nrb/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *printed(const struct nrb_words *words)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	nrb_words_print(words, out);
	fclose(out);
	return text;
}

static void test_plain(void **state)
{
	struct nrb_words words = { 0 };
	char *text;

	(void)state;
	nrb_words_add(&words, "--modes");
	nrb_words_add(&words, "%d,%d", 0, 1);
	assert_int_equal(words.n, 2);
	assert_null(words.word[2]);
	text = printed(&words);
	assert_string_equal(text, "--modes 0,1");
	free(text);
	nrb_words_finish(&words);
	assert_int_equal(words.n, 0);
}

/* Words that end or escape a quotation somewhere, through a real sh and back. */
static void test_round_trip(void **state)
{
	static const char *const nasty[] = { "", " ", "it's", "'", "''", "a\"b", "$HOME",
		"`id`", "a\\b", "*", "a;b&c|d", "new\nline", "~", "#", "!x", "-" };
	struct nrb_words words = { 0 };
	char *text, *command, got[64];
	FILE *sh;

	(void)state;
	for (size_t i = 0; i < sizeof(nasty) / sizeof(nasty[0]); i++) {
		nrb_words_add(&words, "%s", nasty[i]);
	}
	text = printed(&words);
	assert_true(asprintf(&command, "printf '<%%s>\\0' %s", text) > 0);
	sh = popen(command, "r");
	assert_non_null(sh);
	for (size_t i = 0; i < sizeof(nasty) / sizeof(nasty[0]); i++) {
		char wanted[64];
		size_t len = 0;
		int c;

		while ((c = fgetc(sh)) > 0) {
			got[len++] = (char)c;
		}
		got[len] = '\0';
		snprintf(wanted, sizeof(wanted), "<%s>", nasty[i]);
		assert_string_equal(got, wanted);
	}
	assert_int_equal(pclose(sh), 0);
	free(command);
	free(text);
	nrb_words_finish(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
