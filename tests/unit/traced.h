/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kernels say of node reclaim in tracefs: recorded pages, and pages made here. */
#ifndef NRB_TEST_TRACED_H
#define NRB_TEST_TRACED_H

#include "tree.h"

#include <stdint.h>

enum { TRACED_PAGE = 4096, TRACED_DATA = 16 };

/* A file of tests/trace/<kernel>, with a NUL behind it; the caller frees. */
static inline char *traced_file(const char *kernel, const char *name, size_t *len)
{
	char path[1024], *text = calloc(1, (1 << 16) + 1);
	FILE *file;

	assert_non_null(getenv("NRB_TESTS"));
	snprintf(path, sizeof(path), "%s/trace/%s/%s", getenv("NRB_TESTS"), kernel, name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(text);
	*len = fread(text, 1, 1 << 16, file);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* A page made by hand, in the order of 7.3's formats. */
struct traced_page {
	unsigned char bytes[TRACED_PAGE];
	size_t used; /* behind the header */
	uint64_t ns;
};

static inline void traced_word(struct traced_page *page, uint32_t word)
{
	memcpy(page->bytes + TRACED_DATA + page->used, &word, sizeof(word));
	page->used += sizeof(word);
}

static inline void traced_begin_page(struct traced_page *page, uint64_t ns)
{
	memset(page, 0, sizeof(*page));
	page->ns = ns;
	memcpy(page->bytes, &ns, sizeof(ns));
}

static inline void traced_end_page(struct traced_page *page)
{
	uint64_t commit = page->used;

	memcpy(page->bytes + 8, &commit, sizeof(commit));
}

/* Six words of data; a and b are what stands at 8 and at 12. */
static inline void traced_event(struct traced_page *page, uint64_t ns, uint16_t type,
	int32_t pid, uint32_t a, uint32_t b)
{
	uint64_t delta = ns - page->ns;

	if (delta >> 27 != 0) { /* a time extend */
		traced_word(page, 30 | (uint32_t)((delta & ((1u << 27) - 1)) << 5));
		traced_word(page, (uint32_t)(delta >> 27));
		delta = 0;
	}
	page->ns = ns;
	traced_word(page, 6 | (uint32_t)delta << 5);
	traced_word(page, type);
	traced_word(page, (uint32_t)pid);
	traced_word(page, a);
	traced_word(page, b);
	traced_word(page, 0);
	traced_word(page, 0);
}

#endif
