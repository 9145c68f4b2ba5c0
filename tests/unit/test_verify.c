/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A prediction beside what a machine, that is played here, gives. */
#include "nrb/verify.h"

#include "nrb/counters.h"
#include "nrb/diag.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* What the machine does. */
static struct {
	int node;
	bool whole;
	int rc;
	int64_t success, failed, scanned,
		stalls; /* that the block adds; absent: not counted */
	int n_taken, n_counters, n_policies;
	enum nrb_policy policy; /* set last */
} machine;

int __wrap_nrb_nextpage_open(
	struct nrb_nextpage *next, const struct nrb_nextpage_ask *ask);
int __wrap_nrb_nextpage_take(struct nrb_nextpage *next, int *node, bool *whole);
int __wrap_nrb_placement_set_policy(
	enum nrb_policy policy, const struct nrb_idset *nodes);
int __wrap_nrb_counters_read(const struct nrb_root *root, struct nrb_counters *counters);
int __real_nrb_counters_read(const struct nrb_root *root, struct nrb_counters *counters);

int __wrap_nrb_nextpage_open(
	struct nrb_nextpage *next, const struct nrb_nextpage_ask *ask)
{
	*next = (struct nrb_nextpage){ .ask = *ask, .fd = -1 };
	return 0;
}

int __wrap_nrb_nextpage_take(struct nrb_nextpage *next, int *node, bool *whole)
{
	(void)next;
	machine.n_taken++;
	*node = machine.node;
	*whole = machine.whole;
	return machine.rc;
}

int __wrap_nrb_placement_set_policy(enum nrb_policy policy, const struct nrb_idset *nodes)
{
	(void)nodes;
	machine.n_policies++;
	machine.policy = policy;
	return 0;
}

static int64_t plus(int64_t value, int64_t more)
{
	return more == NRB_ABSENT ? NRB_ABSENT : (value == NRB_ABSENT ? 0 : value) + more;
}

/* Readings after the block have more than those before. */
int __wrap_nrb_counters_read(const struct nrb_root *root, struct nrb_counters *counters)
{
	int rc = __real_nrb_counters_read(root, counters);
	int64_t *v = counters->v, times = machine.n_taken > 0;

	v[NRB_ZONE_RECLAIM_SUCCESS] = plus(v[NRB_ZONE_RECLAIM_SUCCESS],
		machine.success == NRB_ABSENT ? NRB_ABSENT : times * machine.success);
	v[NRB_ZONE_RECLAIM_FAILED] =
		plus(v[NRB_ZONE_RECLAIM_FAILED], times * machine.failed);
	v[NRB_PGSCAN_DIRECT] = plus(v[NRB_PGSCAN_DIRECT], times * machine.scanned);
	v[NRB_ALLOCSTALL] = plus(v[NRB_ALLOCSTALL], times * machine.stalls);
	return rc;
}

static struct nrb_root fixture(const char *name)
{
	struct nrb_root root;
	char path[512];

	snprintf(path, sizeof(path), "%s/fixtures/%s", getenv("NRB_TESTS"), name);
	assert_int_equal(nrb_fsroot_open(&root, path), 0);
	return root;
}

static const struct nrb_request plain = { .cpu = -1,
	.cpu_node = 0,
	.node = 0,
	.policy = NRB_ARM_LOCAL,
	.gfp = NRB_GFP_MOVABLE };

/* Fixtures have room on node 0, and node reclaim is off. */
static struct nrb_verified verify(
	const char *machine_name, const struct nrb_request *request)
{
	struct nrb_root root = fixture(machine_name);
	struct nrb_verifier verifier;
	struct nrb_verified verified;

	assert_int_equal(nrb_verify_open(&verifier, &root, request, "."), 0);
	assert_true(verifier.request.cpu >= 0);
	assert_int_equal(nrb_verify_once(&verifier, &verified), 0);
	nrb_verify_close(&verifier);
	nrb_fsroot_close(&root);
	return verified;
}

static int play(void **state)
{
	(void)state;
	machine = (typeof(machine)){ .whole = true };
	return 0;
}

static void the_node_is_compared(void **state)
{
	struct nrb_verified verified = verify("two-nodes", &plain);

	(void)state;
	assert_true(verified.is_steady);
	assert_int_equal(verified.walk.node, 0);
	assert_true(verified.node_is_right && verified.reclaim_is_right);
	assert_int_equal(verified.ran, NRB_RAN_NOT);
	nrb_verify_finish(&verified);
	machine.node = 1;
	verified = verify("two-nodes", &plain);
	assert_false(verified.node_is_right);
	nrb_verify_finish(&verified);
}

static void what_came_in_pieces_is_no_block(void **state)
{
	struct nrb_request huge = plain;
	struct nrb_verified verified;

	(void)state;
	huge.order = NRB_NEXTPAGE_HUGE_ORDER;
	huge.is_advised = true;
	machine.whole = false;
	verified = verify("two-nodes", &huge);
	assert_int_equal(
		verified.node_is_right, verified.walk.outcome == NRB_OUTCOME_SMALL);
	nrb_verify_finish(&verified);
}

