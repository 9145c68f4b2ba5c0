/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what decides where the next page comes from. */
#include "nrb/vmstate.h"

#include "nrb/confounders.h"
#include "nrb/counters.h"
#include "nrb/cpu.h"
#include "nrb/diag.h"
#include "nrb/distance.h"
#include "nrb/sample.h"
#include "nrb/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYS_NODE "sys/devices/system/node/"
#define VM       "proc/sys/vm/"

/* A kernel that does not tell has its default. */
enum { DEFAULT_DIRTY_RATIO = 20 };

/* A kernel without CONFIG_NUMA has one node and no files of it. */
static int read_online(const struct nrb_root *root, struct nrb_idset *online)
{
	int rc = nrb_fsroot_read_list(root, SYS_NODE "online", online);

	if (rc == -ENOENT) {
		nrb_idset_clear(online);
		nrb_idset_add(online, 0);
		rc = 0;
	}
	if (rc < 0) {
		return nrb_fail(rc, "cannot read /" SYS_NODE "online");
	}
	if (nrb_idset_count(online) == 0 || nrb_idset_count(online) > NRB_MAX_NODES ||
		nrb_idset_next(online, NRB_MAX_NODE_NUMBER) >= 0) {
		return nrb_fail(-ERANGE,
			"this machine has %d nodes, 1 to %d are understood",
			nrb_idset_count(online), NRB_MAX_NODES);
	}
	return 0;
}

static int read_cpus(const struct nrb_root *root, struct nrb_vmnode *node)
{
	char path[64];
	int rc;

	snprintf(path, sizeof(path), SYS_NODE "node%d/cpulist", node->node);
	rc = nrb_fsroot_read_list(root, path, &node->cpus);
	if (rc == -ENOENT && node->node == 0) {
		snprintf(path, sizeof(path), "sys/devices/system/cpu/online");
		rc = nrb_fsroot_read_list(root, path, &node->cpus);
	}
	node->has_cpus = rc == 0 && nrb_idset_count(&node->cpus) > 0;
	return rc < 0 && rc != -ENOENT ? nrb_fail(rc, "cannot read /%s", path) : 0;
}

/* "Mems_allowed_list:\t0-1": what the allocator itself looks at. The nodes that a cgroup leaves us are
 * the next best; where neither is told, all are allowed. */
static void read_allowed(const struct nrb_root *root, struct nrb_idset *allowed)
{
	static const char key[] = "Mems_allowed_list:";
	char *text = NULL, *at, list[4096];

	if (nrb_fsroot_read_all(root, "proc/self/status", &text) == 0 &&
		(at = strstr(text, key)) != NULL) {
		at += sizeof(key) - 1;
		at += strspn(at, " \t");
		at[strcspn(at, "\n")] = '\0'; /* other lines follow */
		if (nrb_idset_parse(at, allowed) == 0 && nrb_idset_count(allowed) > 0) {
			free(text);
			return;
		}
	}
	free(text);
	if (nrb_confounder_read(root, nrb_confounder_find("cgroup.cpuset.mems"), list,
		    sizeof(list)) == 0 &&
		nrb_idset_parse(list, allowed) == 0 && nrb_idset_count(allowed) > 0) {
		return;
	}
	nrb_idset_clear(allowed);
	for (int i = 0; i <= NRB_MAX_NODE_NUMBER; i++) {
		nrb_idset_add(allowed, i);
	}
}

static int64_t to_pages(int64_t bytes)
{
	return bytes == NRB_ABSENT ? NRB_ABSENT : bytes / nrb_zones_page_bytes();
}

/* Kernels before 4.8 count them by zone in zoneinfo, and by node here. */
static int read_meminfo(const struct nrb_root *root, struct nrb_vmnode *node)
{
	struct nrb_node_memory memory;
	int rc = nrb_counters_read_node(root, node->node, &memory);

	if (rc < 0) {
		return nrb_fail(rc, "cannot read node %d's meminfo", node->node);
	}
	node->active_file_pages = to_pages(memory.active_file_bytes);
	node->inactive_file_pages = to_pages(memory.inactive_file_bytes);
	node->file_pages = to_pages(memory.file_bytes);
	node->mapped_pages = to_pages(memory.mapped_bytes);
	node->dirty_pages = to_pages(memory.dirty_bytes);
	node->writeback_pages = to_pages(memory.writeback_bytes);
	node->shmem_pages = to_pages(memory.shmem_bytes);
	node->anon_pages = to_pages(memory.anon_bytes);
	node->slab_reclaimable_pages = to_pages(memory.slab_reclaimable_bytes);
	return 0;
}

