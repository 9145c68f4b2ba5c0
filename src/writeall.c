/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole text into a descriptor. */
#include "nrb/writeall.h"

#include <errno.h>
#include <unistd.h>

int nrb_write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR) {
			return -errno;
		}
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}
