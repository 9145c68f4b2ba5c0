/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Run a guest and listen to its serial ports. */
#include "nrb/guestwatch.h"

#include "nrb/clock.h"
#include "nrb/diag.h"
#include "nrb/record.h"
#include "nrb/spawn.h"
#include "nrb/tail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	LOOK_MS = 100,
	POWER_OFF_S = 10,
	MAX_CONSOLE_LINE = 64 * 1024,
};

enum port { CONSOLE, PROGRESS, RECORD, N_PORTS };

static const char *const port_files[N_PORTS] = {
	[CONSOLE] = NRB_GUEST_CONSOLE,
	[PROGRESS] = NRB_GUEST_PROGRESS,
	[RECORD] = NRB_GUEST_RECORD,
};

struct session {
	const struct nrb_guest *guest;
	const struct nrb_guestwatch *watch;
	struct nrb_guest_outcome *outcome;
	struct nrb_tail tails[N_PORTS];
	pid_t pid;
	bool spoke;        /* a byte came on any port */
	int64_t last_ns;   /* when the last one came, or the start */
	char console[128]; /* its last line, or the first that says panic */
};

/* Ends the text at its newline; what would move a terminal's cursor becomes a blank. */
static char *clean(char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	for (char *c = line; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 127) {
			*c = ' ';
		}
	}
	return line;
}

static int on_console(void *arg, char *line, size_t len)
{
	struct session *session = arg;

	(void)len;
	if (clean(line)[0] && !strstr(session->console, "panic")) {
		snprintf(session->console, sizeof(session->console), "%s", line);
	}
	return 0;
}

static int on_progress(void *arg, char *line, size_t len)
{
	struct session *session = arg;
	struct nrb_guest_outcome *outcome = session->outcome;

	(void)len;
	if (sscanf(clean(line), "NRB-EXIT %d", &outcome->exit_code) == 1) {
		outcome->reported = true;
	} else if (session->watch->on_progress) {
		session->watch->on_progress(session->watch->arg, line);
	}
	return 0;
}

static int on_record(void *arg, char *line, size_t len)
{
	struct session *session = arg;

	return session->watch->on_record(session->watch->arg, line, len);
}

/* The record comes last: once the exit code was read, all of it is there. */
static int read_ports(struct session *session)
{
	int (*const on_line[N_PORTS])(void *arg, char *line, size_t len) = {
		[CONSOLE] = on_console,
		[PROGRESS] = on_progress,
		[RECORD] = on_record,
	};

	for (int port = 0; port < N_PORTS; port++) {
		int64_t n = nrb_tail_read(&session->tails[port], on_line[port], session);

		if (n == -EFBIG || n == -ENOMEM) {
			return nrb_fail(
				(int)n, "a line of the guest's %s", port_files[port]);
		}
		if (n < 0) {
			return (int)n;
		}
		if (n > 0) {
			session->spoke = true;
			session->last_ns = (int64_t)nrb_clock_ns();
		}
	}
	return 0;
}

/* Is it time to end the guest? Says why in the outcome, unless its command has ended. */
static bool is_overdue(struct session *session)
{
	struct nrb_guest_outcome *outcome = session->outcome;
	int64_t waited_s = ((int64_t)nrb_clock_ns() - session->last_ns) / 1000000000;
	int boot_s = session->watch->boot_s;

	if (outcome->reported) {
		return waited_s >= POWER_OFF_S;
	}
	if (!session->spoke && waited_s >= boot_s) {
		snprintf(outcome->why, sizeof(outcome->why),
			"no sign of life within %d s", boot_s);
		return true;
	}
	if (session->spoke && waited_s >= session->watch->silence_s) {
		snprintf(outcome->why, sizeof(outcome->why), "silent for %lld s",
			(long long)session->watch->silence_s);
		return true;
	}
	return false;
}

