/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reader at a steady rate. */
#include "nrb/steadyread.h"

#include "nrb/clock.h"
#include "nrb/diag.h"
#include "nrb/pagecache.h"
#include "nrb/rng.h"
#include "nrb/stopword.h"
#include "nrb/units.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

/* Steps of it, round and round, come to each of n blocks once. */
static uint64_t draw_stride(struct nrb_rng *rng, uint64_t n)
{
	uint64_t stride = 1 + nrb_rng_below(rng, n);

	while (nrb_units_common_divisor(stride, n) != 1) {
		stride++;
	}
	return stride;
}

static int read_block(int fd, int64_t at)
{
	char buf[NRB_REREAD_BLOCK];
	ssize_t n;

	do {
		n = pread(fd, buf, sizeof(buf), at);
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(buf)
		       ? 0
		       : nrb_fail(n < 0 ? -errno : -EIO,
				 "cannot read the cache file at byte %" PRId64, at);
}

int nrb_steadyread_run(struct nrb_steadyread *reader)
{
	struct nrb_rng rng = nrb_rng_init(reader->seed);
	uint64_t n = (uint64_t)(reader->len / NRB_REREAD_BLOCK), start = nrb_clock_ns();
	uint64_t stride, at;
	int rc = 0;

	if (n == 0) {
		return 0;
	}
	stride = draw_stride(&rng, n);
	at = nrb_rng_below(&rng, n);
	for (uint64_t i = 0; rc == 0 && i < n && !nrb_stopword_is_said(&reader->stop);
		i++) {
		nrb_clock_sleep_until(start + (uint64_t)reader->ns / n * i);
		rc = read_block(
			reader->fd, reader->from + (int64_t)at * NRB_REREAD_BLOCK);
		reader->bytes += rc == 0 ? NRB_REREAD_BLOCK : 0;
		at = (at + stride) % n;
	}
	return rc;
}
