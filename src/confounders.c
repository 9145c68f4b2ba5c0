/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of what disturbs a run, and how to read it. */
#include "nrb/confounders.h"

#include "nrb/units.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VM  "proc/sys/vm/"
#define MM  "sys/kernel/mm/"
#define THP MM "transparent_hugepage/"

enum { MAX_VALUE = 512, MAX_PATH = 1024 };

/* clang-format off */
const struct nrb_confounder nrb_confounder_table[] = {
	/* what decides whether and how node reclaim works */
	{ "vm.zone_reclaim_mode", VM "zone_reclaim_mode", NRB_CONFOUNDER_TEXT,
		"the setting that is compared", NULL, NULL },
	{ "lru_gen.enabled", MM "lru_gen/enabled", NRB_CONFOUNDER_TEXT,
		"with MGLRU on, kernels since 6.3 reclaim nothing in modes 1 to 5", NULL, NULL },
	{ "lru_gen.min_ttl_ms", MM "lru_gen/min_ttl_ms", NRB_CONFOUNDER_TEXT,
		"MGLRU keeps younger pages than that, and kills tasks instead",
		"!0", "write 0 there for the time of a run" },
	{ "vm.min_unmapped_ratio", VM "min_unmapped_ratio", NRB_CONFOUNDER_TEXT,
		"with less reclaimable cache than that, in per cent of the node, nothing is reclaimed",
		"=100", "set it back to 1, the kernel's default" },
	{ "vm.min_slab_ratio", VM "min_slab_ratio", NRB_CONFOUNDER_TEXT,
		"with more reclaimable slab than that, in per cent of the node, slab is reclaimed too",
		NULL, NULL },
	{ "numa.demotion_enabled", MM "numa/demotion_enabled", NRB_CONFOUNDER_TEXT,
		"reclaim moves pages to a slower node instead of freeing them",
		"=true", "compare with it off too, it is a choice of its own" },

	/* what moves memory behind a run's back */
	{ "kernel.numa_balancing", "proc/sys/kernel/numa_balancing", NRB_CONFOUNDER_TEXT,
		"moves pages between nodes after they were placed; a run's own are exempt, your load's are not",
		"!0", "sysctl kernel.numa_balancing=0 for the time of a run" },
	{ "thp.enabled", THP "enabled", NRB_CONFOUNDER_CHOICE,
		"huge pages are asked for 512 at a time; a run's baseline opts out", NULL, NULL },
	{ "thp.defrag", THP "defrag", NRB_CONFOUNDER_CHOICE,
		"decides whether a huge page's fault may reclaim", NULL, NULL },
	{ "thp.shmem_enabled", THP "shmem_enabled", NRB_CONFOUNDER_CHOICE,
		"huge pages in tmpfs", NULL, NULL },
	{ "thp.khugepaged_defrag", THP "khugepaged/defrag", NRB_CONFOUNDER_TEXT,
		"khugepaged may reclaim to build huge pages; it refuses distant nodes when a mode is set",
		NULL, NULL },
	{ "ksm.run", MM "ksm/run", NRB_CONFOUNDER_TEXT,
		"merges equal pages, also across nodes", "=1", "echo 0 > /sys/kernel/mm/ksm/run" },
	{ "vm.compaction_proactiveness", VM "compaction_proactiveness", NRB_CONFOUNDER_TEXT,
		"kcompactd moves pages in the background", NULL, NULL },
	{ "vm.defrag_mode", VM "defrag_mode", NRB_CONFOUNDER_TEXT,
		"zones are walked twice, and kswapd works for whole blocks (6.15 and later)",
		"!0", "sysctl vm.defrag_mode=0 for the time of a run" },
	{ "damon_reclaim", "sys/module/damon_reclaim/parameters/enabled", NRB_CONFOUNDER_TEXT,
		"DAMON frees idle pages by itself",
		"=Y", "echo N > /sys/module/damon_reclaim/parameters/enabled" },
	{ "damon_lru_sort", "sys/module/damon_lru_sort/parameters/enabled", NRB_CONFOUNDER_TEXT,
		"DAMON sorts the LRU lists by itself",
		"=Y", "echo N > /sys/module/damon_lru_sort/parameters/enabled" },

	/* where the marks stand */
	{ "vm.min_free_kbytes", VM "min_free_kbytes", NRB_CONFOUNDER_TEXT,
		"sets the zones' MIN, from which LOW and HIGH follow", NULL, NULL },
	{ "vm.watermark_scale_factor", VM "watermark_scale_factor", NRB_CONFOUNDER_TEXT,
		"distance between the marks, in 1/10,000 of a zone", NULL, NULL },
	{ "vm.watermark_boost_factor", VM "watermark_boost_factor", NRB_CONFOUNDER_TEXT,
		"raises the marks for a while after fragmentation", NULL, NULL },
	{ "vm.lowmem_reserve_ratio", VM "lowmem_reserve_ratio", NRB_CONFOUNDER_TEXT,
		"keeps lower zones for those that need them", NULL, NULL },
	{ "vm.percpu_pagelist_high_fraction", VM "percpu_pagelist_high_fraction", NRB_CONFOUNDER_TEXT,
		"pages in per-CPU lists count as used", NULL, NULL },
	{ "vm.stat_interval", VM "stat_interval", NRB_CONFOUNDER_TEXT,
		"seconds by which node counters may be late", NULL, NULL },
	{ "vm.numa_stat", VM "numa_stat", NRB_CONFOUNDER_TEXT,
		"the numa_* counters stand still", "=0", "sysctl vm.numa_stat=1" },

	/* swap */
	{ "swap.devices", "proc/swaps", NRB_CONFOUNDER_SIZE,
		"without swap, modes 6 and 7 leave anonymous memory alone", NULL, NULL },
	{ "vm.swappiness", VM "swappiness", NRB_CONFOUNDER_TEXT,
		"weighs anonymous memory against cache as a victim", NULL, NULL },
	{ "vm.page-cluster", VM "page-cluster", NRB_CONFOUNDER_TEXT,
		"pages swapped in at a time, as a power of 2", NULL, NULL },
	{ "zswap.enabled", "sys/module/zswap/parameters/enabled", NRB_CONFOUNDER_TEXT,
		"what is swapped out stays in memory, compressed", NULL, NULL },
	{ "zram.size", "sys/block/zram0/disksize", NRB_CONFOUNDER_TEXT,
		"swapping to zram takes memory of the node that it frees",
		"!0", "compare without zram too" },

	/* writing back */
	{ "vm.dirty_ratio", VM "dirty_ratio", NRB_CONFOUNDER_TEXT,
		"writers are slowed above it", NULL, NULL },
	{ "vm.dirty_bytes", VM "dirty_bytes", NRB_CONFOUNDER_TEXT,
		"its twin in bytes; not 0: it counts", NULL, NULL },
	{ "vm.dirty_background_ratio", VM "dirty_background_ratio", NRB_CONFOUNDER_TEXT,
		"the flusher starts above it", NULL, NULL },
	{ "vm.dirty_background_bytes", VM "dirty_background_bytes", NRB_CONFOUNDER_TEXT,
		"its twin in bytes; not 0: it counts", NULL, NULL },
	{ "vm.dirty_writeback_centisecs", VM "dirty_writeback_centisecs", NRB_CONFOUNDER_TEXT,
		"how often the flusher looks", NULL, NULL },
	{ "vm.dirty_expire_centisecs", VM "dirty_expire_centisecs", NRB_CONFOUNDER_TEXT,
		"how long a page may stay dirty", NULL, NULL },
	{ "vm.laptop_mode", VM "laptop_mode", NRB_CONFOUNDER_TEXT,
		"writes are held back to spare a disk", "!0", "sysctl vm.laptop_mode=0" },
	{ "vm.vfs_cache_pressure", VM "vfs_cache_pressure", NRB_CONFOUNDER_TEXT,
		"weighs dentries and inodes against pages as a victim",
		"=0", "sysctl vm.vfs_cache_pressure=100: with 0 they are never freed" },

	/* running out of memory */
	{ "vm.panic_on_oom", VM "panic_on_oom", NRB_CONFOUNDER_TEXT,
		"a run that meets the OOM killer would stop the machine",
		"!0", "sysctl vm.panic_on_oom=0 for the time of a run" },
	{ "vm.oom_kill_allocating_task", VM "oom_kill_allocating_task", NRB_CONFOUNDER_TEXT,
		"whoever allocates is killed, not the run's own child, which offers itself",
		"!0", "sysctl vm.oom_kill_allocating_task=0 for the time of a run" },
	{ "vm.overcommit_memory", VM "overcommit_memory", NRB_CONFOUNDER_TEXT,
		"2 may refuse the run its memory",
		"=2", "leave room for the run below vm.overcommit_ratio" },
	{ "cgroup.memory.max", "memory.max", NRB_CONFOUNDER_CGROUP,
		"the cgroup reclaims from itself before the node does",
		"!max", "run outside of it, for instance by systemd-run --scope --slice=-.slice" },
	{ "cgroup.memory.high", "memory.high", NRB_CONFOUNDER_CGROUP,
		"the cgroup is slowed down before the node is full",
		"!max", "run outside of it, for instance by systemd-run --scope --slice=-.slice" },
	{ "cgroup.cpuset.cpus", "cpuset.cpus.effective", NRB_CONFOUNDER_CGROUP,
		"CPUs that we may run on", NULL, NULL },
	{ "cgroup.cpuset.mems", "cpuset.mems.effective", NRB_CONFOUNDER_CGROUP,
		"nodes that we may take memory from", NULL, NULL },

	/* what makes times noisy */
	{ "clocksource", "sys/devices/system/clocksource/clocksource0/current_clocksource",
		NRB_CONFOUNDER_TEXT, "hpet and acpi_pm cost a microsecond a reading",
		"=hpet|acpi_pm", "boot with tsc=reliable if the TSC is sound" },
	{ "cpufreq.governor", "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
		NRB_CONFOUNDER_TEXT, "a clock that changes changes every latency",
		"!performance", "cpupower frequency-set -g performance for the time of a run" },
	{ "intel_pstate.no_turbo", "sys/devices/system/cpu/intel_pstate/no_turbo",
		NRB_CONFOUNDER_TEXT, "0: the clock follows temperature and load", NULL, NULL },
	{ "cpufreq.boost", "sys/devices/system/cpu/cpufreq/boost", NRB_CONFOUNDER_TEXT,
		"1: the clock follows temperature and load", NULL, NULL },
	{ "smt.active", "sys/devices/system/cpu/smt/active", NRB_CONFOUNDER_TEXT,
		"a neighbour thread takes part of the core", NULL, NULL },
	{ "tuned.profile", "etc/tuned/active_profile", NRB_CONFOUNDER_TEXT,
		"tuned sets several of these, and may set them again", NULL, NULL },
	{ "cmdline.numa", "numa=", NRB_CONFOUNDER_ARGUMENT,
		"nodes and distances are not the hardware's",
		"!", "boot without numa= on the kernel's command line" },
	{ "cmdline.isolcpus", "isolcpus=", NRB_CONFOUNDER_ARGUMENT,
		"CPUs that the scheduler leaves alone", NULL, NULL },
	{ NULL, NULL, NRB_CONFOUNDER_TEXT, NULL, NULL, NULL },
};
/* clang-format on */

