/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every call of opening a trace fails in turn: it is said, and no instance, descriptor or memory stays. */
#include "nrb/reclaimtrace.h"

#include "tracefs.h"

#include <sys/syscall.h>

void *__wrap_calloc(size_t n, size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__real_malloc(size_t size);
long __wrap_syscall(long number, ...);
long __real_syscall(long number, ...);
ssize_t __wrap_write(int fd, const void *buf, size_t len);
ssize_t __real_write(int fd, const void *buf, size_t len);

/* The countdown-th call of one function fails; "": none does. */
static struct {
	const char *call;
	int countdown, error;
	bool struck;
} fault = { .call = "" };

static bool strikes(const char *call)
{
	if (tracefs.in_kernel || strcmp(call, fault.call) != 0 ||
		--fault.countdown != 0) {
		return false;
	}
	fault.struck = true;
	errno = fault.error;
	return true;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return strikes("calloc") ? NULL : __real_calloc(n, size);
}

void *__wrap_malloc(size_t size)
{
	return strikes("malloc") ? NULL : __real_malloc(size);
}

/* openat2(2) */
long __wrap_syscall(long number, ...)
{
	long a[4];
	va_list args;

	va_start(args, number);
	for (size_t i = 0; i < sizeof(a) / sizeof(a[0]); i++) {
		a[i] = va_arg(args, long);
	}
	va_end(args);
	return strikes("syscall") ? -1 : __real_syscall(number, a[0], a[1], a[2], a[3]);
}

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	return strikes("write") ? -1 : __real_write(fd, buf, len);
}

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL) {
		n++;
	}
	closedir(dir);
	return n;
}

/* Returns whether the fault was met. */
static bool play(const char *call, int error, int nth)
{
	struct nrb_reclaimtrace *trace;
	struct nrb_idset cpus;
	char why[128] = "";
	int before = count_descriptors(), rc;

	assert_int_equal(nrb_idset_parse("0-1", &cpus), 0);
	fault.call = call;
	fault.error = error;
	fault.countdown = nth;
	fault.struck = false;
	rc = nrb_reclaimtrace_open(
		&trace, &tracefs.tree->root, &cpus, NULL, why, sizeof(why));
	fault.call = "";
	if (rc == 0) {
		assert_non_null(trace);
		assert_int_equal(nrb_reclaimtrace_close(trace), 0);
	} else {
		assert_null(trace);
		assert_true(why[0] != '\0');
	}
	assert_false(tracefs.made[0] != '\0' && tracefs_has(tracefs.made));
	assert_int_equal(count_descriptors(), before);
	return fault.struck;
}

static void test_every_call(void **state)
{
	static const struct {
		const char *call;
		int error;
	} rows[] = { { "calloc", ENOMEM }, { "malloc", ENOMEM }, { "syscall", EMFILE },
		{ "syscall", EACCES }, { "write", EINVAL }, { "write", EBUSY } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int nth = 1;

		while (play(rows[i].call, rows[i].error, nth)) {
			nth++;
		}
		assert_true(nth > 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_every_call, tracefs_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
