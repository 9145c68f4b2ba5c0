/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `rehearse`: the same run inside a throw-away virtual NUMA machine. */
#include "nrb/rehearse.h"

#include "nrb/diag.h"
#include "nrb/fsroot.h"
#include "nrb/guestwatch.h"
#include "nrb/rehearseplan.h"
#include "nrb/units.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAX_TRIES = 3,
	RESULT_LINE = 2, /* of a record: behind its header */
	KVM_BOOT_S = 20, /* it takes 1 s; a /dev/kvm that opens and then hangs was seen */
};

/* A guest's first byte comes 2 to 4 s after its start on an idle machine. Under TCG about one
 * boot of Debian's 6.1 in 200 hangs before it (QEMU 7.2), so the first deadline is short, and
 * those after it leave room for a loaded machine. */
static const int boot_deadlines_s[MAX_TRIES] = { 20, 60, 60 };

struct rehearsal {
	const struct nrb_rehearse_options *options;
	struct nrb_interrupt interrupt;
	struct nrb_workdir workdir;
	struct nrb_kernelimage image;
	struct nrb_words command;
	char program[PATH_MAX];
	int out_fd;
	bool out_is_ours; /* created here, not stdout */
	bool out_has_bytes;
	char *header; /* the first line, held back until a result follows it */
	size_t header_len;
	int n_lines; /* of the record, in this try */
};

/* -- the record -- */

static int open_output(struct rehearsal *rehearsal)
{
	const char *path = rehearsal->options->output;

	if (strcmp(path, "-") == 0) {
		rehearsal->out_fd = STDOUT_FILENO;
		return 0;
	}
	rehearsal->out_fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (rehearsal->out_fd < 0) {
		return nrb_fail(-errno, "cannot create %s", path);
	}
	rehearsal->out_is_ours = true;
	return 0;
}

static int write_output(struct rehearsal *rehearsal, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(rehearsal->out_fd, text, len);

		if (n < 0) {
			return nrb_fail(
				-errno, "cannot write %s", rehearsal->options->output);
		}
		text += n;
		len -= (size_t)n;
		rehearsal->out_has_bytes = true;
	}
	return 0;
}

static int flush_header(struct rehearsal *rehearsal)
{
	int rc = 0;

	if (rehearsal->header) {
		rc = write_output(rehearsal, rehearsal->header, rehearsal->header_len);
	}
	free(rehearsal->header);
	rehearsal->header = NULL;
	return rc;
}

/* A guest that dies before its first result is started again, and its record with it: so the
 * header is not out until then. */
static int on_record(void *arg, const char *line, size_t len)
{
	struct rehearsal *rehearsal = arg;
	int rc;

	rehearsal->n_lines++;
	if (rehearsal->n_lines < RESULT_LINE) {
		rehearsal->header = malloc(len);
		if (!rehearsal->header) {
			return nrb_fail(-ENOMEM, "first line of the record");
		}
		memcpy(rehearsal->header, line, len);
		rehearsal->header_len = len;
		return 0;
	}
	rc = flush_header(rehearsal);
	return rc ? rc : write_output(rehearsal, line, len);
}

static void on_progress(void *arg, const char *line)
{
	const struct nrb_rehearse_options *options = ((struct rehearsal *)arg)->options;

	options->on_progress(options->arg, line);
}

/* Another may have taken its name meanwhile, where others may write. */
static bool is_still_there(const struct rehearsal *rehearsal)
{
	struct stat ours, named;

	return fstat(rehearsal->out_fd, &ours) == 0 &&
	       lstat(rehearsal->options->output, &named) == 0 &&
	       ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

static int close_output(struct rehearsal *rehearsal)
{
	const char *path = rehearsal->options->output;
	int rc = 0;

	if (!rehearsal->out_is_ours) {
		return 0;
	}
	if (fsync(rehearsal->out_fd) < 0) {
		rc = nrb_fail(-errno, "cannot write %s", path);
	}
	if (!rehearsal->out_has_bytes && is_still_there(rehearsal) && unlink(path) < 0) {
		nrb_warn("cannot remove the empty %s: %s", path, strerror(errno));
	}
	close(rehearsal->out_fd);
	return rc;
}

/* -- what is to run, and in what -- */

static int find_program(struct rehearsal *rehearsal)
{
	struct nrb_root root = { .fd = -1 };
	ssize_t len = -1;
	int rc = nrb_fsroot_open(&root, "/");

	if (rc) {
		return rc;
	}
	len = readlinkat(root.fd, "proc/self/exe", rehearsal->program,
		sizeof(rehearsal->program) - 1);
	if (len < 0) {
		rc = nrb_fail(-errno, "cannot find our own program by /proc/self/exe");
	} else {
		rehearsal->program[len] = '\0';
	}
	nrb_fsroot_close(&root);
	return rc;
}

static int make_command(struct rehearsal *rehearsal)
{
	static const char *const fixed[] = { "run", "--rehearsal", "-y", "--dir", "/data",
		"-o", "-", "--progress", "plain" };
	struct nrb_words *command = &rehearsal->command;
	int rc = find_program(rehearsal);

	if (rc) {
		return rc;
	}
	nrb_words_add(command, "/bin%s", strrchr(rehearsal->program, '/'));
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		nrb_words_add(command, "%s", fixed[i]);
	}
	for (const char *const *arg = rehearsal->options->args; *arg; arg++) {
		nrb_words_add(command, "%s", *arg);
	}
	for (const char *const *arg = rehearsal->options->guest_args; *arg; arg++) {
		nrb_words_add(command, "--guest=%s", *arg);
	}
	if (rehearsal->options->shape->like != NULL &&
		rehearsal->options->asked.like == NULL) {
		nrb_words_add(command, "--guest=--like=" NRB_SHAPE_OWN);
	}
	return command->err ? nrb_fail(command->err, "the guest's command") : 0;
}

