/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One read(2) of /dev/kmsg is one message. */
#include "nrb/kernellog.h"

#include "nrb/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MESSAGE_LEN =
		8192, /* PRINTK_MESSAGE_MAX is 2048, and what is escaped takes more */
	LEVELS = 8,
};

void nrb_kernellog_open(struct nrb_kernellog *log, const struct nrb_root *root)
{
	*log = (struct nrb_kernellog){ 0 };
	log->is_open = nrb_fsroot_open_file(
			       root, "dev/kmsg", O_RDONLY | O_NONBLOCK, &log->fd) == 0;
}

void nrb_kernellog_close(struct nrb_kernellog *log)
{
	if (log->is_open) {
		close(log->fd);
	}
	*log = (struct nrb_kernellog){ 0 };
}

void nrb_kernellog_skip(const struct nrb_kernellog *log)
{
	if (log->is_open) {
		(void)lseek(log->fd, 0, SEEK_END);
	}
}

/* "PRIORITY,NUMBER,TIME,FLAGS;TEXT": the priority is a level below 8 and 8 times who wrote it, who is 0
 * for the kernel alone. */
static bool is_kernels(const char *message)
{
	char *end;

	return strtoul(message, &end, 10) < LEVELS && end != message && *end == ',';
}

/* EPIPE: messages were overwritten, and the next read(2) goes on behind them. */
int64_t nrb_kernellog_count(
	const struct nrb_kernellog *log, const char *words, bool *lost)
{
	char message[MESSAGE_LEN + 1];
	int64_t count = 0;

	*lost = false;
	if (!log->is_open) {
		return NRB_ABSENT;
	}
	for (;;) {
		ssize_t n = read(log->fd, message, MESSAGE_LEN);

		if (n < 0 && (errno == EPIPE || errno == EINTR)) {
			*lost = *lost || errno == EPIPE;
			continue;
		}
		if (n <= 0) {
			return count;
		}
		message[n] = '\0';
		count += is_kernels(message) && strstr(message, words) != NULL;
	}
}
