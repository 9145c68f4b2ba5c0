/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal as JSON: written whole or not at all, read with suspicion. */
#include "nrb/journal.h"

#include "nrb/diag.h"
#include "nrb/json.h"
#include "nrb/lock.h"
#include "nrb/moment.h"
#include "nrb/writeall.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A full journal takes 12 KiB. */
enum { FORMAT = 1, MAX_BYTES = 65536 };

#define TEMP_NAME NRB_JOURNAL_NAME ".new"

struct nrb_journal_entry *nrb_journal_find(
	struct nrb_journal *journal, const struct nrb_setting *setting)
{
	for (int i = 0; i < journal->n_entries; i++) {
		if (journal->entries[i].setting == setting) {
			return &journal->entries[i];
		}
	}
	return NULL;
}

bool nrb_journal_is_ours(const struct nrb_journal_entry *entry, const char *value)
{
	const char *const targets[] = { entry->confirmed, entry->intended, entry->found };
	bool is_ours = nrb_setting_same(entry->setting, entry->confirmed, value) ||
		       nrb_setting_same(entry->setting, entry->intended, value);

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		is_ours |= nrb_setting_passes(entry->setting, targets[i], value);
	}
	return is_ours;
}

static struct nrb_json *entry_json(const struct nrb_journal_entry *entry)
{
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_str(object, "name", entry->setting->name);
	nrb_json_set_str(object, "found", entry->found);
	nrb_json_set_str(object, "confirmed", entry->confirmed);
	nrb_json_set_str(object, "intended", entry->intended);
	return object;
}

static struct nrb_json *process_json(const struct nrb_journal_process *process)
{
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_int(object, "pid", process->pid);
	nrb_json_set_int(object, "start_time", process->start_time);
	return object;
}

static struct nrb_json *to_json(const struct nrb_journal *journal)
{
	struct nrb_json *object = nrb_json_object(), *array = nrb_json_array();

	nrb_json_set_int(object, "format", FORMAT);
	nrb_json_set_str(object, "boot_id", journal->boot_id);
	nrb_json_set_int(object, "pid", journal->pid);
	nrb_json_set_int(object, "start_time", journal->start_time);
	for (int i = 0; i < journal->n_entries; i++) {
		nrb_json_append(array, entry_json(&journal->entries[i]));
	}
	nrb_json_set(object, "settings", array);
	array = nrb_json_array();
	for (int i = 0; i < journal->n_processes; i++) {
		nrb_json_append(array, process_json(&journal->processes[i]));
	}
	nrb_json_set(object, "processes", array);
	return object;
}

