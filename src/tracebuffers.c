/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each CPU's trace_pipe_raw, page by page, and a heap over the next event of each. */
#include "nrb/tracebuffers.h"

#include "nrb/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MORE_FILES = 64 };

/* A CPU's buffer, and the next event of it. */
struct nrb_tracebuffer {
	int cpu, fd;
	unsigned char *bytes; /* a page */
	struct nrb_tracepage page;
	struct nrb_traceevent next; /* data NULL: none */
	bool was_read;              /* since the last look at what was dropped */
	int64_t dropped;            /* by then, ever */
};

/* -- opening -- */

/* They move in memory with their number: nothing points to them between two readings. */
static int make_room(struct nrb_tracebuffers *buffers, int n)
{
	struct nrb_tracebuffer *cpus =
		realloc(buffers->cpus, (size_t)n * sizeof(*buffers->cpus));
	struct nrb_tracebuffer **waiting;

	if (cpus == NULL) {
		return -ENOMEM;
	}
	buffers->cpus = cpus;
	waiting = realloc(buffers->waiting, (size_t)n * sizeof(struct nrb_tracebuffer *));
	if (waiting == NULL) {
		return -ENOMEM;
	}
	buffers->waiting = waiting;
	nrb_inherited_make_room(n + MORE_FILES);
	return 0;
}

static int set_size(const struct nrb_tracebuffers *buffers, int cpu, int kib)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), "per_cpu/cpu%d/buffer_size_kb", cpu);
	snprintf(text, sizeof(text), "%d", kib);
	return nrb_fsroot_write_str(buffers->files, path, text);
}

int nrb_tracebuffers_open(struct nrb_tracebuffers *buffers, int cpu, int kib)
{
	struct nrb_tracebuffer made = { .cpu = cpu };
	char path[64];
	int rc = make_room(buffers, buffers->n + 1);

	if (rc == 0) {
		rc = set_size(buffers, cpu, kib);
	}
	if (rc < 0) {
		return rc;
	}
	snprintf(path, sizeof(path), "per_cpu/cpu%d/trace_pipe_raw", cpu);
	rc = nrb_fsroot_open_file(buffers->files, path, O_RDONLY | O_NONBLOCK, &made.fd);
	if (rc < 0) {
		return rc;
	}
	made.bytes = malloc(buffers->layout->bytes);
	if (made.bytes == NULL) {
		close(made.fd);
		return -ENOMEM;
	}
	buffers->cpus[buffers->n++] = made;
	return 0;
}

bool nrb_tracebuffers_has(const struct nrb_tracebuffers *buffers, int cpu)
{
	for (int i = 0; i < buffers->n; i++) {
		if (buffers->cpus[i].cpu == cpu) {
			return true;
		}
	}
	return false;
}

void nrb_tracebuffers_close(struct nrb_tracebuffers *buffers)
{
	for (int i = 0; i < buffers->n; i++) {
		close(buffers->cpus[i].fd);
		free(buffers->cpus[i].bytes);
	}
	free(buffers->cpus);
	free(buffers->waiting);
	*buffers = (struct nrb_tracebuffers){ 0 };
}

/* -- one CPU -- */

/* Returns false if there is none. */
static bool next_page(
	const struct nrb_tracebuffers *buffers, struct nrb_tracebuffer *buffer)
{
	ssize_t n;

	do {
		n = read(buffer->fd, buffer->bytes, buffers->layout->bytes);
	} while (n < 0 && errno == EINTR);
	buffer->was_read = buffer->was_read || n > 0;
	return n > 0 && nrb_tracepage_begin(&buffer->page, buffers->layout, buffer->bytes,
				(size_t)n) == 0;
}

static void next_event(
	const struct nrb_tracebuffers *buffers, struct nrb_tracebuffer *buffer)
{
	while (!nrb_tracepage_next(&buffer->page, &buffer->next)) {
		if (!next_page(buffers, buffer)) {
			buffer->next.data = NULL;
			return;
		}
	}
}

static int64_t dropped(
	const struct nrb_tracebuffers *buffers, const struct nrb_tracebuffer *buffer)
{
	static const char word[] = "dropped events:";
	int64_t n = 0;
	char path[64], *text;
	const char *at;

	snprintf(path, sizeof(path), "per_cpu/cpu%d/stats", buffer->cpu);
	if (nrb_fsroot_read_all(buffers->files, path, &text) < 0) {
		return 0;
	}
	at = strstr(text, word);
	if (at != NULL) {
		n = strtoll(at + strlen(word), NULL, 10);
	}
	free(text);
	return n;
}

/* -- all of them -- */

static void sift_down(struct nrb_tracebuffer **heap, int n, int at)
{
	for (int child = 2 * at + 1; child < n; child = 2 * at + 1) {
		struct nrb_tracebuffer *above = heap[at];

		if (child + 1 < n && heap[child + 1]->next.ns < heap[child]->next.ns) {
			child++;
		}
		if (above->next.ns <= heap[child]->next.ns) {
			return;
		}
		heap[at] = heap[child];
		heap[child] = above;
		at = child;
	}
}

void nrb_tracebuffers_gather(struct nrb_tracebuffers *buffers)
{
	int n = 0;

	for (int i = 0; i < buffers->n; i++) {
		struct nrb_tracebuffer *buffer = &buffers->cpus[i];

		if (buffer->next.data == NULL) { /* none was left from the last time */
			next_event(buffers, buffer);
		}
		if (buffer->next.data != NULL) {
			buffers->waiting[n++] = buffer;
		}
	}
	for (int at = n / 2 - 1; at >= 0; at--) {
		sift_down(buffers->waiting, n, at);
	}
	buffers->n_waiting = n;
}

const struct nrb_traceevent *nrb_tracebuffers_first(
	const struct nrb_tracebuffers *buffers)
{
	return buffers->n_waiting > 0 ? &buffers->waiting[0]->next : NULL;
}

void nrb_tracebuffers_pass(struct nrb_tracebuffers *buffers)
{
	struct nrb_tracebuffer **heap = buffers->waiting;

	next_event(buffers, heap[0]);
	if (heap[0]->next.data == NULL) {
		heap[0] = heap[--buffers->n_waiting];
	}
	sift_down(heap, buffers->n_waiting, 0);
}

bool nrb_tracebuffers_had_gap(struct nrb_tracebuffers *buffers)
{
	bool found = false;

	for (int i = 0; i < buffers->n; i++) {
		struct nrb_tracebuffer *buffer = &buffers->cpus[i];

		if (buffer->was_read) {
			int64_t before = buffer->dropped;

			buffer->was_read = false;
			buffer->dropped = dropped(buffers, buffer);
			found = found || buffer->dropped > before;
		}
	}
	return found;
}

int64_t nrb_tracebuffers_dropped(const struct nrb_tracebuffers *buffers)
{
	int64_t sum = 0;

	for (int i = 0; i < buffers->n; i++) {
		sum += dropped(buffers, &buffers->cpus[i]);
	}
	return sum;
}
