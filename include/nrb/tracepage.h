/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page of a kernel's trace buffer, as trace_pipe_raw hands it out: event by event.
 * Binary, for text costs the kernel ten times as much as what is read here.
 */
#ifndef NRB_TRACEPAGE_H
#define NRB_TRACEPAGE_H

#include "nrb/traceformat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of every page of a kernel, from events/header_page. */
struct nrb_tracepage_layout {
	struct nrb_tracefield timestamp, commit;
	size_t data;  /* where events begin */
	size_t bytes; /* of a whole page */
};

struct nrb_traceevent {
	uint64_t ns; /* by the trace's clock */
	const void *
		data; /* of the event, as its format describes it; not aligned; NULL: none */
	size_t len;
};

struct nrb_tracepage {
	const unsigned char *at, *end;
	uint64_t ns; /* of the event before */
};

/** Read a layout out of the text of header_page. Returns 0 or a negative errno. */
int nrb_tracepage_parse_layout(const char *header, struct nrb_tracepage_layout *layout);

/** Begin with a page of len bytes, which stays the caller's. Returns 0 or -EINVAL. */
int nrb_tracepage_begin(struct nrb_tracepage *page,
	const struct nrb_tracepage_layout *layout, const void *bytes, size_t len);

/**
 * The next event; false at the end, also where what follows is no event.
 * Source: kernel/trace/ring_buffer.c, enum ring_buffer_type; the same from 2.6.30 to 7.3, as
 * events/header_event says.
 */
bool nrb_tracepage_next(struct nrb_tracepage *page, struct nrb_traceevent *event);

#endif
