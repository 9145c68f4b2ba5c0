/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What disturbs a run and what forbids it. */
#include "nrb/findings.h"

#include "nrb/confounders.h"
#include "nrb/kswapd.h"
#include "nrb/leftover.h"
#include "nrb/process.h"
#include "nrb/topologynodes.h"
#include "nrb/traceinstance.h"
#include "nrb/units.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char mode[] = "vm.zone_reclaim_mode";

static void copy(char *to, const char *from)
{
	snprintf(to, NRB_FINDING_LEN, "%s", from != NULL ? from : "");
}

void nrb_findings_add(struct nrb_findings *findings, enum nrb_exit code,
	const char *way_out, const char *why, const char *fmt, ...)
{
	struct nrb_finding *finding;
	va_list args;

	if (findings->n == NRB_FINDINGS_MAX) {
		return;
	}
	finding = &findings->list[findings->n++];
	finding->code = code;
	copy(finding->way_out, way_out);
	copy(finding->why, why);
	va_start(args, fmt);
	vsnprintf(finding->what, sizeof(finding->what), fmt, args);
	va_end(args);
}

static void add_confounders(struct nrb_findings *findings, const struct nrb_root *root)
{
	char value[NRB_FINDING_LEN / 2];

	for (const struct nrb_confounder *c = nrb_confounder_table; c->name != NULL;
		c++) {
		if (nrb_confounder_read(root, c, value, sizeof(value)) == 0 &&
			nrb_confounder_disturbs(c, value)) {
			nrb_findings_add(findings, NRB_EXIT_OK, c->way_out, c->why,
				"%s is %s", c->name, value);
		}
	}
}

static void add_kswapd(struct nrb_findings *findings, const struct nrb_root *root,
	const struct nrb_machine *machine)
{
	struct nrb_idset awake;
	char nodes[128];

	nrb_idset_clear(&awake);
	for (int i = 0; i < machine->topology.n_nodes; i++) {
		int node = machine->topology.nodes[i].node, pid;
		bool asleep = true;

		if (nrb_kswapd_find(root, node, &pid) == 0 &&
			nrb_kswapd_is_asleep(root, pid, &asleep) == 0 && !asleep) {
			nrb_idset_add(&awake, node);
		}
	}
	if (nrb_idset_count(&awake) > 0) {
		nrb_findings_add(findings, NRB_EXIT_OK,
			"a run waits until it sleeps; quieten the load if it does not",
			"mode 0 then looks like mode 1, and kernels since 6.18 pass the node by",
			"kswapd is awake on node %s",
			nrb_idset_format(&awake, nodes, sizeof(nodes)));
	}
}

static void add_memoryless(
	struct nrb_findings *findings, const struct nrb_machine *machine)
{
	struct nrb_idset with_memory, without;
	char nodes[128];

	nrb_topology_memory_nodes(&machine->topology, &with_memory);
	nrb_topology_cpu_nodes(&machine->topology, &without);
	nrb_for_each_id(node, &with_memory) {
		nrb_idset_remove(&without, node);
	}
	if (nrb_idset_count(&without) > 0) {
		nrb_findings_add(findings, NRB_EXIT_OK,
			"keep allocating tasks on nodes with memory",
			"tasks there never reclaim a neighbour that has CPUs, in any mode",
			"CPUs of node %s have no memory of their own",
			nrb_idset_format(&without, nodes, sizeof(nodes)));
	}
}

/* 648b5cf368e0 renumbered them, 519983645a9f put them back. Debian's "5.10.0-N" does not tell the
 * stable release, and has had it back since its first one. */
static bool counts_bits_otherwise(const char *release)
{
	int major, minor, patch = 0;

	if (sscanf(release, "%d.%d.%d", &major, &minor, &patch) < 2 || major != 5) {
		return false;
	}
	return minor == 8 || minor == 9 || (minor == 10 && patch > 0 && patch < 20) ||
	       (minor == 11 && patch < 3);
}

