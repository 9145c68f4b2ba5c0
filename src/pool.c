/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small blocks by size, from slabs. A line of a record becomes thousands of them that all go again
 * before the next one: glibc 2.36 keeps 7 of a size at hand and merges the others, which costs a
 * fifth of the time in which a record is read.
 */
#include "nrb/pool.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum {
	GRAIN = 16,
	LARGEST = 1024, /* with the header; above it, malloc */
	CLASSES = LARGEST / GRAIN + 1,
	LARGE = 0, /* class of what malloc gave */
	SLAB = 1 << 16,
};

/* Before each block; the payload of one that is free links to the next. */
struct block {
	uint64_t class; /* times GRAIN bytes, this header among them */
	struct block *next;
};

_Static_assert(offsetof(struct block, next) % NRB_POOL_ALIGNMENT == 0 &&
		       GRAIN % NRB_POOL_ALIGNMENT == 0,
	"payloads are aligned");

static struct {
	struct block *free[CLASSES];
	char *slab;
	size_t left;
} pool;

static void *payload(struct block *block, size_t class)
{
	if (block == NULL) {
		return NULL;
	}
	block->class = class;
	return &block->next;
}

/* The rest of a slab that is too small for it is given up. */
static struct block *carve(size_t size)
{
	struct block *block;

	if (pool.left < size) {
		char *slab = malloc(SLAB);

		if (slab == NULL) {
			return NULL;
		}
		pool.slab = slab;
		pool.left = SLAB;
	}
	block = (struct block *)pool.slab;
	pool.slab += size;
	pool.left -= size;
	return block;
}

void *nrb_pool_take(size_t size)
{
	size_t whole, class;
	struct block *block;

	if (size > SIZE_MAX - offsetof(struct block, next) - GRAIN) {
		return NULL;
	}
	whole = size + offsetof(struct block, next);
	class = (whole + GRAIN - 1) / GRAIN;
	if (class >= CLASSES) {
		return payload(malloc(whole), LARGE);
	}
	block = pool.free[class];
	if (block != NULL) {
		pool.free[class] = block->next;
	} else {
		block = carve(class * GRAIN);
	}
	return payload(block, class);
}

void nrb_pool_give(void *memory)
{
	struct block *block;

	if (memory == NULL) {
		return;
	}
	block = (struct block *)((char *)memory - offsetof(struct block, next));
	if (block->class == LARGE) {
		free(block);
		return;
	}
	block->next = pool.free[block->class];
	pool.free[block->class] = block;
}
