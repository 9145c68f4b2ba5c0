/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watermarks, ratios and dirty limits, each moved by its own sysctl. */
#include "aims.h"
#include "scene.h"

#include "nrb/dirtyshare.h"
#include "nrb/kswapd.h"
#include "nrb/placement.h"
#include "nrb/reclaimgates.h"
#include "nrb/vmstate.h"
#include "nrb/zones.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	SMALL_MIN_KIB = 2048,
	SCALE_ONE = 10000,
	MAX_SCALE = 3000,
	MAX_TRIES = 4,
	LOOKS = 200,
	LOOK_US = 10000,
	SHORT_SLEEP_US = 250000,
};

#define VM "/proc/sys/vm/"

static const struct nrb_root *live(void)
{
	static struct nrb_root root = { .fd = -1 };

	if (root.fd < 0 && nrb_fsroot_open(&root, "/") < 0) {
		exit(1);
	}
	return &root;
}

void aim_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
		fprintf(stderr, "%s: cannot write %s: %s\n", path, text, strerror(errno));
		exit(1);
	}
	close(fd);
}

void aim_write_number(const char *path, long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", number);
	aim_write(path, text);
}

/* Watermarks */

/* The highest zone of a node; false: it has none. */
static struct nrb_zone top_zone(int node)
{
	struct nrb_zones zones;
	struct nrb_zone top = { .node = -1 };

	if (nrb_zones_read(&zones, live()) < 0) {
		exit(1);
	}
	for (int i = 0; i < zones.n; i++) {
		if (zones.zones[i].node == node) {
			top = zones.zones[i];
		}
	}
	nrb_zones_finish(&zones);
	return top;
}

void aim_low_away(void)
{
	aim_write_number(VM "watermark_scale_factor", 10);
	aim_write_number(VM "min_free_kbytes", SMALL_MIN_KIB);
}

/* Low is min + managed x scale / 10000; min takes up what the scale is too coarse for. */
static void lay_low(int node, long low)
{
	long min_kib = SMALL_MIN_KIB, scale;
	struct nrb_zone zone;

	aim_low_away();
	zone = top_zone(node);
	low = low < (long)(zone.min_pages + zone.managed_pages * MAX_SCALE / SCALE_ONE)
		      ? low
		      : (long)(zone.min_pages +
				zone.managed_pages * MAX_SCALE / SCALE_ONE);
	scale = (low - (long)zone.min_pages) * SCALE_ONE / (long)zone.managed_pages;
	scale = scale < 1 ? 1 : scale > MAX_SCALE ? MAX_SCALE : scale;
	aim_write_number(VM "watermark_scale_factor", scale);
	for (int i = 0; i < MAX_TRIES; i++) {
		zone = top_zone(node);
		if (zone.low_pages == low) {
			break;
		}
		/* each zone has its part of min_free_kbytes */
		min_kib += (low - (long)zone.low_pages) * min_kib /
			   (zone.min_pages > 0 ? (long)zone.min_pages : 1);
		min_kib = min_kib < SMALL_MIN_KIB / 2 ? SMALL_MIN_KIB / 2 : min_kib;
		aim_write_number(VM "min_free_kbytes", min_kib);
	}
}

void aim_low_share(int node, double share)
{
	struct nrb_zone zone = top_zone(node);

	lay_low(node, (long)((double)zone.free_pages * share));
}

void aim_low_pages(int node, long pages)
{
	struct nrb_zone zone = top_zone(node);

	lay_low(node, (long)zone.free_pages + pages);
}

/* Ratios */

static long managed_of(int node)
{
	struct nrb_zones zones;
	struct nrb_zone_sums sums;

	if (nrb_zones_read(&zones, live()) < 0) {
		exit(1);
	}
	sums = nrb_zones_sum(&zones, node);
	nrb_zones_finish(&zones);
	return (long)sums.managed_pages;
}

static long reclaimable_of(int node, int mode)
{
	struct nrb_vmstate state;
	long pages;

	if (nrb_vmstate_read(&state, live()) < 0) {
		exit(1);
	}
	pages = (long)nrb_gates_reclaimable(&state, nrb_vmstate_node(&state, node), mode);
	nrb_vmstate_finish(&state);
	return pages;
}