static void copy_counters(struct nrb_vmnode *node, const struct nrb_zone_node *of_node)
{
	node->active_file_pages = of_node->active_file_pages;
	node->inactive_file_pages = of_node->inactive_file_pages;
	node->file_pages = of_node->file_pages;
	node->mapped_pages = of_node->mapped_pages;
	node->dirty_pages = of_node->dirty_pages;
	node->writeback_pages = of_node->writeback_pages;
	node->shmem_pages = of_node->shmem_pages;
	node->anon_pages = of_node->anon_pages;
	node->slab_reclaimable_pages = of_node->slab_reclaimable_pages;
}

static void add_share(int64_t *pages, int64_t managed, int64_t ratio)
{
	if (ratio == NRB_ABSENT) {
		*pages = NRB_ABSENT;
	} else {
		*pages += managed * ratio / 100;
	}
}

/* The thresholds as setup_min_unmapped_ratio() and setup_min_slab_ratio() sum them; the counters of
 * a node drift as those of its widest zone (refresh_zone_stat_thresholds()). */
static int add_zones(const struct nrb_vmstate *state, const struct nrb_root *root,
	struct nrb_vmnode *node)
{
	bool is_told = false;

	for (int i = 0; i < state->zones.n; i++) {
		const struct nrb_zone *zone = &state->zones.zones[i];

		if (zone->node != node->node) {
			continue;
		}
		node->has_memory = true;
		add_share(&node->min_unmapped_pages, zone->managed_pages,
			state->min_unmapped_ratio);
		add_share(&node->min_slab_pages, zone->managed_pages,
			state->min_slab_ratio);
		if (zone->drift_pages > node->drift_pages) {
			node->drift_pages = zone->drift_pages;
		}
		if (zone->has_node) {
			copy_counters(node, &zone->of_node);
			is_told = true;
		}
	}
	return is_told || !node->has_memory ? 0 : read_meminfo(root, node);
}

static int add_node(struct nrb_vmstate *state, const struct nrb_root *root, int number,
	const struct nrb_idset *allowed)
{
	struct nrb_vmnode *node = &state->nodes[state->n_nodes++];
	int rc;

	*node = (struct nrb_vmnode){ .node = number,
		.is_allowed = nrb_idset_has(allowed, number) };
	rc = read_cpus(root, node);
	return rc == 0 ? add_zones(state, root, node) : rc;
}

/* A row that is not as it should be is not known. */
static void read_distances(struct nrb_vmstate *state, const struct nrb_root *root)
{
	int n = state->n_nodes;

	for (int i = 0; i < n; i++) {
		int *row = state->distances + (size_t)i * (size_t)n;

		if (nrb_distance_read_row(root, state->nodes[i].node, row, n) < 0) {
			memset(row, 0, (size_t)n * sizeof(*row));
			row[i] = NRB_DISTANCE_LOCAL;
		}
	}
}

static void read_kswapds(struct nrb_vmstate *state, const struct nrb_root *root)
{
	enum nrb_kswapd_state states[NRB_MAX_NODE_NUMBER + 1];
	int last = state->nodes[state->n_nodes - 1].node;

	nrb_kswapd_states(root, states, last + 1);
	for (int i = 0; i < state->n_nodes; i++) {
		state->nodes[i].kswapd = states[state->nodes[i].node];
	}
}

