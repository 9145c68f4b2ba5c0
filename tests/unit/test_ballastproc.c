/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that holds a ballast: what its parent hears of it, alive and dead. */
#include "nrb/ballastproc.h"

#include "nrb/ballast.h"
#include "nrb/diag.h"
#include "nrb/placement.h"
#include "tree.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HELD = 5 << 20, BELOW = 1 << 20 };

/* What it does in its own process. */
static enum { TAKES, FAILS, DIES, HANGS } what;
static int added, looks;

int __wrap_nrb_ballast_take(const struct nrb_root *root, struct nrb_ballast *ballast);
int __wrap_nrb_ballast_take(const struct nrb_root *root, struct nrb_ballast *ballast)
{
	(void)root;
	switch (what) {
	case FAILS:
		return nrb_fail(-EPERM, "cannot lock");
	case DIES:
		raise(SIGKILL);
		break;
	case HANGS:
		pause();
		break;
	case TAKES:
		break;
	}
	assert_true(nrb_idset_count(&ballast->cpus) > 0);
	*ballast->progress += HELD;
	ballast->len = HELD * (size_t)(ballast->node + 1);
	ballast->below_bytes = BELOW;
	return 0;
}

int __wrap_nrb_guard_add_process(struct nrb_guard *guard, pid_t pid);
int __wrap_nrb_guard_add_process(struct nrb_guard *guard, pid_t pid)
{
	(void)guard;
	added = pid;
	return 0;
}

int __wrap_nrb_placement_pin(const struct nrb_idset *cpus);
int __wrap_nrb_placement_pin(const struct nrb_idset *cpus)
{
	return nrb_idset_count(cpus) > 0 ? 0 : -EINVAL;
}

/* Looks pass a hundred times as fast. */
int __real_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	looks++;
	return __real_poll(fds, n, timeout > 0 ? 1 + (what == TAKES) * 98 : timeout);
}

static struct nrb_topology_node nodes[2] = { { .node = 0 }, { .node = 1 } };
static struct nrb_topology topology = { .n_nodes = 2, .nodes = nodes };
static struct nrb_plan plan;
static struct nrb_ballastproc proc;
static int signals[2];

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	nrb_diag_set_muted(true);
	nrb_diag_reset();
	nrb_idset_clear(&topology.allowed_cpus);
	nrb_idset_add(&topology.allowed_cpus, 0);
	nodes[0].cpus = topology.allowed_cpus; /* node 1 has none */
	plan = (struct nrb_plan){ .n_ballasts = 2,
		.ballasts = { { 0, 100 << 20, HELD }, { 1, 100 << 20, 2 * HELD } } };
	assert_int_equal(pipe(signals), 0);
	proc = (struct nrb_ballastproc){ .root = &tree->root,
		.plan = &plan,
		.topology = &topology,
		.signal_fd = signals[0],
		.fd = -1 };
	what = TAKES;
	added = looks = 0;
	return rc;
}

static int teardown(void **state)
{
	nrb_ballastproc_kill(&proc);
	assert_int_equal(nrb_ballastproc_finish(&proc), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
	close(signals[0]);
	close(signals[1]);
	return tree_teardown(state);
}

static void test_it_holds(void **state)
{
	int signal = 0;

	(void)state;
	assert_int_equal(nrb_ballastproc_start(&proc, &signal), 0);
	assert_int_equal(added, proc.pid);
	assert_int_equal(nrb_ballastproc_held(&proc, 0), HELD);
	assert_int_equal(nrb_ballastproc_held(&proc, 1), 2 * HELD);
	assert_int_equal(nrb_ballastproc_held(&proc, 2), NRB_ABSENT);
	assert_int_equal(nrb_ballastproc_check(&proc), 0);
}

static void test_none_is_asked_for(void **state)
{
	int signal = 0;

	(void)state;
	plan.n_ballasts = 0;
	assert_int_equal(nrb_ballastproc_start(&proc, &signal), 0);
	assert_int_equal(proc.pid, 0);
	assert_int_equal(nrb_ballastproc_check(&proc), 0);
	assert_int_equal(nrb_ballastproc_held(&proc, 0), NRB_ABSENT);
}

/* Whoever kills it: the run must not go on. */
static void test_a_dead_one_is_seen(void **state)
{
	int signal = 0, rc;

	(void)state;
	plan.n_ballasts = 1;
	assert_int_equal(nrb_ballastproc_start(&proc, &signal), 0);
	kill(proc.pid, SIGKILL);
	while ((rc = nrb_ballastproc_check(&proc)) == 0) {
		usleep(1000);
	}
	assert_int_equal(rc, -EOWNERDEAD);
	assert_int_equal(nrb_diag_exit(rc), NRB_EXIT_FAILED);
	assert_non_null(strstr(nrb_diag_message(), "of node 0 died"));
	assert_non_null(strstr(nrb_diag_message(), "no longer what the plan says"));
}

static void test_failures(void **state)
{
	int signal = 0;

	(void)state;
	what = FAILS;
	assert_int_equal(nrb_ballastproc_start(&proc, &signal), -EPERM);
	assert_string_equal(nrb_diag_message(), "cannot lock: Operation not permitted");
	nrb_ballastproc_kill(&proc);
	assert_int_equal(nrb_ballastproc_finish(&proc), 0);
	what = DIES;
	nrb_diag_reset();
	assert_int_equal(nrb_ballastproc_start(&proc, &signal), -EOWNERDEAD);
	assert_non_null(strstr(nrb_diag_message(), "takes up free memory"));
	nrb_ballastproc_kill(&proc);
	assert_int_equal(nrb_ballastproc_finish(&proc), 0);
	what = HANGS;
	nrb_diag_reset();
	assert_int_equal(nrb_ballastproc_start(&proc, &signal), -ETIME);
	assert_non_null(strstr(nrb_diag_message(), "does not get on"));
}

static void test_a_signal_ends_the_wait(void **state)
{
	const struct signalfd_siginfo info = { .ssi_signo = SIGINT };
	int signal = 0;

	(void)state;
	what = HANGS;
	assert_int_equal(write(signals[1], &info, sizeof(info)), sizeof(info));
	assert_int_equal(nrb_ballastproc_start(&proc, &signal), -EINTR);
	assert_int_equal(signal, SIGINT);
	assert_true(looks < 10);
}

#define PROC_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROC_TEST(test_it_holds),
		PROC_TEST(test_none_is_asked_for),
		PROC_TEST(test_a_dead_one_is_seen),
		PROC_TEST(test_failures),
		PROC_TEST(test_a_signal_ends_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
