/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text file of the kernel that a loop reads again and again: opened once, then read from its start by
 * pread(2). Of lines under 2 KiB. For one look fsroot.h is enough.
 */
#ifndef NRB_LIVEFILE_H
#define NRB_LIVEFILE_H

#include "nrb/fsroot.h"

enum { NRB_LIVEFILE_PATH_LEN = 64 };

struct nrb_livefile {
	char path[NRB_LIVEFILE_PATH_LEN]; /* below the root */
	bool is_open;
	int fd;
};

/* Where a file is read to; grows, and may serve several files one after the other. */
struct nrb_livetext {
	char *bytes; /* NUL-ended */
	size_t room;
};

/**
 * Read what the file says now into text. A file that went away (a node that was taken offline: -ENODEV) is
 * closed, and opened anew by the next call.
 * Returns 0 or a negative errno, silent: -ENOENT (not there), -EFBIG (over 16 MiB), -ENOMEM, ...
 */
int nrb_livefile_read(struct nrb_livefile *file, const struct nrb_root *root,
	struct nrb_livetext *text);

/** Close it; one that is closed or zeroed is left alone. */
void nrb_livefile_close(struct nrb_livefile *file);

/** Free what was read; what is zeroed is left alone. */
void nrb_livetext_finish(struct nrb_livetext *text);

#endif
