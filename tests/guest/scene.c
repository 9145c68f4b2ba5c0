/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills nodes: files of holes are read or mapped, files are written, memory is locked. */
#include "scene.h"

#include "nrb/placement.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	CHUNK = 1 << 20,
	NAMES_AT_ONCE = 2000,
	MAX_ROUNDS = 40,
	KEPT_PERCENT =
		3, /* of a node's free memory, so that filling it never wakes its kswapd */
};

struct held {
	int clean, dirty, shmem, mapped; /* files; -1: none */
	void *map, *anon;
	size_t map_len, anon_len;
};

static struct held held[SCENE_MAX_NODES];
static int n_held;
static char chunk[CHUNK];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

long scene_node_pages(int node, const char *key)
{
	char path[64], line[128], name[64];
	long kib, found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/meminfo", node);
	file = fopen(path, "re");
	if (file == NULL) {
		die(path);
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "Node %*d %63[^:]: %ld", name, &kib) == 2 &&
			strcmp(name, key) == 0) {
			found = kib * 1024 / PAGE;
		}
	}
	fclose(file);
	return found;
}

static int new_file(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0) {
		die(dir);
	}
	return fd;
}

static int hole(const char *dir, size_t len)
{
	int fd = new_file(dir);

	if (ftruncate(fd, (off_t)len) < 0) {
		die("ftruncate");
	}
	return fd;
}

static void read_all(int fd)
{
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
	}
	if (n < 0) {
		die("read");
	}
}

static void write_all(int fd, size_t len, size_t at_once)
{
	for (size_t done = 0; done < len; done += at_once) {
		size_t piece = len - done < at_once ? len - done : at_once;

		if (write(fd, chunk, piece) != (ssize_t)piece) {
			die("write");
		}
	}
}

static void *map_all(int fd, size_t len, int protection, int flags)
{
	char *map;

	if (len == 0) {
		return NULL;
	}
	map = mmap(NULL, len, protection, flags, fd, 0);
	if (map == MAP_FAILED) {
		die("mmap");
	}
	madvise(map, len, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < len; at += PAGE) {
		if (protection & PROT_WRITE) {
			*(volatile char *)(map + at) = 1;
		} else {
			(void)*(volatile char *)(map + at);
		}
	}
	return map;
}

static size_t bytes_of(long pages, double share)
{
	return (size_t)((double)pages * share) * PAGE;
}

static void take_policy(int node, enum nrb_policy policy)
{
	struct nrb_idset nodes;

	nrb_idset_clear(&nodes);
	nrb_idset_add(&nodes, node);
	if (nrb_placement_set_policy(policy, &nodes) < 0) {
		exit(1);
	}
}

static void fill_node(
	const char *dir, int node, const struct scene_shares *shares, long write_kib)
{
	long pages = scene_node_pages(node, "MemFree");
	struct held *now = &held[node];
	size_t len;

	pages -= pages * KEPT_PERCENT / 100;
	take_policy(node, NRB_POLICY_BIND);
	now->clean = hole(dir, bytes_of(pages, shares->clean));
	read_all(now->clean);
	now->map_len = bytes_of(pages, shares->mapped);
	now->mapped = hole(dir, now->map_len);
	now->map = map_all(now->mapped, now->map_len, PROT_READ, MAP_SHARED);
	now->dirty = new_file(dir);
	write_all(now->dirty, bytes_of(pages, shares->dirty), (size_t)write_kib * 1024);
	len = bytes_of(pages, shares->shmem);
	now->shmem = memfd_create("scene", MFD_CLOEXEC);
	if (now->shmem < 0 || ftruncate(now->shmem, (off_t)len) < 0) {
		die("memfd");
	}
	write_all(now->shmem, len, sizeof(chunk));
	now->anon_len = bytes_of(pages, shares->anon);
	now->anon = map_all(
		-1, now->anon_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
	take_policy(0, NRB_POLICY_DEFAULT);
}

void scene_build(
	const char *dir, const struct scene_shares *shares, int n_nodes, long write_kib)
{
	scene_drop();
	n_held = n_nodes;
	for (int node = 0; node < n_nodes; node++) {
		fill_node(dir, node, &shares[node], write_kib);
	}
}

void scene_drop(void)
{
	for (int node = 0; node < n_held; node++) {
		struct held *now = &held[node];

		if (now->map != NULL) {
			munmap(now->map, now->map_len);
		}
		if (now->anon != NULL) {
			munmap(now->anon, now->anon_len);
		}
		close(now->clean);
		close(now->dirty);
		close(now->shmem);
		close(now->mapped);
	}
	memset(held, 0, sizeof(held));
	n_held = 0;
}

void scene_grow_slab(const char *dir, int node, long pages)
{
	static unsigned long serial;
	const long goal = scene_node_pages(node, "SReclaimable") + pages;
	char path[256];
	struct stat st;

	take_policy(node, NRB_POLICY_BIND);
	for (int round = 0; round < MAX_ROUNDS; round++) {
		long missing = goal - scene_node_pages(node, "SReclaimable");

		/* 21 names a page */
		for (long i = 0; i < missing * 21 && i < NAMES_AT_ONCE; i++) {
			snprintf(path, sizeof(path), "%s/no-%lx", dir, serial++);
			(void)stat(path, &st);
		}
		if (missing <= 0) {
			break;
		}
	}
	take_policy(0, NRB_POLICY_DEFAULT);
}
