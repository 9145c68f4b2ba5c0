/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parent sets and counts, in which order, and what it undoes; settings are only noted. */
#include "nrb/cellphases.h"

#include "nrb/armsettings.h"
#include "nrb/cpusetgroup.h"
#include "nrb/scenarios.h"
#include "nrb/settings.h"
#include "nrb/zones.h"
#include "tree.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

static struct nrb_shared *shared;
static struct nrb_topology_node nodes[2] = { { .node = 0, .memory_bytes = 1 },
	{ .node = 3, .memory_bytes = 1 } };
static const struct nrb_topology topology = { .n_nodes = 2, .nodes = nodes };
static const struct nrb_variant plain = { .name = "" },
				swapping = { .name = "s", .needs = NRB_USES_SWAP },
				loading = { .name = "l", .needs = NRB_NEEDS_LOAD };
static struct nrb_cell cell;
static struct nrb_cellphases phases;
static const struct tree *machine;

/* -- what is replaced: a word for each act -- */

static char acts[128];
static int settings_rc, group_rc, trim_rc;
static int64_t trimmed, last_trimmed, kswapd_pages;
static int n_frees, frees_kb[2]; /* MemFree after each of the trims */
static int n_trims;
static int piece_kb; /* instead: freed by each, if not 0 */
static int node_free_kb;
static int signal_pipe[2];
static int signal_after; /* so many trims; 0: none comes */
static time_t now_s;
static int trim_s; /* that a trim takes */
static bool is_foreign;
static struct nrb_swaptrace swaptrace;
static struct nrb_reclaimstalls stalls;

static void act(const char *what)
{
	size_t used = strlen(acts);

	snprintf(acts + used, sizeof(acts) - used, "%s%s", used > 0 ? " " : "", what);
}

int __wrap_nrb_guard_check(struct nrb_guard *guard);
int __wrap_nrb_guard_check(struct nrb_guard *guard)
{
	(void)guard;
	return 0;
}

int __wrap_nrb_guard_set(struct nrb_guard *guard, const char *name, const char *value);
int __wrap_nrb_guard_set(struct nrb_guard *guard, const char *name, const char *value)
{
	(void)guard;
	assert_string_equal(name, "vm.zone_reclaim_mode");
	act(value);
	return 0;
}

int __wrap_nrb_armsettings_apply(struct nrb_guard *guard, const struct nrb_arm *arm,
	const char *swap, char *why, size_t why_len);
int __wrap_nrb_armsettings_apply(struct nrb_guard *guard, const struct nrb_arm *arm,
	const char *swap, char *why, size_t why_len)
{
	(void)guard;
	assert_ptr_equal(arm, &cell.arm);
	assert_string_equal(swap, "/dev/vdb");
	act("set");
	snprintf(why, why_len, "no such setting");
	return settings_rc;
}

int __wrap_nrb_armsettings_undo(struct nrb_guard *guard, const struct nrb_arm *arm);
int __wrap_nrb_armsettings_undo(struct nrb_guard *guard, const struct nrb_arm *arm)
{
	(void)guard;
	(void)arm;
	act("unset");
	return 0;
}

int __wrap_nrb_cpusetgroup_make(const struct nrb_root *root, const struct nrb_idset *mems,
	char *why, size_t why_len);
int __wrap_nrb_cpusetgroup_make(const struct nrb_root *root, const struct nrb_idset *mems,
	char *why, size_t why_len)
{
	(void)root;
	assert_false(nrb_idset_has(mems, cell.arm.node));
	assert_int_equal(nrb_idset_count(mems), 1);
	act("group");
	snprintf(why, why_len, "no cgroup");
	return group_rc;
}

void __wrap_nrb_cpusetgroup_remove(const struct nrb_root *root);
void __wrap_nrb_cpusetgroup_remove(const struct nrb_root *root)
{
	(void)root;
	act("ungroup");
}

int64_t __wrap_nrb_swaptrace_count(const struct nrb_swaptrace *trace, int node);
int64_t __wrap_nrb_swaptrace_count(const struct nrb_swaptrace *trace, int node)
{
	assert_ptr_equal(trace, &swaptrace);
	assert_int_equal(node, 3);
	return kswapd_pages;
}

bool __wrap_nrb_guard_is_foreign(struct nrb_guard *guard, const char *name);
bool __wrap_nrb_guard_is_foreign(struct nrb_guard *guard, const char *name)
{
	(void)guard;
	assert_string_equal(name, "vm.zone_reclaim_mode");
	return is_foreign;
}

int __wrap_clock_gettime(clockid_t id, struct timespec *time);
int __wrap_clock_gettime(clockid_t id, struct timespec *time)
{
	(void)id;
	*time = (struct timespec){ .tv_sec = now_s };
	return 0;
}