/* Where a cgroup file may be: unified, hybrid. Our place is below, as /proc/self/cgroup says. */
static const char *const cgroup_mounts[] = { "sys/fs/cgroup", "sys/fs/cgroup/unified",
	NULL };

static void cut_line(char *text)
{
	text[strcspn(text, "\n")] = '\0';
	for (size_t len = strlen(text); len > 0 && strchr(" \t\r", text[len - 1]);
		len--) {
		text[len - 1] = '\0';
	}
}

static void keep_choice(char *text)
{
	char *open = strchr(text, '['), *close = strchr(text, ']');

	if (open != NULL && close != NULL && open < close) {
		*close = '\0';
		memmove(text, open + 1, (size_t)(close - open));
	}
}

static void count_lines(char *text)
{
	int n = 0;

	for (const char *at = strchr(text, '\n'); at != NULL; at = strchr(at + 1, '\n')) {
		n += at[1] != '\0' && at[1] != '\n';
	}
	snprintf(text, 16, "%d", n);
}

int nrb_confounders_own_cgroup(const struct nrb_root *root, char *path, size_t len)
{
	char *text, *rest, *line;
	int rc = nrb_fsroot_read_all(root, "proc/self/cgroup", &text);

	if (rc < 0) {
		return rc;
	}
	rc = -ENOENT;
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strncmp(line, "0::/", 4) == 0 && strlen(line + 4) < len) {
			snprintf(path, len, "%s", line + 4);
			rc = 0;
		}
	}
	free(text);
	return rc;
}

