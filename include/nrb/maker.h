/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who made a thing that outlives its maker and that every PID namespace sees: a pid alone would be another
 * process in each of them, and a container's maker a dead one to its host.
 */
#ifndef NRB_MAKER_H
#define NRB_MAKER_H

#include "nrb/fsroot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { NRB_MAKER_LEN = 48 };

struct nrb_maker {
	pid_t pid;          /* in its own PID namespace */
	int64_t start_time; /* of nrb_process_start_time */
	uint32_t namespace; /* the inode of its PID namespace */
};

/** The caller. A start time of 0 where a recorded machine does not list it. Returns 0 or a negative errno,
 * silent. Source: pid_namespaces(7), namespaces(7). */
int nrb_maker_self(const struct nrb_root *root, struct nrb_maker *maker);

/** Write PID-START-NAMESPACE, in decimal digits. Source: this project's own form. */
void nrb_maker_format(const struct nrb_maker *maker, char text[NRB_MAKER_LEN]);

/** Read what nrb_maker_format wrote. Returns 0 or -EINVAL, silent. */
int nrb_maker_parse(const char *text, struct nrb_maker *maker);

/**
 * Whether it is surely gone, or a zombie, which makes nothing more. One of another PID namespace is not, as
 * long as it cannot be told: only the first namespace sees the processes of all.
 * Source: NSpid of proc_pid_status(5), Linux 4.1 and later.
 */
bool nrb_maker_is_gone(const struct nrb_root *root, const struct nrb_maker *maker);

#endif
