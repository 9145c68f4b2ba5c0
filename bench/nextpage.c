/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The four ways in which a program gets one block of the page allocator. */
#include "nrb/nextpage.h"

#include "nrb/cachefile.h"
#include "nrb/diag.h"
#include "nrb/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAGE = 4096, STEP = 2 << 20, STEP_PAGES = STEP / PAGE, MAX_NODES = 1024 };

/* The node of one page, by its address; -1 where there is none. */
static int node_at(const void *page, int *node)
{
	int64_t pages[MAX_NODES] = { 0 }, absent = 0;
	int16_t at = -1;
	int rc = nrb_placement_count(0, page, PAGE, PAGE, pages, MAX_NODES, &absent, &at);

	*node = at;
	return rc;
}

/* TOUCH and HUGE: two steps that begin at a multiple of their size. The first is on small pages, and
 * written: what a page fault needs besides is there then. */

static char *first_step(const struct nrb_nextpage *next)
{
	return next->map + (STEP - (uintptr_t)next->map % STEP) % STEP;
}

static int map_steps(struct nrb_nextpage *next)
{
	char *first;

	next->map_len = 3 * (size_t)STEP;
	next->map = mmap(NULL, next->map_len, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (next->map == MAP_FAILED) {
		next->map = NULL;
		return nrb_fail(-errno, "cannot map memory to ask for a page");
	}
	first = first_step(next);
	/* a kernel without huge pages knows neither advice */
	(void)madvise(first, STEP, MADV_NOHUGEPAGE);
	if (next->ask.is_advised && madvise(first + STEP, STEP, MADV_HUGEPAGE) < 0) {
		return nrb_fail(-errno, "this kernel has no huge pages");
	}
	*(volatile char *)first = 1;
	next->used = 1;
	return 0;
}

static void unmap_steps(struct nrb_nextpage *next)
{
	if (next->map != NULL) {
		munmap(next->map, next->map_len);
	}
	next->map = NULL;
}

static int take_touched(struct nrb_nextpage *next, int *node, bool *whole)
{
	char *page;
	int rc = 0;

	if (next->used == STEP_PAGES) {
		unmap_steps(next);
		rc = map_steps(next);
	}
	if (rc < 0) {
		return rc;
	}
	page = first_step(next) + next->used++ * PAGE;
	*(volatile char *)page = 1;
	*whole = true;
	return node_at(page, node);
}

/* Of small pages only the one that was written would be there. */
static int take_huge(struct nrb_nextpage *next, int *node, bool *whole)
{
	char *step = first_step(next) + STEP;
	int other = -1, rc;

	*(volatile char *)step = 1;
	rc = node_at(step, node);
	if (rc == 0) {
		rc = node_at(step + STEP / 2, &other);
	}
	*whole = other >= 0;
	if (madvise(step, STEP, MADV_DONTNEED) < 0 && rc == 0) {
		rc = nrb_fail(-errno, "cannot give a huge page back");
	}
	return rc;
}

/* RING: protocol 0 receives nothing. */

static int open_ring(struct nrb_nextpage *next)
{
	next->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (next->fd < 0 && (errno == EPERM || errno == EACCES)) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, "run as root, or with CAP_NET_RAW",
			"a program has the kernel take memory of its own by a packet ring alone, "
			"and may not open one here");
	}
	return next->fd < 0 ? nrb_fail(-errno, "cannot open a packet socket") : 0;
}

static int set_ring(const struct nrb_nextpage *next, unsigned int blocks)
{
	const unsigned int bytes = (unsigned int)PAGE << next->ask.order;
	const struct tpacket_req ring = {
		.tp_block_size = blocks > 0 ? bytes : 0,
		.tp_block_nr = blocks,
		.tp_frame_size = blocks > 0 ? PAGE : 0,
		.tp_frame_nr = blocks > 0 ? bytes / PAGE : 0,
	};

	if (setsockopt(next->fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)) < 0) {
		return nrb_fail(-errno, "cannot set a packet ring of %u bytes", bytes);
	}
	return 0;
}

