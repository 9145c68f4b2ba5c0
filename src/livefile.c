/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of the kernel that are kept open. */
#include "nrb/livefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A file of the kernel comes in parts of about a page, whole lines each (fs/seq_file.c), so that one under
 * half a page is the last: to ask for more would have all of /proc/vmstat counted once more. */
enum { FIRST_ROOM = 64 << 10, MAX_ROOM = 16 << 20, LAST_PART = 2048 };

static int grow(struct nrb_livetext *text)
{
	size_t room = text->room > 0 ? 2 * text->room : FIRST_ROOM;
	char *bytes = room > MAX_ROOM ? NULL : realloc(text->bytes, room);

	if (bytes == NULL) {
		return room > MAX_ROOM ? -EFBIG : -ENOMEM;
	}
	text->bytes = bytes;
	text->room = room;
	return 0;
}

static int read_whole(int fd, struct nrb_livetext *text)
{
	size_t len = 0;
	ssize_t n;
	int rc;

	do {
		if (len + 1 >= text->room && (rc = grow(text)) < 0) {
			return rc;
		}
		do {
			n = pread(
				fd, text->bytes + len, text->room - len - 1, (off_t)len);
		} while (n < 0 && errno == EINTR);
		if (n < 0) {
			return -errno;
		}
		len += (size_t)n;
	} while (n >= LAST_PART || len + 1 >= text->room);
	text->bytes[len] = '\0';
	return 0;
}

int nrb_livefile_read(
	struct nrb_livefile *file, const struct nrb_root *root, struct nrb_livetext *text)
{
	int rc = 0;

	if (!file->is_open) {
		rc = nrb_fsroot_open_file(root, file->path, O_RDONLY, &file->fd);
		file->is_open = rc == 0;
	}
	if (rc == 0) {
		rc = read_whole(file->fd, text);
	}
	if (rc < 0) {
		nrb_livefile_close(file);
	}
	return rc;
}

void nrb_livefile_close(struct nrb_livefile *file)
{
	if (file->is_open) {
		close(file->fd);
	}
	file->is_open = false;
}

void nrb_livetext_finish(struct nrb_livetext *text)
{
	free(text->bytes);
	*text = (struct nrb_livetext){ 0 };
}
