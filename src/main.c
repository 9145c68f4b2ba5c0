/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * numa-reclaim-bench: what vm.zone_reclaim_mode does on this machine.
 *
 * The map is src/LAYERS. From here: options (the command line) -> run, rehearse, check, explain, restore
 * (the measuring half), report, compare and export (the showing half), which meet in a record
 * alone.
 */
#include "nrb/check.h"
#include "nrb/compare.h"
#include "nrb/config.h"
#include "nrb/confirm.h"
#include "nrb/diag.h"
#include "nrb/explain.h"
#include "nrb/export.h"
#include "nrb/inherited.h"
#include "nrb/json.h"
#include "nrb/list.h"
#include "nrb/options.h"
#include "nrb/plankinds.h"
#include "nrb/progress.h"
#include "nrb/record.h"
#include "nrb/rehearse.h"
#include "nrb/rehearsekernels.h"
#include "nrb/report.h"
#include "nrb/restore.h"
#include "nrb/rights.h"
#include "nrb/run.h"
#include "nrb/scenarios.h"
#include "nrb/shapechoice.h"
#include "nrb/watch.h"
#include "version.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A run's end: what to say of the record, and which code to leave with. */
struct ending {
	int exit_code; /* of the inner run of a rehearsal, or of a comparison; 0 */
	int signal;    /* to die of; 0: none */
};

/* What a run could have decided and did not is for scripts to see. A guest's run leaves that to its host. */
static void judge(const struct nrb_options *options, int unclear, struct ending *ending)
{
	if (unclear > 0 && !options->run.rehearsal && ending->exit_code == 0) {
		ending->exit_code = NRB_EXIT_INCONCLUSIVE;
		nrb_note(
			"inconclusive: %d comparison%s with the reference stayed unclear; "
			"more blocks narrow %s",
			unclear, unclear == 1 ? "" : "s", unclear == 1 ? "it" : "them");
	}
}

/* fd: of the record, which a run has no right any more to find by its path; -1: none */
static int show_record(const struct nrb_options *options, const struct nrb_screen *screen,
	const char *path, int fd, struct ending *ending)
{
	int unclear = 0, rc;
	struct nrb_report_options report = {
		.format = options->json ? NRB_REPORT_JSON : NRB_REPORT_TABLE,
		.roi_ppm = options->run.roi_ppm,
		.screen = *screen,
		.out = stdout,
		.unclear = &unclear,
	};

	if (path[0] == '\0' || strcmp(path, "-") == 0) {
		return 0;
	}
	if (!options->quiet) {
		nrb_note("record: %s", path);
	}
	rc = fd >= 0 ? nrb_report_opened(&report, path, fd)
		     : nrb_report(&report, &path, 1);
	if (rc == 0) {
		judge(options, unclear, ending);
	}
	return rc;
}

static void say_kept(const char *record)
{
	nrb_note("the cells so far are in %s; numa-reclaim-bench report shows them",
		record);
}

static int do_run(const struct nrb_options *options, const struct nrb_root *root,
	const struct nrb_screen *screen, struct ending *ending)
{
	struct nrb_screen talk = nrb_screen_of(stderr, options->color, options->ascii);
	struct nrb_run_result result;
	int shown, rc = options->run.dry_run ? 0 : nrb_confirm_possible(options->run.yes);

	if (rc < 0) {
		return rc;
	}
	if (!root->live && !options->run.dry_run) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, "-n shows the plan for it",
			"--root %s is not this machine", options->root);
	}
	/* a reader of stdout or stderr that went away must not end a run half-way */
	(void)signal(SIGPIPE, SIG_IGN);
	rc = nrb_run(&options->run, root, nrb_scenario_table,
		options->run.dry_run ? screen : &talk, &result);
	ending->signal = result.signal;
	if (rc < 0 && nrb_diag_exit(rc) != NRB_EXIT_INCONCLUSIVE) {
		if (result.path[0] != '\0' && strcmp(result.path, "-") != 0) {
			say_kept(result.path);
		}
		return rc;
	}
	ending->exit_code = result.too_wide ? NRB_EXIT_INCONCLUSIVE : 0;
	shown = options->json && rc < 0 ? 0
					: show_record(options, screen, result.path,
						  result.record, ending);
	return rc < 0 ? rc : shown;
}

