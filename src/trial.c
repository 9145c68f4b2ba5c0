/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child process that may crash. */
#include "nrb/trial.h"

#include "nrb/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIAL_S = 10 };

/* Who dies of it dies at once: no handler, no core, and no word on what is the parent's stderr. */
static void begin_child(void)
{
	static const int deadly[] = { SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGSEGV };
	const struct rlimit none = { 0 };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		(void)signal(deadly[i], SIG_DFL);
		sigaddset(&set, deadly[i]);
	}
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)setrlimit(RLIMIT_CORE, &none);
	if (null >= 0) {
		dup2(null, STDERR_FILENO);
	}
	nrb_diag_set_muted(true);
	alarm(TRIAL_S);
}

int nrb_trial(void (*act)(void *arg), void *arg, bool *survived)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0) {
		return nrb_fail(-errno, "cannot start a process");
	}
	if (pid == 0) {
		begin_child();
		act(arg);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			return nrb_fail(-errno, "cannot wait for process %d", (int)pid);
		}
	}
	*survived = status == 0;
	return 0;
}