static int read_nodes(struct nrb_vmstate *state, const struct nrb_root *root)
{
	struct nrb_idset online, possible, allowed;
	int rc = read_online(root, &online);
	size_t n;

	if (rc < 0) {
		return rc;
	}
	n = (size_t)nrb_idset_count(&online);
	state->nodes = calloc(n, sizeof(*state->nodes));
	state->distances = calloc(n * n, sizeof(*state->distances));
	if (state->nodes == NULL || state->distances == NULL) {
		return nrb_fail(-ENOMEM, "no memory for %zu nodes", n);
	}
	state->has_more_nodes =
		nrb_fsroot_read_list(root, SYS_NODE "possible", &possible) == 0 &&
		(size_t)nrb_idset_count(&possible) > n;
	read_allowed(root, &allowed);
	nrb_for_each_id(node, &online) {
		rc = add_node(state, root, node, &allowed);
		if (rc < 0) {
			return rc;
		}
	}
	read_distances(state, root);
	read_kswapds(state, root);
	return 0;
}

/* A sysctl that this kernel has not is absent. */
static int read_number(const struct nrb_root *root, const char *path, int64_t *value)
{
	int rc = nrb_fsroot_read_i64(root, path, value);

	if (rc == -ENOENT) {
		*value = NRB_ABSENT;
		return 0;
	}
	return rc < 0 ? nrb_fail(rc, "cannot read /%s", path) : 0;
}

static int read_ratio(const struct nrb_root *root, const char *path, int64_t *ratio)
{
	int rc = nrb_fsroot_read_percent(root, path, ratio);

	if (rc == -ENOENT) {
		*ratio = NRB_ABSENT;
		return 0;
	}
	return rc < 0 ? nrb_fail(rc, "cannot read /%s", path) : 0;
}

/* What is not as it should be has the kernel's default: it does not decide here. */
static void read_dirty(struct nrb_vmstate *state, const struct nrb_root *root)
{
	if (nrb_fsroot_read_i64(root, VM "dirty_bytes", &state->dirty_bytes) < 0 ||
		state->dirty_bytes < 0) {
		state->dirty_bytes = 0;
	}
	if (nrb_fsroot_read_percent(root, VM "dirty_ratio", &state->dirty_ratio) < 0) {
		state->dirty_ratio = DEFAULT_DIRTY_RATIO;
	}
}

/* The bracketed word of a file of transparent_hugepage/; "" where there is none. */
static void read_choice(const struct nrb_root *root, const char *path, char word[16])
{
	const struct nrb_confounder choice = { .path = path,
		.kind = NRB_CONFOUNDER_CHOICE };

	if (nrb_confounder_read(root, &choice, word, 16) < 0) {
		word[0] = '\0';
	}
}

/* Source: vma_thp_gfp_mask() in mm/huge_memory.c (6.1, 7.3). */
static enum nrb_vmstate_thp thp_of(
	const char *enabled, const char *defrag, bool is_advised)
{
	if (strcmp(enabled, "always") != 0 &&
		!(is_advised && strcmp(enabled, "madvise") == 0)) {
		return NRB_THP_NEVER;
	}
	if (strcmp(defrag, "always") == 0 ||
		(is_advised && (strcmp(defrag, "madvise") == 0 ||
				       strcmp(defrag, "defer+madvise") == 0))) {
		return NRB_THP_RECLAIMS;
	}
	return strncmp(defrag, "defer", 5) == 0 ? NRB_THP_DEFERS : NRB_THP_LIGHT;
}

static void read_thp(struct nrb_vmstate *state, const struct nrb_root *root)
{
	char enabled[16], defrag[16];

	read_choice(root, "sys/kernel/mm/transparent_hugepage/enabled", enabled);
	read_choice(root, "sys/kernel/mm/transparent_hugepage/defrag", defrag);
	state->thp = thp_of(enabled, defrag, false);
	state->thp_advised = thp_of(enabled, defrag, true);
}

static void read_switches(struct nrb_vmstate *state, const struct nrb_root *root)
{
	const char *lru_gen = nrb_confounders_lru_gen(root);
	int64_t defrag_mode = 0;

	state->lru_gen = lru_gen[0] == '\0'           ? NRB_LRU_GEN_NONE
			 : strcmp(lru_gen, "on") == 0 ? NRB_LRU_GEN_ON
						      : NRB_LRU_GEN_OFF;
	state->has_swap = nrb_confounders_has_swap(root);
	state->defrag_mode =
		nrb_fsroot_read_i64(root, VM "defrag_mode", &defrag_mode) == 0 &&
		defrag_mode != 0;
	read_thp(state, root);
	read_dirty(state, root);
}

