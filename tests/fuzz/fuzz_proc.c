/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text as files of /proc, /sys and /etc. An input is parts between NULs; the first letter of each says
 * which file the rest is. Small letters go through the readers of that file, a capital has `check` look at
 * the whole machine.
 */
#include "output.h"
#include "tree.h"

#include "nrb/arena.h"
#include "nrb/check.h"
#include "nrb/confounders.h"
#include "nrb/counters.h"
#include "nrb/cpu.h"
#include "nrb/diag.h"
#include "nrb/explain.h"
#include "nrb/findings.h"
#include "nrb/hostid.h"
#include "nrb/kernellog.h"
#include "nrb/kswapd.h"
#include "nrb/placement.h"
#include "nrb/pressure.h"
#include "nrb/process.h"
#include "nrb/settings.h"
#include "nrb/sysctlfiles.h"
#include "nrb/topology.h"
#include "nrb/watchmoment.h"
#include "nrb/watchtext.h"
#include "nrb/zones.h"

#include <ctype.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __real_nrb_topology_read(struct nrb_topology *topology, const struct nrb_root *root);
int __wrap_nrb_topology_read(struct nrb_topology *topology, const struct nrb_root *root);

enum { MAX_PARTS = 8, ARENA_BYTES = 64 << 20 };

/* Where a seed's numa_maps and smaps have the memory under test. */
static char *const arena_at = (char *)0x7f0000000000;

/* -- readers of one file -- */

static void read_zones(const struct nrb_root *root)
{
	struct nrb_zones zones;

	if (nrb_zones_read(&zones, root) < 0) {
		assert(nrb_diag_message()[0] != '\0');
		return;
	}
	for (int i = 0; i < zones.n; i++) {
		struct nrb_zone_sums sums = nrb_zones_sum(&zones, zones.zones[i].node);

		assert(nrb_zones_spare(&zones.zones[i]) >= 0);
		assert(sums.n > 0 && sums.spare_pages >= 0 && sums.managed_pages > 0);
	}
	nrb_zones_finish(&zones);
}

/* Two moments, of which the input is the second, as a page in which every figure has its place. */
static void read_watch(const struct nrb_root *root)
{
	static struct nrb_watch_moment first, then;
	static struct nrb_watch_reader reader;
	const struct nrb_screen screen = { .ascii = true };
	struct nrb_watch_tick tick;
	struct output output;

	nrb_watchmoment_begin(&reader, root);
	if (nrb_watchmoment_read(&reader, &then) == 0) {
		first = then;
		memset(&first.machine, 0, sizeof(first.machine));
		first.monotonic_ns = then.monotonic_ns - 1;
		tick = nrb_watchmoment_tick(&first, &then);
		output_begin(&output);
		nrb_watchtext_view(&tick, &screen, 24, output.out);
		nrb_watchtext_lines(&tick, &screen, output.out);
		output_end(&output);
	}
	nrb_watchmoment_end(&reader);
}

static void read_vmstat(const struct nrb_root *root)
{
	const struct nrb_counters none = { 0 };
	struct nrb_pressure pressure = { 0 };
	struct nrb_counters now, delta;

	if (nrb_counters_read(root, &now) == 0) {
		nrb_counters_delta(&none, &now, &delta);
		nrb_counters_delta(&now, &none, &delta);
	}
	nrb_pressure_look_swap(&pressure, root, 0);
	pressure.look_ns = 1;
	nrb_pressure_look_swap(&pressure, root, 0);
	read_watch(root);
}

static void read_node(const struct nrb_root *root)
{
	struct nrb_node_memory memory;

	nrb_counters_read_node(root, 0, &memory);
}

static void read_pressure(const struct nrb_root *root)
{
	struct nrb_pressure pressure = { 0 };

	nrb_pressure_begin_settle(&pressure, root);
	pressure.since_ns = 1;
	pressure.full_us = 0;
	nrb_pressure_end_settle(&pressure, root);
}

static void read_numa_maps(const struct nrb_root *root)
{
	int64_t pages[4] = { 0 };

	nrb_placement_numa_maps(root, 12, arena_at, ARENA_BYTES, pages, 4);
}

static void read_smaps(const struct nrb_root *root)
{
	const struct nrb_arena arena = { .mem = arena_at, .len = ARENA_BYTES };
	int64_t bytes;

	nrb_arena_huge_bytes(root, &arena, &bytes);
}

static void read_stat(const struct nrb_root *root)
{
	int64_t ticks;
	bool asleep;
	int pid;

	if (nrb_kswapd_find(root, 0, &pid) == 0) {
		nrb_kswapd_is_asleep(root, pid, &asleep);
	}
	if (nrb_process_start_time(root, 69, &ticks) == 0) {
		assert(ticks > 0);
	}
}

static void read_cgroup(const struct nrb_root *root)
{
	char text[256];

	if (nrb_confounders_own_cgroup(root, text, sizeof(text)) == 0) {
		assert(strlen(text) < sizeof(text));
	}
	nrb_confounder_read(
		root, nrb_confounder_find("cgroup.memory.max"), text, sizeof(text));
}