/* Sets image, or leaves it empty where a kernel must first be unpacked or fetched. */
static int choose_kernel(struct rehearsal *rehearsal)
{
	const struct nrb_rehearse_options *options = rehearsal->options;
	int rc;

	if (options->debs[0] || (options->spec && options->spec->suite[0])) {
		return 0;
	}
	if (options->spec && options->spec->dir) {
		return nrb_kernelimage_in(options->spec->dir, &rehearsal->image);
	}
	if (options->kernel) {
		return nrb_kernelimage_given(
			options->kernel, options->modules, &rehearsal->image);
	}
	rc = nrb_kernelimage_installed("", &rehearsal->image);
	return rc == -ENOENT ? 0 : rc;
}

static int get_kernel(struct rehearsal *rehearsal)
{
	const struct nrb_kernelspec *spec = rehearsal->options->spec;

	if (rehearsal->image.kernel) {
		return 0;
	}
	if (rehearsal->options->debs[0]) {
		return nrb_kernelimage_unpack(&rehearsal->workdir, &rehearsal->interrupt,
			rehearsal->options->debs, &rehearsal->image);
	}
	return nrb_kernelimage_fetch(&rehearsal->workdir, &rehearsal->interrupt,
		spec ? spec->suite : "", spec ? spec->pattern : "", &rehearsal->image);
}

static struct nrb_guest describe_guest(const struct rehearsal *rehearsal)
{
	const struct nrb_rehearse_options *options = rehearsal->options;

	return (struct nrb_guest){
		.shape = options->shape,
		.swap = options->swap,
		.kvm = strcmp(options->accel, "kvm") == 0,
		.workdir = &rehearsal->workdir,
		.image = &rehearsal->image,
		.program = rehearsal->program,
		.command = &rehearsal->command,
	};
}

static void take_available(void *arg, const char *key, int64_t value)
{
	if (strcmp(key, "MemAvailable") == 0) {
		*(int64_t *)arg = value;
	}
}

int nrb_rehearse_check_memory(const struct nrb_shape *shape, int guests)
{
	char wanted[NRB_UNITS_LEN], there[NRB_UNITS_LEN];
	int64_t available = INT64_MAX, bytes = guests * nrb_shape_bytes(shape);
	struct nrb_root root = { .fd = -1 };
	int rc = nrb_fsroot_open(&root, "/");

	if (rc) {
		return rc;
	}
	rc = nrb_fsroot_read_pairs(&root, "proc/meminfo", take_available, &available);
	nrb_fsroot_close(&root);
	if (rc || bytes <= available) {
		return 0;
	}
	nrb_units_bytes(wanted, bytes);
	nrb_units_bytes(there, available);
	if (guests > 1) {
		return nrb_refuse(NRB_EXIT_NOT_HERE,
			"take fewer --guests or --nodes, or less --node-mem",
			"%d guests need %s of memory and %s are available here", guests,
			wanted, there);
	}
	return nrb_refuse(NRB_EXIT_NOT_HERE, "take fewer --nodes or less --node-mem",
		"the guest needs %s of memory and %s are available here", wanted, there);
}

/* -- the run -- */

static void say_plan(const struct rehearsal *rehearsal)
{
	const struct nrb_rehearse_options *options = rehearsal->options;
	char nodes[NRB_REHEARSEPLAN_LEN];

	nrb_note("rehearsal in a virtual machine: %s, %s, kernel %s",
		nrb_rehearseplan_nodes(nodes, sizeof(nodes), options->shape),
		options->accel, rehearsal->image.kernel);
	for (size_t i = 0; i < options->shape->cuts.n; i++) {
		nrb_note("%s", options->shape->cuts.word[i]);
	}
}

static const char *look_inside(const struct rehearsal *rehearsal)
{
	return rehearsal->options->keep ? "its files are in the directory of --keep"
					: "--keep DIR leaves its files for a look";
}