static int read_settings(struct nrb_vmstate *state, const struct nrb_root *root)
{
	int rc = read_number(root, VM "zone_reclaim_mode", &state->mode);

	if (rc == 0) {
		rc = read_ratio(
			root, VM "min_unmapped_ratio", &state->min_unmapped_ratio);
	}
	if (rc == 0) {
		rc = read_ratio(root, VM "min_slab_ratio", &state->min_slab_ratio);
	}
	if (rc == 0) {
		read_switches(state, root);
	}
	return rc;
}

static int read_blocks(struct nrb_vmstate *state, const struct nrb_root *root)
{
	state->blocks = calloc((size_t)state->zones.n, sizeof(*state->blocks));
	if (state->blocks == NULL) {
		return nrb_fail(-ENOMEM, "no memory for %d zones", state->zones.n);
	}
	nrb_vmblocks_read(state->blocks, &state->zones, root);
	return 0;
}

/* What the release says, and what files say better. */
static int find_rules(struct nrb_vmstate *state, const struct nrb_root *root)
{
	struct nrb_counters counters;
	struct nrb_cpu cpu = { 0 };
	int rc = nrb_counters_read(root, &counters);

	if (rc == 0) {
		rc = nrb_cpu_read(&cpu, root);
	}
	if (rc < 0) {
		return rc;
	}
	(void)nrb_kernelrules_of(&state->rules, state->kernel);
	if (counters.v[NRB_ZONE_RECLAIM_SUCCESS] != NRB_ABSENT) {
		nrb_kernelrules_note(&state->rules, NRB_KERNELRULE_SUCCESS_COUNTED);
	}
	for (int i = 0; i < state->zones.n; i++) {
		if (state->zones.zones[i].free_highatomic_pages != NRB_ABSENT) {
			nrb_kernelrules_note(
				&state->rules, NRB_KERNELRULE_FREE_HIGHATOMIC);
		}
	}
	state->reclaim_distance = nrb_distance_reclaim(
		cpu.is_amd_zen && state->rules.has[NRB_KERNELRULE_ZEN_DISTANCE]);
	return 0;
}

int nrb_vmstate_read(struct nrb_vmstate *state, const struct nrb_root *root)
{
	int rc;

	*state = (struct nrb_vmstate){ 0 };
	rc = nrb_fsroot_read_str(
		root, "proc/sys/kernel/osrelease", state->kernel, sizeof(state->kernel));
	if (rc < 0) {
		return nrb_fail(rc, "cannot read /proc/sys/kernel/osrelease");
	}
	rc = read_settings(state, root);
	if (rc == 0) {
		rc = nrb_zones_read(&state->zones, root);
	}
	if (rc == 0) {
		rc = read_blocks(state, root);
	}
	if (rc == 0) {
		rc = find_rules(state, root);
	}
	if (rc == 0) {
		rc = read_nodes(state, root);
	}
	if (rc < 0) {
		nrb_vmstate_finish(state);
	}
	return rc;
}

void nrb_vmstate_finish(struct nrb_vmstate *state)
{
	nrb_zones_finish(&state->zones);
	free(state->blocks);
	free(state->nodes);
	free(state->distances);
	*state = (struct nrb_vmstate){ 0 };
}

static int position(const struct nrb_vmstate *state, int node)
{
	for (int i = 0; i < state->n_nodes; i++) {
		if (state->nodes[i].node == node) {
			return i;
		}
	}
	return -1;
}

const struct nrb_vmnode *nrb_vmstate_node(const struct nrb_vmstate *state, int node)
{
	int i = position(state, node);

	return i >= 0 ? &state->nodes[i] : NULL;
}

int nrb_vmstate_node_of_cpu(const struct nrb_vmstate *state, int cpu)
{
	for (int i = 0; i < state->n_nodes; i++) {
		if (nrb_idset_has(&state->nodes[i].cpus, cpu)) {
			return state->nodes[i].node;
		}
	}
	return -1;
}

int nrb_vmstate_distance(const struct nrb_vmstate *state, int from, int to)
{
	int i = position(state, from), j = position(state, to);

	return i < 0 || j < 0 ? 0 : state->distances[i * state->n_nodes + j];
}
