/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting and writing, with an ear for signals. */
#include "nrb/watchout.h"

#include "nrb/clock.h"
#include "nrb/diag.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

int nrb_watchout_begin(struct nrb_watch_out *out, int fd)
{
	sigset_t resized;
	int rc;

	*out = (struct nrb_watch_out){ .fd = fd, .resized_fd = -1 };
	rc = nrb_interrupt_begin(&out->interrupt);
	if (rc < 0) {
		return rc;
	}
	sigemptyset(&resized);
	sigaddset(&resized, SIGWINCH);
	out->resized_fd = signalfd(-1, &resized, SFD_CLOEXEC | SFD_NONBLOCK);
	if (out->resized_fd < 0 || sigprocmask(SIG_BLOCK, &resized, NULL) < 0) {
		rc = nrb_fail(-errno, "signalfd");
		nrb_watchout_end(out);
	}
	return rc;
}

static int ms_until(uint64_t ns)
{
	uint64_t now = nrb_clock_ns();

	/* rounded up: never before the time */
	return ns <= now ? 0 : (int)((ns - now + 999999) / 1000000);
}

int nrb_watchout_wait(struct nrb_watch_out *out, uint64_t ns)
{
	struct signalfd_siginfo info;
	int ms;

	do {
		struct pollfd look[] = { { .fd = out->interrupt.fd, .events = POLLIN },
			{ .fd = out->resized_fd, .events = POLLIN } };

		ms = ms_until(ns);
		if (poll(look, 2, ms) > 0 &&
			nrb_interrupt_wait(&out->interrupt, 0) == 0 &&
			read(out->resized_fd, &info, sizeof(info)) == sizeof(info)) {
			return 1;
		}
	} while (ms > 0 && out->interrupt.signal == 0);
	return 0;
}

/* A pipe that is ready takes PIPE_BUF without blocking. */
int nrb_watchout_write(struct nrb_watch_out *out, const char *text, size_t len)
{
	while (len > 0 && out->interrupt.signal == 0) {
		struct pollfd look[] = { { .fd = out->interrupt.fd, .events = POLLIN },
			{ .fd = out->fd, .events = POLLOUT } };
		ssize_t n = 0;

		if (poll(look, 2, -1) < 0 && errno != EINTR) {
			return -errno;
		}
		if (look[0].revents != 0) {
			nrb_interrupt_wait(&out->interrupt, 0);
		} else if (look[1].revents != 0) {
			n = write(out->fd, text, len < PIPE_BUF ? len : PIPE_BUF);
		}
		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			return -errno;
		}
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* What stood on the terminal before us is scrolled up, not erased; what we drew on one of another size is. */
static void go_home(const struct nrb_watch_out *out, FILE *to, int columns, int rows)
{
	for (int i = 1; !out->drawn && i < rows; i++) {
		fputc('\n', to);
	}
	fputs("\033[H", to);
	if (out->drawn && (columns != out->columns || rows != out->rows)) {
		fputs("\033[2J", to);
	}
}

int nrb_watchout_draw(struct nrb_watch_out *out, const char *page, int columns, int rows)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	int rc;

	if (to == NULL) {
		return -errno;
	}
	go_home(out, to, columns, rows);
	for (; *page != '\0'; page++) {
		if (*page == '\n') {
			fputs("\033[K", to); /* what is left of a longer line */
		}
		fputc(*page, to);
	}
	fputs("\033[J", to);
	rc = fclose(to) == 0 ? nrb_watchout_write(out, text, len) : -ENOMEM;
	free(text);
	out->drawn = true;
	out->columns = columns;
	out->rows = rows;
	return rc;
}

void nrb_watchout_end(struct nrb_watch_out *out)
{
	if (out->drawn) {
		(void)!write(out->fd, "\n", 1); /* behind the ^C that was typed */
	}
	if (out->resized_fd >= 0) {
		close(out->resized_fd);
	}
	nrb_interrupt_end(&out->interrupt);
}
