/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log, message by message; a socket that keeps messages apart stands for it. */
#include "nrb/kernellog.h"

#include "nrb/sample.h"
#include "tree.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static struct nrb_kernellog kernellog;
static int ends[2];
static int overwritten; /* reads that say so first */

ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len)
{
	if (fd == kernellog.fd && overwritten > 0) {
		overwritten--;
		errno = EPIPE;
		return -1;
	}
	return __real_read(fd, buf, len);
}

static void log_line(const char *text)
{
	assert_int_equal(send(ends[1], text, strlen(text), 0), strlen(text));
}

static bool lost;

static int64_t count(const char *words)
{
	return nrb_kernellog_count(&kernellog, words, &lost);
}

static void test_count(void **state)
{
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	kernellog = (struct nrb_kernellog){ .is_open = true, .fd = ends[0] };
	assert_int_equal(count("failure"), 0);
	log_line("4,1,1,-;swapper/0: page allocation failure: order:0");
	log_line("6,2,1,-;something else");
	log_line("4,3,1,-;nginx: page allocation failure: order:2");
	log_line("12,4,1,-;a program writes of a page allocation failure");
	log_line("page allocation failure without who or when");
	assert_int_equal(count("page allocation failure"), 2);
	assert_false(lost);
	overwritten = 2;
	log_line("4,9,1,-;nginx: page allocation failure: order:2");
	assert_int_equal(count("page allocation failure"), 1);
	assert_true(lost);
	assert_int_equal(count("page allocation failure"), 0);
	assert_false(lost);
	nrb_kernellog_close(&kernellog);
	assert_int_equal(count("failure"), NRB_ABSENT);
	close(ends[1]);
}

static void test_skip(void **state)
{
	struct tree *tree = *state;

	tree_write(tree, "dev/kmsg", "4,1,1,-;page allocation failure\n");
	nrb_kernellog_open(&kernellog, &tree->root);
	assert_true(kernellog.is_open);
	assert_int_equal(count("failure"), 1);
	tree_write(tree, "dev/kmsg", "4,1,1,-;page allocation failure\n");
	nrb_kernellog_close(&kernellog);
	nrb_kernellog_open(&kernellog, &tree->root);
	nrb_kernellog_skip(&kernellog);
	assert_int_equal(count("failure"), 0);
	nrb_kernellog_close(&kernellog);
}

static void test_none(void **state)
{
	struct tree *tree = *state;

	nrb_kernellog_open(&kernellog, &tree->root);
	nrb_kernellog_skip(&kernellog);
	assert_int_equal(count("failure"), NRB_ABSENT);
	nrb_kernellog_close(&kernellog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count),
		TREE_TEST(test_skip),
		TREE_TEST(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
