/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that serve objects of a set. */
#include "nrb/serve.h"

#include "nrb/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

/* Requests to web servers follow Zipf's law with exponents of 0.64 to 0.83 (Breslau et al., Web caching
 * and Zipf-like distributions, INFOCOM 1999). */
#define EXPONENT 0.8

struct nrb_reader {
	struct nrb_rng rng;
	bool tells_hits; /* as far as it has seen */
	int rc;
	int64_t requests, misses, bytes, disk_bytes;
	uint64_t start_ns, end_ns;
	struct nrb_histogram hist;
	char buf[NRB_SERVED_OBJECT];
};

int nrb_serve_readers(int cpus)
{
	int n = 2 * cpus;

	return n < NRB_MIN_READERS   ? NRB_MIN_READERS
	       : n > NRB_MAX_READERS ? NRB_MAX_READERS
				     : n;
}

static size_t readers_len(const struct nrb_serve *serve)
{
	return (size_t)serve->n * sizeof(*serve->readers);
}

/*
 * Readahead would go on into the next object, which a file of its own has not. The advice belongs to
 * the open file, which all readers share: the same for all of them, and what a random reader's readahead
 * remembers is nothing. A child that dies leaves it: the next cell's eviction takes it back.
 */
static void advise(const struct nrb_serve *serve, int advice)
{
	for (int i = 0; i < serve->set->n_files; i++) {
		(void)posix_fadvise(serve->set->files[i].fd, 0, 0, advice);
	}
}

int nrb_serve_begin(struct nrb_serve *serve)
{
	struct nrb_rng seeds = nrb_rng_init(serve->seed);
	void *mem = mmap(NULL, readers_len(serve), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED) {
		return nrb_fail(-errno, "no memory for %d readers", serve->n);
	}
	serve->readers = mem;
	for (int i = 0; i < serve->n; i++) {
		serve->readers[i].rng = nrb_rng_init(nrb_rng_next(&seeds));
		serve->readers[i].tells_hits = true;
	}
	serve->zipf = nrb_zipf_init((uint64_t)serve->set->n_objects, EXPONENT);
	serve->shuffle =
		nrb_shuffle_init((uint64_t)serve->set->n_objects, serve->popularity_seed);
	serve->running = serve->n;
	advise(serve, POSIX_FADV_RANDOM);
	return 0;
}

void nrb_serve_prepare(struct nrb_serve *serve, int i)
{
	struct nrb_reader *reader = &serve->readers[i];

	memset(reader->buf, 1, sizeof(reader->buf));
	memset(&reader->hist, 0, sizeof(reader->hist));
}

/* -- one request -- */

static int64_t own_disk_bytes(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) < 0 ? 0 : usage.ru_inblock * 512;
}

/* What of it is cached from its start on, read from there; a page that another reader waits for is not.
 * One that was not cached, but came from the disk at once, is: the bytes from disk tell (7.3, in a guest:
 * four of five). */
static int64_t read_cached(
	struct nrb_reader *reader, const struct nrb_served_object *object)
{
	struct iovec iov = { reader->buf, (size_t)object->len };
	ssize_t got;

	if (!reader->tells_hits) {
		return 0;
	}
	got = preadv2(object->fd, &iov, 1, object->at, RWF_NOWAIT);
	if (got < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)) {
		reader->tells_hits = false;
	}
	/* what else is wrong the plain read will find, too */
	return got > 0 ? got : 0;
}

static int read_rest(
	struct nrb_reader *reader, const struct nrb_served_object *object, int64_t done)
{
	while (done < object->len) {
		ssize_t got = pread(object->fd, reader->buf + done,
			(size_t)(object->len - done), object->at + done);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			return got < 0 ? -errno : -ESTALE; /* it was longer */
		}
		done += got;
	}
	return 0;
}

