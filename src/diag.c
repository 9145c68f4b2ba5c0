/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sink of messages: stderr, and the first failure for --json. */
#include "nrb/diag.h"

#include "nrb/screen.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_LEN = 1024 };

static struct {
	bool impatient;
	bool quiet, muted;
	void (*before_line)(void);
	const char *about;
	char *copy;
	size_t copy_len;
	enum nrb_exit code; /* of the first failure; 0: none yet */
	char message[MESSAGE_LEN];
	char way_out[MESSAGE_LEN];
} sink;

bool nrb_diag_write(const char *text, size_t len)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };

	/* a stopped terminal or a full pipe is not ready */
	if (sink.impatient && (poll(&out, 1, 0) <= 0 || !(out.revents & POLLOUT))) {
		return false;
	}
	/* where nobody is listening, there is nowhere else to say it */
	return write(STDERR_FILENO, text, len) >= 0;
}

/* One write(2) a line, so that lines of parent and child do not mix. What comes from outside
 * (a path, a sysctl's text) must not drive the terminal. */
static void print_line(const char *kind, const char *text, const char *way_out)
{
	char raw[2 * MESSAGE_LEN + 256], line[sizeof(raw) + 512];
	size_t len;

	if (sink.muted) {
		return;
	}
	if (sink.before_line != NULL) {
		sink.before_line();
	}
	snprintf(raw, sizeof(raw), "numa-reclaim-bench: %s%s%s%s%s%s%s",
		sink.about != NULL ? sink.about : "", sink.about != NULL ? ": " : "",
		kind, text, way_out != NULL ? " (" : "", way_out != NULL ? way_out : "",
		way_out != NULL ? ")" : "");
	nrb_screen_escape(line, sizeof(line) - 1, raw, false);
	len = strlen(line);
	line[len++] = '\n';
	nrb_diag_write(line, len);
}

static void keep_alone(enum nrb_exit code, const char *message, const char *way_out)
{
	if (sink.copy != NULL && sink.copy[0] == '\0') {
		snprintf(sink.copy, sink.copy_len, "%s", message);
	}
	if (sink.code != NRB_EXIT_OK && code != NRB_EXIT_NOT_RESTORED) {
		return;
	}
	sink.code = code;
	snprintf(sink.message, sizeof(sink.message), "%s", message);
	snprintf(
		sink.way_out, sizeof(sink.way_out), "%s", way_out != NULL ? way_out : "");
}

/* Threads may fail beside each other: of the first message nothing is to be the second's. */
static void keep(enum nrb_exit code, const char *message, const char *way_out)
{
	static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&alone);
	keep_alone(code, message, way_out);
	pthread_mutex_unlock(&alone);
}

int nrb_fail(int err, const char *fmt, ...)
{
	char what[MESSAGE_LEN - 128], message[MESSAGE_LEN];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	snprintf(message, sizeof(message), "%s: %s", what, strerror(-err));
	print_line("", message, NULL);
	keep(NRB_EXIT_FAILED, message, NULL);
	return err;
}

int nrb_refuse(enum nrb_exit code, const char *way_out, const char *fmt, ...)
{
	char message[MESSAGE_LEN];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	print_line("", message, way_out);
	keep(code, message, way_out);
	return -ECANCELED;
}

int nrb_diag_adopt(int err, const char *message)
{
	keep(NRB_EXIT_FAILED, message, NULL);
	return err;
}

void nrb_warn(const char *fmt, ...)
{
	char message[MESSAGE_LEN];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	print_line("warning: ", message, NULL);
}

void nrb_note(const char *fmt, ...)
{
	char message[MESSAGE_LEN];
	va_list args;

	if (sink.quiet) {
		return;
	}
	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	print_line("", message, NULL);
}

enum nrb_exit nrb_diag_exit(int rc)
{
	if (rc >= 0) {
		return NRB_EXIT_OK;
	}
	return sink.code != NRB_EXIT_OK ? sink.code : NRB_EXIT_FAILED;
}

const char *nrb_diag_message(void)
{
	return sink.message;
}

const char *nrb_diag_way_out(void)
{
	return sink.way_out[0] != '\0' ? sink.way_out : NULL;
}

void nrb_diag_reset(void)
{
	sink.code = NRB_EXIT_OK;
	sink.message[0] = '\0';
	sink.way_out[0] = '\0';
}

void nrb_diag_set_muted(bool muted)
{
	sink.muted = muted;
}

void nrb_diag_set_patient(bool patient)
{
	sink.impatient = !patient;
}

void nrb_diag_set_about(const char *name)
{
	sink.about = name;
}

void nrb_diag_set_quiet(bool quiet)
{
	sink.quiet = quiet;
}

void nrb_diag_set_before_line(void (*hook)(void))
{
	sink.before_line = hook;
}

void nrb_diag_set_copy(char *buf, size_t len)
{
	sink.copy = buf;
	sink.copy_len = len;
	if (buf != NULL && len > 0) {
		buf[0] = '\0';
	}
}
