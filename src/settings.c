/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of what may be written, settings as they are typed, and the trigger of each node. */
#include "nrb/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VM        "proc/sys/vm/"
#define NODE_TRIM "sys/devices/system/node/node%d/reclaim"

/* Limits are those of kernels 5.10 to 7.3, the widest where they differ: what a kernel may hold
 * must go back, what it does not take it refuses itself. */
/* clang-format off */
const struct nrb_setting nrb_setting_table[] = {
	{ .name = "vm.zone_reclaim_mode", .path = VM "zone_reclaim_mode",
	  .kind = NRB_SETTING_VALUE, .rest = "0",
	  .max = INT_MAX, /* 5.10 to 7.3 keep bits above 2 and ignore them */
	  .help = "what a node does before memory of another node is used" },
	{ .name = "lru_gen.enabled", .path = "sys/kernel/mm/lru_gen/enabled",
	  .kind = NRB_SETTING_VALUE, .form = NRB_FORM_SWITCH, .max = UINT_MAX,
	  .help = "multi-generational LRU (MGLRU); toggling it loses the age order of pages" },
	{ .name = "swap", .path = "proc/swaps", .kind = NRB_SETTING_VALUE,
	  .form = NRB_FORM_SWAP, .needs_admin = true,
	  .help = "the swap device, on or off; in a rehearsal only" },

	{ .name = "vm.dirty", .path = VM "dirty_ratio", .twin_path = VM "dirty_bytes",
	  .ratio_name = "vm.dirty_ratio", .bytes_name = "vm.dirty_bytes",
	  .kind = NRB_SETTING_VALUE, .form = NRB_FORM_TWINS, .may_set = true,
	  .min = 8192, .max = INT64_MAX, /* of the bytes: two pages */
	  /* below 1 MiB, or 1 %, each writer of the machine waits for the disk */
	  .set_min = 1 << 20, .set_max = INT64_MAX,
	  .help = "writers are slowed above it: vm.dirty_ratio or vm.dirty_bytes" },
	{ .name = "vm.dirty_background", .path = VM "dirty_background_ratio",
	  .twin_path = VM "dirty_background_bytes",
	  .ratio_name = "vm.dirty_background_ratio", .bytes_name = "vm.dirty_background_bytes",
	  .kind = NRB_SETTING_VALUE, .form = NRB_FORM_TWINS, .may_set = true,
	  .min = 1, .max = INT64_MAX,
	  .help = "the flusher starts above it: vm.dirty_background_ratio or _bytes" },
	{ .name = "vm.dirty_expire_centisecs", .path = VM "dirty_expire_centisecs",
	  .kind = NRB_SETTING_VALUE, .max = INT_MAX, .may_set = true,
	  .help = "how long a page may stay dirty" },
	{ .name = "vm.dirty_writeback_centisecs", .path = VM "dirty_writeback_centisecs",
	  .kind = NRB_SETTING_VALUE, .max = INT_MAX, .may_set = true,
	  .help = "how often the flusher looks; 0: not by itself" },

	{ .name = "vm.swappiness", .path = VM "swappiness",
	  .kind = NRB_SETTING_VALUE, .max = 200, .may_set = true,
	  .help = "weighs anonymous memory against cache as a victim" },
	{ .name = "vm.page-cluster", .path = VM "page-cluster",
	  .kind = NRB_SETTING_VALUE, .max = 31, .may_set = true,
	  .help = "pages swapped in at a time, as a power of 2" },
	{ .name = "vm.vfs_cache_pressure", .path = VM "vfs_cache_pressure",
	  .kind = NRB_SETTING_VALUE, .max = INT_MAX, .may_set = true,
	  .set_min = 1, .set_max = INT_MAX, /* with 0 they are never freed */
	  .help = "weighs dentries and inodes against pages as a victim" },
	{ .name = "vm.min_unmapped_ratio", .path = VM "min_unmapped_ratio",
	  .kind = NRB_SETTING_VALUE, .max = 100, .may_set = true,
	  .help = "with less reclaimable cache than that, in per cent, no node is reclaimed" },
	{ .name = "vm.min_slab_ratio", .path = VM "min_slab_ratio",
	  .kind = NRB_SETTING_VALUE, .max = 100, .may_set = true,
	  .help = "with more reclaimable slab than that, in per cent, slab is reclaimed too" },
	{ .name = "vm.min_free_kbytes", .path = VM "min_free_kbytes",
	  .kind = NRB_SETTING_VALUE, .max = INT_MAX, .may_set = true,
	  .help = "sets the zones' MIN, from which LOW and HIGH follow" },
	{ .name = "vm.watermark_scale_factor", .path = VM "watermark_scale_factor",
	  .kind = NRB_SETTING_VALUE, .min = 1, .may_set = true,
	  .max = 3000, /* 5.10: 1000 */
	  .set_min = 1, .set_max = 1000, /* with 3000 HIGH is 60 % of a zone above MIN */
	  .help = "distance between the marks, in 1/10,000 of a zone" },
	{ .name = "vm.watermark_boost_factor", .path = VM "watermark_boost_factor",
	  .kind = NRB_SETTING_VALUE, .max = INT_MAX, .may_set = true,
	  .set_max = 100000, /* ten times HIGH, where it keeps a zone free */
	  .help = "raises the marks for a while after fragmentation" },
	{ .name = "kernel.numa_balancing", .path = "proc/sys/kernel/numa_balancing",
	  .kind = NRB_SETTING_VALUE, .may_set = true, .needs_admin = true,
	  .max = 4, /* 5.10: 1 */
	  .help = "moves pages between nodes after they were placed" },

	{ .name = "vm.stat_refresh", .path = VM "stat_refresh",
	  .kind = NRB_SETTING_TRIGGER, .max = 1,
	  .help = "have the kernel fold its per-CPU counters" },
	{ .name = "nodeN/reclaim", .path = NODE_TRIM,
	  .kind = NRB_SETTING_TRIGGER, .max = INT64_MAX,
	  .help = "have the kernel free so many bytes of a node (--trim; 6.17 and later)" },
	{ .name = "self.oom_score_adj", .path = "proc/self/oom_score_adj",
	  .kind = NRB_SETTING_TRIGGER, .min = -1000, .max = 1000,
	  .help = "our own processes: the guard last, those that measure first" },
	{ .name = "self.cpuset", .path = "sys/fs/cgroup/numa-reclaim-bench",
	  .kind = NRB_SETTING_TRIGGER,
	  .help = "our own cgroup, removed again, for --policy cpuset" },
	{ .name = "self.tracing",
	  .path = "sys/kernel/tracing/instances/numa-reclaim-bench-PID-START",
	  .kind = NRB_SETTING_TRIGGER,
	  .help = "our own instance of tracefs, removed again: how long node reclaim stalls" },
	{ .name = NULL },
};
/* clang-format on */

