/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record as an export gets it, made of a few cells, and the text that comes of it. */
#ifndef NRB_TEST_EXPORTTEST_H
#define NRB_TEST_EXPORTTEST_H

#include "answertest.h"
#include "nrb/diag.h"
#include "nrb/exportformat.h"
#include "tree.h"

static char *text;
static size_t text_len;
static struct tree *tree;
static struct nrb_exporting exporting;

static inline int export_start(void **state)
{
	int rc = tree_setup(state);

	tree = *state;
	start(NULL);
	strcpy(header.host, "fs-a1");
	strcpy(header.run_id, "00c0ffee");
	strcpy(header.start_utc, "2026-08-22T10:00:00Z");
	strcpy(end.reason, "done");
	end.exit_code = 0;
	end.restored = true;
	header.rehearsal = false;
	data.file = "run.jsonl";
	exporting = (struct nrb_exporting){
		.data = &data, .root = &tree->root, .mode = NRB_ABSENT, .arm = NRB_ABSENT
	};
	return rc;
}

static inline int export_finish(void **state)
{
	finish(NULL);
	free(text);
	text = NULL;
	return tree_teardown(state);
}

/* What a format prints, as text; returns what it returned. */
static inline int print(int (*format)(const struct nrb_exporting *exporting))
{
	int rc;

	free(text);
	nrb_diag_reset();
	exporting.out = open_memstream(&text, &text_len);
	assert_non_null(exporting.out);
	rc = format(&exporting);
	assert_int_equal(fclose(exporting.out), 0);
	return rc;
}

static inline void group(void)
{
	assert_int_equal(nrb_group_finish(&data.group), 0);
}

static inline bool has(const char *part)
{
	return strstr(text, part) != NULL;
}

/* Printable ASCII, and lines that end. */
static inline void assert_plain(void)
{
	for (size_t i = 0; i < text_len; i++) {
		assert_true(text[i] == '\n' || (text[i] >= ' ' && text[i] < 0x7f));
	}
	assert_true(text_len == 0 || text[text_len - 1] == '\n');
}

/* How many lines do not begin with '#' and are not empty. */
static inline int lines_that_count(void)
{
	int n = 0;

	for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
		n += line[0] != '#' && line[0] != '\n';
	}
	return n;
}

#define EXPORT_TEST(test)                                                                \
	cmocka_unit_test_setup_teardown(test, export_start, export_finish)

#endif
