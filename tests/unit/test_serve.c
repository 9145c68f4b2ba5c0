/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serving: every object is found, read whole and counted, as a hit or a miss or neither. */
#include "nrb/serve.h"

#include "tree.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

enum { KIB = 1024, REQUESTS = 200 };

static struct nrb_sample sample;
static struct nrb_clock steady;

/* -- what is replaced -- */

static struct {
	int error;        /* of preadv2(2) */
	int64_t cached;   /* what it returns at most */
	int tries, reads; /* calls of either */
	bool cut;         /* the files end */
	int waits; /* each so manieth try reads from disk, and says nothing of it; 0: none */
	long disk_blocks; /* that the thread has read */
} fake;

ssize_t __wrap_preadv64v2(int fd, const struct iovec *iov, int n, off_t at, int flags);
ssize_t __wrap_preadv64v2(int fd, const struct iovec *iov, int n, off_t at, int flags)
{
	(void)fd;
	(void)at;
	assert_int_equal(n, 1);
	assert_int_equal(flags, RWF_NOWAIT);
	fake.tries++;
	fake.disk_blocks += fake.waits != 0 && fake.tries % fake.waits == 0 ? 8 : 0;
	if (fake.error != 0) {
		errno = fake.error;
		return -1;
	}
	return fake.cached < (int64_t)iov->iov_len ? fake.cached : (ssize_t)iov->iov_len;
}

ssize_t __wrap_pread64(int fd, void *buf, size_t n, off_t at);
ssize_t __wrap_pread64(int fd, void *buf, size_t n, off_t at)
{
	(void)fd;
	(void)buf;
	(void)at;
	fake.reads++;
	return fake.cut ? 0 : n > 1000 ? 1000 : (ssize_t)n; /* in parts, as some do */
}

int __wrap_getrusage(int who, struct rusage *usage);
int __wrap_getrusage(int who, struct rusage *usage)
{
	assert_int_equal(who, RUSAGE_THREAD);
	usage->ru_inblock = fake.disk_blocks;
	return 0;
}

/* -- a set of two files: 3 objects and 1 -- */

static struct nrb_served_file files[2];
static struct nrb_servedset set;

static int setup(void **state)
{
	(void)state;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	files[0] = (struct nrb_served_file){ .fd = -1, .bytes = 300 * KIB };
	files[1] = (struct nrb_served_file){ .fd = -2, .bytes = 64 * KIB };
	set = nrb_servedset_of(files, 2);
	memset(&fake, 0, sizeof(fake));
	fake.cached = INT64_MAX;
	nrb_sample_init(&sample);
	steady = nrb_clock_init(false);
	return 0;
}

static void test_objects_are_found(void **state)
{
	static const struct nrb_served_object objects[] = {
		{ -1, 0, 128 * KIB },
		{ -1, 128 * KIB, 128 * KIB },
		{ -1, 256 * KIB, 44 * KIB },
		{ -2, 0, 64 * KIB },
	};

	(void)state;
	assert_int_equal(set.n_objects, 4);
	assert_int_equal(set.bytes, 364 * KIB);
	for (int64_t i = 0; i < 4; i++) {
		struct nrb_served_object object = nrb_servedset_find(&set, i);

		assert_int_equal(object.fd, objects[i].fd);
		assert_int_equal(object.at, objects[i].at);
		assert_int_equal(object.len, objects[i].len);
	}
}

static void test_readers_by_cpus(void **state)
{
	(void)state;
	assert_int_equal(nrb_serve_readers(1), 4);
	assert_int_equal(nrb_serve_readers(3), 6);
	assert_int_equal(nrb_serve_readers(64), 16);
}

static int serve_with(uint64_t seed, int64_t requests, int64_t for_ns)
{
	struct nrb_serve serve = {
		.clock = &steady,
		.set = &set,
		.n = 4,
		.for_ns = for_ns,
		.requests = requests,
		.popularity_seed = 1,
		.seed = seed,
	};

	nrb_sample_init(&sample);
	assert_int_equal(nrb_serve_begin(&serve), 0);
	for (int i = 0; i < serve.n; i++) {
		nrb_serve_prepare(&serve, i);
	}
	for (int i = 0; i < serve.n; i++) {
		assert_true(nrb_serve_is_running(&serve));
		nrb_serve_work(&serve, i); /* one after the other */
	}
	assert_false(nrb_serve_is_running(&serve));
	return nrb_serve_end(&serve, &sample);
}

static int serve(uint64_t seed)
{
	return serve_with(seed, REQUESTS, INT64_MAX);
}

static void test_hits(void **state)
{
	(void)state;
	assert_int_equal(serve(7), 0);
	assert_int_equal(fake.tries, REQUESTS);
	assert_int_equal(fake.reads, 0);
	assert_int_equal(sample.serve_set_bytes, set.bytes);
	assert_int_equal(sample.serve_readers, 4);
	assert_int_equal(sample.serve_requests, REQUESTS);
	assert_int_equal(sample.serve_misses, 0);
	assert_int_equal(sample.serve_hist.n, REQUESTS);
	assert_in_range(
		sample.serve_bytes, REQUESTS * 44LL * KIB, REQUESTS * 128LL * KIB - 1);
	assert_true(sample.serve_ns > 0);
}