static int after_try(
	struct rehearsal *rehearsal, const struct nrb_guest_outcome *outcome, int try)
{
	if (rehearsal->n_lines >= RESULT_LINE) {
		return nrb_refuse(NRB_EXIT_FAILED, look_inside(rehearsal),
			"the guest was lost after %d lines of the record: %s",
			rehearsal->n_lines, outcome->why);
	}
	if (try == MAX_TRIES) {
		return nrb_refuse(NRB_EXIT_FAILED, look_inside(rehearsal),
			"the guest came to no result in %d tries: %s", try, outcome->why);
	}
	nrb_warn("the guest came to no result (%s); starting it again, try %d of %d",
		outcome->why, try + 1, MAX_TRIES);
	free(rehearsal->header);
	rehearsal->header = NULL;
	rehearsal->n_lines = 0;
	return -EAGAIN;
}

static int one_try(struct rehearsal *rehearsal, int try, int *inner_exit)
{
	const struct nrb_rehearse_options *options = rehearsal->options;
	const struct nrb_guest guest = describe_guest(rehearsal);
	const struct nrb_guestwatch watch = {
		.on_record = on_record,
		.on_progress = options->on_progress ? on_progress : NULL,
		.arg = rehearsal,
		.boot_s = guest.kvm ? KVM_BOOT_S : boot_deadlines_s[try - 1],
		.silence_s = options->deadline_s,
	};
	struct nrb_guest_outcome outcome;
	char last[200];
	int rc = nrb_guest_build(&guest, &rehearsal->interrupt);

	if (!rc) {
		rc = nrb_guestwatch_run(&guest, &watch, &rehearsal->interrupt, &outcome);
	}
	if (rc) {
		return rc;
	}
	if (!outcome.reported) {
		return after_try(rehearsal, &outcome, try);
	}
	if (outcome.exit_code == NRB_GUEST_NO_SETUP) {
		return nrb_refuse(NRB_EXIT_FAILED, look_inside(rehearsal),
			"the guest could not be set up: %s",
			nrb_workdir_last_line(&rehearsal->workdir, NRB_GUEST_CONSOLE,
				last, sizeof(last)));
	}
	*inner_exit = outcome.exit_code;
	return 0;
}

static int run_guest(struct rehearsal *rehearsal, int *inner_exit)
{
	int rc = get_kernel(rehearsal);

	if (rc) {
		return rc;
	}
	say_plan(rehearsal);
	rc = -EAGAIN;
	for (int try = 1; rc == -EAGAIN; try++) {
		rc = one_try(rehearsal, try, inner_exit);
	}
	return rc;
}

static int print_plan(const struct rehearsal *rehearsal)
{
	const struct nrb_rehearse_options *options = rehearsal->options;
	const struct nrb_guest guest = describe_guest(rehearsal);
	const struct nrb_rehearseplan plan = {
		.guest = &guest,
		.kernel = rehearsal->image.kernel,
		.spec = options->spec,
		.unpacked = options->debs[0] != NULL,
		.keep = options->keep,
		.output = options->output,
		.json = options->json,
	};

	return nrb_rehearseplan_print(&plan, stdout);
}

static int rehearse(struct rehearsal *rehearsal, int *inner_exit)
{
	int rc, closed;

	rc = open_output(rehearsal);
	if (rc) {
		return rc;
	}
	rc = nrb_workdir_create(&rehearsal->workdir, rehearsal->options->keep);
	if (!rc) {
		rc = run_guest(rehearsal, inner_exit);
	}
	if (rc == -EINTR && rehearsal->interrupt.signal) {
		*inner_exit = NRB_EXIT_SIGNAL + rehearsal->interrupt.signal;
		rc = 0;
	}
	closed = flush_header(rehearsal);
	if (!rc) {
		rc = closed;
	}
	closed = close_output(rehearsal);
	return rc ? rc : closed;
}

int nrb_rehearse(const struct nrb_rehearse_options *options, int *inner_exit)
{
	struct rehearsal rehearsal = {
		.options = options,
		.interrupt = { .fd = -1 },
		.workdir = { .fd = -1 },
	};
	int rc;

	*inner_exit = NRB_EXIT_OK;
	rc = make_command(&rehearsal);
	if (!rc) {
		rc = choose_kernel(&rehearsal);
	}
	if (!rc && options->dry_run) {
		rc = print_plan(&rehearsal);
		goto out;
	}
	if (!rc) {
		rc = nrb_rehearse_check_memory(options->shape, 1);
	}
	if (!rc) {
		rc = nrb_interrupt_begin(&rehearsal.interrupt);
	}
	if (!rc) {
		rc = rehearse(&rehearsal, inner_exit);
	}
out:
	nrb_workdir_remove(&rehearsal.workdir);
	nrb_interrupt_end(&rehearsal.interrupt);
	nrb_words_finish(&rehearsal.command);
	nrb_kernelimage_finish(&rehearsal.image);
	return rc;
}
