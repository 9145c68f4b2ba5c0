/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command line under construction: a growing, NULL-ended array of strings. */
#ifndef NRB_WORDS_H
#define NRB_WORDS_H

#include "nrb/diag.h"

#include <stddef.h>
#include <stdio.h>

/* Zeroed is empty. err remembers the first failed add, so that only the end has to look. */
struct nrb_words {
	char **word; /* NULL-ended once a word was added */
	size_t n;
	int err; /* 0 or -ENOMEM */
};

/** Append one formatted word. A failure is kept in words->err. */
void nrb_words_add(struct nrb_words *words, const char *fmt, ...) NRB_PRINTF(2, 3);

/** Print the words for sh to read back: quoted where needed, a blank between, no newline. */
void nrb_words_print(const struct nrb_words *words, FILE *out);

/** Free all words; leaves an empty one behind. */
void nrb_words_finish(struct nrb_words *words);

#endif