static void read_swaps(const struct nrb_root *root)
{
	nrb_confounders_has_swap(root);
}

static void read_lru_gen(const struct nrb_root *root)
{
	nrb_confounders_lru_gen(root);
}

static void read_release(const struct nrb_root *root)
{
	struct nrb_kernelrules rules;
	char text[128];

	if (nrb_fsroot_read_str(root, "proc/sys/kernel/osrelease", text, sizeof(text)) ==
		0) {
		nrb_kernelrules_of(&rules, text);
		assert(rules.version[0] >= 0 && rules.version[1] >= 0);
	}
}

static void read_machine_id(const struct nrb_root *root)
{
	char id[33];

	if (nrb_hostid_read(root, id, sizeof(id)) == 0) {
		assert(strlen(id) == 32);
	}
}

static void read_boot_id(const struct nrb_root *root)
{
	char id[64];

	nrb_process_boot_id(root, id, sizeof(id));
}

static void read_sysctl_files(const struct nrb_root *root)
{
	struct nrb_sysctlfiles files = { 0 };
	char profile[256];

	nrb_sysctlfiles_find(&files, root);
	nrb_sysctlfiles_find_tuned(&files, root);
	nrb_sysctlfiles_active_profile(root, profile, sizeof(profile));
}

static void read_uid_map(const struct nrb_root *root)
{
	const struct nrb_root live = { .fd = root->fd, .live = true };
	struct nrb_findings findings = { 0 };

	nrb_findings_rights(&findings, &live, true);
}

static void read_kernel_log(const struct nrb_root *root)
{
	struct nrb_kernellog log;
	bool lost;

	nrb_kernellog_open(&log, root);
	assert(log.is_open);
	assert(nrb_kernellog_count(&log, "memory", &lost) >= 0);
	nrb_kernellog_close(&log);
}

static void read_cpuid(const struct nrb_root *root)
{
	struct nrb_cpu cpu;

	if (nrb_cpu_read(&cpu, root) == 0) {
		nrb_json_free(nrb_cpu_json(&cpu));
	}
}

static void read_nothing(const struct nrb_root *root)
{
	(void)root;
}

#define VM   "proc/sys/vm/"
#define NODE "sys/devices/system/node/"
#define MM   "sys/kernel/mm/"

/* Letters and digits stand in kept inputs. */
static const struct file {
	char letter; /* or digit */
	const char *path;
	void (*read)(const struct nrb_root *root);
} files[] = {
	{ '0', NODE "node0/vmstat", read_watch },
	{ '1', NODE "has_memory", read_watch },
	{ 'a', "etc/tuned/active_profile", read_sysctl_files },
	{ 'b', "proc/sys/kernel/random/boot_id", read_boot_id },
	{ 'c', "proc/cmdline", read_nothing },
	{ 'd', "dev/kmsg", read_kernel_log },
	{ 'e', VM "dirty_ratio", read_nothing },
	{ 'f', VM "dirty_bytes", read_nothing },
	{ 'g', "proc/self/cgroup", read_cgroup },
	{ 'h', "proc/self/smaps", read_smaps },
	{ 'i', "etc/machine-id", read_machine_id },
	{ 'j', "proc/self/uid_map", read_uid_map },
	{ 'k', "proc/69/stat", read_stat },
	{ 'l', MM "lru_gen/enabled", read_lru_gen },
	{ 'm', NODE "node0/meminfo", read_node },
	{ 'n', "proc/12/numa_maps", read_numa_maps },
	{ 'o', VM "min_unmapped_ratio", read_nothing },
	{ 'p', "proc/pressure/memory", read_pressure },
	{ 'q', "cpuid.txt", read_cpuid },
	{ 'r', "proc/sys/kernel/osrelease", read_release },
	{ 's', NODE "node0/numastat", read_node },
	{ 't', MM "transparent_hugepage/enabled", read_nothing },
	{ 'u', "etc/tuned/fuzz/tuned.conf", read_sysctl_files },
	{ 'v', "proc/vmstat", read_vmstat },
	{ 'w', "proc/swaps", read_swaps },
	{ 'x', "etc/sysctl.d/50-fuzz.conf", read_sysctl_files },
	{ 'y', "sys/fs/cgroup/memory.max", read_cgroup },
	{ 'z', "proc/zoneinfo", read_zones },
	{ '0', "proc/buddyinfo", read_nothing },
	{ '1', "proc/pagetypeinfo", read_nothing },
	{ '2', "proc/self/status", read_nothing },
	{ '3', NODE "node0/distance", read_nothing },
	{ '4', NODE "node1/cpulist", read_nothing },
	{ '5', NODE "online", read_nothing },
	{ '6', NODE "possible", read_nothing },
	{ '7', VM "zone_reclaim_mode", read_nothing },
	{ '8', MM "transparent_hugepage/defrag", read_nothing },
	{ '9', VM "defrag_mode", read_nothing },
};

/* -- what the tables of the tool read there -- */

