/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rule of the kernel decided where a cell's memory went. */
#include "nrb/rule.h"

#include "nrb/cellvalue.h"
#include "nrb/levels.h"
#include "nrb/mode.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of new memory; with so much of it local, a gate that closed late decided nothing. */
#define LOCAL_ENOUGH 0.95

/* Of the allocation; with less of it freed after failed tries, or local, reclaim decided nothing. */
#define NEXT_TO_NOTHING 0.01

/* Of the allocation; kswapd frees some pages at any time. */
#define KSWAPDS_SHARE 0.1

enum {
	FUTILE_SCANS = 10000, /* pages; fewer are the scans of a few failed tries */
	FUTILE_RATIO = 100,   /* pages scanned for each one freed */
};

#define KERNEL(major, minor) ((major)*1000 + (minor))

int nrb_rule_kernel(const char *release)
{
	int major, minor;

	if (sscanf(release, "%d.%d", &major, &minor) != 2 || major < 0 || major > 999 ||
		minor < 0 || minor > 999) {
		return 0;
	}
	return KERNEL(major, minor);
}

/* -- what the first gate sees of a node -- */

enum gate {
	GATE_UNKNOWN = -2,
	GATE_OPEN = -1,
	/* closed, and why; from here in the order of the rules */
	GATE_CACHE, /* there is too little */
	GATE_DIRTY, /* it is dirty, and bit 2 is not set */
	GATE_DIRTY_ALWAYS,
	GATE_MAPPED,
	GATE_SHMEM,
};

struct memory {
	int64_t file, lists, mapped, dirty, shmem, slab; /* bytes */
};

static int64_t sum(int64_t a, int64_t b)
{
	return a == NRB_ABSENT || b == NRB_ABSENT ? NRB_ABSENT : a + b;
}

static struct memory before(const struct nrb_node_sample *n)
{
	return (struct memory){ n->file_before_bytes,
		sum(n->active_file_before_bytes, n->inactive_file_before_bytes),
		n->mapped_before_bytes, n->dirty_before_bytes, n->shmem_before_bytes,
		n->slab_before_bytes };
}

static struct memory after(const struct nrb_node_sample *n)
{
	return (struct memory){ n->file_after_bytes,
		sum(n->active_file_after_bytes, n->inactive_file_after_bytes),
		n->mapped_after_bytes, n->dirty_after_bytes, n->shmem_after_bytes,
		n->slab_after_bytes };
}

static bool is_known(const struct memory *m)
{
	return m->file != NRB_ABSENT && m->lists != NRB_ABSENT &&
	       m->mapped != NRB_ABSENT && m->dirty != NRB_ABSENT && m->slab != NRB_ABSENT;
}

static int64_t not_below_0(int64_t bytes)
{
	return bytes > 0 ? bytes : 0;
}

/* What may be there above its threshold, and the gate be closed. After node reclaim has ended without a
 * failed try it was: what a look finds beyond came since, or is of counters that are behind. */
static int64_t slack_of(const struct nrb_sample *s)
{
	return s->counters.v[NRB_ZONE_RECLAIM_FAILED] == 0 &&
			       s->min_unmapped_bytes != NRB_ABSENT
		       ? s->min_unmapped_bytes / 2
		       : 0;
}

/* Before 5.19 slab alone opened the first gate but not its repetition, which counts as a failed
 * try: so that gate is no reason for trying nothing. */
static enum gate look_at(
	const struct nrb_sample *s, const struct memory *m, int kernel, int64_t slack)
{
	bool unmap = s->mode & NRB_MODE_UNMAP, always = kernel >= KERNEL(6, 19);
	bool dirty_counts = s->mode & NRB_MODE_WRITE && !always;
	int64_t dirty, cache;

	if (!is_known(m) || s->min_unmapped_bytes == NRB_ABSENT ||
		s->min_slab_bytes == NRB_ABSENT) {
		return GATE_UNKNOWN;
	}
	dirty = dirty_counts ? 0 : m->dirty;
	cache = unmap ? m->file : not_below_0(m->lists - m->mapped);
	if (cache - dirty > s->min_unmapped_bytes + slack ||
		m->slab > s->min_slab_bytes) {
		return GATE_OPEN;
	}
	if (cache > s->min_unmapped_bytes) {
		return kernel == 0 ? GATE_UNKNOWN
		       : always    ? GATE_DIRTY_ALWAYS
				   : GATE_DIRTY;
	}
	if (!unmap && m->lists - dirty > s->min_unmapped_bytes) {
		return GATE_MAPPED;
	}
	return !unmap && m->shmem != NRB_ABSENT && m->shmem > s->min_unmapped_bytes
		       ? GATE_SHMEM
		       : GATE_CACHE;
}