static void write_node(int node, int free_kb)
{
	char path[64], text[128];

	snprintf(path, sizeof(path), "sys/devices/system/node/node%d/meminfo", node);
	snprintf(text, sizeof(text),
		"Node %d MemTotal: 900000 kB\nNode %d MemFree: %d kB\n", node, node,
		free_kb);
	tree_write(machine, path, text);
	snprintf(path, sizeof(path), "sys/devices/system/node/node%d/numastat", node);
	tree_write(machine, path, "numa_hit 1\n");
}

int __wrap_nrb_setting_trim_node(const struct nrb_root *root, int node, int64_t bytes);
int __wrap_nrb_setting_trim_node(const struct nrb_root *root, int node, int64_t bytes)
{
	(void)root;
	assert_int_equal(node, 3);
	trimmed = trimmed == 0 ? bytes : trimmed;
	last_trimmed = bytes;
	act("trim");
	n_trims++;
	now_s += trim_s;
	if (n_trims == signal_after) {
		assert_int_equal(write(signal_pipe[1], "s", 1), 1);
	}
	if (piece_kb > 0) {
		node_free_kb += piece_kb;
		write_node(3, node_free_kb);
	} else if (n_frees < 2) {
		write_node(3, frees_kb[n_frees++]);
	}
	return trim_rc;
}

/* -- the cell -- */

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	machine = tree;
	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	shared->sample.alloc_bytes = 100 << 20;
	acts[0] = '\0';
	settings_rc = group_rc = trim_rc = 0;
	trimmed = last_trimmed = n_frees = n_trims = 0;
	piece_kb = signal_after = trim_s = 0;
	node_free_kb = 1000;
	now_s = 1;
	is_foreign = false;
	assert_int_equal(pipe(signal_pipe), 0);
	frees_kb[0] = frees_kb[1] = 900000;
	cell = (struct nrb_cell){ .root = &tree->root,
		.topology = &topology,
		.shared = shared,
		.file = -1,
		.kswapd_pid = 55,
		.arm = { .scenario = &nrb_scenario_clean,
			.variant = &plain,
			.node = 3,
			.mode = 5 } };
	phases = (struct nrb_cellphases){ .cell = &cell,
		.knob = true,
		.swap = "/dev/vdb",
		.signal_fd = signal_pipe[0],
		.swaptrace = &swaptrace,
		.stalls = &stalls,
		.min_bytes = NRB_ABSENT };
	write_node(0, 1000);
	write_node(3, 1000);
	tree_write(tree, "proc/vmstat", "pgsteal_direct 1\n");
	tree_write(tree, "proc/zoneinfo",
		"Node 3, zone   Normal\n  pages free     700\n        min      100\n"
		"        low      200\n        high     500\n        managed  10000\n");
	return rc;
}

static int teardown(void **state)
{
	free(shared);
	close(signal_pipe[0]);
	close(signal_pipe[1]);
	return tree_teardown(state);
}

static void assert_over(enum nrb_status status, const char *note)
{
	assert_true(phases.over);
	assert_int_equal(shared->sample.status, status);
	assert_string_equal(shared->sample.note, note);
}

static void run_all(void)
{
	assert_int_equal(nrb_cellphases_begin(&phases), 0);
	assert_int_equal(nrb_cellphases_apply(&phases), 0);
	assert_int_equal(nrb_cellphases_count(&phases), 0);
	assert_false(phases.over);
	assert_int_equal(nrb_cellphases_end(&phases), 0);
}

/* -- tests -- */

static void test_settings_before_the_fill_and_the_mode_after(void **state)
{
	(void)state;
	assert_int_equal(nrb_cellphases_begin(&phases), 0);
	assert_string_equal(acts, "0 set");
	run_all();
	assert_string_equal(acts, "0 set 0 set 5 unset");
	assert_int_equal(shared->sample.trim_asked_bytes, NRB_ABSENT);
	assert_int_equal(shared->sample.swapout_kswapd_pages, NRB_ABSENT);
	assert_int_equal(phases.min_bytes, 100 * nrb_zones_page_bytes());
	assert_int_equal(shared->sample.counters.v[NRB_PGSTEAL_DIRECT], 0);
}

static void test_a_kernel_without_the_knob(void **state)
{
	(void)state;
	phases.knob = false;
	cell.arm.mode = -1;
	run_all();
	assert_string_equal(acts, "set unset");
}

static void test_a_setting_that_this_kernel_lacks(void **state)
{
	(void)state;
	settings_rc = -EOPNOTSUPP;
	cell.arm.policy = NRB_ARM_CPUSET;
	assert_int_equal(nrb_cellphases_begin(&phases), 0);
	assert_over(NRB_STATUS_UNSUPPORTED, "no such setting");
	assert_int_equal(nrb_cellphases_end(&phases), 0);
	assert_string_equal(acts, "0 set"); /* it undid itself */
}

