/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One block after the other, of memory that is real, on nodes that are not. */
#include "nrb/nextpage.h"

#include "nrb/diag.h"

#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, SMALL = 1, HUGE = 512 };

/* What the machine is. */
static struct {
	int node;      /* of every page; -1: none is there */
	int n_present; /* pages of a huge block that came */
	int socket_errno;
	unsigned int ring_bytes; /* asked for last */
	int n_rings, n_policies;
	const void *last; /* page that was asked about last */
	bool has_disk;
} machine;

int __wrap_nrb_placement_pin(const struct nrb_idset *cpus);
int __wrap_nrb_placement_set_policy(
	enum nrb_policy policy, const struct nrb_idset *nodes);
int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of);
int __wrap_nrb_cachefile_check_dir(const char *dir, const char **fs_name);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len);

int __wrap_nrb_placement_pin(const struct nrb_idset *cpus)
{
	return nrb_idset_has(cpus, 3) ? 0 : -EINVAL;
}

int __wrap_nrb_placement_set_policy(enum nrb_policy policy, const struct nrb_idset *nodes)
{
	(void)nodes;
	machine.n_policies += policy == NRB_POLICY_LOCAL;
	return 0;
}

int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of)
{
	const bool is_first =
		machine.last == NULL || mem < machine.last ||
		(const char *)mem > (const char *)machine.last + HUGE * PAGE;

	(void)pid, (void)len, (void)page_bytes, (void)pages, (void)n_pages_max,
		(void)absent;
	*node_of = (int16_t)(is_first || machine.n_present == HUGE ? machine.node : -1);
	machine.last = mem;
	return 0;
}

int __wrap_nrb_cachefile_check_dir(const char *dir, const char **fs_name)
{
	(void)dir;
	*fs_name = "tmpfs";
	return machine.has_disk ? 0 : -EOPNOTSUPP;
}

int __wrap_socket(int domain, int type, int protocol)
{
	int fd;

	assert_int_equal(domain, AF_PACKET);
	assert_int_equal(type & SOCK_RAW, SOCK_RAW);
	assert_int_equal(protocol, 0);
	if (machine.socket_errno != 0) {
		errno = machine.socket_errno;
		return -1;
	}
	fd = memfd_create("ring", MFD_CLOEXEC);
	assert_int_equal(ftruncate(fd, 1 << 22), 0);
	return fd;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	const struct tpacket_req *ring = value;

	(void)fd;
	assert_int_equal(level, SOL_PACKET);
	assert_int_equal(name, PACKET_RX_RING);
	assert_int_equal(len, sizeof(*ring));
	assert_int_equal(ring->tp_frame_nr * ring->tp_frame_size,
		ring->tp_block_nr * ring->tp_block_size);
	machine.ring_bytes = ring->tp_block_size;
	machine.n_rings += ring->tp_block_nr > 0 ? 1 : -1;
	return 0;
}

static int begin(void **state)
{
	machine = (typeof(machine)){ .node = 2, .n_present = HUGE, .has_disk = true };
	nrb_diag_reset();
	nrb_diag_set_muted(true);
	return tree_setup(state);
}

static int end(void **state)
{
	nrb_diag_set_muted(false);
	return tree_teardown(state);
}

static struct nrb_nextpage_ask ask_of(enum nrb_nextpage_way way, const char *dir)
{
	return (struct nrb_nextpage_ask){
		.way = way, .cpu = 3, .policy = NRB_POLICY_LOCAL, .order = 2, .dir = dir
	};
}

static void more_touched_pages_than_a_step_has(void **state)
{
	struct nrb_nextpage_ask ask = ask_of(NRB_NEXTPAGE_TOUCH, NULL);
	struct nrb_nextpage next;
	int node = -1;
	bool whole = false;

	(void)state;
	assert_int_equal(nrb_nextpage_open(&next, &ask), 0);
	assert_int_equal(
		machine.n_policies, 0); /* what is made ready comes from elsewhere */
	for (int i = 0; i < 2 * HUGE; i++) {
		machine.last = NULL;
		assert_int_equal(nrb_nextpage_take(&next, &node, &whole), 0);
		assert_int_equal(node, 2);
		assert_true(whole);
	}
	assert_int_equal(machine.n_policies, 2 * HUGE);
	nrb_nextpage_close(&next);
	nrb_nextpage_close(&next);
}

