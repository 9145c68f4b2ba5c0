/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * predict DIR STATES: for each state of a table, bring the machine there, have the tool's own code predict
 * where the next page comes from, ask for it and look. One line of JSON for each on stdout. It is alone on
 * a machine that may be thrown away: it changes what it likes and puts nothing back.
 *
 * A line of the table is a scene or a state:
 *   scene LRU_GEN SLAB_NODE SLAB_PAGES WRITE_KIB {CLEAN MAPPED DIRTY SHMEM ANON}, a share of each node's memory
 *   state ID CPU POLICY NODE ORDER GFP MODE AIM_NODE LOW CACHE SLAB DIRTY THP KSWAPD LISTS
 * LOW is "away", sSHARE or pPAGES (aims.h); CACHE and SLAB are sSHARE or rRATIO; DIRTY sSHARE or "away";
 * THP a word of transparent_hugepage/defrag, KSWAPD a node whose kswapd is kept awake, or -1; LISTS is
 * vm.percpu_pagelist_high_fraction.
 */
#include "aims.h"
#include "scene.h"

#include "nrb/verify.h"
#include "nrb/verifyjson.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VM  "/proc/sys/vm/"
#define THP "/sys/kernel/mm/transparent_hugepage/"

enum { MAX_LINE = 512, WORD = 16, MAX_TRACE = 4096 };

struct state {
	int id, cpu, node, order, mode, aim_node, kswapd, lists;
	char policy[WORD], gfp[WORD], low[WORD], cache[WORD], slab[WORD], dirty[WORD],
		thp[WORD];
};

#define TRACING "/sys/kernel/tracing/instances/predict/"

static const char *dir;
static long freed; /* by the calls for the block that was asked for last, pages */
static struct nrb_root root;
static int
	trace; /* trace_pipe of an instance that has the begins of node reclaim alone */

static int index_of(const char *const *words, const char *word)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], word) == 0) {
			return i;
		}
	}
	fprintf(stderr, "no word is %s\n", word);
	exit(1);
}

/* Of this process's own calls. */
static void begin_trace(void)
{
	if (mkdir(TRACING, 0700) < 0) {
		perror(TRACING);
		exit(1);
	}
	aim_write_number(TRACING "set_event_pid", getpid());
	aim_write(TRACING "events/vmscan/mm_vmscan_node_reclaim_begin/enable", "1");
	aim_write(TRACING "events/vmscan/mm_vmscan_node_reclaim_end/enable", "1");
	trace = open(TRACING "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (trace < 0) {
		perror("trace_pipe");
		exit(1);
	}
}

/* Whether a call begins for the request itself, and not for what the kernel needs besides. */
static bool is_begin(const char *line, const struct nrb_request *request)
{
	static const char *const flags[] = {
		[NRB_GFP_MOVABLE] = "GFP_HIGHUSER_MOVABLE",
		[NRB_GFP_KERNEL] = "__GFP_NORETRY",
		[NRB_GFP_DIRTY_WRITE] = "__GFP_WRITE",
	};
	char order[WORD];

	snprintf(order, sizeof(order), " order=%d ", request->order);
	return strstr(line, "reclaim_begin") != NULL && strstr(line, order) != NULL &&
	       (request->order > 0 || strstr(line, flags[request->gfp]) != NULL);
}

/* Calls do not nest: an end is that of the last begin. Returns how many were for the request. */
static int count_calls(char *text, const struct nrb_request *request)
{
	bool is_ours = false;
	int n = 0;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		const char *end = strstr(line, "nr_reclaimed=");

		if (end != NULL && is_ours) {
			freed += atol(end + strlen("nr_reclaimed="));
		} else if (end == NULL) {
			is_ours = is_begin(line, request);
			n += is_ours;
		}
	}
	return n;
}

static enum nrb_verify_ran watch(void *arg, bool begin)
{
	char text[MAX_TRACE + 1];
	ssize_t n;
	int calls = 0;

	freed = 0;
	while ((n = read(trace, text, MAX_TRACE)) > 0) {
		text[n] = '\0';
		calls += count_calls(text, arg);
	}
	freed = begin ? 0 : freed;
	return begin ? NRB_RAN_UNKNOWN : calls > 0 ? NRB_RAN : NRB_RAN_NOT;
}

static void set_up_machine(void)
{
	begin_trace();
	aim_write_number("/proc/sys/kernel/sched_rt_runtime_us", -1);
	aim_write_number("/proc/sys/kernel/numa_balancing", 0);
	aim_write_number(VM "dirty_writeback_centisecs", 0);
	aim_write_number(VM "dirty_expire_centisecs", 1000000);
	aim_write_number(VM "compaction_proactiveness", 0);
	aim_write(THP "enabled", "madvise");
	aim_write_number(THP "khugepaged/defrag", 0);
}

