/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that we start: they die with us, and their end is seen. */
#ifndef NRB_SPAWN_H
#define NRB_SPAWN_H

#include "nrb/interrupt.h"
#include "nrb/rights.h"

#include <stdbool.h>
#include <sys/types.h>

struct nrb_spawn {
	char *const *
		argv; /* NULL-ended; argv[0] is a path, or looked up by nrb_program_find */
	enum nrb_role role; /* what of root it keeps */
	int dir_fd;         /* working directory; -1: ours */
	int out_fd;         /* stdout; -1: ours */
	int err_fd;         /* stderr; -1: ours */
};

/**
 * Start a program, without a shell, in a process group of its own, stdin /dev/null, signals at their
 * defaults, with the environment of nrb_program_environment and no other descriptor of ours. As
 * every process of ours it is the first that the OOM killer takes and is killed when we die.
 * Returns 0 or a negative errno: silent for -ENOENT (no such program), else with a message.
 */
int nrb_spawn_start(const struct nrb_spawn *spawn, pid_t *pid);

/** Has it ended? Reaps it then. status  out, as of waitpid(2) */
bool nrb_spawn_ended(pid_t pid, int *status);

/** Send signal to its process group, SIGKILL after 3 s, and reap it. */
void nrb_spawn_stop(pid_t pid, int signal);

/**
 * Start a program and wait for its end.
 * Returns 0 with its status, -EINTR (silent; an interrupt came, the program was stopped), or as
 * nrb_spawn_start.
 */
int nrb_spawn_run(
	const struct nrb_spawn *spawn, struct nrb_interrupt *interrupt, int *status);

#endif
