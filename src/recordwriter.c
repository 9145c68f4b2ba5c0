/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a record: a line at a time, on disk before the next cell starts. */
#include "nrb/diag.h"
#include "nrb/record.h"
#include "nrb/recordcell.h"
#include "nrb/recordfields.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 4096 }; /* PIPE_BUF: a pipe that is ready takes so much without waiting */

struct nrb_record {
	int fd;
	int interrupt; /* readable: do not wait for a reader any longer; -1: wait */
	char *path;
	off_t good;  /* bytes of whole lines */
	bool failed; /* a line could not be written; said, and none follows */
};

static bool is_stdout(const struct nrb_record *record)
{
	return record->fd == STDOUT_FILENO;
}

static int open_new(struct nrb_record *record)
{
	int err;

	record->fd = open(
		record->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (record->fd >= 0) {
		return 0;
	}
	err = -errno;
	if (err == -EEXIST) {
		nrb_refuse(NRB_EXIT_FAILED,
			"nothing is ever overwritten: name a new file with -o",
			"%s exists", record->path);
		return err;
	}
	return nrb_fail(err, "cannot make the record %s", record->path);
}

int nrb_record_create(struct nrb_record **record, const char *path)
{
	struct nrb_record *r = calloc(1, sizeof(*r));
	int rc = 0;

	if (r == NULL || (r->path = strdup(path)) == NULL) {
		free(r);
		return nrb_fail(-ENOMEM, "record %s", path);
	}
	r->fd = STDOUT_FILENO;
	r->interrupt = -1;
	if (strcmp(path, "-") != 0) {
		rc = open_new(r);
	}
	if (rc < 0) {
		free(r->path);
		free(r);
		return rc;
	}
	*record = r;
	return 0;
}

/* Whoever reads our stdout may have stopped, and a signal must get through all the same. */
static int wait_ready(const struct nrb_record *record)
{
	struct pollfd fds[] = { { .fd = record->fd, .events = POLLOUT },
		{ .fd = record->interrupt, .events = POLLIN } };

	if (record->interrupt < 0 || !is_stdout(record)) {
		return 0;
	}
	while (poll(fds, 2, -1) < 0 && errno == EINTR) {
		/* again */
	}
	return fds[0].revents == 0 && fds[1].revents != 0 ? -EINTR : 0;
}

static int write_all(const struct nrb_record *record, const char *text, size_t len)
{
	while (len > 0) {
		int rc = wait_ready(record);
		ssize_t n;

		if (rc < 0) {
			return rc;
		}
		n = write(record->fd, text, len < PIECE ? len : PIECE);
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

void nrb_record_set_interrupt(struct nrb_record *record, int fd)
{
	record->interrupt = fd;
}

/* A pipe or a terminal cannot be synced. */
static int sync_file(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL && errno != EROFS ? -errno : 0;
}

/* Half a line in the middle would make the whole record unreadable: cut it off. */
static int give_up(struct nrb_record *record, int err)
{
	record->failed = true;
	if (!is_stdout(record) && ftruncate(record->fd, record->good) < 0) {
		nrb_warn("%s: its last line may be cut", record->path);
	}
	return nrb_fail(err, "cannot write the record %s", record->path);
}

static int write_line(struct nrb_record *record, struct nrb_json *line)
{
	char *text = NULL;
	size_t len;
	int rc;

	if (record->failed) {
		nrb_json_free(line);
		return -EIO;
	}
	rc = nrb_json_dump(line, 0, &text, &len);
	nrb_json_free(line);
	if (rc == 0 && len > NRB_RECORD_MAX_LINE) {
		rc = -EMSGSIZE;
	}
	if (rc == 0) {
		rc = write_all(record, text, len);
	}
	if (rc == 0) {
		rc = sync_file(record->fd);
	}
	free(text);
	if (rc < 0) {
		return give_up(record, rc);
	}
	record->good += (off_t)len;
	return 0;
}

static struct nrb_json *nodes_json(const struct nrb_header *header)
{
	struct nrb_json *array = nrb_json_array();

	for (int64_t i = 0; i < header->n_nodes; i++) {
		struct nrb_json *node = nrb_json_object();

		nrb_json_set_int(node, "node", header->nodes[i]);
		nrb_json_set_known(node, "memory_bytes", header->node_bytes[i]);
		nrb_json_append(array, node);
	}
	return array;
}

static struct nrb_json *distances_json(const struct nrb_header *header)
{
	struct nrb_json *array = nrb_json_array();

	for (int64_t i = 0; i < header->n_nodes; i++) {
		struct nrb_json *row = nrb_json_array();

		for (int64_t j = 0; j < header->n_nodes; j++) {
			nrb_json_append(row, nrb_json_int(header->distances[i][j]));
		}
		nrb_json_append(array, row);
	}
	return array;
}

static int put_extra(void *arg, const char *key, const struct nrb_json *value)
{
	struct nrb_json *object = arg;

	assert(nrb_json_get(object, key) == NULL); /* a name has one meaning */
	nrb_json_set_shared(object, key, value);
	return 0;
}

int nrb_record_write_header(struct nrb_record *record, const struct nrb_header *header,
	struct nrb_json *extra)
{
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_str(object, "type", "header");
	nrb_fields_put(object, header, nrb_header_fields);
	nrb_strings_put(object, header, nrb_header_strings);
	nrb_json_set_bool(object, "rehearsal", header->rehearsal);
	if (header->sparse) {
		nrb_json_set_bool(object, "sparse", true);
	}
	nrb_json_set(object, "nodes", nodes_json(header));
	if (header->n_nodes > 0 && header->distances[0][0] != 0) {
		nrb_json_set(object, "distances", distances_json(header));
	}
	nrb_json_each(extra, put_extra, object);
	nrb_json_free(extra);
	return write_line(record, object);
}

int nrb_record_write_cell(struct nrb_record *record, const struct nrb_sample *sample)
{
	return write_line(record, nrb_recordcell_json(sample));
}

int nrb_record_write_end(
	struct nrb_record *record, const struct nrb_end *end, struct nrb_json *settings)
{
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_str(object, "type", "end");
	nrb_strings_put(object, end, nrb_end_strings);
	nrb_fields_put(object, end, nrb_end_fields);
	nrb_json_set_bool(object, "restored", end->restored);
	nrb_json_set(object, "settings", settings);
	return write_line(record, object);
}

/* A file without a first line is no record, and would be in the way of the next run's. */
static void remove_empty(const struct nrb_record *record)
{
	struct stat ours, there;

	if (record->good == 0 && fstat(record->fd, &ours) == 0 &&
		lstat(record->path, &there) == 0 && ours.st_dev == there.st_dev &&
		ours.st_ino == there.st_ino) {
		unlink(record->path);
	}
}

int nrb_record_close(struct nrb_record *record)
{
	int rc = 0;

	if (record == NULL) {
		return 0;
	}
	if (!is_stdout(record)) {
		remove_empty(record);
	}
	if (!is_stdout(record) && close(record->fd) < 0) {
		rc = nrb_fail(-errno, "cannot close the record %s", record->path);
	}
	free(record->path);
	free(record);
	return rc;
}

int nrb_record_reading(const struct nrb_record *record)
{
	int fd = is_stdout(record) ? -1 : fcntl(record->fd, F_DUPFD_CLOEXEC, 0);

	if (fd >= 0 && lseek(fd, 0, SEEK_SET) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

const char *nrb_record_path(const struct nrb_record *record)
{
	return record->path;
}
