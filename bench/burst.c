/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bursts over loopback. Source: udp(7), socket(7). */
#include "nrb/burst.h"

#include "nrb/diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	DATA_BYTES = 1472, /* what an Ethernet frame of 1500 bytes leaves of it */
	/* of kernel memory for it: 2 KiB for the data and its frame, and a struct sk_buff */
	TRUE_BYTES = 2304,
	ASKED_BUFFER = 4 << 20, /* cut by the kernel to net.core.rmem_max */
};

static int fail_open(int error, const char *what)
{
	switch (error) {
	case EADDRNOTAVAIL:
	case ENETUNREACH:
	case EAFNOSUPPORT:
		nrb_refuse(NRB_EXIT_NOT_HERE, "ip link set lo up", "loopback is down");
		return -EOPNOTSUPP;
	default:
		return nrb_fail(-error, "cannot %s on loopback", what);
	}
}

static int open_socket(int *fd)
{
	*fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return *fd < 0 ? fail_open(errno, "open a socket") : 0;
}

static int find_room(int fd, int64_t *datagrams)
{
	int asked = ASKED_BUFFER, got = 0;
	socklen_t len = sizeof(got);

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &asked, sizeof(asked));
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &len) < 0) {
		return fail_open(errno, "see the buffer of a socket");
	}
	*datagrams = got / TRUE_BYTES;
	return 0;
}

static int bind_socket(int fd, struct sockaddr_in *address)
{
	socklen_t len = sizeof(*address);

	*address = (struct sockaddr_in){ .sin_family = AF_INET };
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return bind(fd, (struct sockaddr *)address, sizeof(*address)) < 0 ||
			       getsockname(fd, (struct sockaddr *)address, &len) < 0
		       ? fail_open(errno, "bind a socket")
		       : 0;
}

static int add_receiver(struct nrb_burst *burst, int64_t *left)
{
	int64_t datagrams = 0;
	int rc = open_socket(&burst->to[burst->n].fd);

	if (rc < 0) {
		return rc;
	}
	burst->n++; /* it is to be closed */
	rc = find_room(burst->to[burst->n - 1].fd, &datagrams);
	if (rc == 0) {
		rc = bind_socket(
			burst->to[burst->n - 1].fd, &burst->to[burst->n - 1].address);
	}
	if (datagrams > *left) {
		datagrams = *left;
	}
	burst->to[burst->n - 1].datagrams = datagrams;
	*left -= datagrams;
	return rc;
}

int nrb_burst_open(struct nrb_burst *burst, int64_t bytes)
{
	int64_t left = bytes / TRUE_BYTES;
	int rc;

	*burst = (struct nrb_burst){ .sender = -1 };
	rc = open_socket(&burst->sender);
	while (rc == 0 && left > 0 && burst->n < NRB_MAX_BURST_SOCKETS) {
		rc = add_receiver(burst, &left);
	}
	return rc;
}

void nrb_burst_close(struct nrb_burst *burst)
{
	for (int i = 0; i < burst->n; i++) {
		close(burst->to[i].fd);
	}
	if (burst->n > 0 || burst->sender > 0) {
		close(burst->sender);
	}
	*burst = (struct nrb_burst){ .sender = -1 };
}

int64_t nrb_burst_send(const struct nrb_burst *burst)
{
	static const char data[DATA_BYTES];
	int64_t sent = 0;

	for (int i = 0; i < burst->n; i++) {
		const struct sockaddr *to =
			(const struct sockaddr *)&burst->to[i].address;

		for (int64_t k = 0; k < burst->to[i].datagrams; k++) {
			/* one that is refused for want of memory is what happens then */
			ssize_t n = sendto(burst->sender, data, sizeof(data), 0, to,
				sizeof(burst->to[i].address));

			sent += n > 0 ? n : 0;
		}
	}
	return sent;
}

int64_t nrb_burst_drain(const struct nrb_burst *burst)
{
	int64_t received = 0;
	char data[DATA_BYTES];
	ssize_t n;

	for (int i = 0; i < burst->n; i++) {
		while ((n = recv(burst->to[i].fd, data, sizeof(data), 0)) > 0) {
			received += n;
		}
	}
	return received;
}
