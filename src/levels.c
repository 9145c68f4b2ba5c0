/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of factors, and lists of their values. */
#include "nrb/levels.h"

#include "nrb/units.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *const nrb_off_on_words[] = { "off", "on", NULL };
const char *const nrb_policy_words[] = { "local", "bind", "preferred", "interleave",
	"cpuset", NULL };
const char *const nrb_page_size_words[] = { "4k", "thp", NULL };
const char *const nrb_fill_on_words[] = { "target", "all", NULL };

enum { MAX_WORD = 32 };

static int add(struct nrb_levels *levels, int value)
{
	if (nrb_levels_have(levels, value)) {
		return 0;
	}
	if (levels->n == NRB_MAX_LEVELS) {
		return -E2BIG;
	}
	levels->v[levels->n++] = value;
	return 0;
}

/* The next word of a list into word[MAX_WORD]; *list is behind it, NULL after the last. */
static int next_word(const char **list, char *word)
{
	size_t len = strcspn(*list, ",");

	if (len == 0 || len >= MAX_WORD) {
		return -EINVAL;
	}
	memcpy(word, *list, len);
	word[len] = '\0';
	*list = (*list)[len] == ',' ? *list + len + 1 : NULL;
	return 0;
}

int nrb_levels_add_words(
	struct nrb_levels *levels, const char *list, const char *const *words)
{
	char word[MAX_WORD];

	while (list != NULL) {
		int rc = next_word(&list, word), i = 0;

		while (rc == 0 && words[i] != NULL && strcmp(words[i], word) != 0) {
			i++;
		}
		if (rc < 0 || words[i] == NULL) {
			return -EINVAL;
		}
		rc = add(levels, i);
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

int nrb_levels_add_numbers(struct nrb_levels *levels, const char *list, int min, int max)
{
	char word[MAX_WORD];

	while (list != NULL) {
		int64_t number = 0;
		int rc = next_word(&list, word);

		if (rc < 0 || nrb_units_parse_i64(word, min, max, &number) < 0) {
			return -EINVAL;
		}
		rc = add(levels, (int)number);
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

bool nrb_levels_have(const struct nrb_levels *levels, int value)
{
	for (int i = 0; i < levels->n; i++) {
		if (levels->v[i] == value) {
			return true;
		}
	}
	return false;
}