/* What was set before the failure is undone. */
static void test_a_setting_that_fails(void **state)
{
	(void)state;
	settings_rc = -EIO;
	assert_int_equal(nrb_cellphases_begin(&phases), -EIO);
	assert_int_equal(nrb_cellphases_end(&phases), 0);
	assert_string_equal(acts, "0 set unset");
}

static void test_the_group_of_a_cpuset_arm(void **state)
{
	(void)state;
	cell.arm.policy = NRB_ARM_CPUSET;
	run_all();
	assert_string_equal(acts, "0 set group 5 ungroup unset");
}

static void test_a_machine_without_cgroups(void **state)
{
	(void)state;
	cell.arm.policy = NRB_ARM_CPUSET;
	group_rc = -EOPNOTSUPP;
	assert_int_equal(nrb_cellphases_begin(&phases), 0);
	assert_over(NRB_STATUS_UNSUPPORTED, "no cgroup");
	assert_int_equal(nrb_cellphases_end(&phases), 0);
	assert_string_equal(acts, "0 set group unset");
}

static void test_who_swaps_is_counted_where_it_is_the_subject(void **state)
{
	(void)state;
	cell.arm.variant = &swapping;
	kswapd_pages = 100;
	assert_int_equal(nrb_cellphases_begin(&phases), 0);
	assert_int_equal(nrb_cellphases_apply(&phases), 0);
	kswapd_pages = 117;
	assert_int_equal(nrb_cellphases_count(&phases), 0);
	assert_int_equal(nrb_cellphases_end(&phases), 0);
	assert_string_equal(acts, "0 set 5 unset");
	assert_int_equal(shared->sample.swapout_kswapd_pages, 17);
	shared->sample.swapout_kswapd_pages = NRB_ABSENT;
	kswapd_pages = NRB_ABSENT;
	run_all();
	assert_int_equal(shared->sample.swapout_kswapd_pages, NRB_ABSENT);
}

/* As much as is allocated, from LOW back above HIGH, and some. */
static void assert_trim_asked(void)
{
	int64_t most = shared->sample.trim_asked_bytes, page = nrb_zones_page_bytes();

	assert_true(most > (100 << 20) + 300 * page);
	assert_true(most < (100 << 20) + 300 * page + (32 << 20));
}

/* What was logged before is not the mode's doing; where nothing can be read, that is said. */
static void test_failures_are_counted_where_there_is_a_load(void **state)
{
	struct nrb_kernellog log;

	tree_write(*state, "dev/kmsg", "4,1,1,-;page allocation failure\n");
	nrb_kernellog_open(&log, cell.root);
	phases.kernellog = &log;
	assert_int_equal(nrb_cellphases_apply(&phases), 0);
	assert_int_equal(nrb_cellphases_count(&phases), 0);
	assert_int_equal(shared->sample.alloc_failure_lines, NRB_ABSENT);
	cell.arm.variant = &loading;
	assert_int_equal(nrb_cellphases_apply(&phases), 0);
	assert_int_equal(nrb_cellphases_count(&phases), 0);
	assert_int_equal(shared->sample.alloc_failure_lines, 0);
	tree_write(*state, "dev/kmsg",
		"4,1,1,-;page allocation failure\n4,2,1,-;page allocation failure\n");
	assert_int_equal(nrb_cellphases_count(&phases), 0);
	assert_int_equal(shared->sample.alloc_failure_lines, 1);
	nrb_kernellog_close(&log);
	assert_int_equal(nrb_cellphases_count(&phases), 0);
	assert_int_equal(shared->sample.alloc_failure_lines, NRB_ABSENT);
	assert_string_equal(shared->sample.note, "the kernel's log could not be read");
}

static void test_a_trim_makes_room_for_the_allocation(void **state)
{
	(void)state;
	cell.arm.trim = true;
	run_all();
	assert_string_equal(acts, "0 set trim 5 unset");
	assert_trim_asked();
	assert_int_equal(trimmed, 64 << 20);
	assert_int_equal(shared->sample.trim_freed_bytes, 899000 * 1024);
}

/* No write(2) is longer than a piece: who waits in it answers no signal. */
static void test_a_trim_in_pieces(void **state)
{
	(void)state;
	cell.arm.trim = true;
	piece_kb = 64 << 10;
	trim_s = 2;
	run_all();
	assert_string_equal(acts, "0 set trim trim 5 unset");
	assert_int_equal(shared->sample.trim_ns, INT64_C(4000000000));
	assert_int_equal(trimmed, 64 << 20);
	assert_int_equal(last_trimmed, shared->sample.trim_asked_bytes - (64 << 20));
	assert_int_equal(shared->sample.trim_freed_bytes, 128 << 20);
}