static void make_scene(const char *line)
{
	struct scene_shares shares[SCENE_MAX_NODES];
	int lru_gen, slab_node, at, n_nodes = 0;
	long slab_pages, write_kib;

	if (sscanf(line, "scene %d %d %ld %ld%n", &lru_gen, &slab_node, &slab_pages,
		    &write_kib, &at) != 4) {
		fprintf(stderr, "no scene: %s\n", line);
		exit(1);
	}
	for (int n; n_nodes < SCENE_MAX_NODES; n_nodes++, at += n) {
		struct scene_shares *now = &shares[n_nodes];

		if (sscanf(line + at, "%lf %lf %lf %lf %lf%n", &now->clean, &now->mapped,
			    &now->dirty, &now->shmem, &now->anon, &n) != 5) {
			break;
		}
	}
	aim_low_away();
	aim_dirty_away();
	scene_drop();
	aim_write(VM "drop_caches", "2"); /* slab */
	aim_write("/sys/kernel/mm/lru_gen/enabled", lru_gen ? "y" : "n");
	scene_build(dir, shares, n_nodes, write_kib);
	scene_grow_slab(dir, slab_node, slab_pages);
	aim_kswapd_away(true);
}

static void aim(const struct state *state)
{
	const double share = strtod(state->cache + 1, NULL);

	aim_write_number(VM "min_unmapped_ratio", 0);
	if (state->cache[0] == 's') {
		aim_cache(state->aim_node, state->mode, share);
	} else {
		aim_write_number(VM "min_unmapped_ratio", (long)share);
	}
	if (state->slab[0] == 's') {
		aim_slab(dir, state->aim_node, strtod(state->slab + 1, NULL));
	} else {
		aim_write_number(VM "min_slab_ratio", atol(state->slab + 1));
	}
	if (state->dirty[0] == 's') {
		aim_dirty(state->aim_node, strtod(state->dirty + 1, NULL));
	}
	aim_write(THP "defrag", state->thp);
	aim_write_number(VM "percpu_pagelist_high_fraction", state->lists);
}

/* Last, since all else moves what is free. */
static void aim_low(const struct state *state)
{
	if (state->kswapd >= 0) {
		aim_kswapd_awake(state->kswapd, state->cpu);
	}
	if (state->low[0] == 's') {
		aim_low_share(state->aim_node, strtod(state->low + 1, NULL));
	} else if (state->low[0] == 'p') {
		aim_low_pages(state->aim_node, atol(state->low + 1));
	} else {
		aim_low_away();
	}
	aim_write_number(VM "zone_reclaim_mode", state->mode);
}

static void all_away(bool wakes_kswapd)
{
	aim_write_number(VM "zone_reclaim_mode", 0);
	aim_low_away();
	aim_kswapd_away(wakes_kswapd);
	aim_dirty_away();
}

static void print(const struct state *state, const struct nrb_verified *verified)
{
	struct nrb_json *json = nrb_verifyjson_make(verified);

	nrb_json_set_int(json, "id", state->id);
	nrb_json_set_int(json, "freed_pages", freed);
	if (nrb_json_print(json, 0, stdout) < 0) {
		exit(1);
	}
	nrb_json_free(json);
}

static void verify(const struct state *state)
{
	const struct nrb_request request = {
		.cpu = state->cpu,
		.cpu_node =
			state->cpu, /* this machine's CPUs are numbered as their nodes */
		.policy = (enum nrb_arm_policy)index_of(nrb_policy_words, state->policy),
		.node = state->node,
		.order = state->order,
		.gfp = (enum nrb_gfp)index_of(nrb_gfp_words, state->gfp),
		.is_advised = true,
	};
	struct nrb_verifier verifier;
	struct nrb_verified verified;
	int rc;

	aim(state);
	rc = nrb_verify_open(&verifier, &root, &request, dir);
	verifier.watch = watch;
	verifier.arg = &verifier.request;
	if (rc == 0) {
		aim_low(state);
		rc = nrb_verify_once(&verifier, &verified);
		all_away(rc == 0 && verified.walk.wakes_kswapd);
	}
	if (rc < 0) {
		exit(1);
	}
	print(state, &verified);
	nrb_verify_finish(&verified);
	nrb_verify_close(&verifier);
}

static void make_state(const char *line)
{
	struct state now;

	if (sscanf(line,
		    "state %d %d %15s %d %d %15s %d %d %15s %15s %15s %15s %15s %d %d",
		    &now.id, &now.cpu, now.policy, &now.node, &now.order, now.gfp,
		    &now.mode, &now.aim_node, now.low, now.cache, now.slab, now.dirty,
		    now.thp, &now.kswapd, &now.lists) != 15) {
		fprintf(stderr, "no state: %s\n", line);
		exit(1);
	}
	verify(&now);
}

int main(int argc, char **argv)
{
	char line[MAX_LINE];
	FILE *states = argc == 3 ? fopen(argv[2], "re") : NULL;

	if (states == NULL || nrb_fsroot_open(&root, "/") < 0) {
		return 2;
	}
	dir = argv[1];
	set_up_machine();
	while (fgets(line, sizeof(line), states) != NULL) {
		if (strncmp(line, "scene ", 6) == 0) {
			make_scene(line);
		} else {
			make_state(line);
		}
	}
	fclose(states);
	return fflush(stdout) == 0 ? 0 : 1;
}
