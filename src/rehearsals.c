/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same rehearsal on several kernels. */
#include "nrb/rehearsals.h"

#include "nrb/interrupt.h"
#include "nrb/kernelimage.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_MS = 100, LINE_LEN = 1024 };

/* One kernel's. */
struct rehearsal {
	const struct nrb_kernelspec *spec;
	char output[PATH_MAX], keep[PATH_MAX];
	pid_t pid; /* 0: not started, or ended */
	bool was_started;
	int code; /* that it ended with, as of a shell */
};

struct rehearsals {
	const struct nrb_rehearsals_options *options;
	struct nrb_interrupt interrupt;
	struct rehearsal each[NRB_KERNELSPEC_MAX];
};

/* -- before the first -- */

static int make_name(char *name, const char *path, const struct nrb_kernelspec *spec)
{
	name[0] = '\0';
	if (path == NULL) {
		return 0;
	}
	return nrb_kernelspec_name(name, PATH_MAX, path, spec) != NULL
		       ? 0
		       : nrb_fail(-ENAMETOOLONG, "%s for %s", path, spec->name);
}

/* Hours later would be too late to learn of it. */
static int check_free(const char *name)
{
	return name[0] != '\0' && access(name, F_OK) == 0
		       ? nrb_fail(-EEXIST, "cannot create %s", name)
		       : 0;
}

static int check_kernel(const struct nrb_kernelspec *spec)
{
	struct nrb_kernelimage image = { 0 };
	int rc = spec->dir != NULL ? nrb_kernelimage_in(spec->dir, &image) : 0;

	nrb_kernelimage_finish(&image);
	return rc;
}

static int prepare(struct rehearsals *all)
{
	const struct nrb_rehearsals_options *options = all->options;
	int rc = 0;

	for (int i = 0; rc == 0 && i < options->n; i++) {
		struct rehearsal *it = &all->each[i];

		it->spec = &options->specs[i];
		rc = make_name(it->output, options->rehearse->output, it->spec);
		if (rc == 0) {
			rc = make_name(it->keep, options->rehearse->keep, it->spec);
		}
		if (rc == 0 && !options->rehearse->dry_run) {
			rc = check_free(it->output);
		}
		if (rc == 0 && !options->rehearse->dry_run) {
			rc = check_free(it->keep);
		}
		if (rc == 0) {
			rc = check_kernel(it->spec);
		}
	}
	return rc;
}

/* A guest with less than a CPU of its own hardly comes forward, and the others with it. */
static int check_guests(const struct nrb_rehearsals_options *options)
{
	int at_once = options->guests < options->n ? options->guests : options->n;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (options->guests > cpus) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, "take fewer",
			"--guests %d: each keeps a CPU busy, and %ld %s online here",
			options->guests, cpus, cpus == 1 ? "is" : "are");
	}
	return nrb_rehearse_check_memory(options->rehearse->shape, at_once);
}

static struct nrb_rehearse_options options_of(
	const struct rehearsals *all, const struct rehearsal *it)
{
	struct nrb_rehearse_options options = *all->options->rehearse;

	options.spec = it->spec;
	options.output = it->output;
	options.keep = it->keep[0] != '\0' ? it->keep : NULL;
	return options;
}

static int print_plans(const struct rehearsals *all)
{
	bool json = all->options->rehearse->json;
	int inner, rc = 0;

	for (int i = 0; rc == 0 && i < all->options->n; i++) {
		const struct nrb_rehearse_options options =
			options_of(all, &all->each[i]);

		fputs(json ? i == 0 ? "[\n" : ",\n" : i == 0 ? "" : "\n", stdout);
		rc = nrb_rehearse(&options, &inner);
	}
	if (json && rc == 0) {
		fputs("]\n", stdout);
	}
	return rc;
}

/* -- one, in its child -- */

struct telling {
	const char *name;
	bool tells_cells;
};

/* A line of its own for each: several guests have no one line that could be redrawn. */
static void say(void *arg, const char *line)
{
	const struct telling *telling = arg;
	char text[LINE_LEN];

	if (line[0] != '[' || telling->tells_cells) {
		snprintf(text, sizeof(text), "%.120s: %.800s\n", telling->name, line);
		nrb_diag_write(text, strlen(text));
	}
}

/* SIGTERM, not SIGKILL: there are a guest to end and files to remove. */
static int tie_to(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0) {
		return nrb_fail(-errno, "cannot ask to end with the parent");
	}
	return getppid() == parent ? 0 : nrb_fail(-ESRCH, "parent %d", (int)parent);
}

