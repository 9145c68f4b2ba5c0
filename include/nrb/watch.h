/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `watch`: locality and reclaim of each node, live. Changes nothing, but that tracing takes an instance of
 * tracefs, which is removed at the end. */
#ifndef NRB_WATCH_H
#define NRB_WATCH_H

#include "nrb/fsroot.h"
#include "nrb/screen.h"

#include <stdint.h>

enum nrb_watch_form {
	NRB_WATCH_TEXT, /* a view that is redrawn, or lines */
	NRB_WATCH_JSON, /* an object a line */
	NRB_WATCH_METRICS,
};

/* Shorter intervals would measure the reading; longer ones are a mistake. */
enum { NRB_WATCH_MIN_MS = 100, NRB_WATCH_MAX_MS = 86400000 };

struct nrb_watch_options {
	const struct nrb_root *root;
	int64_t interval_ms; /* 0: one exposition of metrics, at once */
	int64_t count;       /* ticks; 0: until a signal */
	enum nrb_watch_form form;
	bool trace;
	struct nrb_screen screen; /* of fd */
	int fd;                   /* stdout */
};

/**
 * Watch until all ticks are shown or a signal comes: the first tick is of the first interval, never since boot.
 * signal  out, to die of: the one that came, but 0 for SIGINT where no end was asked for
 * Returns 0 or a negative errno, with a message. A reader that went away ends the process by SIGPIPE, after
 * cleaning up, if that is not ignored.
 */
int nrb_watch(const struct nrb_watch_options *options, int *signal);

#endif
