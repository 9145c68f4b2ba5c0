/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells of two arms that were run in the same block. */
#include "nrb/pairs.h"

#include <errno.h>
#include <stdlib.h>

static int compare_blocks(const void *a, const void *b)
{
	const struct nrb_together *x = *(const struct nrb_together *const *)a;
	const struct nrb_together *y = *(const struct nrb_together *const *)b;

	return (x->block > y->block) - (x->block < y->block);
}

static void by_block(const struct nrb_together **cells, const struct nrb_arm_cells *arm)
{
	size_t n = arm->ok.n_together;

	for (size_t i = 0; i < n; i++) {
		cells[i] = &arm->ok.together[i];
	}
	qsort(cells, n, sizeof(*cells), compare_blocks);
}

static void pair(struct nrb_pairs *pairs, const struct nrb_together **one, size_t n_one,
	const struct nrb_together **other, size_t n_other)
{
	size_t k = 0;

	for (size_t i = 0; i < n_one; i++) {
		while (k < n_other && other[k]->block < one[i]->block) {
			k++;
		}
		if (k < n_other && other[k]->block == one[i]->block) {
			pairs->list[pairs->n++] = (struct nrb_pair){ one[i], other[k++] };
		}
	}
}

int nrb_pairs_make(struct nrb_pairs *pairs, const struct nrb_arm_cells *one,
	const struct nrb_arm_cells *reference)
{
	size_t n_one = one->ok.n_together, n_other = reference->ok.n_together;
	const struct nrb_together **cells = calloc(n_one + n_other + 1, sizeof(*cells));
	int rc = -ENOMEM;

	*pairs = (struct nrb_pairs){ .list = calloc(n_one + 1, sizeof(*pairs->list)) };
	if (cells != NULL && pairs->list != NULL) {
		by_block(cells, one);
		by_block(cells + n_one, reference);
		pair(pairs, cells, n_one, cells + n_one, n_other);
		rc = 0;
	} else {
		nrb_pairs_free(pairs);
	}
	free(cells);
	return rc;
}

void nrb_pairs_free(struct nrb_pairs *pairs)
{
	free(pairs->list);
	*pairs = (struct nrb_pairs){ 0 };
}