static void add_kernel(struct nrb_findings *findings, const struct nrb_machine *machine)
{
	if (counts_bits_otherwise(machine->kernel)) {
		nrb_findings_add(findings, NRB_EXIT_OK,
			"update to 5.10.20, 5.12 or later",
			"there 1 writes, 2 unmaps and 4 does nothing but switch it on",
			"kernel %s counts the mode's bits otherwise", machine->kernel);
	}
	if (machine->found_mode == NRB_ABSENT) {
		nrb_findings_add(findings, NRB_EXIT_OK,
			"`run` without --modes compares memory policies and trimming instead",
			"built without NUMA, or later than the setting's removal",
			"kernel %s has no vm.zone_reclaim_mode", machine->kernel);
	}
	if (machine->found_mode != NRB_ABSENT &&
		(machine->found_mode < 0 || machine->found_mode > 7)) {
		nrb_findings_add(findings, NRB_EXIT_OK, "set a value of 0 to 7",
			"the kernel keeps it but looks at the bits 1, 2 and 4 alone",
			"vm.zone_reclaim_mode is %" PRId64, machine->found_mode);
	}
}

static void add_instances(struct nrb_findings *findings, const struct nrb_root *root)
{
	int n = nrb_traceinstance_left(root);

	if (n > 0) {
		nrb_findings_add(findings, NRB_EXIT_OK, "numa-reclaim-bench restore",
			"they take memory of the nodes; the next run removes them too",
			"tracefs has instances of runs that were killed: %d", n);
	}
}

void nrb_findings_disturbing(struct nrb_findings *findings, const struct nrb_root *root,
	const struct nrb_machine *machine)
{
	add_kernel(findings, machine);
	add_kswapd(findings, root, machine);
	add_memoryless(findings, machine);
	add_confounders(findings, root);
	add_instances(findings, root);
}

static void add_machine(struct nrb_findings *findings, const struct nrb_machine *machine)
{
	struct nrb_idset nodes;

	nrb_topology_memory_nodes(&machine->topology, &nodes);
	if (nrb_idset_count(&nodes) < 2) {
		nrb_findings_add(findings, NRB_EXIT_NOT_HERE,
			"`numa-reclaim-bench rehearse` shows the same in a virtual machine with two",
			"there is nothing to compare", "one NUMA node with memory");
	}
}

/* user_namespaces(7): the initial one maps every id to itself. */
static bool in_user_namespace(const struct nrb_root *root)
{
	unsigned long inside, outside, count;
	char text[256];

	if (nrb_fsroot_read_str(root, "proc/self/uid_map", text, sizeof(text)) < 0 ||
		sscanf(text, "%lu %lu %lu", &inside, &outside, &count) != 3) {
		return false;
	}
	return inside != 0 || outside != 0 || count != 4294967295ul;
}

static bool is_read_only(const struct nrb_root *root, const char *path)
{
	struct statvfs fs;
	bool read_only;
	int fd;

	if (nrb_fsroot_open_file(root, path, O_RDONLY, &fd) < 0) {
		return false;
	}
	read_only = fstatvfs(fd, &fs) == 0 && (fs.f_flag & ST_RDONLY);
	close(fd);
	return read_only;
}

static void add_user(struct nrb_findings *findings, const struct nrb_root *root)
{
	if (in_user_namespace(root)) {
		nrb_findings_add(findings, NRB_EXIT_NOT_HERE,
			"run on the host, or use `numa-reclaim-bench rehearse`",
			"root in here may not write the host's settings",
			"inside a user namespace (a container)");
	} else if (geteuid() != 0) {
		nrb_findings_add(findings, NRB_EXIT_NOT_HERE,
			"use sudo, or `numa-reclaim-bench rehearse`, which needs no root",
			"only root may write vm.zone_reclaim_mode", "not root");
	}
}