static void read_setting(const struct nrb_root *root, const struct nrb_setting *row)
{
	char value[NRB_SETTING_LEN], same[NRB_SETTING_LEN], command[256];

	if (nrb_setting_read(root, row, value) < 0) {
		return;
	}
	assert(strlen(value) < sizeof(value));
	nrb_setting_command(command, sizeof(command), root, row, value);
	if (nrb_setting_canonical(row, value, same) == 0) {
		/* what is found is what goes back */
		assert(nrb_setting_valid(row, same));
		assert(nrb_setting_same(row, value, same));
	}
}

static bool is_at(const char *path, const char *other)
{
	return other != NULL && strcmp(path, other) == 0;
}

static void read_tables(const struct nrb_root *root, const char *path)
{
	char value[128];

	for (const struct nrb_setting *row = nrb_setting_table; row->name != NULL;
		row++) {
		if (row->kind == NRB_SETTING_VALUE &&
			(is_at(path, row->path) || is_at(path, row->twin_path))) {
			read_setting(root, row);
		}
	}
	for (const struct nrb_confounder *c = nrb_confounder_table; c->name != NULL;
		c++) {
		if ((is_at(path, c->path) || c->kind == NRB_CONFOUNDER_ARGUMENT) &&
			nrb_confounder_read(root, c, value, sizeof(value)) == 0) {
			nrb_confounder_disturbs(c, value);
		}
	}
}

static void *copy_of(const void *from, size_t size)
{
	void *copy = from != NULL ? malloc(size) : NULL;

	assert(copy != NULL || from == NULL);
	return copy != NULL ? memcpy(copy, from, size) : NULL;
}

/* No input changes it, and hwloc takes longer for it than all else together. */
int __wrap_nrb_topology_read(struct nrb_topology *topology, const struct nrb_root *root)
{
	static struct nrb_topology first;
	size_t n;

	if (first.n_nodes == 0) {
		assert(__real_nrb_topology_read(&first, root) == 0);
	}
	n = (size_t)first.n_nodes;
	*topology = first;
	topology->nodes = copy_of(first.nodes, n * sizeof(*first.nodes));
	topology->distances = copy_of(first.distances, n * n * sizeof(*first.distances));
	topology->paths = copy_of(first.paths, n * n * sizeof(*first.paths));
	topology->xml = copy_of(first.xml, strlen(first.xml) + 1);
	return 0;
}

static void check(const struct nrb_root *root, bool json)
{
	struct output output;
	struct nrb_check_options options = { .root = root, .json = json };

	output_begin(&output);
	options.screen.width = 80;
	options.screen.ascii = true;
	options.out = output.out;
	nrb_diag_reset();
	nrb_diag_set_muted(true); /* a plan that is refused ends the silence */
	if (nrb_check(&options) < 0) {
		assert(nrb_diag_message()[0] != '\0');
	}
	output_end(&output);
}

/* Every kind of request, from the first node to whatever is read: each walk ends, and in a zone that
 * there is. */
static void explain(const struct nrb_root *root, int gfp, bool json)
{
	struct output output;
	struct nrb_explain_options options = {
		.root = root,
		.asked = nrb_request_nothing_asked,
		.json = json,
	};

	output_begin(&output);
	options.asked.gfp = gfp;
	options.asked.order = gfp * 3; /* 9 is a huge page, of file cache here */
	options.screen.width = 80;
	options.screen.ascii = true;
	options.out = output.out;
	nrb_diag_reset();
	nrb_diag_set_muted(true);
	if (nrb_explain(&options) < 0) {
		assert(nrb_diag_message()[0] != '\0');
	}
	output_end(&output);
}

/* -- the input -- */

static const struct file *file_of(uint8_t letter)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (files[i].letter == tolower(letter)) {
			return &files[i];
		}
	}
	return NULL;
}

static void make_tree(void)
{
	tree_make("two-nodes");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		tree_make_room(files[i].path);
	}
	tree_put("etc/tuned/active_profile", "fuzz", 4);
}

static void put_back(const struct file *file)
{
	tree_put_back(file->path);
	if (file->letter == 'a') {
		tree_put(file->path, "fuzz", 4);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct file *put[MAX_PARTS];
	bool whole = false;
	int n = 0;

	if (tree.dir[0] == '\0') {
		make_tree();
	}
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	for (size_t from = 0, to; n < MAX_PARTS && from < size; from = to + 1) {
		for (to = from; to < size && data[to] != '\0'; to++) {
		}
		put[n] = to > from ? file_of(data[from]) : NULL;
		if (put[n] != NULL) {
			whole |= isupper(data[from]) != 0;
			tree_put(put[n++]->path, data + from + 1, to - from - 1);
		}
	}
	for (int i = 0; i < n; i++) {
		put[i]->read(&tree.root);
		read_tables(&tree.root, put[i]->path);
	}
	if (whole) {
		check(&tree.root, false);
		check(&tree.root, true);
	}
	for (int gfp = 0; n > 0 && gfp < NRB_N_GFPS; gfp++) {
		explain(&tree.root, gfp, gfp % 2 != 0);
	}
	for (int i = 0; i < n; i++) {
		put_back(put[i]);
	}
	return 0;
}
