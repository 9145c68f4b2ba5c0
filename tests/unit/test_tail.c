/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing file comes back whole line by whole line, byte for byte. */
#include "nrb/tail.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX_LINE = 200 * 1000 };

struct heard {
	char text[2 * MAX_LINE];
	size_t len;
	int n_lines;
	int answer; /* of on_line */
};

static int on_line(void *arg, char *line, size_t len)
{
	struct heard *heard = arg;

	assert_int_equal(line[len - 1], '\n');
	assert_int_equal(line[len], '\0');
	memcpy(heard->text + heard->len, line, len);
	heard->len += len;
	heard->n_lines++;
	return heard->answer;
}

/* A file that is appended to by one descriptor and followed by another. */
static FILE *begin(struct nrb_tail *tail, struct heard **heard)
{
	char path[] = "/tmp/nrb-tail.XXXXXX";
	int fd = mkstemp(path);
	FILE *writer = fopen(path, "a");

	assert_true(fd >= 0);
	assert_non_null(writer);
	unlink(path);
	nrb_tail_init(tail, fd, MAX_LINE);
	*heard = calloc(1, sizeof(**heard));
	assert_non_null(*heard);
	return writer;
}

static void end(struct nrb_tail *tail, FILE *writer, struct heard *heard)
{
	nrb_tail_finish(tail);
	fclose(writer);
	free(heard);
}

static void append(FILE *writer, const void *bytes, size_t len)
{
	assert_int_equal(fwrite(bytes, 1, len, writer), len);
	assert_int_equal(fflush(writer), 0);
}

static void test_pieces(void **state)
{
	static const char pieces[] = "one\ntwo\r\0\n\n\x11three";
	struct nrb_tail tail;
	struct heard *heard;
	FILE *writer = begin(&tail, &heard);

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) - 1; i++) {
		append(writer, pieces + i, 1);
		assert_int_equal(nrb_tail_read(&tail, on_line, heard), 1);
	}
	assert_int_equal(nrb_tail_read(&tail, on_line, heard), 0);
	assert_int_equal(heard->n_lines, 3);
	assert_int_equal(heard->len, strlen("one\n") + strlen("two\r") + 2 + 1);
	assert_memory_equal(heard->text, pieces, heard->len);
	append(writer, "\n", 1);
	assert_int_equal(nrb_tail_read(&tail, on_line, heard), 1);
	assert_int_equal(heard->n_lines, 4);
	end(&tail, writer, heard);
}

static void test_long_line(void **state)
{
	struct nrb_tail tail;
	struct heard *heard;
	FILE *writer = begin(&tail, &heard);
	char *line = malloc(MAX_LINE);

	(void)state;
	assert_non_null(line);
	memset(line, 'x', MAX_LINE);
	line[MAX_LINE - 1] = '\n';
	append(writer, line, MAX_LINE);
	assert_int_equal(nrb_tail_read(&tail, on_line, heard), MAX_LINE);
	assert_int_equal(heard->len, MAX_LINE);
	assert_memory_equal(heard->text, line, MAX_LINE);
	line[MAX_LINE - 1] = 'x';
	append(writer, line, MAX_LINE);
	assert_int_equal(nrb_tail_read(&tail, on_line, heard), MAX_LINE);
	append(writer, line, 1);
	assert_int_equal(nrb_tail_read(&tail, on_line, heard), -EFBIG);
	assert_int_equal(heard->n_lines, 1);
	free(line);
	end(&tail, writer, heard);
}

static void test_refusal(void **state)
{
	struct nrb_tail tail;
	struct heard *heard;
	FILE *writer = begin(&tail, &heard);

	(void)state;
	heard->answer = -EPIPE;
	append(writer, "one\ntwo\n", 8);
	assert_int_equal(nrb_tail_read(&tail, on_line, heard), -EPIPE);
	assert_int_equal(heard->n_lines, 1);
	end(&tail, writer, heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