static void a_huge_page_or_single_ones(void **state)
{
	struct nrb_nextpage_ask ask = ask_of(NRB_NEXTPAGE_HUGE, NULL);
	struct nrb_nextpage next;
	int node = -1;
	bool whole = false;

	(void)state;
	assert_int_equal(nrb_nextpage_open(&next, &ask), 0);
	assert_int_equal(nrb_nextpage_take(&next, &node, &whole), 0);
	assert_true(whole && node == 2);
	machine.n_present = SMALL;
	machine.last = NULL;
	assert_int_equal(nrb_nextpage_take(&next, &node, &whole), 0);
	assert_true(!whole && node == 2);
	nrb_nextpage_close(&next);
}

static void a_ring_is_given_back_each_time(void **state)
{
	struct nrb_nextpage_ask ask = ask_of(NRB_NEXTPAGE_RING, NULL);
	struct nrb_nextpage next;
	int node = -1;
	bool whole = false;

	(void)state;
	assert_int_equal(nrb_nextpage_open(&next, &ask), 0);
	assert_int_equal(nrb_nextpage_take(&next, &node, &whole), 0);
	assert_int_equal(machine.n_rings, 0);
	assert_int_equal(node, 2);
	nrb_nextpage_close(&next);
	machine.socket_errno = EPERM;
	assert_int_equal(nrb_nextpage_open(&next, &ask), -ECANCELED);
	assert_int_equal(nrb_diag_exit(-ECANCELED), NRB_EXIT_NOT_HERE);
	nrb_diag_reset();
	machine.socket_errno = EMFILE;
	assert_int_equal(nrb_nextpage_open(&next, &ask), -EMFILE);
}

static void a_file_grows_by_a_page(void **state)
{
	struct tree *tree = *state;
	struct nrb_nextpage_ask ask = ask_of(NRB_NEXTPAGE_WRITE, tree->dir);
	struct nrb_nextpage next;
	int node = -1;
	bool whole = false;
	struct stat st;

	assert_int_equal(nrb_nextpage_open(&next, &ask), 0);
	for (int i = 2; i < 5; i++) {
		machine.last = NULL;
		assert_int_equal(nrb_nextpage_take(&next, &node, &whole), 0);
		assert_int_equal(fstat(next.fd, &st), 0);
		assert_int_equal(st.st_size, i * PAGE);
	}
	nrb_nextpage_close(&next);
	machine.has_disk = false;
	assert_int_equal(nrb_nextpage_open(&next, &ask), -ECANCELED);
	assert_int_equal(nrb_diag_exit(-ECANCELED), NRB_EXIT_NOT_HERE);
}

static void what_cannot_be(void **state)
{
	struct nrb_nextpage_ask ask = ask_of(NRB_NEXTPAGE_TOUCH, NULL);
	struct nrb_nextpage next;
	bool whole = false;
	int node = 0;

	(void)state;
	ask.cpu = 4;
	assert_int_equal(nrb_nextpage_open(&next, &ask), -EINVAL);
	ask.cpu = 3;
	assert_int_equal(nrb_nextpage_open(&next, &ask), 0);
	machine.node = -1;
	assert_int_equal(nrb_nextpage_take(&next, &node, &whole), -ENODATA);
	nrb_nextpage_close(&next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			more_touched_pages_than_a_step_has, begin, end),
		cmocka_unit_test_setup_teardown(a_huge_page_or_single_ones, begin, end),
		cmocka_unit_test_setup_teardown(
			a_ring_is_given_back_each_time, begin, end),
		cmocka_unit_test_setup_teardown(a_file_grows_by_a_page, begin, end),
		cmocka_unit_test_setup_teardown(what_cannot_be, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
