/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a record that may come from a stranger, or from a run that was cut off. */
#include "nrb/diag.h"
#include "nrb/record.h"
#include "nrb/recordcell.h"
#include "nrb/recordfields.h"
#include "nrb/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the buffer, lines of the usual length touch no more than a READ_BYTES and themselves. */
enum { READ_BYTES = 64 * 1024, BUFFER_BYTES = NRB_RECORD_MAX_LINE + READ_BYTES };

struct nrb_reader {
	int fd;
	char *name; /* as shown */
	char *buf;  /* BUFFER_BYTES; buf[from..to) is not yet read as lines */
	size_t from, to;
	bool eof;
	size_t line; /* number of the current line */
	int64_t cells;
	bool ended, warned;
	struct nrb_header header;
	struct nrb_json *first; /* the header's line, until the next one is read */
	struct nrb_end end;
	struct nrb_sample sample;
};

/* -- lines -- */

static int refill(struct nrb_reader *reader)
{
	size_t room;
	ssize_t n;

	memmove(reader->buf, reader->buf + reader->from, reader->to - reader->from);
	reader->to -= reader->from;
	reader->from = 0;
	room = BUFFER_BYTES - reader->to;
	room = room < READ_BYTES ? room : READ_BYTES;
	do {
		n = read(reader->fd, reader->buf + reader->to, room);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		return nrb_fail(-errno, "cannot read %s", reader->name);
	}
	reader->eof = n == 0;
	reader->to += (size_t)n;
	return 0;
}

/* Say why a line is refused; the reason may quote what stands in the file. */
static int refuse(const struct nrb_reader *reader, const char *reason)
{
	char shown[4 * sizeof(((struct nrb_why *)0)->text)];

	nrb_screen_escape(shown, sizeof(shown), reason, true);
	nrb_refuse(
		NRB_EXIT_FAILED, NULL, "%s:%zu: %s", reader->name, reader->line, shown);
	return -EPROTO;
}

/* Find the next line; *line is NULL at the end of the file. */
static int next_line(struct nrb_reader *reader, const char **line, size_t *len)
{
	size_t seen = 0;
	int rc;

	reader->line++;
	for (;;) {
		char *start = reader->buf + reader->from;
		size_t have = reader->to - reader->from;
		char *newline = memchr(start + seen, '\n', have - seen);

		*len = newline != NULL ? (size_t)(newline - start) : have;
		if (*len > NRB_RECORD_MAX_LINE) {
			return refuse(reader, "a line of over 4 MiB");
		}
		if (newline != NULL || reader->eof) {
			*line = newline == NULL && have == 0 ? NULL : start;
			reader->from += *len + (newline != NULL);
			return 0;
		}
		seen = have;
		rc = refill(reader);
		if (rc < 0) {
			return rc;
		}
	}
}

/* Whether nothing follows what was read. Moves the buffer: the line is gone after it. */
static int is_last(struct nrb_reader *reader, bool *last)
{
	int rc = 0;

	if (reader->from == reader->to && !reader->eof) {
		rc = refill(reader);
	}
	*last = reader->from == reader->to && reader->eof;
	return rc;
}

/* Read the next line as an object; NULL at the end, and for a last line that is broken: its
 * run was cut off in the middle of writing it. */
static int next_object(struct nrb_reader *reader, struct nrb_json **object)
{
	struct nrb_why why;
	const char *line;
	bool last;
	size_t len;
	int rc;

	*object = NULL;
	rc = next_line(reader, &line, &len);
	if (rc < 0 || line == NULL) {
		return rc;
	}
	rc = nrb_json_parse(line, len, object, why.text, sizeof(why.text));
	if (rc == -ENOMEM) {
		return nrb_fail(rc, "%s:%zu", reader->name, reader->line);
	}
	if (rc == 0) {
		return nrb_json_is_object(*object) ? 0
						   : refuse(reader, "not a JSON object");
	}
	rc = is_last(reader, &last);
	if (rc < 0) {
		return rc;
	}
	if (reader->line == 1) {
		return refuse(reader,
			"not a record of numa-reclaim-bench: the first line is not JSON");
	}
	if (!last) {
		return refuse(reader, why.text);
	}
	nrb_warn("%s:%zu: the last line is cut; what stands before it is used",
		reader->name, reader->line);
	reader->warned = true;
	return 0;
}

/* -- the first line -- */

static int parse_header_nodes(
	const struct nrb_json *line, struct nrb_header *header, struct nrb_why *why)
{
	const struct nrb_json *array;
	int rc = nrb_array_get(line, "nodes", NRB_MAX_NODES, &array, why);

	for (size_t i = 0; rc == 0 && i < nrb_json_count(array); i++) {
		const struct nrb_json *node = nrb_json_at(array, i);
		int64_t number = -1, bytes = 0, last = i > 0 ? header->nodes[i - 1] : -1;

		if (nrb_int_get(node, "node", 0, NRB_MAX_NODE_NUMBER, &number, why) < 0 ||
			number <= last) {
			return nrb_why_set(why,
				"nodes: a number that is missing, bad, twice or out of order");
		}
		if (nrb_int_get(node, "memory_bytes", 0, (int64_t)1 << 60, &bytes, why) ==
			-EPROTO) {
			return -EPROTO;
		}
		header->nodes[i] = number;
		header->node_bytes[i] = bytes;
		header->n_nodes++;
	}
	return rc;
}

