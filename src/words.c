/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command line under construction. */
#include "nrb/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void nrb_words_add(struct nrb_words *words, const char *fmt, ...)
{
	char **grown = realloc(words->word, (words->n + 2) * sizeof(*grown));
	va_list args;
	int len;

	if (!grown) {
		words->err = -ENOMEM;
		return;
	}
	words->word = grown;
	words->word[words->n] = NULL;
	words->word[words->n + 1] = NULL;
	va_start(args, fmt);
	len = vasprintf(&words->word[words->n], fmt, args);
	va_end(args);
	if (len < 0) {
		words->word[words->n] = NULL;
		words->err = -ENOMEM;
		return;
	}
	words->n++;
}

static void print_quoted(const char *word, FILE *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+./,:=@%";

	if (word[0] && word[strspn(word, plain)] == '\0') {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++) {
		if (*word == '\'') {
			fputs("'\\''", out);
		} else {
			fputc(*word, out);
		}
	}
	fputc('\'', out);
}

void nrb_words_print(const struct nrb_words *words, FILE *out)
{
	for (size_t i = 0; i < words->n; i++) {
		if (i) {
			fputc(' ', out);
		}
		print_quoted(words->word[i], out);
	}
}

void nrb_words_finish(struct nrb_words *words)
{
	for (size_t i = 0; i < words->n; i++) {
		free(words->word[i]);
	}
	free(words->word);
	*words = (struct nrb_words){ 0 };
}