const struct nrb_setting *nrb_setting_find(const char *name)
{
	for (const struct nrb_setting *row = nrb_setting_table; row->name != NULL;
		row++) {
		if (strcmp(row->name, name) == 0) {
			return row;
		}
	}
	return NULL;
}

static bool is_name(const char *name, const char *text, size_t len)
{
	return name != NULL && strlen(name) == len && memcmp(name, text, len) == 0;
}

/* A kernel takes, and may hold, more than one should try. Of twins the bounds are of the bytes. */
static bool should_be(const struct nrb_setting *row, const char *value)
{
	int64_t number;

	if (row->set_min == 0 && row->set_max == 0) {
		return true;
	}
	number = strtoll(value, NULL, 10);
	if (row->form == NRB_FORM_TWINS && strchr(value, '%') != NULL) {
		return number >= 1;
	}
	return number >= row->set_min && number <= row->set_max;
}

int nrb_setting_assign(const char *text, const struct nrb_setting **setting, char *value)
{
	const size_t len = strcspn(text, "=");
	const char *typed = text + len + 1;
	const struct nrb_setting *row = nrb_setting_table;
	char given[NRB_SETTING_LEN];
	int n, rc;

	if (text[len] == '\0') {
		return -EINVAL;
	}
	while (row->name != NULL &&
		(row->kind != NRB_SETTING_VALUE ||
			!(is_name(row->name, text, len) ||
				is_name(row->ratio_name, text, len) ||
				is_name(row->bytes_name, text, len)))) {
		row++;
	}
	if (row->name == NULL) {
		return -ENOENT;
	}
	n = snprintf(given, sizeof(given), "%s%s", typed,
		is_name(row->ratio_name, text, len) ? "%" : "");
	/* vm.dirty_bytes=20% is no number of bytes */
	if (n >= (int)sizeof(given) ||
		(is_name(row->bytes_name, text, len) && strchr(typed, '%') != NULL)) {
		return -EINVAL;
	}
	*setting = row;
	rc = nrb_setting_canonical(row, given, value);
	return rc == 0 && !should_be(row, value) ? -EINVAL : rc;
}

static bool is_there(const struct nrb_root *root, const char *path)
{
	int fd;

	if (nrb_fsroot_open_file(root, path, O_PATH, &fd) < 0) {
		return false;
	}
	close(fd);
	return true;
}

bool nrb_setting_is_there(const struct nrb_root *root, const struct nrb_setting *setting)
{
	return is_there(root, setting->path);
}

bool nrb_setting_can_trim(const struct nrb_root *root, int node)
{
	char path[sizeof(NODE_TRIM) + 16];

	snprintf(path, sizeof(path), NODE_TRIM, node);
	return is_there(root, path);
}

bool nrb_setting_can_swap(const struct nrb_root *root)
{
	return is_there(root, "nrb/command");
}

int nrb_setting_trim_node(const struct nrb_root *root, int node, int64_t bytes)
{
	char path[sizeof(NODE_TRIM) + 16], text[24];
	int rc;

	snprintf(path, sizeof(path), NODE_TRIM, node);
	snprintf(text, sizeof(text), "%" PRId64, bytes);
	rc = nrb_fsroot_write_str(root, path, text);
	return rc == -EAGAIN ? 0 : rc;
}
