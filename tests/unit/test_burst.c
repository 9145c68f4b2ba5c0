/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams over loopback: all that is sent is there, and no more than was asked for. */
#include "nrb/burst.h"

#include "nrb/diag.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

enum { BYTES = 1 << 20 };

static int bind_errno;

int __real_bind(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len)
{
	if (bind_errno != 0) {
		errno = bind_errno;
		return -1;
	}
	return __real_bind(fd, address, len);
}

static int setup(void **state)
{
	(void)state;
	bind_errno = 0;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	return 0;
}

static void test_sent_is_received(void **state)
{
	struct nrb_burst burst;
	int64_t sent;
	int rc = nrb_burst_open(&burst, BYTES);

	(void)state;
	if (rc == -EOPNOTSUPP) {
		nrb_burst_close(&burst);
		skip(); /* a build without loopback */
	}
	assert_int_equal(rc, 0);
	assert_true(burst.n >= 1);
	for (int round = 0; round < 3; round++) {
		sent = nrb_burst_send(&burst);
		/* of the kernel's memory most is data */
		assert_in_range(sent, BYTES / 2, BYTES);
		assert_int_equal(nrb_burst_drain(&burst), sent);
		assert_int_equal(nrb_burst_drain(&burst), 0);
	}
	nrb_burst_close(&burst);
}

static void test_loopback_is_down(void **state)
{
	struct nrb_burst burst;

	(void)state;
	bind_errno = EADDRNOTAVAIL;
	assert_int_equal(nrb_burst_open(&burst, BYTES), -EOPNOTSUPP);
	assert_string_equal(nrb_diag_message(), "loopback is down");
	nrb_burst_close(&burst);
	bind_errno = EACCES;
	assert_int_equal(nrb_burst_open(&burst, BYTES), -EACCES);
	nrb_burst_close(&burst);
	nrb_burst_close(&burst); /* again is nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_sent_is_received, setup),
		cmocka_unit_test_setup(test_loopback_is_down, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
