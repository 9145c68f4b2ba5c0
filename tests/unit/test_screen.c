/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a stream can show: width, colour, wrapping, and what may reach a terminal. */
#include "nrb/screen.h"

#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static FILE *terminal, *file;

/* A terminal of 123 columns and a file. */
static int open_streams(void **state)
{
	const struct winsize size = { .ws_row = 40, .ws_col = 123 };
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	(void)state;
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) {
		return -1;
	}
	terminal = fopen(ptsname(master), "w");
	file = tmpfile();
	return terminal == NULL || file == NULL ||
			       ioctl(fileno(terminal), TIOCSWINSZ, &size) < 0
		       ? -1
		       : 0;
}

static void set(const char *name, const char *value)
{
	assert_int_equal(value != NULL ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void test_colour(void **state)
{
	static const struct {
		const char *no, *force, *term;
		enum nrb_when when;
		bool on_terminal, on_file;
	} rows[] = {
		{ NULL, NULL, "xterm", NRB_WHEN_AUTO, true, false },
		{ NULL, NULL, "dumb", NRB_WHEN_AUTO, false, false },
		{ NULL, NULL, NULL, NRB_WHEN_AUTO, false, false },
		{ "1", NULL, "xterm", NRB_WHEN_AUTO, false, false },
		{ "", NULL, "xterm", NRB_WHEN_AUTO, true, false },
		{ NULL, "1", "dumb", NRB_WHEN_AUTO, true, true },
		{ NULL, "0", "xterm", NRB_WHEN_AUTO, true, false },
		{ NULL, "", "xterm", NRB_WHEN_AUTO, true, false },
		{ "1", "1", "xterm", NRB_WHEN_AUTO, false, false },
		{ "1", NULL, "dumb", NRB_WHEN_ALWAYS, true, true },
		{ NULL, "1", "xterm", NRB_WHEN_NEVER, false, false },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		set("NO_COLOR", rows[i].no);
		set("CLICOLOR_FORCE", rows[i].force);
		set("TERM", rows[i].term);
		assert_int_equal(nrb_screen_of(terminal, rows[i].when, false).color,
			rows[i].on_terminal);
		assert_int_equal(
			nrb_screen_of(file, rows[i].when, false).color, rows[i].on_file);
	}
}

static void test_width(void **state)
{
	static const struct {
		const char *columns;
		int on_terminal, on_file;
	} rows[] = {
		{ NULL, 123, 0 },
		{ "100", 100, 100 },
		{ "x", 123, 80 }, /* a wish that cannot be read */
		{ "5", 123, 80 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		set("COLUMNS", rows[i].columns);
		assert_int_equal(nrb_screen_of(terminal, NRB_WHEN_AUTO, false).width,
			rows[i].on_terminal);
		assert_int_equal(
			nrb_screen_of(file, NRB_WHEN_AUTO, false).width, rows[i].on_file);
	}
	set("COLUMNS", NULL);
	assert_true(nrb_screen_of(terminal, NRB_WHEN_AUTO, false).terminal);
	assert_false(nrb_screen_of(file, NRB_WHEN_AUTO, false).terminal);
}

/* A serial console says 0 columns. */
static void test_width_unknown(void **state)
{
	const struct winsize none = { 0 };

	(void)state;
	assert_int_equal(ioctl(fileno(terminal), TIOCSWINSZ, &none), 0);
	assert_int_equal(nrb_screen_of(terminal, NRB_WHEN_AUTO, false).width, 80);
}

static void test_charset(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C"));
	assert_true(nrb_screen_of(file, NRB_WHEN_AUTO, false).ascii);
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_false(nrb_screen_of(file, NRB_WHEN_AUTO, false).ascii);
	assert_true(nrb_screen_of(file, NRB_WHEN_AUTO, true).ascii);
}

static const char *wrapped(int width, int indent, const char *text)
{
	static char buf[1024];
	struct nrb_screen screen = { .width = width };
	FILE *out = fmemopen(buf, sizeof(buf), "w");

	nrb_screen_wrap(&screen, out, indent, text);
	fclose(out);
	return buf;
}

static void test_wraps_at_words(void **state)
{
	(void)state;
	assert_string_equal(wrapped(10, 2, "one two three"), "one two\n  three\n");
	assert_string_equal(wrapped(13, 2, "one two three"), "one two three\n");
	assert_string_equal(wrapped(12, 2, "one two three"), "one two\n  three\n");
	assert_string_equal(wrapped(0, 2, "one two three"), "one two three\n");
	assert_string_equal(wrapped(9, 0, "a  b   c"), "a  b   c\n");
	assert_string_equal(wrapped(7, 1, "a  b   c"), "a  b\n c\n");
	assert_string_equal(wrapped(9, 4, "  begins with"), "  begins\n    with\n");
	/* a word that fits nowhere stands alone, whole */
	assert_string_equal(wrapped(5, 0, "a longerword b"), "a\nlongerword\nb\n");
	/* columns, not bytes */
	assert_string_equal(wrapped(7, 0, "\302\265\302\265\302\265 abc"),
		"\302\265\302\265\302\265 abc\n");
	assert_string_equal(wrapped(9, 0, ""), "\n");
}

static void test_keeps_units(void **state)
{
	(void)state;
	assert_string_equal(wrapped(10, 0, "kept: 0.0 % of"), "kept:\n0.0 % of\n");
	assert_string_equal(wrapped(8, 0, "wrote 9 MiB, and"), "wrote\n9 MiB,\nand\n");
	assert_string_equal(
		wrapped(8, 0, "(took 5 \302\265s)."), "(took\n5 \302\265s).\n");
	assert_string_equal(wrapped(9, 0, "the 9,616 pages"), "the\n9,616 pages\n");
	/* other words behind a number, and blanks in a row, are no units */
	assert_string_equal(wrapped(8, 0, "modes 2 and 3"), "modes 2\nand 3\n");
	assert_string_equal(wrapped(5, 0, "bit 2  %"), "bit 2\n%\n");
	assert_string_equal(wrapped(4, 0, "% 5 %"), "%\n5 %\n");
}

static void test_escapes(void **state)
{
	static const struct {
		const char *text, *utf8, *ascii;
	} rows[] = {
		{ "plain ~", "plain ~", "plain ~" },
		{ "a\033[2Jb", "a\\x1b[2Jb", "a\\x1b[2Jb" },
		{ "a\nb\tc\177", "a\\x0ab\\x09c\\x7f", "a\\x0ab\\x09c\\x7f" },
		{ "\302\265s", "\302\265s", "\\xc2\\xb5s" },
		{ "\302\233x", "\\xc2\\x9bx", "\\xc2\\x9bx" }, /* CSI as UTF-8 */
		{ "\233x", "\\x9bx", "\\x9bx" },               /* and as a byte */
		{ "\300\233x", "\\xc0\\x9bx", "\\xc0\\x9bx" }, /* too long a form */
		{ "\340\202\233", "\\xe0\\x82\\x9b", "\\xe0\\x82\\x9b" },
		{ "\342\202\254", "\342\202\254", "\\xe2\\x82\\xac" },
		{ "\342\202", "\\xe2\\x82", "\\xe2\\x82" }, /* cut */
		{ "\360\237\230\200", "\360\237\230\200", "\\xf0\\x9f\\x98\\x80" },
		{ "\365\200\200\200", "\\xf5\\x80\\x80\\x80", "\\xf5\\x80\\x80\\x80" },
		{ "\377", "\\xff", "\\xff" },
		/* what turns the direction of writing, and separates lines; their neighbours */
		{ "\342\200\256", "\\xe2\\x80\\xae", "\\xe2\\x80\\xae" },
		{ "\342\200\250", "\\xe2\\x80\\xa8", "\\xe2\\x80\\xa8" },
		{ "\342\200\217", "\\xe2\\x80\\x8f", "\\xe2\\x80\\x8f" },
		{ "\342\201\246", "\\xe2\\x81\\xa6", "\\xe2\\x81\\xa6" },
		{ "\342\201\251", "\\xe2\\x81\\xa9", "\\xe2\\x81\\xa9" },
		{ "\330\234", "\\xd8\\x9c", "\\xd8\\x9c" },
		{ "\342\200\247\342\200\257", "\342\200\247\342\200\257",
			"\\xe2\\x80\\xa7\\xe2\\x80\\xaf" },
		{ "\342\201\245\342\201\252", "\342\201\245\342\201\252",
			"\\xe2\\x81\\xa5\\xe2\\x81\\xaa" },
		{ "\330\233", "\330\233", "\\xd8\\x9b" },
		{ "\342\200", "\\xe2\\x80", "\\xe2\\x80" },
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		assert_string_equal(
			nrb_screen_escape(buf, sizeof(buf), rows[i].text, false),
			rows[i].utf8);
		assert_string_equal(
			nrb_screen_escape(buf, sizeof(buf), rows[i].text, true),
			rows[i].ascii);
	}
}

static void test_escape_is_cut_at_a_whole_character(void **state)
{
	char buf[8];

	(void)state;
	assert_string_equal(nrb_screen_escape(buf, 5, "abcdef", false), "abcd");
	assert_string_equal(nrb_screen_escape(buf, 5, "ab\033", false), "ab");
	assert_string_equal(nrb_screen_escape(buf, 4, "ab\342\202\254", false), "ab");
	assert_string_equal(nrb_screen_escape(buf, 1, "abc", false), "");
}

static void test_sequences(void **state)
{
	const struct nrb_screen color = { .color = true }, plain = { 0 };

	(void)state;
	assert_string_equal(nrb_screen_bold(&color), "\033[1m");
	assert_string_equal(nrb_screen_red(&color), "\033[31m");
	assert_string_equal(nrb_screen_yellow(&color), "\033[33m");
	assert_string_equal(nrb_screen_plain(&color), "\033[0m");
	assert_string_equal(nrb_screen_bold(&plain), "");
	assert_string_equal(nrb_screen_red(&plain), "");
	assert_string_equal(nrb_screen_yellow(&plain), "");
	assert_string_equal(nrb_screen_plain(&plain), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_width_unknown),
		cmocka_unit_test(test_charset),
		cmocka_unit_test(test_wraps_at_words),
		cmocka_unit_test(test_keeps_units),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_escape_is_cut_at_a_whole_character),
		cmocka_unit_test(test_sequences),
	};

	return cmocka_run_group_tests(tests, open_streams, NULL);
}