static void say_progress(void *arg, const char *line)
{
	(void)arg;
	nrb_progress_say(line);
}

/* A name like a run's; the guest's own name and run id are in the header. */
static const char *rehearsal_name(char *buf, size_t len)
{
	time_t now = time(NULL);
	char utc[32] = "", id[16];
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL) {
		(void)strftime(utc, sizeof(utc), "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
	snprintf(id, sizeof(id), "%d", (int)getpid());
	return nrb_record_name(buf, len, "rehearsal", utc, id);
}

/* What the inner run would refuse as usage, it refuses here, before a guest is built; and whether
 * any of it takes a swap disk. */
static int look_ahead(struct nrb_options *options)
{
	struct nrb_kinds kinds;
	int rc = nrb_plankinds_find(&kinds, &options->run, nrb_scenario_table);

	options->rehearse.swap = (kinds.needs & (NRB_NEEDS_SWAP | NRB_USES_SWAP)) ||
				 nrb_levels_have(&options->run.swap, true);
	return rc;
}

/* What each of them waits for the others' turns stands in its times. */
static void note_crowd(const struct nrb_options *options)
{
	const struct nrb_levels *threads = &options->run.threads;
	int most = 1, cpus = options->rehearse.asked.cpus_per_node;

	for (int i = 0; i < threads->n; i++) {
		most = threads->v[i] > most ? threads->v[i] : most;
	}
	if (most > cpus) {
		nrb_note("%d threads share the %d CPU%s of a guest's node; "
			 "--cpus-per-node %d gives each its own",
			most, cpus, cpus == 1 ? "" : "s", most);
	}
}

/* The guest's nodes, and whether it has those that are named. */
static int choose_shape(struct nrb_options *options, struct nrb_shape *shape)
{
	int rc = nrb_shapechoice_make(shape, &options->rehearse.asked);

	if (rc == 0 && options->run.nodes_given) {
		rc = nrb_shape_check_nodes(shape, &options->run.nodes, "--node");
	}
	if (rc == 0) {
		rc = nrb_shape_check_nodes(shape, &options->run.cpu_nodes, "--cpu-node");
	}
	options->rehearse.shape = shape;
	return rc;
}

static int rehearse(struct nrb_options *options, const struct nrb_screen *screen,
	struct ending *ending)
{
	char name[512];
	int rc;

	if (options->rehearse.output == NULL) {
		options->rehearse.output = rehearsal_name(name, sizeof(name));
	}
	note_crowd(options);
	if (options->n_kernels > 0) {
		return nrb_rehearsekernels(
			options, screen, &ending->exit_code, &ending->signal);
	}
	options->rehearse.on_progress = say_progress;
	if (!options->rehearse.dry_run) {
		nrb_progress_begin((enum nrb_progress_mode)options->run.progress);
	}
	rc = nrb_rehearse(&options->rehearse, &ending->exit_code);
	nrb_progress_end();
	if (rc < 0 || options->rehearse.dry_run) {
		return rc;
	}
	if (ending->exit_code > NRB_EXIT_SIGNAL) {
		ending->signal = ending->exit_code - NRB_EXIT_SIGNAL;
		say_kept(options->rehearse.output);
		return 0;
	}
	if (ending->exit_code == NRB_EXIT_INCONCLUSIVE && !options->json) {
		show_record(options, screen, options->rehearse.output, -1, ending);
	}
	if (ending->exit_code != 0) {
		return nrb_refuse((enum nrb_exit)ending->exit_code, NULL,
			"the run in the guest ended with exit code %d",
			ending->exit_code);
	}
	return show_record(options, screen, options->rehearse.output, -1, ending);
}

static int do_rehearse(struct nrb_options *options, const struct nrb_screen *screen,
	struct ending *ending)
{
	struct nrb_shape shape = { 0 };
	int rc = look_ahead(options);

	if (rc == 0) {
		rc = choose_shape(options, &shape);
	}
	if (rc == 0) {
		rc = rehearse(options, screen, ending);
	}
	options->rehearse.shape = NULL;
	nrb_shape_finish(&shape);
	return rc;
}

static int do_check(const struct nrb_options *options, const struct nrb_root *root,
	const struct nrb_screen *screen)
{
	struct nrb_check_options check = {
		.root = root, .json = options->json, .screen = *screen, .out = stdout
	};

	return nrb_check(&check);
}

static int do_explain(const struct nrb_options *options, const struct nrb_root *root,
	const struct nrb_screen *screen)
{
	struct nrb_explain_options explain = options->explain;

	explain.root = root;
	explain.json = options->json;
	explain.screen = *screen;
	explain.out = stdout;
	return nrb_explain(&explain);
}

static int do_watch(const struct nrb_options *options, const struct nrb_root *root,
	const struct nrb_screen *screen, struct ending *ending)
{
	struct nrb_watch_options watch = options->watch;

	watch.root = root;
	watch.screen = *screen;
	watch.fd = STDOUT_FILENO;
	return nrb_watch(&watch, &ending->signal);
}

static struct nrb_report_options shown_as(
	const struct nrb_options *options, const struct nrb_screen *screen)
{
	return (struct nrb_report_options){
		.format = options->json           ? NRB_REPORT_JSON
			  : options->csv          ? NRB_REPORT_CSV
			  : options->page != NULL ? NRB_REPORT_HTML
						  : NRB_REPORT_TABLE,
		.roi_ppm = options->run.roi_ppm,
		.screen = *screen,
		.out = stdout,
		.page = options->page,
		.plots = options->plots,
		.ascii_page = options->ascii,
	};
}

static int do_report(const struct nrb_options *options, const struct nrb_screen *screen)
{
	struct nrb_report_options report = shown_as(options, screen);

	return nrb_report(&report, options->operands, options->n_operands);
}

static int do_compare(const struct nrb_options *options, const struct nrb_screen *screen,
	struct ending *ending)
{
	struct nrb_report_options compare = shown_as(options, screen);
	bool inconclusive = false;
	int rc = nrb_compare(
		&compare, options->operands, options->n_operands, &inconclusive);

	ending->exit_code = inconclusive ? NRB_EXIT_INCONCLUSIVE : 0;
	return rc;
}

/* Of what we were started with. A run gives up its rights by itself, once all is open. */
static int limit_rights(enum nrb_command command)
{
	static const enum nrb_role roles[] = {
		[NRB_COMMAND_REHEARSE] = NRB_ROLE_REHEARSE,
		[NRB_COMMAND_CHECK] = NRB_ROLE_CHECK,
		[NRB_COMMAND_EXPLAIN] = NRB_ROLE_CHECK,
		[NRB_COMMAND_REPORT] = NRB_ROLE_READER,
		[NRB_COMMAND_COMPARE] = NRB_ROLE_READER,
		[NRB_COMMAND_EXPORT] = NRB_ROLE_READER,
		[NRB_COMMAND_LIST] = NRB_ROLE_READER,
		[NRB_COMMAND_RESTORE] = NRB_ROLE_RESTORE,
		[NRB_COMMAND_WATCH] = NRB_ROLE_WATCH,
	};
	const struct nrb_root here = { .live = true };

	/* no operand of theirs is a descriptor */
	if (command == NRB_COMMAND_RUN || command == NRB_COMMAND_RESTORE ||
		command == NRB_COMMAND_REHEARSE) {
		nrb_inherited_close(STDERR_FILENO + 1, ~0u);
	}
	return command == NRB_COMMAND_RUN ? 0 : nrb_rights_limit(&here, roles[command]);
}

/* No more rights than it needs, and the machine that it is about. */
static int begin(const struct nrb_options *options, struct nrb_root *root)
{
	int rc;

	if (options->explain.verify) {
		nrb_rights_declare(NRB_RIGHTS_RING);
	}
	rc = limit_rights(options->command->command);
	return rc == 0 ? nrb_fsroot_open(root, options->root) : rc;
}

static int dispatch(struct nrb_options *options, struct ending *ending)
{
	struct nrb_screen screen = nrb_screen_of(stdout, options->color, options->ascii);
	struct nrb_root root = { 0 };
	int rc = begin(options, &root);

	if (rc < 0) {
		return rc;
	}
	nrb_config_say(options);
	switch (options->command->command) {
	case NRB_COMMAND_RUN:
		rc = do_run(options, &root, &screen, ending);
		break;
	case NRB_COMMAND_REHEARSE:
		rc = do_rehearse(options, &screen, ending);
		break;
	case NRB_COMMAND_CHECK:
		rc = do_check(options, &root, &screen);
		break;
	case NRB_COMMAND_EXPLAIN:
		rc = do_explain(options, &root, &screen);
		break;
	case NRB_COMMAND_WATCH:
		rc = do_watch(options, &root, &screen, ending);
		break;
	case NRB_COMMAND_REPORT:
		rc = do_report(options, &screen);
		break;
	case NRB_COMMAND_COMPARE:
		rc = do_compare(options, &screen, ending);
		break;
	case NRB_COMMAND_EXPORT:
		options->export.out = stdout;
		rc = nrb_export(&options->export, &root, options->operands[0]);
		break;
	case NRB_COMMAND_LIST:
		rc = nrb_list(options->json, &screen, stdout);
		break;
	default:
		rc = nrb_restore(&root, options->json, stdout);
		break;
	}
	nrb_fsroot_close(&root);
	return rc;
}

/* A setting that is not back is worse news than the signal. */
static int final_code(int rc, const struct ending *ending)
{
	if (ending->signal != 0 && nrb_diag_exit(rc) != NRB_EXIT_NOT_RESTORED) {
		return NRB_EXIT_SIGNAL + ending->signal;
	}
	return rc < 0 ? (int)nrb_diag_exit(rc) : ending->exit_code;
}

/* Under --json a failure is a document too, and the only one. */
static void print_error(int code)
{
	struct nrb_json *document = nrb_json_object(), *error = nrb_json_object();
	char interrupted[64];

	nrb_json_set_int(error, "code", code);
	snprintf(interrupted, sizeof(interrupted), "interrupted by SIG%s",
		code > NRB_EXIT_SIGNAL ? sigabbrev_np(code - NRB_EXIT_SIGNAL) : "");
	nrb_json_set_str(error, "message",
		code > NRB_EXIT_SIGNAL ? interrupted : nrb_diag_message());
	if (nrb_diag_way_out() != NULL) {
		nrb_json_set_str(error, "hint", nrb_diag_way_out());
	}
	nrb_json_set(document, "error", error);
	nrb_json_print(document, 0, stdout);
	nrb_json_free(document);
}

/* Die of the signal itself, so that a shell sees it and stops its loop. */
static void die_of(int number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	(void)signal(number, SIG_DFL);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--json") == 0) {
			return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	struct ending ending = { 0 };
	static struct nrb_options options; /* its operands live until the process ends */
	int rc, err;

	nrb_inherited_tame();
	nrb_json_use_pool();
	/* inherited as ignored, children could not be waited for; a limit on files is an error like others */
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)setlocale(LC_CTYPE, "");
	rc = nrb_options_parse(&options, argc, (const char *const *)argv);
	nrb_diag_set_quiet(options.quiet);
	if (rc == 0 && options.version) {
		printf("numa-reclaim-bench %s (%s)\n", NRB_VERSION, NRB_VCS_TAG);
	} else if (rc == 0 && options.help) {
		nrb_options_help(options.command, stdout);
	} else if (rc == 0 && options.command == NULL) {
		nrb_options_hint(stderr);
		rc = nrb_refuse(NRB_EXIT_USAGE, NULL, "no command");
	} else if (rc == 0) {
		rc = dispatch(&options, &ending);
	}
	if ((rc < 0 || ending.signal != 0) && wants_json(argc, argv)) {
		print_error(final_code(rc, &ending));
	}
	err = fflush(stdout) != 0 ? errno : ferror(stdout) ? EIO : 0;
	if (err != 0 && rc == 0) {
		rc = nrb_fail(-err, "cannot write to stdout");
	}
	if (final_code(rc, &ending) > NRB_EXIT_SIGNAL) {
		die_of(ending.signal);
	}
	return final_code(rc, &ending);
}