/* A trim of a node whose free memory is so much after the first writes, then as setup has it. */
static void trim_anew(int first_kb, int second_kb)
{
	acts[0] = '\0';
	write_node(3, 1000);
	shared->sample.trim_freed_bytes = NRB_ABSENT;
	n_frees = n_trims = 0;
	frees_kb[0] = first_kb;
	frees_kb[1] = second_kb;
	run_all();
}

/* Asked again for what is missing, as long as that helps. */
static void test_a_trim_that_frees_less(void **state)
{
	int enough_kb = frees_kb[1];

	(void)state;
	cell.arm.trim = true;
	trim_anew(5000, enough_kb);
	assert_int_equal(n_trims, 2);
	assert_int_equal(shared->sample.trim_freed_bytes, 899000 * 1024);
	trim_anew(1000, enough_kb); /* per-CPU lists took all of it */
	assert_int_equal(n_trims, 2);
	assert_int_equal(shared->sample.trim_freed_bytes, 899000 * 1024);
	trim_anew(5000, 5000); /* no more to be had */
	assert_string_equal(acts, "0 set trim trim trim trim trim 5 unset");
	assert_int_equal(shared->sample.trim_freed_bytes, 4000 * 1024);
	piece_kb = 1;
	trim_anew(0, 0);
	assert_int_equal(n_trims, 4 * 2); /* two pieces */
}

static void test_a_signal_ends_a_trim(void **state)
{
	(void)state;
	cell.arm.trim = true;
	piece_kb = 1 << 10;
	signal_after = 2;
	assert_int_equal(nrb_cellphases_begin(&phases), 0);
	assert_int_equal(nrb_cellphases_apply(&phases), -EINTR);
	assert_int_equal(n_trims, 2);
	assert_string_equal(nrb_diag_message(), "");
	assert_int_equal(nrb_cellphases_end(&phases), 0);
	assert_string_equal(acts, "0 set trim trim unset");
}

static void test_a_trim_that_does_not_end(void **state)
{
	(void)state;
	cell.arm.trim = true;
	piece_kb = 1 << 10;
	trim_s = 31;
	assert_int_equal(nrb_cellphases_begin(&phases), 0);
	assert_int_equal(nrb_cellphases_apply(&phases), 0);
	assert_over(NRB_STATUS_DISTURBED, "trimming node 3 did not end in 60 s");
	assert_int_equal(nrb_cellphases_end(&phases), 0);
	assert_string_equal(acts, "0 set trim trim unset");
}

static void test_a_foreign_knob_is_not_put_to_rest(void **state)
{
	(void)state;
	assert_int_equal(nrb_cellphases_rest(&phases), 0);
	assert_string_equal(acts, "0");
	is_foreign = true;
	assert_int_equal(nrb_cellphases_rest(&phases), 0);
	assert_string_equal(acts, "0");
}

static void test_a_trim_that_cannot_be_had(void **state)
{
	static const struct {
		int rc;
		enum nrb_status status;
		const char *note;
	} rows[] = {
		{ -ENOENT, NRB_STATUS_UNSUPPORTED, "this kernel has no node3/reclaim" },
		{ -EBUSY, NRB_STATUS_DISTURBED, "something else reclaims node 3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		acts[0] = shared->sample.note[0] = '\0';
		phases.over = false;
		cell.arm.trim = true;
		trim_rc = rows[i].rc;
		assert_int_equal(nrb_cellphases_begin(&phases), 0);
		assert_int_equal(nrb_cellphases_apply(&phases), 0);
		assert_over(rows[i].status, rows[i].note);
		assert_int_equal(nrb_cellphases_end(&phases), 0);
		assert_string_equal(acts, "0 set trim unset"); /* no mode */
	}
	phases.over = false;
	trim_rc = -EIO;
	assert_int_equal(nrb_cellphases_apply(&phases), -EIO);
}

#define PHASES_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PHASES_TEST(test_settings_before_the_fill_and_the_mode_after),
		PHASES_TEST(test_a_kernel_without_the_knob),
		PHASES_TEST(test_a_setting_that_this_kernel_lacks),
		PHASES_TEST(test_a_setting_that_fails),
		PHASES_TEST(test_the_group_of_a_cpuset_arm),
		PHASES_TEST(test_a_machine_without_cgroups),
		PHASES_TEST(test_who_swaps_is_counted_where_it_is_the_subject),
		PHASES_TEST(test_failures_are_counted_where_there_is_a_load),
		PHASES_TEST(test_a_trim_makes_room_for_the_allocation),
		PHASES_TEST(test_a_trim_in_pieces),
		PHASES_TEST(test_a_trim_that_frees_less),
		PHASES_TEST(test_a_signal_ends_a_trim),
		PHASES_TEST(test_a_trim_that_does_not_end),
		PHASES_TEST(test_a_foreign_knob_is_not_put_to_rest),
		PHASES_TEST(test_a_trim_that_cannot_be_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