/* In part is no hit; the rest is read. */
static void test_misses(void **state)
{
	int64_t bytes;

	(void)state;
	fake.cached = 4096;
	assert_int_equal(serve(7), 0);
	assert_int_equal(sample.serve_misses, REQUESTS);
	bytes = sample.serve_bytes;
	assert_in_range(fake.reads, bytes / 1000 - REQUESTS * 5, bytes / 1000 + REQUESTS);
	fake.error = EAGAIN;
	assert_int_equal(serve(7), 0);
	assert_int_equal(sample.serve_misses, REQUESTS);
	assert_int_equal(sample.serve_bytes, bytes); /* the same seed asks for the same */
	assert_int_equal(serve(8), 0);
	assert_int_not_equal(sample.serve_bytes, bytes);
}

/* 7.3 reads ahead and waits for it in spite of RWF_NOWAIT: what a thread read from disk tells. */
static void test_a_hit_that_read_from_disk(void **state)
{
	(void)state;
	fake.waits = 5;
	fake.disk_blocks = 77; /* before */
	assert_int_equal(serve(7), 0);
	assert_int_equal(fake.reads, 0);
	assert_int_equal(sample.serve_misses, REQUESTS / 5);
	assert_int_equal(sample.serve_disk_bytes, REQUESTS / 5 * 8 * 512);
}

/* Unknown is not zero; and is not asked again. */
static void test_a_file_system_that_does_not_tell(void **state)
{
	(void)state;
	fake.error = EOPNOTSUPP;
	assert_int_equal(serve(7), 0);
	assert_int_equal(fake.tries, 1); /* of the one reader that had work */
	assert_int_equal(sample.serve_requests, REQUESTS);
	assert_true(sample.serve_misses == NRB_ABSENT);
}

static void test_the_time_is_a_limit_too(void **state)
{
	(void)state;
	assert_int_equal(serve_with(7, 0, 20000000), 0);
	assert_true(sample.serve_requests > 0);
	/* each of them in its turn here */
	assert_in_range(sample.serve_ns, 4 * 20000000LL, 4 * 20000000LL + 2000000000);
}

/* Each byte is counted where it is asked for, and who is told to stop begins nothing more. */
static void test_progress_and_stop(void **state)
{
	volatile int64_t progress = 0;
	volatile int32_t stop = 0;
	struct nrb_serve serve = { .clock = &steady,
		.set = &set,
		.n = 4,
		.for_ns = INT64_MAX,
		.requests = REQUESTS,
		.popularity_seed = 1,
		.seed = 7,
		.progress = &progress,
		.stop = &stop };

	(void)state;
	for (int run = 0; run < 2; run++) {
		progress = serve.begun = 0;
		stop = run;
		nrb_sample_init(&sample);
		assert_int_equal(nrb_serve_begin(&serve), 0);
		for (int i = 0; i < serve.n; i++) {
			nrb_serve_prepare(&serve, i);
			nrb_serve_work(&serve, i);
		}
		assert_int_equal(nrb_serve_end(&serve, &sample), 0);
		assert_int_equal(sample.serve_requests, run == 0 ? REQUESTS : 0);
		assert_int_equal(progress, sample.serve_bytes);
	}
}

static void test_a_file_that_became_shorter(void **state)
{
	(void)state;
	fake.error = EAGAIN;
	fake.cut = true;
	assert_int_equal(serve(7), -ESTALE);
	assert_non_null(strstr(nrb_diag_message(), "shorter"));
	assert_int_equal(sample.serve_requests, 0);
}

/* Threads that could not be made have served nothing, and say so by saying nothing. */
static void test_nobody_worked(void **state)
{
	struct nrb_serve serve = {
		.clock = &steady, .set = &set, .n = 4, .for_ns = 1, .seed = 1
	};

	(void)state;
	assert_int_equal(nrb_serve_begin(&serve), 0);
	assert_int_equal(nrb_serve_end(&serve, &sample), 0);
	assert_true(sample.serve_requests == NRB_ABSENT);
	assert_true(sample.serve_readers == NRB_ABSENT);
}

#define SERVE_TEST(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVE_TEST(test_objects_are_found),
		SERVE_TEST(test_readers_by_cpus),
		SERVE_TEST(test_hits),
		SERVE_TEST(test_misses),
		SERVE_TEST(test_a_hit_that_read_from_disk),
		SERVE_TEST(test_a_file_system_that_does_not_tell),
		SERVE_TEST(test_the_time_is_a_limit_too),
		SERVE_TEST(test_progress_and_stop),
		SERVE_TEST(test_a_file_that_became_shorter),
		SERVE_TEST(test_nobody_worked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
