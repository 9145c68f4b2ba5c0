/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which process keeps which capabilities: what the table says, and what the kernel says then. */
#include "nrb/rights.h"

#include "tree.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	EVERY_NEED =
		NRB_RIGHTS_ADMIN | NRB_RIGHTS_CPUSET | NRB_RIGHTS_SERVED | NRB_RIGHTS_RING
};

static uint64_t mask_of(enum nrb_role role, unsigned int needs)
{
	int keep[NRB_MAX_RIGHTS];
	uint64_t mask = 0;

	nrb_rights_of(role, needs, keep);
	for (int *cap = keep; *cap >= 0; cap++) {
		mask |= UINT64_C(1) << *cap;
	}
	return mask;
}

#define CAP(name) (UINT64_C(1) << CAP_##name)

/* clang-format off */
static const struct {
	enum nrb_role role;
	uint64_t always, at_most; /* without any need, and with every one */
} wanted[NRB_N_ROLES] = {
	{ NRB_ROLE_PARENT, CAP(IPC_LOCK), CAP(IPC_LOCK) | CAP(SYS_ADMIN) | CAP(DAC_OVERRIDE) | CAP(FOWNER) },
	{ NRB_ROLE_GUARD, 0, CAP(SYS_ADMIN) | CAP(DAC_OVERRIDE) },
	{ NRB_ROLE_CHILD, 0, CAP(DAC_OVERRIDE) | CAP(FOWNER) },
	{ NRB_ROLE_HOLDER, CAP(IPC_LOCK), CAP(IPC_LOCK) },
	{ NRB_ROLE_BALLAST, CAP(IPC_LOCK), CAP(IPC_LOCK) },
	{ NRB_ROLE_BALLAST_HELD, 0, 0 },
	{ NRB_ROLE_WRITER, CAP(DAC_OVERRIDE), CAP(DAC_OVERRIDE) },
	{ NRB_ROLE_RESTORE, CAP(SYS_ADMIN) | CAP(DAC_OVERRIDE), CAP(SYS_ADMIN) | CAP(DAC_OVERRIDE) },
	{ NRB_ROLE_CHECK, CAP(IPC_LOCK) | CAP(DAC_READ_SEARCH), CAP(IPC_LOCK) | CAP(DAC_READ_SEARCH) | CAP(NET_RAW) },
	{ NRB_ROLE_WATCH, 0, 0 },
	{ NRB_ROLE_READER, CAP(DAC_OVERRIDE), CAP(DAC_OVERRIDE) },
	{ NRB_ROLE_REHEARSE, CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH), CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH) },
	{ NRB_ROLE_SCRIPT, CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH), CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH) },
	{ NRB_ROLE_QEMU, CAP(DAC_READ_SEARCH), CAP(DAC_READ_SEARCH) },
};
/* clang-format on */

static void test_as_few_as_can_be(void **state)
{
	(void)state;
	for (int i = 0; i < NRB_N_ROLES; i++) {
		assert_int_equal(wanted[i].role, i);
		assert_true(mask_of(i, 0) == wanted[i].always);
		assert_true(mask_of(i, EVERY_NEED) == wanted[i].at_most);
		assert_non_null(nrb_role_name(i));
	}
	assert_true(mask_of(NRB_ROLE_PARENT, NRB_RIGHTS_CPUSET) ==
		    (CAP(IPC_LOCK) | CAP(DAC_OVERRIDE)));
	assert_true(mask_of(NRB_ROLE_GUARD, NRB_RIGHTS_ADMIN) == CAP(SYS_ADMIN));
}

/* A child cannot be given what its parent has not, nor asked where its pages are. */
static void test_a_parent_has_what_its_children_keep(void **state)
{
	static const enum nrb_role children[] = { NRB_ROLE_GUARD, NRB_ROLE_CHILD,
		NRB_ROLE_HOLDER };

	(void)state;
	for (unsigned int needs = 0; needs <= EVERY_NEED; needs++) {
		uint64_t parent = mask_of(NRB_ROLE_PARENT, needs);

		for (size_t i = 0; i < sizeof(children) / sizeof(children[0]); i++) {
			assert_true((mask_of(children[i], needs) & ~parent) == 0);
		}
	}
}

static void test_every_row_has_a_reason(void **state)
{
	(void)state;
	for (const struct nrb_right *row = nrb_right_table; row->name != NULL; row++) {
		assert_true(row->roles != 0 && row->roles < 1u << NRB_N_ROLES);
		assert_true(strlen(row->why) > 8);
		assert_int_equal(strncmp(row->name, "CAP_", 4), 0);
	}
}

static uint64_t effective(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	return syscall(SYS_capget, &head, data) < 0
		       ? ~UINT64_C(0)
		       : data[0].effective | (uint64_t)data[1].effective << 32;
}

static bool bounding_is(uint64_t mask, bool may_drop)
{
	for (int cap = 0; may_drop && prctl(PR_CAPBSET_READ, cap) >= 0; cap++) {
		if (prctl(PR_CAPBSET_READ, cap) != (int)(mask >> cap & 1)) {
			return false;
		}
	}
	return true;
}

static bool limits_to(enum nrb_role role)
{
	uint64_t before = effective();
	uint64_t mask = mask_of(role, NRB_RIGHTS_ADMIN);
	bool starts = role >= NRB_ROLE_REHEARSE;
	struct nrb_root live;

	nrb_rights_declare(NRB_RIGHTS_ADMIN);
	return nrb_fsroot_open(&live, "/") == 0 && nrb_rights_limit(&live, role) == 0 &&
	       effective() == (before & mask) &&
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
	       bounding_is(starts ? mask : 0, (before & CAP(SETPCAP)) != 0);
}

static void test_the_kernel_agrees(void **state)
{
	(void)state;
	for (int role = 0; role < NRB_N_ROLES; role++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			_exit(limits_to((enum nrb_role)role) ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static void test_a_recorded_machine_asks_for_nothing(void **state)
{
	struct tree *tree = *state;
	uint64_t before = effective();

	assert_int_equal(nrb_rights_limit(&tree->root, NRB_ROLE_BALLAST_HELD), 0);
	assert_true(effective() == before);
	assert_int_equal(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_few_as_can_be),
		cmocka_unit_test(test_a_parent_has_what_its_children_keep),
		cmocka_unit_test(test_every_row_has_a_reason),
		cmocka_unit_test(test_the_kernel_agrees),
		cmocka_unit_test_setup_teardown(test_a_recorded_machine_asks_for_nothing,
			tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