/* Limits of parents hold too; "max" is none. Words that are no number are the innermost's. */
static void keep_least(char *least, size_t len, const char *value)
{
	int64_t a, b;

	if (least[0] == '\0' ||
		(nrb_units_parse_i64(value, 0, INT64_MAX, &b) == 0 &&
			(nrb_units_parse_i64(least, 0, INT64_MAX, &a) < 0 || b < a))) {
		snprintf(least, len, "%s", value);
	}
}

static int read_cgroup(
	const struct nrb_root *root, const char *file, char *buf, size_t len)
{
	char cgroup[MAX_PATH / 2], path[MAX_PATH], value[MAX_VALUE], *slash;
	int rc = nrb_confounders_own_cgroup(root, cgroup, sizeof(cgroup));

	if (rc < 0) {
		return rc;
	}
	buf[0] = '\0';
	for (;;) {
		for (int i = 0; cgroup_mounts[i] != NULL; i++) {
			snprintf(path, sizeof(path), "%s/%s/%s", cgroup_mounts[i], cgroup,
				file);
			if (nrb_fsroot_read_str(root, path, value, sizeof(value)) == 0) {
				keep_least(buf, len, value);
			}
		}
		if (cgroup[0] == '\0') {
			return buf[0] != '\0' ? 0 : -ENOENT;
		}
		slash = strrchr(cgroup, '/');
		*(slash != NULL ? slash : cgroup) = '\0';
	}
}

