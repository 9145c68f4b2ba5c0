/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log, from a point in time on. Source: Documentation/ABI/testing/dev-kmsg. */
#ifndef NRB_KERNELLOG_H
#define NRB_KERNELLOG_H

#include "nrb/fsroot.h"

#include <stdbool.h>
#include <stdint.h>

struct nrb_kernellog {
	bool is_open; /* a zeroed one is not */
	int fd;
};

/** Open it for reading, where this is allowed (kernel.dmesg_restrict asks for CAP_SYSLOG, at opening
 * alone). Silent: one that is not open counts nothing. */
void nrb_kernellog_open(struct nrb_kernellog *log, const struct nrb_root *root);
void nrb_kernellog_close(struct nrb_kernellog *log);

/** Go behind what was logged so far. */
void nrb_kernellog_skip(const struct nrb_kernellog *log);

/** Count the messages of the kernel itself from there on that hold words, and go behind them; what
 * programs wrote there is none. *lost: some were overwritten before they could be read. NRB_ABSENT: it is
 * not open. */
int64_t nrb_kernellog_count(
	const struct nrb_kernellog *log, const char *words, bool *lost);

#endif
