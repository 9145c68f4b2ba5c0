/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memwatch PID: every 10 ms until that process has ended, what the machine's memory is; then on
 * stdout, in KiB, the most that went since the start, the least that each zone had above its min
 * watermark, and the most that was locked. One line each: NAME VALUE. It is bound to the CPUs that it
 * was started on, locks itself and allocates nothing while it looks.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EVERY_MS = 10, MAX_ZONES = 32, MAX_TEXT = 1 << 16, PAGE_KIB = 4 };

struct zone {
	int node;
	char name[16];
	long least; /* pages free above min */
	long below; /* looks at which it was below */
};

static struct zone zones[MAX_ZONES];
static int n_zones;
static char text[MAX_TEXT];

static void read_text(int fd)
{
	size_t used = 0;
	ssize_t n;

	while ((n = pread(fd, text + used, sizeof(text) - 1 - used, (off_t)used)) > 0) {
		used += (size_t)n;
	}
	text[used] = '\0';
}

/* The number behind a word at the begin of a line of the text. */
static long number_behind(const char *word)
{
	const char *found = strstr(text, word);

	return found != NULL ? atol(found + strlen(word)) : 0;
}

static struct zone *zone_of(int node, const char *name)
{
	for (int i = 0; i < n_zones; i++) {
		if (zones[i].node == node && strcmp(zones[i].name, name) == 0) {
			return &zones[i];
		}
	}
	if (n_zones == MAX_ZONES) {
		exit(1);
	}
	zones[n_zones] = (struct zone){ .node = node, .least = LONG_MAX };
	strcpy(zones[n_zones].name, name);
	return &zones[n_zones++];
}

/* "Node 0, zone   Normal", then "pages free N", "boost N", "min N". Empty zones have no line
 * of those, or manage no page. */
static void look_at_zones(int fd)
{
	int node;
	char name[16];

	read_text(fd);
	for (const char *at = text; (at = strstr(at, "Node ")) != NULL; at++) {
		const char *next = strstr(at + 1, "Node "),
			   *pages = strstr(at, "pages free");
		const char *min = pages != NULL ? strstr(pages, " min ") : NULL;
		const char *managed = min != NULL ? strstr(min, " managed ") : NULL;
		struct zone *zone;
		long above;

		if (sscanf(at, "Node %d, zone %15s", &node, name) != 2 ||
			managed == NULL || (next != NULL && managed > next) ||
			atol(managed + 9) == 0) {
			continue;
		}
		above = atol(pages + strlen("pages free")) - atol(min + 5);
		zone = zone_of(node, name);
		zone->below += above < 0;
		zone->least = above < zone->least ? above : zone->least;
	}
}

static int open_or_die(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	int meminfo = open_or_die("/proc/meminfo"),
	    zoneinfo = open_or_die("/proc/zoneinfo");
	long looks = 0, start, locked_start, used = 0, locked = 0, available = LONG_MAX;
	struct pollfd process = { .events = POLLIN };

	if (argc != 2 || mlockall(MCL_CURRENT) < 0) {
		return 2;
	}
	process.fd = (int)syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	if (process.fd < 0) {
		perror("pidfd_open");
		return 1;
	}
	read_text(meminfo);
	start = number_behind("MemFree:");
	locked_start = number_behind("Mlocked:");
	do {
		long now;

		read_text(meminfo);
		now = start - number_behind("MemFree:");
		used = now > used ? now : used;
		now = number_behind("Mlocked:") - locked_start;
		locked = now > locked ? now : locked;
		now = number_behind("MemAvailable:");
		available = now < available ? now : available;
		look_at_zones(zoneinfo);
		looks++;
	} while (poll(&process, 1, EVERY_MS) == 0);
	printf("looks %ld\nused %ld\nlocked %ld\navailable %ld\n", looks, used, locked,
		available);
	for (int i = 0; i < n_zones; i++) {
		printf("zone-%d-%s %ld\nbelow-%d-%s %ld\n", zones[i].node, zones[i].name,
			zones[i].least * PAGE_KIB, zones[i].node, zones[i].name,
			zones[i].below);
	}
	return 0;
}