/* The last argument that begins so, of the kernel's command line; the rest of it is private. */
static int read_argument(
	const struct nrb_root *root, const char *prefix, char *buf, size_t len)
{
	char *text, *rest, *word;
	int rc = nrb_fsroot_read_all(root, "proc/cmdline", &text);

	if (rc < 0) {
		return rc;
	}
	rc = -ENOENT;
	rest = text;
	while ((word = strsep(&rest, " \n")) != NULL) {
		if (strncmp(word, prefix, strlen(prefix)) == 0) {
			snprintf(buf, len, "%s", word + strlen(prefix));
			rc = 0;
		}
	}
	free(text);
	return rc;
}

const struct nrb_confounder *nrb_confounder_find(const char *name)
{
	const struct nrb_confounder *row = nrb_confounder_table;

	while (strcmp(row->name, name) != 0) {
		row++;
		assert(row->name != NULL);
	}
	return row;
}

int nrb_confounder_read(const struct nrb_root *root,
	const struct nrb_confounder *confounder, char *buf, size_t len)
{
	char *text;
	int rc;

	if (confounder->kind == NRB_CONFOUNDER_CGROUP) {
		return read_cgroup(root, confounder->path, buf, len);
	}
	if (confounder->kind == NRB_CONFOUNDER_ARGUMENT) {
		return read_argument(root, confounder->path, buf, len);
	}
	rc = nrb_fsroot_read_all(root, confounder->path, &text);
	if (rc < 0) {
		return rc;
	}
	if (confounder->kind == NRB_CONFOUNDER_SIZE) {
		count_lines(text);
	} else {
		cut_line(text);
	}
	if (confounder->kind == NRB_CONFOUNDER_CHOICE) {
		keep_choice(text);
	}
	snprintf(buf, len, "%s", text);
	free(text);
	return 0;
}

bool nrb_confounder_disturbs(const struct nrb_confounder *confounder, const char *value)
{
	const char *rule = confounder->disturbs;
	bool is_listed = false;

	if (rule == NULL) {
		return false;
	}
	for (const char *word = rule + 1; *word != '\0'; word += *word == '|') {
		size_t len = strcspn(word, "|");

		is_listed |= strlen(value) == len && memcmp(word, value, len) == 0;
		word += len;
	}
	return is_listed == (rule[0] == '=');
}

struct nrb_json *nrb_confounders_json(const struct nrb_root *root)
{
	struct nrb_json *json = nrb_json_object();
	char value[MAX_VALUE];

	for (const struct nrb_confounder *c = nrb_confounder_table; c->name != NULL;
		c++) {
		if (nrb_confounder_read(root, c, value, sizeof(value)) == 0) {
			nrb_json_set_str(json, c->name, value);
		}
	}
	return json;
}

/* "0x0007"; the first bit is the main switch. */
const char *nrb_confounders_lru_gen(const struct nrb_root *root)
{
	char text[32];

	if (nrb_fsroot_read_str(root, MM "lru_gen/enabled", text, sizeof(text)) < 0) {
		return "";
	}
	return strtoul(text, NULL, 16) & 1 ? "on" : "off";
}

bool nrb_confounders_has_swap(const struct nrb_root *root)
{
	char *text;
	bool has_swap;

	if (nrb_fsroot_read_all(root, "proc/swaps", &text) < 0) {
		return false;
	}
	count_lines(text);
	has_swap = strcmp(text, "0") != 0;
	free(text);
	return has_swap;
}