/* -- what the counters say -- */

static int64_t counted(const struct nrb_sample *s, enum nrb_counter counter)
{
	return s->counters.v[counter] != NRB_ABSENT ? s->counters.v[counter] : 0;
}

/* pgscan_direct and pgsteal_direct are node reclaim's alone only without direct reclaim. */
static bool has_direct_reclaim(const struct nrb_sample *s)
{
	return s->counters.v[NRB_ALLOCSTALL] != 0;
}

static bool was_tried(const struct nrb_sample *s)
{
	return counted(s, NRB_ZONE_RECLAIM_SUCCESS) > 0 ||
	       counted(s, NRB_ZONE_RECLAIM_FAILED) > 0 ||
	       (!has_direct_reclaim(s) && (counted(s, NRB_PGSCAN_DIRECT) > 0 ||
						  counted(s, NRB_PGSTEAL_DIRECT) > 0));
}

static bool has_freed(const struct nrb_sample *s)
{
	return counted(s, NRB_ZONE_RECLAIM_SUCCESS) > 0 ||
	       (!has_direct_reclaim(s) && counted(s, NRB_PGSTEAL_DIRECT) > 0);
}

static bool is_futile(const struct nrb_sample *s)
{
	int64_t scanned = counted(s, NRB_PGSCAN_DIRECT);

	return scanned >= FUTILE_SCANS &&
	       counted(s, NRB_PGSTEAL_DIRECT) <= scanned / FUTILE_RATIO;
}

/* A few pages between thousands of failed tries. */
static bool freed_next_to_nothing(const struct nrb_sample *s)
{
	return counted(s, NRB_ZONE_RECLAIM_FAILED) > 0 &&
	       nrb_cellvalue(s, NRB_VALUE_FREED_RATIO) < NEXT_TO_NOTHING &&
	       !(nrb_cellvalue(s, NRB_VALUE_LOCAL_RATIO) >= NEXT_TO_NOTHING);
}

/* What another task had freed meanwhile on its own node, where the allocation is not of that node's CPU:
 * seen on 6.1, two batches of 32 pages. */
static bool is_somebody_elses(const struct nrb_sample *s)
{
	return s->cpu_node != s->node && counted(s, NRB_ZONE_RECLAIM_FAILED) == 0 &&
	       nrb_cellvalue(s, NRB_VALUE_FREED_RATIO) < NEXT_TO_NOTHING &&
	       nrb_cellvalue(s, NRB_VALUE_LOCAL_RATIO) < NEXT_TO_NOTHING;
}

static bool has_policy(const struct nrb_sample *s, enum nrb_arm_policy policy)
{
	return strcmp(s->policy, nrb_policy_words[policy]) == 0;
}

/* Spread or sent elsewhere by its policy, memory is not local whatever reclaim does. */
static bool wants_node(const struct nrb_sample *s)
{
	return has_policy(s, NRB_ARM_LOCAL) || has_policy(s, NRB_ARM_PREFERRED) ||
	       s->policy[0] == '\0';
}

/* -- rules -- */

/* Whether what kswapd freed was enough to be where the local pages came from. */
static bool is_by_kswapd(const struct nrb_sample *s)
{
	double allocated = nrb_cellvalue(s, NRB_VALUE_ALLOC_PAGES);

	return counted(s, NRB_PGSTEAL_KSWAPD) > 0 &&
	       counted(s, NRB_PGSTEAL_KSWAPD) >= KSWAPDS_SHARE * allocated &&
	       nrb_cellvalue(s, NRB_VALUE_LOCAL_RATIO) > 0;
}

/* No node reclaim: who else decided. */
static enum nrb_rule rule_without(const struct nrb_sample *s)
{
	if (has_policy(s, NRB_ARM_CPUSET)) {
		return NRB_RULE_CPUSET;
	}
	if (has_policy(s, NRB_ARM_BIND) &&
		(counted(s, NRB_PGSTEAL_KSWAPD) > 0 || counted(s, NRB_ALLOCSTALL) > 0)) {
		return NRB_RULE_BIND;
	}
	if (s->trim_freed_bytes != NRB_ABSENT && s->trim_freed_bytes > 0) {
		return NRB_RULE_TRIM;
	}
	if (is_by_kswapd(s)) {
		return NRB_RULE_KSWAPD;
	}
	if (has_policy(s, NRB_ARM_INTERLEAVE)) {
		return NRB_RULE_INTERLEAVE;
	}
	return NRB_RULE_UNKNOWN;
}