static void add_file(struct nrb_findings *findings, const struct nrb_root *root,
	const char *path, bool is_needed)
{
	int fd, rc;

	if (is_read_only(root, path)) {
		nrb_findings_add(findings, NRB_EXIT_NOT_HERE,
			"run on the host, or use `numa-reclaim-bench rehearse`",
			"containers have it so", "/%.*s is mounted read-only",
			(int)(strchr(strchr(path, '/') + 1, '/') - path), path);
		return;
	}
	if (root->live && geteuid() != 0) {
		return; /* that alone keeps it closed */
	}
	rc = nrb_fsroot_open_file(root, path, O_WRONLY | O_NOFOLLOW, &fd);
	if (rc == 0) {
		close(fd);
	} else if (rc != -ENOENT || is_needed) {
		nrb_findings_add(findings, NRB_EXIT_NOT_HERE, NULL, NULL,
			"cannot write /%s: %s", path, strerror(-rc));
	}
}

void nrb_findings_rights(
	struct nrb_findings *findings, const struct nrb_root *root, bool needs_mode)
{
	if (root->live) {
		add_user(findings, root);
	}
	add_file(findings, root, nrb_setting_find(mode)->path, needs_mode);
}

void nrb_findings_setting(struct nrb_findings *findings, const struct nrb_root *root,
	const struct nrb_setting *setting)
{
	if (setting->form != NRB_FORM_SWAP) {
		add_file(findings, root, setting->path, false);
	}
	if (setting->twin_path != NULL) {
		add_file(findings, root, setting->twin_path, false);
	}
}

static void add_cgroup(
	struct nrb_findings *findings, const struct nrb_root *root, int64_t bytes)
{
	char text[64];
	int64_t limit;

	/* of all its cgroups the least, as the kernel sees it */
	if (nrb_confounder_read(root, nrb_confounder_find("cgroup.memory.max"), text,
		    sizeof(text)) == 0 &&
		nrb_units_parse_i64(text, 0, INT64_MAX, &limit) == 0 && limit < bytes) {
		nrb_findings_add(findings, NRB_EXIT_NOT_HERE,
			"raise memory.max, or run outside of it, as by systemd-run --scope",
			NULL,
			"this process's cgroup allows %" PRId64
			" MiB of memory, and the plan takes %" PRId64 " MiB",
			limit >> 20, bytes >> 20);
	}
}

void nrb_findings_memory(struct nrb_findings *findings, const struct nrb_root *root,
	int64_t lock_bytes, int64_t memory_bytes)
{
	int64_t allowed = nrb_process_may_lock();

	if (root->live && geteuid() != 0) {
		return;
	}
	if (lock_bytes > 0 && allowed < lock_bytes) {
		nrb_findings_add(findings, NRB_EXIT_NOT_HERE,
			"raise it, as by `ulimit -l unlimited`, or keep CAP_IPC_LOCK",
			"what holds free memory of a node must not be swapped out",
			"%" PRId64 " MiB are to be locked, and RLIMIT_MEMLOCK allows "
			"%" PRId64 " MiB",
			lock_bytes >> 20, allowed >> 20);
	}
	add_cgroup(findings, root, memory_bytes);
}

static void add_guard(struct nrb_findings *findings, const struct nrb_root *root)
{
	enum nrb_leftover_state state;

	if (nrb_leftover_look(root, &state) < 0) {
		return;
	}
	if (state == NRB_LEFTOVER_LIVE) {
		nrb_findings_add(findings, NRB_EXIT_BUSY, "wait until it ends", NULL,
			"another run is under way");
	} else if (state == NRB_LEFTOVER_JOURNAL) {
		nrb_findings_add(findings, NRB_EXIT_BUSY, "numa-reclaim-bench restore",
			"settings may still be the run's and not yours",
			"a run was killed and left its journal behind");
	}
}

void nrb_findings_forbidding(struct nrb_findings *findings, const struct nrb_root *root,
	const struct nrb_machine *machine)
{
	if (root->live) {
		nrb_findings_rights(
			findings, root, false); /* the machine's finding says that */
	} else {
		nrb_findings_add(findings, NRB_EXIT_NOT_HERE, "run on the machine itself",
			NULL, "this is a recorded machine");
	}
	add_machine(findings, machine);
	add_guard(findings, root);
}
