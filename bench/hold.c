/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that a holder keeps, and the steps in which the child asks for it. */
#include "nrb/hold.h"

#include "nrb/diag.h"
#include "nrb/holder.h"
#include "nrb/placement.h"
#include "nrb/rng.h"
#include "nrb/steps.h"
#include "nrb/zones.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>

static size_t page_bytes(void)
{
	return (size_t)nrb_zones_page_bytes();
}

static int map(struct nrb_held *held, int64_t bytes, int protection, int flags, int fd)
{
	*held = (struct nrb_held){ .map_len =
					   (size_t)bytes / page_bytes() * page_bytes() };
	if (held->map_len == 0) {
		return 0;
	}
	held->mem = mmap(NULL, held->map_len, protection, flags, fd, 0);
	if (held->mem == MAP_FAILED) {
		*held = (struct nrb_held){ 0 };
		return nrb_fail(-errno, "cannot map %lld bytes", (long long)bytes);
	}
	return 0;
}

/* Under BIND: a page that does not fit is an out-of-memory kill, not a page elsewhere. */
static int place(const struct nrb_held *held, const struct nrb_cell *cell)
{
	struct nrb_idset node;

	nrb_idset_clear(&node);
	nrb_idset_add(&node, cell->arm.node);
	if (madvise(held->mem, held->map_len, MADV_NOHUGEPAGE) < 0 &&
		errno != EINVAL) { /* EINVAL: a kernel without THP */
		return nrb_fail(-errno, "cannot ask for small pages");
	}
	return nrb_placement_bind_range(held->mem, held->map_len, NRB_POLICY_BIND, &node);
}

static void write_random(struct nrb_held *held, struct nrb_cell *cell, uint64_t seed)
{
	const volatile int32_t *stop = nrb_cell_stop(cell);
	struct nrb_rng rng = nrb_rng_init(seed);
	const size_t page = page_bytes();

	for (; held->len < held->map_len && *stop == 0; held->len += page) {
		uint64_t *words = (uint64_t *)(void *)(held->mem + held->len);

		for (size_t i = 0; i < page / sizeof(*words); i++) {
			words[i] = nrb_rng_next(&rng);
		}
		cell->shared->progress += (int64_t)page;
	}
}

static int take(struct nrb_held *held, struct nrb_cell *cell, int64_t bytes,
	uint64_t seed, int flags)
{
	int rc = map(held, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1);

	if (rc < 0 || held->mem == NULL) {
		return rc;
	}
	rc = place(held, cell);
	if (rc < 0) {
		nrb_held_finish(held);
		return rc;
	}
	write_random(held, cell, seed);
	return 0;
}

int nrb_held_take_anon(
	struct nrb_held *held, struct nrb_cell *cell, int64_t bytes, uint64_t seed)
{
	return take(held, cell, bytes, seed, MAP_PRIVATE);
}

int nrb_held_take_shmem(
	struct nrb_held *held, struct nrb_cell *cell, int64_t bytes, uint64_t seed)
{
	return take(held, cell, bytes, seed, MAP_SHARED);
}

int nrb_held_map_file(struct nrb_held *held, struct nrb_cell *cell, int64_t bytes)
{
	const volatile int32_t *stop = nrb_cell_stop(cell);
	const size_t page = page_bytes();
	int rc = map(held, bytes, PROT_READ, MAP_SHARED, cell->file);

	if (rc < 0) {
		return rc;
	}
	for (; held->len < held->map_len && *stop == 0; held->len += page) {
		(void)*(const volatile char *)(held->mem + held->len);
		cell->shared->progress += (int64_t)page;
	}
	return 0;
}

void nrb_held_finish(struct nrb_held *held)
{
	if (held->mem != NULL) {
		munmap(held->mem, held->map_len);
	}
	*held = (struct nrb_held){ 0 };
}

int nrb_held_check(
	struct nrb_cell *cell, const struct nrb_held *held, int n, int least_percent)
{
	int64_t pages[NRB_MAX_NODES] = { 0 }, absent = 0, want = 0;
	struct nrb_sample *sample = &cell->shared->sample;

	for (int i = 0; i < n; i++) {
		int rc = nrb_placement_count(0, held[i].mem, held[i].len, page_bytes(),
			pages, NRB_MAX_NODES, &absent, NULL);

		if (rc < 0) {
			return rc;
		}
		want += (int64_t)held[i].len;
	}
	sample->hold_bytes = pages[cell->arm.node] * (int64_t)page_bytes();
	if (sample->hold_bytes >= want / 100 * least_percent) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_DISTURBED, NULL,
		"of %lld MiB taken on node %d only %lld MiB are there still",
		(long long)want >> 20, cell->arm.node,
		(long long)sample->hold_bytes >> 20);
	return -ESTALE;
}

static int64_t own_major_faults(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) < 0 ? 0 : usage.ru_majflt;
}

static void add(int64_t *sum, int64_t value)
{
	*sum = value + nrb_units_or_0(*sum);
}

void nrb_held_return(struct nrb_cell *cell, const struct nrb_held *held)
{
	struct nrb_sample *sample = &cell->shared->sample;
	const volatile int32_t *stop = nrb_cell_stop(cell);
	int64_t faults = own_major_faults(), done = 0;
	const size_t page = page_bytes();
	uint64_t start = nrb_clock_ticks(&cell->clock), last = start;

	for (size_t at = 0; at < held->len && *stop == 0; at += page) {
		uint64_t now;

		(void)*(const volatile uint64_t *)(const void *)(held->mem + at);
		now = nrb_clock_ticks(&cell->clock);
		nrb_histogram_add(&sample->return_hist,
			nrb_clock_ticks_to_ns(&cell->clock, now - last));
		last = now;
		cell->shared->progress++;
		done++;
	}
	add(&sample->return_pages, done);
	add(&sample->return_ns,
		(int64_t)nrb_clock_ticks_to_ns(&cell->clock, last - start));
	add(&sample->return_major_faults, own_major_faults() - faults);
}

int nrb_step_hold(struct nrb_cell *cell)
{
	int64_t bytes = 0;
	int rc = nrb_fill_others(cell);

	if (rc == 0) {
		rc = nrb_fill_room(cell, &bytes);
	}
	if (rc == 0) {
		rc = nrb_fill_check(cell, bytes);
	}
	return rc == 0 ? nrb_holder_ask(cell, NRB_HOLD_TAKE, bytes) : rc;
}

int nrb_step_soak_held(struct nrb_cell *cell)
{
	int soaked = nrb_step_soak(cell);
	/* also where the soak failed: it finds room where what was held is gone */
	int rc = nrb_holder_ask(cell, NRB_HOLD_CHECK, 0);

	return rc < 0 ? rc : soaked;
}

int nrb_step_return(struct nrb_cell *cell)
{
	return nrb_holder_ask(cell, NRB_HOLD_RETURN, 0);
}