static int parse_distance_row(
	const struct nrb_json *row, int64_t n, uint8_t *distances, struct nrb_why *why)
{
	if (nrb_json_count(row) != (size_t)n) {
		return nrb_why_set(
			why, "distances: not a row and a column for each node");
	}
	for (int64_t i = 0; i < n; i++) {
		int64_t distance;

		if (nrb_json_as_int(nrb_json_at(row, (size_t)i), &distance) < 0 ||
			distance < 0 || distance > UINT8_MAX) {
			return nrb_why_set(
				why, "distances: not an integer from 0 to 255");
		}
		distances[i] = (uint8_t)distance;
	}
	return 0;
}

static int parse_distances(
	const struct nrb_json *line, struct nrb_header *header, struct nrb_why *why)
{
	const struct nrb_json *array;
	int rc = nrb_array_get(line, "distances", NRB_MAX_NODES, &array, why);

	if (rc < 0 || array == NULL) {
		return rc;
	}
	if (nrb_json_count(array) != (size_t)header->n_nodes) {
		return nrb_why_set(
			why, "distances: not a row and a column for each node");
	}
	for (int64_t i = 0; rc == 0 && i < header->n_nodes; i++) {
		rc = parse_distance_row(nrb_json_at(array, (size_t)i), header->n_nodes,
			header->distances[i], why);
	}
	return rc;
}

static int parse_header(
	const struct nrb_json *line, struct nrb_header *header, struct nrb_why *why)
{
	char type[NRB_WORD_LEN] = "";
	int64_t version = 0;
	int rc;

	nrb_header_init(header);
	if (nrb_string_get(line, "type", type, sizeof(type), why) < 0 ||
		strcmp(type, "header") != 0 ||
		nrb_int_get(line, "schema_version", 1, INT64_MAX, &version, why) < 0) {
		return nrb_why_set(why,
			"not a record of numa-reclaim-bench: the first line is no header");
	}
	if (version > NRB_RECORD_SCHEMA) {
		return nrb_why_set(why,
			"a record of schema version %" PRId64
			", newer than the %d that this numa-reclaim-bench reads: use a newer one",
			version, NRB_RECORD_SCHEMA);
	}
	if ((rc = nrb_fields_get(line, header, nrb_header_fields, why)) < 0 ||
		(rc = nrb_strings_get(line, header, nrb_header_strings, why)) < 0 ||
		(rc = parse_header_nodes(line, header, why)) < 0 ||
		(rc = parse_distances(line, header, why)) < 0) {
		return rc;
	}
	rc = nrb_bool_get(line, "sparse", &header->sparse, why);
	if (rc < 0 && rc != -ENOENT) {
		return rc;
	}
	rc = nrb_bool_get(line, "rehearsal", &header->rehearsal, why);
	return rc == -ENOENT ? nrb_why_set(why, "the header does not say rehearsal") : rc;
}

static int read_header(struct nrb_reader *reader)
{
	struct nrb_json *line;
	struct nrb_why why;
	int rc = next_object(reader, &line);

	if (rc == 0 && line == NULL) {
		return refuse(
			reader, "not a record of numa-reclaim-bench: the file is empty");
	}
	if (rc == 0 && parse_header(line, &reader->header, &why) < 0) {
		rc = refuse(reader, why.text);
	}
	reader->first = line;
	return rc;
}

/* The name in messages: on one line, without control bytes. */
static char *shown_name(const char *path)
{
	const char *name = strcmp(path, "-") == 0 ? "stdin" : path;
	size_t len = 4 * strlen(name) + 1;
	char *shown = malloc(len);

	return shown != NULL ? nrb_screen_escape(shown, len, name, false) : NULL;
}

int nrb_reader_take(struct nrb_reader **reader, const char *path, int fd)
{
	struct nrb_reader *r = calloc(1, sizeof(*r));
	int rc = 0;

	if (r != NULL) {
		r->fd = fd;
		r->name = shown_name(path);
		r->buf = malloc(BUFFER_BYTES);
	}
	if (r == NULL || r->name == NULL || r->buf == NULL) {
		rc = nrb_fail(-ENOMEM, "record %s", path);
		goto out;
	}
	rc = read_header(r);
	if (rc == 0) {
		*reader = r;
		r = NULL;
	}
out:
	if (r == NULL && rc < 0 && fd > STDIN_FILENO) {
		close(fd);
	}
	nrb_reader_close(r);
	return rc;
}