static void serve_one(const struct nrb_serve *serve, struct nrb_reader *reader)
{
	uint64_t place = nrb_zipf_draw(&serve->zipf, &reader->rng);
	struct nrb_served_object object = nrb_servedset_find(
		serve->set, (int64_t)nrb_shuffle_at(&serve->shuffle, place));
	uint64_t start = nrb_clock_ticks(serve->clock), end;
	int64_t cached = read_cached(reader, &object), disk_bytes;

	reader->rc = read_rest(reader, &object, cached);
	end = nrb_clock_ticks(serve->clock);
	if (reader->rc < 0) {
		return;
	}
	disk_bytes = own_disk_bytes();
	nrb_histogram_add(
		&reader->hist, nrb_clock_ticks_to_ns(serve->clock, end - start));
	reader->requests++;
	reader->misses += cached < object.len || disk_bytes > reader->disk_bytes;
	reader->disk_bytes = disk_bytes;
	reader->bytes += object.len;
	if (serve->progress != NULL) {
		__atomic_fetch_add(serve->progress, object.len, __ATOMIC_RELAXED);
	}
}

/* -- a thread -- */

static bool may_begin(struct nrb_serve *serve, const struct nrb_reader *reader)
{
	int64_t number = __atomic_fetch_add(&serve->begun, 1, __ATOMIC_RELAXED);

	return reader->rc == 0 && (serve->stop == NULL || *serve->stop == 0) &&
	       (serve->requests == 0 || number < serve->requests) &&
	       (int64_t)(reader->end_ns - reader->start_ns) < serve->for_ns;
}

void nrb_serve_work(struct nrb_serve *serve, int i)
{
	struct nrb_reader *reader = &serve->readers[i];
	int64_t before = own_disk_bytes();

	reader->disk_bytes = before;
	reader->start_ns = reader->end_ns = nrb_clock_ns();
	while (may_begin(serve, reader)) {
		serve_one(serve, reader);
		reader->end_ns = nrb_clock_ns();
	}
	reader->disk_bytes -= before;
	__atomic_sub_fetch(&serve->running, 1, __ATOMIC_RELEASE);
}

bool nrb_serve_is_running(const struct nrb_serve *serve)
{
	return __atomic_load_n(&serve->running, __ATOMIC_ACQUIRE) > 0;
}

/* -- all of them -- */

static int report(int rc)
{
	if (rc == -ESTALE) {
		nrb_refuse(NRB_EXIT_DISTURBED, NULL,
			"a served file became shorter while it was read");
		return rc;
	}
	return rc < 0 ? nrb_fail(rc, "cannot read what is served") : 0;
}

/* Returns the first failure. */
static int add_up(const struct nrb_serve *serve, struct nrb_sample *sample)
{
	uint64_t start = UINT64_MAX, end = 0;
	bool tells_hits = true;
	int rc = 0;

	sample->serve_requests = sample->serve_misses = 0;
	sample->serve_bytes = sample->serve_disk_bytes = 0;
	for (int i = 0; i < serve->n; i++) {
		const struct nrb_reader *reader = &serve->readers[i];

		rc = rc == 0 ? reader->rc : rc;
		start = reader->start_ns < start ? reader->start_ns : start;
		end = reader->end_ns > end ? reader->end_ns : end;
		tells_hits = tells_hits && reader->tells_hits;
		sample->serve_requests += reader->requests;
		sample->serve_misses += reader->misses;
		sample->serve_bytes += reader->bytes;
		sample->serve_disk_bytes += reader->disk_bytes;
		nrb_histogram_merge(&sample->serve_hist, &reader->hist);
	}
	sample->serve_ns = (int64_t)(end - start);
	sample->serve_misses = tells_hits ? sample->serve_misses : NRB_ABSENT;
	return rc;
}

int nrb_serve_end(struct nrb_serve *serve, struct nrb_sample *sample)
{
	int rc = 0;

	if (!nrb_serve_is_running(serve)) {
		sample->serve_set_bytes = serve->set->bytes;
		sample->serve_readers = serve->n;
		rc = add_up(serve, sample);
	}
	advise(serve, POSIX_FADV_NORMAL);
	munmap(serve->readers, readers_len(serve));
	serve->readers = NULL;
	return report(rc);
}