void aim_cache(int node, int mode, double share)
{
	double wanted = (double)reclaimable_of(node, mode) * share * 100 /
			(double)managed_of(node);
	long ratio = (long)wanted + (share > 1.0);

	aim_write_number(VM "min_unmapped_ratio", ratio > 100 ? 100 : ratio);
}

/* Slab beyond the limit comes last: names are quickly looked up, and hardly forgotten. */
void aim_slab(const char *dir, int node, double share)
{
	const long managed = managed_of(node);
	long pages = scene_node_pages(node, "SReclaimable");
	long ratio =
		(long)((double)pages * share * 100 / (double)managed) + (share > 1.0);
	long goal;

	if (ratio < 1) {
		ratio = 1;
	}
	aim_write_number(VM "min_slab_ratio", ratio);
	goal = (long)((double)managed * (double)ratio / 100 / share);
	if (goal > pages) {
		scene_grow_slab(dir, node, goal - pages);
	}
}

/* Dirty pages */

void aim_dirty_away(void)
{
	aim_write_number(VM "dirty_ratio", 90);
	aim_write_number(VM "dirty_background_ratio", 85);
}

static void lay_dirty_bytes(long pages)
{
	aim_write_number(VM "dirty_bytes", pages * PAGE);
	aim_write_number(VM "dirty_background_bytes", (pages - pages / 100 - 1) * PAGE);
}

/* A node's part of the limit is what it has of the memory that may be dirty. */
void aim_dirty(int node, double share)
{
	const long have =
		scene_node_pages(node, "Dirty") + scene_node_pages(node, "Writeback");
	long pages = 100000;

	for (int i = 0; i < 2; i++) {
		struct nrb_vmstate state;
		long limit;

		lay_dirty_bytes(pages);
		if (nrb_vmstate_read(&state, live()) < 0) {
			exit(1);
		}
		limit = (long)nrb_dirtyshare_limit(&state, node);
		nrb_vmstate_finish(&state);
		if (limit <= 0) {
			break;
		}
		pages = (long)((double)pages * (double)have * share / (double)limit);
		pages = pages < 64 ? 64 : pages;
	}
	lay_dirty_bytes(pages);
	/* what is over the limit of all nodes together is written at once */
	for (int i = 0; i < LOOKS && scene_node_pages(node, "Writeback") > 0; i++) {
		usleep(LOOK_US);
	}
}

/* kswapd */

static int kswapd_of(int node)
{
	static int pids[SCENE_MAX_NODES];

	if (pids[node] == 0 && nrb_kswapd_find(live(), node, &pids[node]) < 0) {
		exit(1);
	}
	return pids[node];
}

static void pin(int pid, int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(pid, sizeof(cpus), &cpus) < 0) {
		perror("sched_setaffinity");
		exit(1);
	}
}

static void schedule_as(int policy, int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &param) < 0) {
		perror("sched_setscheduler");
		exit(1);
	}
}

/* A page of a node that is below low everywhere is only had on the slow path, which wakes it. */
static void take_page_below_low(int node)
{
	struct nrb_idset nodes;
	char *page = mmap(
		NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED) {
		exit(1);
	}
	nrb_idset_clear(&nodes);
	nrb_idset_add(&nodes, node);
	if (nrb_placement_bind_range(page, PAGE, NRB_POLICY_BIND, &nodes) < 0) {
		exit(1);
	}
	*(volatile char *)page = 1;
	munmap(page, PAGE);
}

void aim_kswapd_awake(int node, int cpu)
{
	/* after work it sleeps for 0.1 s first, and is woken by a timer */
	usleep(SHORT_SLEEP_US);
	pin(kswapd_of(node), cpu);
	pin(0, cpu);
	schedule_as(SCHED_FIFO, 10);
	aim_write_number(VM "watermark_scale_factor", MAX_SCALE);
	take_page_below_low(node);
}

static bool all_sleep(void)
{
	bool asleep = true;

	for (int node = 0; node < SCENE_MAX_NODES && asleep; node++) {
		(void)nrb_kswapd_is_asleep(live(), kswapd_of(node), &asleep);
	}
	return asleep;
}

void aim_kswapd_away(bool was_awake)
{
	schedule_as(SCHED_OTHER, 0);
	if (was_awake) {
		usleep(SHORT_SLEEP_US);
	}
	for (int i = 0; i < LOOKS && !all_sleep(); i++) {
		usleep(LOOK_US);
	}
}
