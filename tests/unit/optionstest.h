/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines in one string, parsed. */
#ifndef NRB_TEST_OPTIONSTEST_H
#define NRB_TEST_OPTIONSTEST_H

#include "nrb/options.h"

#include "nrb/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX_WORDS = 80 };

/* What is parsed lives as long as the program: keep it all, for the leak checker. */
static struct nrb_options parsed[1024], *options = parsed;
static const char *words[MAX_WORDS + 1];

static int setup(void **state)
{
	const char *dir = getenv("NRB_TESTS"); /* records stand there */

	(void)state;
	nrb_diag_set_muted(true);
	return dir != NULL ? chdir(dir) : -1;
}

/* Parse a line whose words stand between blanks. */
static inline int parse(const char *line)
{
	static char copy[4096];
	char *rest = copy;
	int n = 1;

	assert_true(++options < parsed + sizeof(parsed) / sizeof(parsed[0]));
	nrb_diag_reset();
	snprintf(copy, sizeof(copy), "%s", line);
	words[0] = "numa-reclaim-bench";
	for (char *word; (word = strsep(&rest, " ")) != NULL;) {
		if (*word != '\0' && n < MAX_WORDS) {
			words[n++] = word;
		}
	}
	words[n] = NULL;
	return nrb_options_parse(options, n, words);
}

static inline void assert_usage(const char *line, const char *part)
{
	assert_true(parse(line) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_USAGE);
	if (strstr(nrb_diag_message(), part) == NULL) {
		fail_msg("%s: \"%s\" lacks \"%s\"", line, nrb_diag_message(), part);
	}
}

/* By any of the rows of that name. */
static inline bool has_option(const struct nrb_command_info *command, const char *name)
{
	bool has = false;

	for (const struct nrb_option_info *o = nrb_option_table; o->name != NULL; o++) {
		has = has ||
		      (strcmp(o->name, name) == 0 && (o->commands & command->command));
	}
	return has;
}

#endif
