/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a run asks too much of a machine. The test moves the clock. */
#include "nrb/pressure.h"

#include "tree.h"

#include <errno.h>
#include <time.h>

enum { MS = 1000000 };

static uint64_t now_ns = 1000000000000;

int __wrap_clock_gettime(clockid_t id, struct timespec *t);
int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	t->tv_sec = (time_t)(now_ns / 1000000000);
	t->tv_nsec = (long)(now_ns % 1000000000);
	return 0;
}

static void set_psi(const struct tree *tree, int64_t full_us)
{
	char text[256];

	snprintf(text, sizeof(text),
		"some avg10=0.00 avg60=0.00 avg300=0.00 total=999999999\n"
		"full avg10=0.00 avg60=0.00 avg300=0.00 total=%lld\n",
		(long long)full_us);
	tree_write(tree, "proc/pressure/memory", text);
}

static void test_settling_under_pressure(void **state)
{
	static const struct {
		int ms, full_us, rc;
	} rows[] = {
		{ 1000, 0, 0 }, { 1000, 100000, 0 }, /* 10 %, the limit */
		{ 1000, 101000, -EBUSY },            /* above */
		{ 30000, 2000000, 0 }, { 30000, 4000000, -EBUSY },
		{ 150, 100000, 0 }, /* too short to judge */
	};
	struct tree *tree = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nrb_pressure pressure = { 0 };

		nrb_diag_reset();
		set_psi(tree, 5000000); /* since boot: not ours */
		nrb_pressure_begin_settle(&pressure, &tree->root);
		now_ns += (uint64_t)rows[i].ms * MS;
		set_psi(tree, 5000000 + rows[i].full_us);
		assert_int_equal(
			nrb_pressure_end_settle(&pressure, &tree->root), rows[i].rc);
		assert_int_equal(nrb_diag_message()[0] != '\0', rows[i].rc < 0);
		assert_int_equal(nrb_diag_exit(rows[i].rc),
			rows[i].rc < 0 ? NRB_EXIT_FAILED : NRB_EXIT_OK);
	}
}

static void test_no_settle_phase_no_judgement(void **state)
{
	struct nrb_pressure pressure = { 0 };
	struct tree *tree = *state;

	set_psi(tree, 5000000);
	assert_int_equal(nrb_pressure_end_settle(&pressure, &tree->root), 0);
}

static void test_a_kernel_without_psi(void **state)
{
	struct nrb_pressure pressure = { 0 };
	struct tree *tree = *state;

	nrb_pressure_begin_settle(&pressure, &tree->root);
	now_ns += 5000ull * MS;
	assert_int_equal(nrb_pressure_end_settle(&pressure, &tree->root), 0);
	set_psi(tree, 5000000); /* appears: there is no value to compare with */
	assert_int_equal(nrb_pressure_end_settle(&pressure, &tree->root), 0);
}

/* Ten looks a second for some seconds, with so many pages swapped in and of these faulted by ours
 * in each second. */
static int swap_in(struct nrb_pressure *pressure, const struct tree *tree, int seconds,
	int pages, int ours)
{
	static int64_t pswpin = 1000000, faults;
	char text[64];
	int rc = 0;

	for (int i = 0; i < seconds * 10 && rc == 0; i++) {
		now_ns += 100ull * MS;
		pswpin += pages / 10;
		faults += ours / 10;
		snprintf(text, sizeof(text), "pswpin %lld\n", (long long)pswpin);
		tree_write(tree, "proc/vmstat", text);
		rc = nrb_pressure_look_swap(pressure, &tree->root, faults);
	}
	return rc;
}

static void test_sustained_swap_in_stops_a_run(void **state)
{
	struct nrb_pressure pressure = { 0 };

	assert_int_equal(swap_in(&pressure, *state, 20, 1000, 0), 0);
	for (int i = 0; i < 5; i++) { /* much, but not three seconds running */
		assert_int_equal(swap_in(&pressure, *state, 1, 5000, 0), 0);
		assert_int_equal(swap_in(&pressure, *state, 2, 0, 0), 0);
	}
	assert_int_equal(swap_in(&pressure, *state, 4, 5000, 0), -EBUSY);
	assert_int_equal(nrb_diag_exit(-EBUSY), NRB_EXIT_FAILED);
	assert_non_null(strstr(nrb_diag_message(), "swaps in"));
}

static void test_our_own_faults_do_not_count(void **state)
{
	struct nrb_pressure pressure = { 0 };

	assert_int_equal(swap_in(&pressure, *state, 20, 5000, 4500), 0);
	assert_int_equal(swap_in(&pressure, *state, 20, 5000, 3500), -EBUSY);
}

static void test_a_kernel_without_swap(void **state)
{
	struct nrb_pressure pressure = { 0 };
	struct tree *tree = *state;

	tree_write(tree, "proc/vmstat", "pgfault 5\n");
	for (int i = 0; i < 10; i++) {
		now_ns += 1000ull * MS;
		assert_int_equal(nrb_pressure_look_swap(&pressure, &tree->root, 0), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_settling_under_pressure),
		TREE_TEST(test_no_settle_phase_no_judgement),
		TREE_TEST(test_a_kernel_without_psi),
		TREE_TEST(test_sustained_swap_in_stops_a_run),
		TREE_TEST(test_our_own_faults_do_not_count),
		TREE_TEST(test_a_kernel_without_swap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
