/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follow a file that another process appends to, whole line by whole line. */
#ifndef NRB_TAIL_H
#define NRB_TAIL_H

#include <stddef.h>
#include <stdint.h>

struct nrb_tail {
	int fd;
	size_t max_line; /* bytes */
	char *buf;       /* the beginning of a line whose end has not come yet */
	size_t len, size;
};

/** Follow fd (owned from here on) from its offset. Lines longer than max_line are refused. */
void nrb_tail_init(struct nrb_tail *tail, int fd, size_t max_line);

/**
 * Read what is new and call on_line for every line that is complete: len bytes with the newline,
 * as they are, followed by a NUL; the text may be changed. It returns 0 or a negative errno, which
 * ends the reading.
 * Returns the number of new bytes, or a negative errno: -EFBIG, -ENOMEM, on_line's, or read(2)'s.
 */
int64_t nrb_tail_read(struct nrb_tail *tail,
	int (*on_line)(void *arg, char *line, size_t len), void *arg);

/** Close the file, free the buffer. One that was never initialised must be { .fd = -1 }. */
void nrb_tail_finish(struct nrb_tail *tail);

#endif
