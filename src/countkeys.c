/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Specs are taken apart once, then each line is held against their words. */
#include "nrb/countkeys.h"

#include "nrb/units.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct word {
	const char *text;
	size_t len;
	bool is_prefix, is_older; /* behind '|' */
	int i;
};

struct words {
	int n;
	struct word list[NRB_COUNTKEYS_MAX_WORDS];
	bool maybe[256]; /* by the first letter */
};

static void add_word(struct words *words, struct word word)
{
	if (words->n == NRB_COUNTKEYS_MAX_WORDS || word.len == 0) {
		return;
	}
	word.is_prefix = word.text[word.len - 1] == '*';
	word.len -= word.is_prefix;
	words->maybe[(unsigned char)word.text[0]] = true;
	words->list[words->n++] = word;
}

static void take_apart(struct words *words, const char *spec, int i)
{
	bool is_older = false;

	while (*spec != '\0') {
		size_t len = strcspn(spec, " |");

		add_word(words, (struct word){ spec, len, false, is_older, i });
		is_older = is_older || spec[len] == '|';
		spec += len + (spec[len] != '\0');
	}
}

static bool is_key(const struct word *word, const char *key, size_t len)
{
	return (word->is_prefix ? len > word->len : len == word->len) &&
	       memcmp(key, word->text, word->len) == 0;
}

static void add(int64_t *sum, int64_t value)
{
	int64_t before = nrb_units_or_0(*sum);

	if (value >= 0 && value <= NRB_COUNTKEYS_MOST - before) {
		*sum = before + value;
	}
}

/* values and older have n each. */
static void take_line(
	const struct words *words, const char *line, int64_t *values, int64_t *older)
{
	size_t len = strcspn(line, " \n");
	int64_t value;

	if (line[len] != ' ' || line[len + 1] < '0' || line[len + 1] > '9') {
		return;
	}
	value = strtoll(line + len, NULL, 10);
	for (int k = 0; k < words->n; k++) {
		const struct word *word = &words->list[k];

		if (is_key(word, line, len)) {
			add(word->is_older ? &older[word->i] : &values[word->i], value);
		}
	}
}

void nrb_countkeys_read(
	const char *text, int n, const char *(*spec)(int i), int64_t *values)
{
	int64_t older[NRB_COUNTKEYS_MAX_WORDS];
	struct words words = { 0 };

	n = n < NRB_COUNTKEYS_MAX_WORDS ? n : NRB_COUNTKEYS_MAX_WORDS;
	for (int i = 0; i < n; i++) {
		values[i] = older[i] = NRB_ABSENT;
		take_apart(&words, spec(i) != NULL ? spec(i) : "", i);
	}
	for (const char *line = text, *end; *line != '\0'; line = end + (*end != '\0')) {
		end = strchrnul(line, '\n');
		if (words.maybe[(unsigned char)line[0]]) {
			take_line(&words, line, values, older);
		}
	}
	for (int i = 0; i < n; i++) {
		values[i] = values[i] != NRB_ABSENT ? values[i] : older[i];
	}
}