static void reclaim_is_told_by_its_counters(void **state)
{
	struct nrb_verified verified;

	(void)state;
	machine.failed = 1;
	verified = verify("kernel-7.3", &plain);
	assert_int_equal(verified.ran, NRB_RAN);
	assert_false(verified.reclaim_is_right);
	nrb_verify_finish(&verified);
	machine.failed = 0;
	machine.n_taken = 0;
	machine.success = 2;
	verified = verify("kernel-7.3", &plain);
	assert_int_equal(verified.ran, NRB_RAN);
	nrb_verify_finish(&verified);
}

/* 6.1 does not count successes: scans that stalled nobody are told. */
static void a_success_that_is_not_counted(void **state)
{
	struct nrb_verified verified;

	(void)state;
	machine.success = NRB_ABSENT;
	machine.scanned = 32;
	verified = verify("kernel-6.1", &plain);
	assert_int_equal(verified.ran, NRB_RAN);
	nrb_verify_finish(&verified);
	machine.n_taken = 0;
	machine.stalls = 1;
	verified = verify("kernel-6.1", &plain);
	assert_int_equal(verified.ran, NRB_RAN_UNKNOWN);
	assert_true(verified.reclaim_is_right); /* nothing is known against it */
	nrb_verify_finish(&verified);
}

/* Its own memory is another node's while it reads, on a machine that has one. */
static void reading_is_done_elsewhere(void **state)
{
	struct nrb_verified verified = verify("two-nodes", &plain);

	(void)state;
	assert_int_equal(machine.policy, NRB_POLICY_PREFERRED);
	nrb_verify_finish(&verified);
	machine.n_policies = 0;
	machine.n_taken = 0;
	verified = verify("one-node", &plain);
	assert_int_equal(machine.n_policies, 0);
	nrb_verify_finish(&verified);
}

static enum nrb_verify_ran seen(void *arg, bool begin)
{
	int *calls = arg;

	*calls += begin ? 1 : 100;
	return begin ? NRB_RAN_UNKNOWN : NRB_RAN;
}

static void who_sees_better_is_asked(void **state)
{
	struct nrb_root root = fixture("two-nodes");
	struct nrb_verifier verifier;
	struct nrb_verified verified;
	int calls = 0;

	(void)state;
	assert_int_equal(nrb_verify_open(&verifier, &root, &plain, "."), 0);
	verifier.watch = seen;
	verifier.arg = &calls;
	assert_int_equal(nrb_verify_once(&verifier, &verified), 0);
	assert_int_equal(calls, 101);
	assert_int_equal(verified.ran, NRB_RAN);
	nrb_verify_finish(&verified);
	machine.rc = -EIO;
	assert_int_equal(nrb_verify_once(&verifier, &verified), -EIO);
	nrb_verify_close(&verifier);
	nrb_fsroot_close(&root);
}

static void what_no_program_can_ask_for(void **state)
{
	struct nrb_request request = plain;

	(void)state;
	nrb_diag_set_muted(true);
	assert_int_equal(nrb_verify_check(&request), 0);
	request.gfp = NRB_GFP_ATOMIC;
	assert_int_equal(nrb_verify_check(&request), -ECANCELED);
	request = plain;
	request.policy = NRB_ARM_INTERLEAVE;
	assert_int_equal(nrb_verify_check(&request), -ECANCELED);
	request.policy = NRB_ARM_CPUSET;
	assert_int_equal(nrb_verify_check(&request), -ECANCELED);
	request = plain;
	request.order = 3;
	assert_int_equal(nrb_verify_check(&request), -ECANCELED);
	request.gfp = NRB_GFP_KERNEL;
	assert_int_equal(nrb_verify_check(&request), 0);
	request.gfp = NRB_GFP_DIRTY_WRITE;
	assert_int_equal(nrb_verify_check(&request), -ECANCELED);
	assert_int_equal(nrb_diag_exit(-ECANCELED), NRB_EXIT_USAGE);
	nrb_diag_reset();
	nrb_diag_set_muted(false);
}

static void a_tally_counts_what_is_known(void **state)
{
	struct nrb_verify_tally tally = { 0 };
	struct nrb_verified verified = {
		.node_is_right = true, .reclaim_is_right = true, .ran = NRB_RAN_UNKNOWN
	};

	(void)state;
	nrb_verify_tally_add(&tally, &verified);
	verified.ran = NRB_RAN;
	nrb_verify_tally_add(&tally, &verified);
	verified.node_is_right = false;
	verified.reclaim_is_right = false;
	nrb_verify_tally_add(&tally, &verified);
	assert_int_equal(tally.n, 3);
	assert_int_equal(tally.node_right, 2);
	assert_int_equal(tally.reclaim_known, 2);
	assert_int_equal(tally.reclaim_right, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_node_is_compared, play),
		cmocka_unit_test_setup(what_came_in_pieces_is_no_block, play),
		cmocka_unit_test_setup(reclaim_is_told_by_its_counters, play),
		cmocka_unit_test_setup(a_success_that_is_not_counted, play),
		cmocka_unit_test_setup(reading_is_done_elsewhere, play),
		cmocka_unit_test_setup(who_sees_better_is_asked, play),
		cmocka_unit_test_setup(what_no_program_can_ask_for, play),
		cmocka_unit_test_setup(a_tally_counts_what_is_known, play),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