static int rehearse_one(
	const struct rehearsals *all, const struct rehearsal *it, pid_t parent)
{
	struct telling telling = { it->spec->name, all->options->tells_cells };
	struct nrb_rehearse_options options = options_of(all, it);
	int inner = 0, rc;

	nrb_diag_set_before_line(NULL);
	nrb_diag_set_about(it->spec->name);
	close(all->interrupt.fd);
	options.on_progress = say;
	options.arg = &telling;
	rc = tie_to(parent);
	if (rc == 0) {
		rc = nrb_rehearse(&options, &inner);
	}
	if (rc == 0 && inner != NRB_EXIT_OK && inner < NRB_EXIT_SIGNAL) {
		rc = nrb_refuse((enum nrb_exit)inner, NULL,
			"the run in the guest ended with exit code %d", inner);
	}
	return rc < 0 ? (int)nrb_diag_exit(rc) : inner;
}

/* -- all of them -- */

static int start(struct rehearsals *all, struct rehearsal *it)
{
	pid_t parent = getpid();

	it->was_started = true;
	it->code = NRB_EXIT_FAILED;
	it->pid = fork();
	if (it->pid < 0) {
		it->pid = 0;
		return nrb_fail(-errno, "fork for %s", it->spec->name);
	}
	if (it->pid == 0) {
		_exit(rehearse_one(all, it, parent));
	}
	return 0;
}

static void take_end(struct rehearsal *it, int status)
{
	it->pid = 0;
	if (WIFEXITED(status)) {
		it->code = WEXITSTATUS(status);
	} else {
		nrb_warn("%s: its process was killed by signal %d", it->spec->name,
			WTERMSIG(status));
	}
}

/* Those that have ended; returns how many have not. */
static int reap(struct rehearsals *all, int flags)
{
	int running = 0, status;

	for (int i = 0; i < all->options->n; i++) {
		struct rehearsal *it = &all->each[i];

		if (it->pid > 0 && waitpid(it->pid, &status, flags) == it->pid) {
			take_end(it, status);
		}
		running += it->pid > 0;
	}
	return running;
}

static void pass_on(const struct rehearsals *all, int signal)
{
	for (int i = 0; i < all->options->n; i++) {
		if (all->each[i].pid > 0) {
			kill(all->each[i].pid, signal);
		}
	}
}

/* One that cannot even be started is lost like one that fails. */
static void run_all(struct rehearsals *all)
{
	int next = 0, running = 0;

	while (next < all->options->n || running > 0) {
		while (next < all->options->n && running < all->options->guests) {
			running += start(all, &all->each[next++]) == 0;
		}
		if (nrb_interrupt_wait(&all->interrupt, LOOK_MS)) {
			pass_on(all, all->interrupt.signal);
			while (reap(all, 0) > 0) {
			}
			return;
		}
		running = reap(all, WNOHANG);
	}
}

static void judge(const struct rehearsals *all, struct nrb_rehearsals_result *result)
{
	result->signal = all->interrupt.signal;
	for (int i = 0; i < all->options->n; i++) {
		const struct rehearsal *it = &all->each[i];

		if (it->was_started && it->code == NRB_EXIT_OK) {
			nrb_words_add(&result->whole, "%s", it->output);
		} else if (it->was_started) {
			nrb_words_add(&result->lost, "%s", it->spec->name);
			result->worst = (enum nrb_exit)it->code > result->worst
						? (enum nrb_exit)it->code
						: result->worst;
		}
	}
}

int nrb_rehearsals_run(const struct nrb_rehearsals_options *options,
	struct nrb_rehearsals_result *result)
{
	struct rehearsals all = { .options = options, .interrupt = { .fd = -1 } };
	int rc = prepare(&all);

	if (rc == 0) {
		rc = options->rehearse->dry_run ? print_plans(&all)
						: check_guests(options);
	}
	if (rc < 0 || options->rehearse->dry_run) {
		return rc;
	}
	rc = nrb_interrupt_begin(&all.interrupt);
	if (rc == 0) {
		run_all(&all);
		judge(&all, result);
		nrb_interrupt_end(&all.interrupt);
	}
	return rc;
}

void nrb_rehearsals_finish(struct nrb_rehearsals_result *result)
{
	nrb_words_finish(&result->whole);
	nrb_words_finish(&result->lost);
}