int nrb_reader_open(struct nrb_reader **reader, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), err = -errno;
	char *name;

	if (fd >= 0) {
		return nrb_reader_take(reader, path, fd);
	}
	name = shown_name(path);
	err = nrb_fail(err, "cannot open %s", name != NULL ? name : "it");
	free(name);
	return err;
}

void nrb_reader_close(struct nrb_reader *reader)
{
	if (reader != NULL) {
		if (reader->fd > STDIN_FILENO) {
			close(reader->fd);
		}
		nrb_json_free(reader->first);
		free(reader->name);
		free(reader->buf);
		free(reader);
	}
}

int nrb_reader_words(
	const struct nrb_reader *reader, const char *key, struct nrb_words *words)
{
	const struct nrb_json *list = nrb_json_get(reader->first, key);
	struct nrb_why why;
	const char *word;
	int rc;

	if (list == NULL) {
		return -ENOENT;
	}
	rc = nrb_array_get(reader->first, key, NRB_MAX_ARGV, &list, &why);
	for (size_t i = 0; rc == 0 && i < nrb_json_count(list); i++) {
		rc = nrb_json_as_str(nrb_json_at(list, i), &word);
		if (rc == 0) {
			nrb_words_add(words, "%s", word);
		} else {
			nrb_why_set(&why, "%s: a word that is no string", key);
		}
	}
	if (rc < 0) {
		return refuse(reader, why.text);
	}
	return words->err < 0 ? nrb_fail(words->err, "%s", reader->name) : 0;
}

/* -- the other lines -- */

static int parse_end_settings(
	const struct nrb_json *line, struct nrb_end *end, struct nrb_why *why)
{
	const struct nrb_json *array;
	int rc = nrb_array_get(line, "settings", NRB_MAX_END_SETTINGS, &array, why);

	for (size_t i = 0; rc == 0 && i < nrb_json_count(array); i++) {
		const struct nrb_json *object = nrb_json_at(array, i);

		if (!nrb_json_is_object(object)) {
			return nrb_why_set(why, "settings: an element is no object");
		}
		rc = nrb_strings_get(object, &end->settings[end->n_settings++],
			nrb_end_setting_strings, why);
	}
	return rc;
}

static int parse_end(
	const struct nrb_json *line, struct nrb_end *end, struct nrb_why *why)
{
	int rc;

	nrb_end_init(end);
	if ((rc = nrb_strings_get(line, end, nrb_end_strings, why)) < 0 ||
		(rc = nrb_fields_get(line, end, nrb_end_fields, why)) < 0 ||
		(rc = parse_end_settings(line, end, why)) < 0) {
		return rc;
	}
	rc = nrb_bool_get(line, "restored", &end->restored, why);
	return rc == -ENOENT ? nrb_why_set(why, "the end does not say restored") : rc;
}

static int parse_line(struct nrb_reader *reader, const struct nrb_json *line,
	enum nrb_line *kind, struct nrb_why *why)
{
	char type[NRB_WORD_LEN] = "";

	if (nrb_string_get(line, "type", type, sizeof(type), why) == -EPROTO) {
		return -EPROTO;
	}
	if (reader->ended) {
		return nrb_why_set(why, "something follows the end");
	}
	if (strcmp(type, "cell") == 0) {
		*kind = NRB_LINE_CELL;
		reader->cells++;
		return nrb_recordcell_parse(line, &reader->header, &reader->sample, why);
	}
	if (strcmp(type, "end") == 0) {
		*kind = NRB_LINE_END;
		reader->ended = true;
		return parse_end(line, &reader->end, why);
	}
	return nrb_why_set(why, "neither a cell nor an end: type '%s'", type);
}

static void note_interrupted(struct nrb_reader *reader)
{
	if (!reader->ended && !reader->warned) {
		nrb_warn("%s: interrupted: it has no end line; its %" PRId64
			 " cells are used",
			reader->name, reader->cells);
		reader->warned = true;
	}
}

int nrb_reader_next(
	struct nrb_reader *reader, enum nrb_line *line, const struct nrb_sample **sample)
{
	struct nrb_json *object;
	struct nrb_why why;
	int rc;

	nrb_json_free(reader->first);
	reader->first = NULL;
	rc = next_object(reader, &object);
	if (rc == 0 && object == NULL) {
		*line = NRB_LINE_EOF;
		note_interrupted(reader);
		return 0;
	}
	if (rc == 0 && parse_line(reader, object, line, &why) < 0) {
		rc = refuse(reader, why.text);
	}
	nrb_json_free(object);
	*sample = &reader->sample;
	return rc;
}

const struct nrb_header *nrb_reader_header(const struct nrb_reader *reader)
{
	return &reader->header;
}

const struct nrb_end *nrb_reader_end(const struct nrb_reader *reader)
{
	return reader->ended ? &reader->end : NULL;
}
