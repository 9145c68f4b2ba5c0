/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams that lie in the kernel's memory until they are read: what a burst from a network takes
 * of a node, but sent over loopback, from nowhere to nowhere.
 */
#ifndef NRB_BURST_H
#define NRB_BURST_H

#include <netinet/in.h>
#include <stdint.h>

enum { NRB_MAX_BURST_SOCKETS = 256 };

struct nrb_burst {
	int sender;
	int n; /* sockets that receive, each as much as its buffer takes */
	struct {
		int fd;
		struct sockaddr_in address;
		int64_t datagrams; /* that it takes */
	} to[NRB_MAX_BURST_SOCKETS];
};

/**
 * Open sockets on 127.0.0.1, at ports that the kernel chooses, which take together bytes of kernel
 * memory at most. No right is needed: each has what net.core.rmem_max gives to anybody.
 * Returns 0; -EOPNOTSUPP, with a message, where loopback is down or there is no network; or another
 * negative errno, with a message. A zeroed burst is closed; close it also after a failure.
 */
int nrb_burst_open(struct nrb_burst *burst, int64_t bytes);
void nrb_burst_close(struct nrb_burst *burst);

/** Send as many datagrams as the sockets take. Returns the bytes of data in them. */
int64_t nrb_burst_send(const struct nrb_burst *burst);

/** Receive all that is there. Returns the bytes of data. */
int64_t nrb_burst_drain(const struct nrb_burst *burst);

#endif
