/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stranger's strings end no line and begin no key. */
#include "nrb/exporttext.h"

#include "exporttest.h"

static void assert_escaped(const char *given, const char *expected)
{
	char buf[256];

	assert_string_equal(nrb_exporttext_plain(buf, sizeof(buf), given), expected);
}

static void test_plain(void **state)
{
	(void)state;
	assert_escaped("fs-a1", "fs-a1");
	assert_escaped("a\nb\r\tc", "a\\x0ab\\x0d\\x09c");
	assert_escaped("\x1b[2J\x7f", "\\x1b[2J\\x7f");
	assert_escaped("\xc3\xa4", "\\xc3\\xa4");
	assert_escaped("%d #x \"y\"", "%d #x \"y\"");
	/* not the same as ESC, and no line goes on behind it */
	assert_escaped("a\\x1b\\", "a\\x5cx1b\\x5c");
}

static void test_plain_is_cut(void **state)
{
	char buf[8];

	(void)state;
	assert_string_equal(
		nrb_exporttext_plain(buf, sizeof(buf), "abc\n\n"), "abc\\x0a");
	assert_string_equal(nrb_exporttext_plain(buf, sizeof(buf), "abcd\n"), "abcd");
}

static int comment(const struct nrb_exporting *e)
{
	nrb_exporttext_comment(e->out, "%s", e->data->file);
	return 0;
}

static void test_comment(void **state)
{
	(void)state;
	data.file = "host\nvm.zone_reclaim_mode = 7";
	print(comment);
	assert_string_equal(text, "# host\\x0avm.zone_reclaim_mode = 7\n");
	data.file = "";
	print(comment);
	assert_string_equal(text, "#\n");
}

static void test_comment_is_wrapped(void **state)
{
	(void)state;
	data.file = "- One sentence that is longer than a line of eighty columns is, of "
		    "27.8 % and no more than that";
	print(comment);
	assert_string_equal(text,
		"# - One sentence that is longer than a line of eighty columns is, of 27.8 % "
		"and\n#   no more than that\n");
	assert_int_equal(lines_that_count(), 0);
}

/* A word longer than a line stays one. */
static void test_comment_of_one_word(void **state)
{
	char word[1000];

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	data.file = word;
	print(comment);
	assert_int_equal(text_len, sizeof(word) - 1 + 3);
}

/* What is longer than all of it is cut, and the line still ends. */
static void test_comment_is_cut(void **state)
{
	char word[2 * NRB_EXPORTTEXT_LEN];

	(void)state;
	memset(word, '\n', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	data.file = word;
	print(comment);
	assert_plain();
	assert_int_equal(lines_that_count(), 0);
}

static int label(const struct nrb_exporting *e)
{
	nrb_exporttext_label(e->out, "host", e->data->file);
	fputc('\n', e->out);
	return 0;
}

static void test_label(void **state)
{
	(void)state;
	data.file = "a\"} 1\nb\\";
	print(label);
	assert_string_equal(text, "host=\"a\\\"} 1\\\\x0ab\\\\x5c\"\n");
}

static void test_arm(void **state)
{
	char buf[256], little[12];

	(void)state;
	clean(7, 1000, 500);
	group();
	nrb_exporttext_arm(buf, sizeof(buf), data.group.arms[0], ~0u);
	assert_string_equal(buf, "scenario=clean node=0 cpu_node=0 mode=7 lru_gen=on "
				 "policy=local page_size=4k threads=1 fill_on=target "
				 "trim=off");
	nrb_exporttext_arm(little, sizeof(little), data.group.arms[0], ~0u);
	assert_string_equal(little, "scenario=cl");
}

static int origin(const struct nrb_exporting *e)
{
	nrb_exporttext_origin(e->out, e->data->header);
	return 0;
}

/* Whoever reads the first line alone knows. */
static void test_origin(void **state)
{
	(void)state;
	strcpy(header.tool_version, "0.1.0");
	print(origin);
	assert_string_equal(text,
		"# From run 00c0ffee of numa-reclaim-bench 0.1.0 on fs-a1, "
		"2026-08-22T10:00:00Z,\n# kernel 7.3.4.\n");
	header.rehearsal = true;
	print(origin);
	assert_true(strncmp(text, "# Rehearsal in a virtual machine: ", 34) == 0);
	assert_true(strstr(text, "times are not.\n") < strchr(text, '\n'));
	strcpy(header.host, "a\n-vm.zone_reclaim_mode=7");
	print(origin);
	assert_int_equal(lines_that_count(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXPORT_TEST(test_plain),
		EXPORT_TEST(test_plain_is_cut),
		EXPORT_TEST(test_comment),
		EXPORT_TEST(test_comment_is_wrapped),
		EXPORT_TEST(test_comment_of_one_word),
		EXPORT_TEST(test_comment_is_cut),
		EXPORT_TEST(test_label),
		EXPORT_TEST(test_arm),
		EXPORT_TEST(test_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
