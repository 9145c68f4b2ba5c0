/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is printed, into memory, and what it may hold. */
#ifndef NRB_FUZZ_OUTPUT_H
#define NRB_FUZZ_OUTPUT_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct output {
	FILE *out;
	char *text;
	size_t len;
};

static inline void output_begin(struct output *output)
{
	*output = (struct output){ 0 };
	output->out = open_memstream(&output->text, &output->len);
	assert(output->out != NULL);
}

/* Nothing of an input may reach a terminal, or another tool, unescaped. */
static inline void output_end(struct output *output)
{
	assert(fclose(output->out) == 0);
	for (size_t i = 0; i < output->len; i++) {
		unsigned char byte = (unsigned char)output->text[i];

		assert((byte >= ' ' || byte == '\n') && byte < 0x7f);
	}
	free(output->text);
}

#endif