static int take_ring(struct nrb_nextpage *next, int *node, bool *whole)
{
	const size_t bytes = (size_t)PAGE << next->ask.order;
	int rc = set_ring(next, 1), back;
	void *map;

	if (rc < 0) {
		return rc;
	}
	map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, next->fd, 0);
	if (map == MAP_FAILED) {
		rc = nrb_fail(-errno, "cannot map a packet ring");
	} else {
		rc = node_at(map, node);
		munmap(map, bytes);
	}
	*whole = true;
	back = set_ring(next, 0);
	return rc < 0 ? rc : back;
}

/* WRITE: page after page of a nameless file. */

static int write_page(struct nrb_nextpage *next)
{
	ssize_t n = pwrite(next->fd, next->page, PAGE, (off_t)(next->used * PAGE));

	if (n != PAGE) {
		return nrb_fail(n < 0 ? -errno : -EIO, "cannot write to a file in %s",
			next->ask.dir);
	}
	next->used++;
	return 0;
}

static int open_file(struct nrb_nextpage *next)
{
	const char *fs_name = "";
	int rc = nrb_cachefile_check_dir(next->ask.dir, &fs_name);

	if (rc == -EOPNOTSUPP) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, "name another --dir",
			"files in %s are not written to a disk (%s)", next->ask.dir,
			fs_name);
	}
	if (rc < 0) {
		return nrb_fail(rc, "cannot look at %s", next->ask.dir);
	}
	next->page = mmap(
		NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (next->page == MAP_FAILED) {
		next->page = NULL;
		return nrb_fail(-errno, "cannot map a page");
	}
	memset(next->page, 1, PAGE);
	next->fd = open(next->ask.dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (next->fd < 0) {
		return nrb_fail(
			-errno, "cannot make a nameless file in %s", next->ask.dir);
	}
	return write_page(next);
}

/* Read through a mapping, which maps the page that is there. */
static int take_written(struct nrb_nextpage *next, int *node, bool *whole)
{
	const off_t at = (off_t)(next->used * PAGE);
	int rc = write_page(next);
	void *map;

	if (rc < 0) {
		return rc;
	}
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, next->fd, at);
	if (map == MAP_FAILED) {
		return nrb_fail(-errno, "cannot map the page that was written");
	}
	(void)*(volatile const char *)map;
	rc = node_at(map, node);
	*whole = true;
	munmap(map, PAGE);
	return rc;
}

/* clang-format off */
static const struct {
	int (*open)(struct nrb_nextpage *next);
	int (*take)(struct nrb_nextpage *next, int *node, bool *whole);
} ways[] = {
	[NRB_NEXTPAGE_TOUCH] = { map_steps, take_touched },
	[NRB_NEXTPAGE_HUGE]  = { map_steps, take_huge },
	[NRB_NEXTPAGE_RING]  = { open_ring, take_ring },
	[NRB_NEXTPAGE_WRITE] = { open_file, take_written },
};
/* clang-format on */

int nrb_nextpage_open(struct nrb_nextpage *next, const struct nrb_nextpage_ask *ask)
{
	struct nrb_idset cpus;
	int rc;

	*next = (struct nrb_nextpage){ .ask = *ask, .fd = -1 };
	nrb_idset_clear(&cpus);
	nrb_idset_add(&cpus, ask->cpu);
	rc = nrb_placement_pin(&cpus);
	if (rc == 0) {
		rc = ways[ask->way].open(next);
	}
	if (rc < 0) {
		nrb_nextpage_close(next);
	}
	return rc;
}

int nrb_nextpage_take(struct nrb_nextpage *next, int *node, bool *whole)
{
	int rc = nrb_placement_set_policy(next->ask.policy, &next->ask.nodes);

	if (rc == 0) {
		rc = ways[next->ask.way].take(next, node, whole);
	}
	if (rc == 0 && *node < 0) {
		rc = nrb_fail(-ENODATA, "the kernel does not say where the page lies");
	}
	return rc;
}

void nrb_nextpage_close(struct nrb_nextpage *next)
{
	unmap_steps(next);
	if (next->page != NULL) {
		munmap(next->page, PAGE);
	}
	if (next->fd > 0) {
		close(next->fd);
	}
	*next = (struct nrb_nextpage){ .fd = -1 };
}