static enum nrb_rule rule_when_off(const struct nrb_sample *s)
{
	enum nrb_rule rule = rule_without(s);

	if (rule != NRB_RULE_UNKNOWN) {
		return rule;
	}
	return s->mode == NRB_ABSENT ? NRB_RULE_NO_KNOB : NRB_RULE_OFF;
}

/* The gate of the CPU comes behind that of the cache. A node without CPUs may be reclaimed from
 * anywhere, but then something is tried. */
static enum nrb_rule rule_when_untried(const struct nrb_sample *s, enum gate gate)
{
	enum nrb_rule rule = rule_without(s);

	if (s->counters.v[NRB_ZONE_RECLAIM_FAILED] == NRB_ABSENT) {
		return NRB_RULE_UNKNOWN;
	}
	if (rule == NRB_RULE_CPUSET || rule == NRB_RULE_BIND) {
		return rule;
	}
	if (gate >= GATE_CACHE) {
		return (enum nrb_rule)(NRB_RULE_GATE_CACHE + gate);
	}
	if (gate == GATE_OPEN && s->cpu_node != s->node) {
		return NRB_RULE_CPU;
	}
	return rule != NRB_RULE_UNKNOWN ? rule : NRB_RULE_UNTRIED;
}

static enum nrb_rule rule_when_failed(const struct nrb_sample *s, int kernel)
{
	const int both = NRB_MODE_WRITE | NRB_MODE_UNMAP;

	/* lru_gen_shrink_node() leaves at once without both; 6.1 and 6.2 did not. */
	if (strcmp(s->lru_gen, nrb_off_on_words[1]) == 0 && kernel >= KERNEL(6, 3) &&
		(s->mode & both) != both) {
		return NRB_RULE_MGLRU;
	}
	return is_futile(s) ? NRB_RULE_FUTILE : NRB_RULE_FAILED;
}

static bool got_written(const struct nrb_sample *s, const struct nrb_node_sample *node)
{
	return node != NULL && counted(s, NRB_WRITTEN) > 0 &&
	       s->min_unmapped_bytes != NRB_ABSENT &&
	       node->dirty_before_bytes != NRB_ABSENT &&
	       node->dirty_after_bytes != NRB_ABSENT &&
	       node->dirty_before_bytes > s->min_unmapped_bytes &&
	       node->dirty_after_bytes < node->dirty_before_bytes / 2;
}

/* A writer is a task as well, and reclaims for its pages; so are those who send and read. */
static bool has_several_tasks(const struct nrb_sample *s)
{
	return s->threads > 1 || s->writer_bytes != NRB_ABSENT ||
	       s->bursts != NRB_ABSENT || s->serve_readers != NRB_ABSENT;
}

static enum nrb_rule rule_when_freed(
	const struct nrb_sample *s, const struct nrb_node_sample *node, enum gate gate)
{
	bool is_short = wants_node(s) &&
			!(nrb_cellvalue(s, NRB_VALUE_LOCAL_RATIO) >= LOCAL_ENOUGH);
	bool is_closed = is_short && gate >= GATE_CACHE;

	/* a gate that closes counts no failed try */
	if (is_futile(s) && (!is_closed || counted(s, NRB_ZONE_RECLAIM_FAILED) > 0)) {
		return NRB_RULE_FUTILE;
	}
	if (is_closed) {
		return (enum nrb_rule)(NRB_RULE_CLOSED_CACHE + gate);
	}
	if (counted(s, NRB_PGSTEAL_KSWAPD) > counted(s, NRB_PGSTEAL_DIRECT)) {
		return has_policy(s, NRB_ARM_BIND) ? NRB_RULE_BIND : NRB_RULE_KSWAPD;
	}
	if (nrb_cellvalue(s, NRB_VALUE_SWAPPED_OUT) > 0) {
		return NRB_RULE_SWAPPED;
	}
	if (got_written(s, node)) {
		return NRB_RULE_WRITTEN;
	}
	if (is_short && has_several_tasks(s) && gate == GATE_OPEN) {
		return NRB_RULE_ONE_AT_A_TIME;
	}
	return NRB_RULE_RECLAIMED;
}

enum nrb_rule nrb_rule_of(const struct nrb_sample *s, int kernel)
{
	const struct nrb_node_sample *node =
		s->node != NRB_ABSENT ? nrb_sample_find_node(s, (int)s->node) : NULL;
	enum gate at_first = GATE_UNKNOWN, at_last = GATE_UNKNOWN;

