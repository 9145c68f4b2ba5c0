/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process that writes the cache file and hands its descriptor over. */
#include "nrb/cachemaker.h"

#include "nrb/cachefile.h"
#include "nrb/diag.h"
#include "nrb/placement.h"
#include "nrb/process.h"
#include "nrb/progress.h"
#include "nrb/reap.h"
#include "nrb/rights.h"
#include "nrb/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOK_MS = 250 };

/* What writer and parent share. */
struct words {
	volatile int64_t progress;
	volatile int32_t stop;
	char why[512];
};

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

/* rc and, where it is 0, the descriptor. */
static int send_fd(int channel, int rc, int fd)
{
	union control control = { .bytes = { 0 } };
	struct iovec iov = { &rc, sizeof(rc) };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (rc == 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	return sendmsg(channel, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int receive_fd(int channel, int *fd)
{
	union control control = { .bytes = { 0 } };
	int rc = -EPIPE;
	struct iovec iov = { &rc, sizeof(rc) };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };

	if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(rc)) {
		return -EPIPE; /* the writer died */
	}
	if (rc == 0) {
		if (control.header.cmsg_type != SCM_RIGHTS) {
			return -EPROTO;
		}
		memcpy(fd, CMSG_DATA(&control.header), sizeof(*fd));
	}
	return rc;
}

static _Noreturn void write_file(const struct nrb_cachemaker *maker, struct words *words,
	pid_t parent, int channel)
{
	int fd = -1, rc;

	nrb_diag_reset();
	nrb_diag_set_copy(words->why, sizeof(words->why));
	rc = nrb_process_begin_child(maker->root, parent);
	if (rc == 0) {
		rc = nrb_rights_limit(maker->root, NRB_ROLE_WRITER);
	}
	if (rc == 0 && nrb_idset_count(maker->cpus) > 0) {
		rc = nrb_placement_pin(maker->cpus);
	}
	if (rc == 0 && maker->sparse) {
		rc = nrb_cachefile_make_sparse(
			maker->dir, maker->len, (uint64_t)maker->seed, &fd);
	} else if (rc == 0) {
		rc = nrb_cachefile_make(maker->dir, maker->len, (uint64_t)maker->seed,
			&words->progress, &words->stop, &fd);
	}
	_exit(send_fd(channel, rc, fd) < 0);
}

/* Until the writer has spoken or a signal came. */
static int wait_for(const struct nrb_cachemaker *maker, const struct words *words,
	int channel, int *fd, int *signal)
{
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = maker->signal_fd, .events = POLLIN },
			{ .fd = channel, .events = POLLIN },
		};
		char line[128];

		if (poll(fds, 2, LOOK_MS) < 0 && errno != EINTR) {
			return nrb_fail(
				-errno, "cannot wait for the writer of the cache file");
		}
		if (fds[0].revents) {
			*signal = nrb_signals_take(maker->signal_fd);
			return -EINTR;
		}
		if (fds[1].revents) {
			return receive_fd(channel, fd);
		}
		snprintf(line, sizeof(line), "writing the cache file: %lld of %lld MiB",
			(long long)words->progress >> 20, (long long)maker->len >> 20);
		nrb_progress_redraw(line);
	}
}

int nrb_cachemaker_run(const struct nrb_cachemaker *maker, int *fd, int *signal)
{
	int channel[2] = { -1, -1 }, rc = 0;
	pid_t parent = getpid(), writer = -1;
	struct words *words = mmap(NULL, sizeof(*words), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (words == MAP_FAILED) {
		return nrb_fail(-errno, "no memory to share with the writer");
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0) {
		rc = nrb_fail(-errno, "cannot make the channel to the writer");
		goto out;
	}
	writer = fork();
	if (writer == 0) {
		close(channel[0]);
		close(maker->signal_fd);
		nrb_guard_leave(maker->guard);
		write_file(maker, words, parent, channel[1]);
	}
	close(channel[1]);
	if (writer < 0) {
		rc = nrb_fail(-errno, "cannot fork the writer");
		goto out;
	}
	rc = nrb_guard_add_process(maker->guard, writer);
	if (rc == 0) {
		rc = wait_for(maker, words, channel[0], fd, signal);
	}
	if (rc == -EPIPE) {
		rc = nrb_fail(rc, "the writer of the cache file died");
	} else if (rc < 0 && rc != -EINTR && words->why[0] != '\0') {
		/* said by the writer; keep it for --json and the record */
		rc = nrb_diag_adopt(rc, words->why);
	}
out:
	if (writer > 0) {
		kill(writer, SIGKILL);
		/* one that hangs stays with the guard, and dies with us */
		if (nrb_reap(writer, NRB_REAP_LIMIT_MS, NULL, NULL) == 0) {
			nrb_guard_forget_process(maker->guard, writer);
		}
	}
	if (channel[0] >= 0) {
		close(channel[0]);
	}
	munmap(words, sizeof(*words));
	return rc;
}
