/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan is told of a machine's swap, trigger and knob. */
#include "nrb/machine.h"

#include "tree.h"

#include "nrb/units.h"

#include <fcntl.h>
#include <unistd.h>

/* A copy of a recorded machine, to be changed. */
static int setup(void **state)
{
	char command[1200];
	int rc = tree_setup(state);
	struct tree *tree = *state;

	assert_non_null(getenv("NRB_TESTS"));
	snprintf(command, sizeof(command), "cp -r '%s/fixtures/%s/.' '%s'",
		getenv("NRB_TESTS"), "two-nodes", tree->dir);
	return rc < 0 ? rc : system(command);
}

static struct nrb_machine read_machine(const struct tree *tree)
{
	struct nrb_machine machine;

	if (nrb_machine_read(&machine, &tree->root) < 0) {
		fail_msg("%s", nrb_diag_message());
	}
	return machine;
}

static void test_swap(void **state)
{
	static const struct {
		const char *swaps, *device;
		bool has;
	} cases[] = {
		{ "Filename Type\n", "", false },
		{ "Filename Type\n/dev/vdb p 1 0 -2\n", "/dev/vdb", true },
		{ "Filename Type\n/dev/vdb p 1 0 -2\n/dev/vdc p 1 0 -3\n", "", true },
		{ "Filename Type\n/a\\040file f 1 0 -2\n", "", true },
	};
	struct tree *tree = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nrb_machine machine;

		tree_write(tree, "proc/swaps", cases[i].swaps);
		machine = read_machine(tree);
		assert_string_equal(machine.swap, cases[i].device);
		assert_int_equal(machine.has_swap, cases[i].has);
		nrb_machine_finish(&machine);
	}
}

static void test_what_the_kernel_has(void **state)
{
	struct tree *tree = *state;
	struct nrb_machine machine = read_machine(tree);

	assert_false(machine.can_trim);
	assert_true(machine.has_boost);
	nrb_machine_finish(&machine);
	tree_write(tree, "sys/devices/system/node/node0/reclaim", "");
	assert_int_equal(
		unlinkat(tree->root.fd, "proc/sys/vm/watermark_boost_factor", 0), 0);
	machine = read_machine(tree);
	assert_true(machine.can_trim);
	assert_false(machine.has_boost);
	nrb_machine_finish(&machine);
}

static void test_guest(void **state)
{
	struct tree *tree = *state;
	struct nrb_machine machine = read_machine(tree);

	assert_false(machine.can_swap);
	nrb_machine_finish(&machine);
	tree_write(tree, "nrb/command", "");
	machine = read_machine(tree);
	assert_true(machine.can_swap);
	nrb_machine_finish(&machine);
}

static void test_knob(void **state)
{
	struct tree *tree = *state;
	struct nrb_machine machine;

	tree_write(tree, "proc/sys/vm/zone_reclaim_mode", "255\n");
	machine = read_machine(tree);
	assert_int_equal(machine.found_mode, 255);
	nrb_machine_finish(&machine);
	assert_int_equal(unlinkat(tree->root.fd, "proc/sys/vm/zone_reclaim_mode", 0), 0);
	machine = read_machine(tree);
	assert_int_equal(machine.found_mode, NRB_ABSENT);
	nrb_machine_finish(&machine);
}

int main(void)
{
#define COPY_TEST(test) cmocka_unit_test_setup_teardown(test, setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		COPY_TEST(test_swap),
		COPY_TEST(test_what_the_kernel_has),
		COPY_TEST(test_guest),
		COPY_TEST(test_knob),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
