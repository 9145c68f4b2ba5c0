/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Orders in which each comes first, and right before each other, equally often. */
#include "nrb/balance.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 32 /* shuffles of which the most even is taken */ };

int nrb_balance_begin(struct nrb_balance *balance, int n, uint64_t seed)
{
	*balance = (struct nrb_balance){ .n = n, .seed = seed };
	balance->rng = nrb_rng_init(seed);
	if (n <= NRB_BALANCE_SQUARE || n > NRB_BALANCE_MOST) {
		return 0;
	}
	balance->follows = calloc((size_t)n * (size_t)n, sizeof(int));
	balance->firsts = calloc((size_t)n, sizeof(int));
	return balance->follows != NULL && balance->firsts != NULL ? 0 : -ENOMEM;
}

void nrb_balance_finish(struct nrb_balance *balance)
{
	free(balance->follows);
	free(balance->firsts);
	balance->follows = balance->firsts = NULL;
}

/* n numbers from first on, shuffled. */
static void shuffle(struct nrb_rng *rng, int *order, int first, int n)
{
	for (int i = 0; i < n; i++) {
		int k = (int)nrb_rng_below(rng, (uint64_t)i + 1);

		order[i] = order[k];
		order[k] = first + i;
	}
}

/* -- squares -- */

/* 0, 1, n-1, 2, n-2, ...: any two neighbours are as far apart as no other two (modulo n), so that over
 * its n shifts every pair is neighbours once; for an odd n, once more the other way round. Source:
 * Williams 1949, Aust. J. Sci. Res. A 2. */
static int zigzag(int i, int n)
{
	return i % 2 != 0 ? (i + 1) / 2 : (n - i / 2) % n;
}

static void next_of_square(struct nrb_balance *balance, int *order)
{
	int n = balance->n, n_rows = n % 2 != 0 ? 2 * n : n;
	int at = (int)(balance->blocks % n_rows), row;

	if (at == 0) {
		/* the one square's rows, then the other's: each is first once in n blocks */
		shuffle(&balance->rng, balance->labels, 0, n);
		shuffle(&balance->rng, balance->rows, 0, n);
		shuffle(&balance->rng, balance->rows + n_rows - n, n_rows - n, n);
	}
	row = balance->rows[at];
	for (int i = 0; i < n; i++) {
		int place = row < n ? i : n - 1 - i;

		order[i] = balance->labels[(zigzag(place, n) + row) % n];
	}
}

/* -- shuffles -- */

/* What a next one adds to the sum of squares over all pairs; the first of a block counts as one that
 * comes after nothing. */
static int cost_of(const struct nrb_balance *balance, int last, int next)
{
	return last < 0 ? balance->firsts[next]
			: balance->follows[last * balance->n + next];
}

/* Of what is left, one of those that came least often after the last one. */
static int draw_next(struct nrb_balance *balance, const bool *used, int last)
{
	int best = -1, cost = INT_MAX, ties = 0;

	for (int next = 0; next < balance->n; next++) {
		int c = used[next] ? INT_MAX : cost_of(balance, last, next);

		if (c > cost || used[next]) {
			continue;
		}
		ties = c < cost ? 1 : ties + 1;
		cost = c;
		if (nrb_rng_below(&balance->rng, (uint64_t)ties) == 0) {
			best = next;
		}
	}
	return best;
}

/* A shuffle, and what it costs. */
static int draw(struct nrb_balance *balance, int *order)
{
	bool used[NRB_BALANCE_MOST] = { false };
	int last = -1, cost = 0;

	for (int i = 0; i < balance->n; i++) {
		order[i] = draw_next(balance, used, last);
		used[order[i]] = true;
		cost += cost_of(balance, last, order[i]);
		last = order[i];
	}
	return cost;
}

static void count(struct nrb_balance *balance, const int *order)
{
	balance->firsts[order[0]]++;
	for (int i = 1; i < balance->n; i++) {
		balance->follows[order[i - 1] * balance->n + order[i]]++;
	}
}

static void next_of_shuffles(struct nrb_balance *balance, int *order)
{
	int tried[NRB_BALANCE_MOST], least = INT_MAX;

	for (int i = 0; i < TRIES; i++) {
		int cost = draw(balance, tried);

		if (cost < least) {
			least = cost;
			memcpy(order, tried, (size_t)balance->n * sizeof(*order));
		}
	}
	count(balance, order);
}

void nrb_balance_next(struct nrb_balance *balance, int *order)
{
	if (balance->n == 0) {
		/* there is nothing to order */
	} else if (balance->n <= NRB_BALANCE_SQUARE) {
		next_of_square(balance, order);
	} else if (balance->n <= NRB_BALANCE_MOST) {
		next_of_shuffles(balance, order);
	} else {
		shuffle(&balance->rng, order, 0, balance->n);
	}
	balance->blocks++;
}