/* QEMU ended by itself. An exit status of its own is a complaint about the command line or the
 * machine that another try does not cure; a guest that crashed is -no-reboot's 0. */
static int judge_end(struct session *session, int status)
{
	struct nrb_guest_outcome *outcome = session->outcome;
	char last[200];

	if (outcome->reported) {
		return 0;
	}
	nrb_workdir_last_line(session->guest->workdir, "qemu.err", last, sizeof(last));
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
		return nrb_refuse(NRB_EXIT_FAILED, NULL, "QEMU gave up: %s",
			last[0] ? last : "without a word");
	}
	if (WIFSIGNALED(status)) {
		snprintf(outcome->why, sizeof(outcome->why), "QEMU died of signal %d%s%s",
			WTERMSIG(status), last[0] ? ": " : "", last);
	} else {
		snprintf(outcome->why, sizeof(outcome->why), "it crashed%s%s",
			session->console[0] ? ", its console says: " : "",
			session->console);
	}
	return 0;
}

static int follow(struct session *session, struct nrb_interrupt *interrupt)
{
	bool ended = false;
	int status = 0, rc = 0;

	while (!rc && !ended && !is_overdue(session)) {
		if (nrb_interrupt_wait(interrupt, LOOK_MS)) {
			rc = -EINTR;
			break;
		}
		/* In this order, so that what a guest said last is read. */
		ended = nrb_spawn_ended(session->pid, &status);
		rc = read_ports(session);
	}
	if (!ended) {
		nrb_spawn_stop(session->pid, SIGKILL);
		return rc;
	}
	return rc ? rc : judge_end(session, status);
}

static int open_ports(struct session *session)
{
	int rc = 0;

	for (int port = 0; port < N_PORTS && !rc; port++) {
		int fd;

		rc = nrb_workdir_open(session->guest->workdir, port_files[port], &fd);
		if (!rc) {
			nrb_tail_init(&session->tails[port], fd,
				port == RECORD ? NRB_RECORD_MAX_LINE : MAX_CONSOLE_LINE);
		}
	}
	return rc;
}

static int start(struct session *session)
{
	const struct nrb_guest *guest = session->guest;
	struct nrb_words argv = { 0 };
	struct nrb_spawn spawn = {
		.role = NRB_ROLE_QEMU, .dir_fd = guest->workdir->fd, .out_fd = -1
	};
	int rc = nrb_workdir_open(guest->workdir, "qemu.err", &spawn.err_fd);

	if (rc) {
		return rc;
	}
	spawn.out_fd = spawn.err_fd;
	nrb_guest_command_line(guest, guest->image->kernel, &argv);
	spawn.argv = argv.word;
	rc = argv.err ? nrb_fail(argv.err, "QEMU's command line")
		      : nrb_spawn_start(&spawn, &session->pid);
	if (rc == -ENOENT) {
		rc = nrb_refuse(NRB_EXIT_NOT_HERE,
			"install it; Debian's package is qemu-system-x86",
			"%s is not in PATH", argv.word[0]);
	}
	close(spawn.err_fd);
	nrb_words_finish(&argv);
	session->last_ns = (int64_t)nrb_clock_ns();
	return rc;
}

int nrb_guestwatch_run(const struct nrb_guest *guest, const struct nrb_guestwatch *watch,
	struct nrb_interrupt *interrupt, struct nrb_guest_outcome *outcome)
{
	struct session session = { .guest = guest, .watch = watch, .outcome = outcome };
	int rc;

	*outcome = (struct nrb_guest_outcome){ 0 };
	for (int port = 0; port < N_PORTS; port++) {
		session.tails[port].fd = -1;
	}
	rc = open_ports(&session);
	if (!rc) {
		rc = start(&session);
	}
	if (!rc) {
		rc = follow(&session, interrupt);
	}
	for (int port = 0; port < N_PORTS; port++) {
		nrb_tail_finish(&session.tails[port]);
	}
	return rc;
}