static int unlink_if_there(int dir, const char *name)
{
	return unlinkat(dir, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

static int write_temp(int dir, const char *text, size_t len)
{
	int fd, rc = unlink_if_there(dir, TEMP_NAME);

	if (rc < 0) {
		return rc;
	}
	fd = openat(dir, TEMP_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		0600);
	if (fd < 0) {
		return -errno;
	}
	rc = nrb_write_all(fd, text, len);
	if (rc == 0 && fsync(fd) < 0) {
		rc = -errno;
	}
	if (close(fd) < 0 && rc == 0) {
		rc = -errno;
	}
	return rc;
}

int nrb_journal_write(int dir, const struct nrb_journal *journal)
{
	struct nrb_json *object = to_json(journal);
	char *text = NULL;
	size_t len;
	int rc = nrb_json_dump(object, 0, &text, &len);

	if (rc < 0) {
		goto out;
	}
	rc = write_temp(dir, text, len);
	nrb_moment_pass("journal-temp");
	if (rc == 0 && renameat(dir, TEMP_NAME, dir, NRB_JOURNAL_NAME) < 0) {
		rc = -errno;
	}
	if (rc < 0) {
		unlinkat(dir, TEMP_NAME, 0);
		goto out;
	}
	rc = fsync(dir) < 0 ? -errno : 0;
out:
	free(text);
	nrb_json_free(object);
	return rc < 0 ? nrb_fail(rc, "cannot write /%s/%s", NRB_RUN_DIR, NRB_JOURNAL_NAME)
		      : 0;
}

int nrb_journal_remove(int dir)
{
	int rc = unlink_if_there(dir, NRB_JOURNAL_NAME);
	int temp_rc = unlink_if_there(dir, TEMP_NAME);

	if (rc == 0) {
		rc = temp_rc;
	}
	return rc == 0 && fsync(dir) < 0 ? -errno : rc;
}

/* Reads below: false is "damaged"; why goes to a buffer once, where it was seen. */
struct reader {
	char *why;
	size_t why_len;
};

static bool damaged(const struct reader *reader, const char *what, const char *value)
{
	snprintf(reader->why, reader->why_len, "%s \"%s\"", what, value);
	return false;
}

static bool read_value(const struct reader *reader, const struct nrb_json *object,
	const char *key, const struct nrb_setting *setting, char *value)
{
	const char *text;

	if (nrb_json_get_str(object, key, &text) < 0) {
		return damaged(reader, "a setting lacks", key);
	}
	if (!nrb_setting_valid(setting, text)) {
		return damaged(reader, "no value for this setting:", text);
	}
	snprintf(value, NRB_SETTING_LEN, "%s", text);
	return true;
}

static bool read_entry(const struct reader *reader, const struct nrb_json *object,
	struct nrb_journal *journal)
{
	struct nrb_journal_entry *entry = &journal->entries[journal->n_entries];
	const struct nrb_setting *setting;
	const char *name;

	if (nrb_json_get_str(object, "name", &name) < 0) {
		return damaged(reader, "a setting lacks", "name");
	}
	setting = nrb_setting_find(name);
	if (setting == NULL || setting->kind != NRB_SETTING_VALUE) {
		return damaged(reader, "not a setting that may be written:", name);
	}
	if (nrb_journal_find(journal, setting) != NULL) {
		return damaged(reader, "named twice:", name);
	}
	entry->setting = setting;
	if (!read_value(reader, object, "found", setting, entry->found) ||
		!read_value(reader, object, "confirmed", setting, entry->confirmed) ||
		!read_value(reader, object, "intended", setting, entry->intended)) {
		return false;
	}
	journal->n_entries++;
	return true;
}

/* Never 0, 1 or a negative number: kill(2) means others by them. */
static bool read_process(const struct reader *reader, const struct nrb_json *object,
	struct nrb_journal *journal)
{
	struct nrb_journal_process *process = &journal->processes[journal->n_processes];
	int64_t pid = 0;

	if (nrb_json_get_int(object, "pid", &pid) < 0 || pid <= 1 || pid > INT32_MAX ||
		nrb_json_get_int(object, "start_time", &process->start_time) < 0 ||
		process->start_time < 0) {
		return damaged(reader, "not a", "process");
	}
	process->pid = (pid_t)pid;
	journal->n_processes++;
	return true;
}

static bool read_array(const struct reader *reader, const struct nrb_json *object,
	const char *key, size_t max, struct nrb_journal *journal,
	bool (*each)(const struct reader *reader, const struct nrb_json *object,
		struct nrb_journal *journal))
{
	const struct nrb_json *array = nrb_json_get(object, key);

	if (!nrb_json_is_array(array) || nrb_json_count(array) > max) {
		return damaged(reader, "no list, or too long a one:", key);
	}
	for (size_t i = 0; i < nrb_json_count(array); i++) {
		if (!each(reader, nrb_json_at(array, i), journal)) {
			return false;
		}
	}
	return true;
}

static bool from_json(const struct reader *reader, const struct nrb_json *object,
	struct nrb_journal *journal)
{
	int64_t format = 0, pid = 0;
	const char *boot_id;

	if (nrb_json_get_int(object, "format", &format) < 0 || format != FORMAT) {
		return damaged(reader, "not known to this version:", "format");
	}
	if (nrb_json_get_str(object, "boot_id", &boot_id) < 0 ||
		strlen(boot_id) >= sizeof(journal->boot_id)) {
		return damaged(reader, "lacks a proper", "boot_id");
	}
	strcpy(journal->boot_id, boot_id);
	if (nrb_json_get_int(object, "pid", &pid) < 0 || pid <= 0 || pid > INT32_MAX ||
		nrb_json_get_int(object, "start_time", &journal->start_time) < 0) {
		return damaged(reader, "lacks a proper", "pid");
	}
	journal->pid = (pid_t)pid;
	return read_array(reader, object, "settings", NRB_JOURNAL_MAX_SETTINGS, journal,
		       read_entry) &&
	       read_array(reader, object, "processes", NRB_JOURNAL_MAX_PROCESSES, journal,
		       read_process);
}

/* Returns the number of bytes read or a negative errno. */
static ssize_t read_regular(int dir, char *buf, size_t len)
{
	/* nonblocking: a FIFO in its place must not hold us up */
	int fd = openat(
		dir, NRB_JOURNAL_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t used = 0;
	struct stat st;
	ssize_t n = 1;

	if (fd < 0) {
		return errno == ELOOP ? -EBADMSG : -errno;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EBADMSG;
	}
	while (n > 0 && used < len) {
		n = read(fd, buf + used, len - used);
		if (n < 0 && errno == EINTR) {
			n = 1;
			continue;
		}
		used += n > 0 ? (size_t)n : 0;
	}
	n = n < 0 ? -errno : (ssize_t)used;
	close(fd);
	return n;
}

int nrb_journal_read(int dir, struct nrb_journal *journal, char *why, size_t why_len)
{
	const struct reader reader = { .why = why, .why_len = why_len };
	char *text = malloc(MAX_BYTES);
	struct nrb_json *object = NULL;
	ssize_t len;
	int rc;

	memset(journal, 0, sizeof(*journal));
	if (text == NULL) {
		snprintf(why, why_len, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	len = read_regular(dir, text, MAX_BYTES);
	if (len < 0 || len == MAX_BYTES) {
		rc = len < 0 ? (int)len : -EBADMSG;
		snprintf(why, why_len, "%s",
			rc == -EBADMSG ? "not a regular file of ours" : strerror(-rc));
		goto out;
	}
	rc = nrb_json_parse(text, (size_t)len, &object, why, why_len);
	if (rc == 0 && !from_json(&reader, object, journal)) {
		rc = -EINVAL;
	}
	rc = rc == -EINVAL ? -EBADMSG : rc;
out:
	nrb_json_free(object);
	free(text);
	return rc;
}
