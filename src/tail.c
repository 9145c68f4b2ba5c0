/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follow a file that another process appends to. */
#include "nrb/tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024 };

void nrb_tail_init(struct nrb_tail *tail, int fd, size_t max_line)
{
	*tail = (struct nrb_tail){ .fd = fd, .max_line = max_line };
}

/* Room for one read and the NUL behind it. */
static int make_room(struct nrb_tail *tail)
{
	size_t wanted = tail->len + READ_BYTES + 1;
	char *grown;

	if (wanted <= tail->size) {
		return 0;
	}
	grown = realloc(tail->buf, wanted * 2);
	if (!grown) {
		return -ENOMEM;
	}
	tail->buf = grown;
	tail->size = wanted * 2;
	return 0;
}

/* Hand on the complete lines; fresh is where the new bytes begin, so that a long line is not
 * searched again with every read. */
static int hand_on(struct nrb_tail *tail, size_t fresh,
	int (*on_line)(void *arg, char *line, size_t len), void *arg)
{
	char *start = tail->buf, *end = tail->buf + tail->len;
	char *newline = memchr(tail->buf + fresh, '\n', tail->len - fresh);
	int rc = 0;

	while (newline && !rc) {
		char next = newline[1];

		newline[1] = '\0';
		rc = on_line(arg, start, (size_t)(newline + 1 - start));
		newline[1] = next;
		start = newline + 1;
		newline = memchr(start, '\n', (size_t)(end - start));
	}
	tail->len = (size_t)(end - start);
	memmove(tail->buf, start, tail->len);
	if (!rc && tail->len > tail->max_line) {
		rc = -EFBIG;
	}
	return rc;
}

int64_t nrb_tail_read(struct nrb_tail *tail,
	int (*on_line)(void *arg, char *line, size_t len), void *arg)
{
	int64_t total = 0;

	for (;;) {
		size_t fresh = tail->len;
		ssize_t n;
		int rc = make_room(tail);

		if (rc) {
			return rc;
		}
		n = read(tail->fd, tail->buf + tail->len, READ_BYTES);
		if (n < 0) {
			return -errno;
		}
		if (n == 0) {
			return total;
		}
		total += n;
		tail->len += (size_t)n;
		rc = hand_on(tail, fresh, on_line, arg);
		if (rc) {
			return rc;
		}
	}
}

void nrb_tail_finish(struct nrb_tail *tail)
{
	if (tail->fd >= 0) {
		close(tail->fd);
	}
	free(tail->buf);
	*tail = (struct nrb_tail){ .fd = -1 };
}
