/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages of a range are looked at where all would take too long. */
#include "nrb/pagesample.h"

size_t nrb_pagesample_step(size_t pages, size_t most)
{
	return most == 0 || pages <= most ? 1 : (pages + most - 1) / most;
}

size_t nrb_pagesample_draw(
	struct nrb_rng *rng, size_t pages, size_t step, uint32_t *numbers)
{
	size_t n = 0;

	for (size_t at = 0; at < pages; at += step) {
		size_t part = pages - at < step ? pages - at : step;

		numbers[n++] = (uint32_t)(at + nrb_rng_below(rng, part));
	}
	return n;
}