	if (s->mode == NRB_ABSENT && s->page_size[0] == '\0') {
		return NRB_RULE_UNKNOWN; /* it only walks */
	}
	if (s->mode == NRB_ABSENT || (s->mode & NRB_MODE_BITS) == 0) {
		return rule_when_off(s);
	}
	if (node != NULL) {
		struct memory first = before(node), last = after(node);

		at_first = look_at(s, &first, kernel, 0);
		at_last = look_at(s, &last, kernel, slack_of(s));
	}
	if (!was_tried(s) || is_somebody_elses(s)) {
		return rule_when_untried(s, at_first);
	}
	return has_freed(s) && !freed_next_to_nothing(s)
		       ? rule_when_freed(s, node, at_last)
		       : rule_when_failed(s, kernel);
}

/* clang-format off */
static const struct {
	const char *text; /* in a table */
	const char *why;  /* behind a sentence; NULL: it would add nothing */
} rules[NRB_N_RULES] = {
	[NRB_RULE_UNKNOWN]             = { "-", NULL },
	[NRB_RULE_OFF]                 = { "no reclaim (mode 0)", NULL },
	[NRB_RULE_NO_KNOB]             = { "no reclaim (no sysctl)", NULL },
	[NRB_RULE_CPUSET]              = { "cpuset without the node",
		"the cpuset leaves the node out" },
	[NRB_RULE_INTERLEAVE]          = { "interleaved", NULL },
	[NRB_RULE_BIND]                = { "bound: kswapd or direct reclaim",
		"bound memory waits for kswapd or direct reclaim instead" },
	[NRB_RULE_TRIM]                = { "trim made room", NULL },
	[NRB_RULE_KSWAPD]              = { "kswapd", NULL },
	[NRB_RULE_UNTRIED]             = { "not tried", NULL },
	[NRB_RULE_CPU]                 = { "CPU is on another node",
		"a node with CPUs is reclaimed only from its own CPUs" },
	[NRB_RULE_GATE_CACHE]          = { "gate: cache under min_unmapped",
		"its file cache was under vm.min_unmapped_ratio" },
	[NRB_RULE_GATE_DIRTY]          = { "gate: dirty pages need bit 2",
		"dirty pages do not count without bit 2" },
	[NRB_RULE_GATE_DIRTY_ALWAYS]   = { "gate: dirty pages never count",
		"dirty pages never count in 6.19 and later" },
	[NRB_RULE_GATE_MAPPED]         = { "gate: mapped pages need bit 4",
		"mapped pages do not count without bit 4" },
	[NRB_RULE_GATE_SHMEM]          = { "gate: shared memory needs bit 4",
		"shared memory does not count without bit 4" },
	[NRB_RULE_CLOSED_CACHE]        = { "reclaimed until gate: min_unmapped",
		"the rest of the cache is under vm.min_unmapped_ratio" },
	[NRB_RULE_CLOSED_DIRTY]        = { "reclaimed until gate: dirty",
		"dirty pages do not count without bit 2" },
	[NRB_RULE_CLOSED_DIRTY_ALWAYS] = { "reclaimed until gate: dirty",
		"dirty pages never count in 6.19 and later" },
	[NRB_RULE_CLOSED_MAPPED]       = { "reclaimed until gate: mapped",
		"mapped pages do not count without bit 4" },
	[NRB_RULE_CLOSED_SHMEM]        = { "reclaimed until gate: shared",
		"shared memory does not count without bit 4" },
	[NRB_RULE_MGLRU]               = { "MGLRU needs bits 2 and 4",
		"MGLRU needs bits 2 and 4" },
	[NRB_RULE_FUTILE]              = { "scanned, freed next to nothing", NULL },
	[NRB_RULE_FAILED]              = { "tried, freed next to nothing", NULL },
	[NRB_RULE_SWAPPED]             = { "reclaimed, with swapping", NULL },
	[NRB_RULE_WRITTEN]             = { "reclaimed, dirty got written", NULL },
	[NRB_RULE_ONE_AT_A_TIME]       = { "reclaimed, one task at a time",
		"one task at a time reclaims a node, the others take memory elsewhere" },
	[NRB_RULE_RECLAIMED]           = { "reclaimed", NULL },
};
/* clang-format on */

const char *nrb_rule_text(enum nrb_rule rule)
{
	return rules[rule].text;
}

const char *nrb_rule_why(enum nrb_rule rule)
{
	return rules[rule].why;
}
