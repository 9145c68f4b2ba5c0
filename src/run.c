/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run: settings saved, cells measured in shuffled blocks, settings back, all of it on record. */
#include "nrb/run.h"

#include "nrb/ballastproc.h"
#include "nrb/blocks.h"
#include "nrb/cachefile.h"
#include "nrb/cachemaker.h"
#include "nrb/confirm.h"
#include "nrb/diag.h"
#include "nrb/guard.h"
#include "nrb/journal.h"
#include "nrb/placement.h"
#include "nrb/planrights.h"
#include "nrb/preconditions.h"
#include "nrb/progress.h"
#include "nrb/record.h"
#include "nrb/rights.h"
#include "nrb/runend.h"
#include "nrb/runheader.h"
#include "nrb/signals.h"
#include "nrb/swaptrace.h"
#include "nrb/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char knob[] = "vm.zone_reclaim_mode";

/* A run under way. */
struct session {
	const struct nrb_run_options *options;
	struct nrb_run_options resolved; /* which they are, with numbers for multiples */
	const struct nrb_root *root;
	struct nrb_machine machine;
	struct nrb_plan plan;
	struct nrb_place quiet;
	struct nrb_run_result *result;
	struct nrb_header header;
	struct nrb_signals signals;
	struct nrb_blocks blocks;
	struct nrb_ballastproc ballast;
	int64_t ready_ns; /* to make the cache file and take the ballast */
	struct nrb_servedfiles served;
};

static int open_record(struct session *session)
{
	const struct nrb_run_options *options = session->options;
	char name[NRB_NAME_LEN * 2];
	struct nrb_stamp stamp;
	int rc = nrb_stamp_measure(&stamp, &session->blocks.clock);

	if (rc < 0) {
		return rc;
	}
	nrb_runheader_make(&session->header, session->root, &session->machine,
		&session->plan, &session->blocks.clock, &stamp);
	nrb_record_name(name, sizeof(name), session->header.host,
		session->header.start_utc, session->header.run_id);
	rc = nrb_record_create(
		&session->blocks.record, options->output ? options->output : name);
	if (rc < 0) {
		return rc;
	}
	nrb_record_set_interrupt(session->blocks.record, session->signals.fd);
	rc = nrb_record_write_header(session->blocks.record, &session->header,
		nrb_runheader_extra(
			session->root, &session->machine, &session->plan, options));
	if (rc == 0) { /* before it there is nothing to show, and the file goes again */
		snprintf(session->result->path, sizeof(session->result->path), "%s",
			nrb_record_path(session->blocks.record));
	}
	return rc;
}

static int share_memory(struct session *session)
{
	void *shared = mmap(NULL, sizeof(*session->blocks.shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (shared == MAP_FAILED) {
		return nrb_fail(-errno, "no memory to share with the measuring child");
	}
	session->blocks.shared = shared;
	return 0;
}

static int make_file(struct session *session)
{
	struct nrb_cachemaker maker = {
		.root = session->root,
		.guard = session->blocks.cellrun.guard,
		.signal_fd = session->blocks.cellrun.signal_fd,
		.cpus = &session->quiet.cpus,
		.dir = session->options->dir,
		.len = session->plan.file_bytes,
		.seed = session->plan.seed,
		.sparse = session->plan.sparse,
	};

	return session->plan.file_bytes > 0
		       ? nrb_cachemaker_run(
				 &maker, &session->blocks.file, &session->blocks.signal)
		       : 0;
}

static int take_ballast(struct session *session)
{
	session->ballast = (struct nrb_ballastproc){
		.root = session->root,
		.plan = &session->plan,
		.topology = &session->machine.topology,
		.guard = session->blocks.cellrun.guard,
		.signal_fd = session->blocks.cellrun.signal_fd,
		.fd = -1,
	};
	session->blocks.cellrun.ballast = &session->ballast;
	return nrb_ballastproc_start(&session->ballast, &session->blocks.signal);
}

/* The file first: writing it needs memory that the ballast takes. */
static int make_ready(struct session *session)
{
	uint64_t start = nrb_clock_ns();
	int rc = make_file(session);

	if (rc == 0) {
		rc = take_ballast(session);
	}
	session->ready_ns = (int64_t)(nrb_clock_ns() - start);
	return rc;
}

/* Between the plan and now a person may have thought for an hour. */
static int check_found(const struct session *session)
{
	const char *found = nrb_guard_found(session->blocks.cellrun.guard, knob);
	int64_t value;

	if (nrb_units_parse_i64(found, INT64_MIN, INT64_MAX, &value) == 0 &&
		value == session->machine.found_mode) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_DISTURBED, "run it again",
		"%s was %" PRId64 " when the plan was made and is %s now", knob,
		session->machine.found_mode, found);
	return -ESTALE;
}

static bool any_needs(const struct nrb_plan *plan, unsigned int needs)
{
	for (int i = 0; i < plan->n_arms; i++) {
		if (nrb_arm_needs(&plan->arms[i]) & needs) {
			return true;
		}
	}
	return false;
}

/* Of a scenario without modes nothing is asked. */
static void open_stalls(struct session *session)
{
	const struct nrb_plan *plan = &session->plan;
	struct nrb_idset nodes = plan->targets;
	char why[NRB_NOTE_LEN];
	int threads = 0;

	for (int i = 0; i < plan->n_arms; i++) {
		const struct nrb_arm *arm = &plan->arms[i];

		if (arm->mode >= 0) {
			nrb_idset_add(&nodes, arm->cpu_node);
			threads = arm->threads > threads ? arm->threads : threads;
		}
	}
	if (threads == 0) {
		return;
	}
	if (nrb_reclaimstalls_open(&session->blocks.cellrun.stalls, session->root,
		    &session->machine.topology, &nodes, threads, why, sizeof(why)) < 0) {
		nrb_note("how long node reclaim stalls is not recorded: %s", why);
	}
}

/* Who swaps is asked where swapping is the subject; what the kernel complains of where a load is. */
static void open_sources(struct session *session)
{
	const struct nrb_plan *plan = &session->plan;
	struct nrb_cellrun *cellrun = &session->blocks.cellrun;

	if (any_needs(plan, NRB_USES_SWAP)) {
		nrb_swaptrace_open(&cellrun->swaptrace, session->root, &plan->targets);
	}
	if (any_needs(plan, NRB_NEEDS_LOAD)) {
		nrb_kernellog_open(&cellrun->kernellog, session->root);
	}
	open_stalls(session);
}

static int measure(struct session *session)
{
	int rc = 0;

	if (session->blocks.cellrun.knob) {
		rc = nrb_guard_set(session->blocks.cellrun.guard, knob, "0");
		if (rc == 0) {
			rc = check_found(session);
		}
	}
	if (rc == 0) {
		rc = make_ready(session);
	}
	/* needs what is dropped next */
	if (rc == 0) {
		open_sources(session);
	}
	/* not before: the directory may be another user's */
	if (rc == 0) {
		rc = nrb_rights_limit(session->root, NRB_ROLE_PARENT);
	}
	if (rc == 0) {
		rc = nrb_blocks_run(&session->blocks);
	}
	return rc;
}

/* Settings first; then, whatever became of them, the record's last line. */
static int close_session(struct session *session, int rc)
{
	struct nrb_restored restored[NRB_JOURNAL_MAX_SETTINGS];
	struct nrb_end end;
	int n = 0, restore, written = 0;

	nrb_ballastproc_kill(&session->ballast);
	nrb_reclaimstalls_close(&session->blocks.cellrun.stalls);
	restore = nrb_guard_end(session->blocks.cellrun.guard, restored, &n);
	session->blocks.cellrun.guard = NULL;
	nrb_diag_set_patient(true);
	nrb_runend_make(&end, &session->blocks, session->ready_ns, rc < 0 ? rc : restore);
	for (int i = 0; i < n; i++) {
		end.restored = end.restored && restored[i].outcome == NRB_RESTORED_OK;
	}
	if (session->blocks.record != NULL) {
		written = nrb_record_write_end(
			session->blocks.record, &end, nrb_runend_settings(restored, n));
		session->result->record = nrb_record_reading(session->blocks.record);
		rc = rc == 0 ? nrb_record_close(session->blocks.record)
			     : (nrb_record_close(session->blocks.record), rc);
		session->blocks.record = NULL;
	}
	return rc < 0 ? rc : restore < 0 ? restore : written;
}

static int run_session(struct session *session)
{
	int rc = nrb_signals_begin(&session->signals);

	session->blocks.cellrun.signal_fd = session->signals.fd;
	if (rc == 0) {
		nrb_rights_declare(nrb_planrights_needs(&session->plan));
		/* from here on nobody waits for a terminal or a pipe: it may be stopped */
		nrb_diag_set_patient(false);
		rc = nrb_guard_begin(
			&session->blocks.cellrun.guard, session->root, &session->quiet);
	}
	if (rc == 0) {
		rc = open_record(session);
	}
	if (rc == 0) {
		rc = share_memory(session);
	}
	if (rc == 0) {
		nrb_progress_begin((enum nrb_progress_mode)session->options->progress);
		rc = measure(session);
		nrb_progress_end();
	}
	return close_session(session, rc);
}

static void finish_session(struct session *session)
{
	if (session->blocks.shared != NULL) {
		munmap(session->blocks.shared, sizeof(*session->blocks.shared));
	}
	if (session->blocks.file >= 0) {
		close(session->blocks.file);
	}
	(void)nrb_ballastproc_finish(&session->ballast);
	nrb_servedfiles_close(&session->served);
	nrb_swaptrace_close(&session->blocks.cellrun.swaptrace);
	nrb_kernellog_close(&session->blocks.cellrun.kernellog);
	nrb_signals_end(&session->signals);
	nrb_plan_finish(&session->plan);
	nrb_machine_finish(&session->machine);
}

static int print_plan(const struct session *session, const struct nrb_screen *screen)
{
	struct nrb_json *json;
	int rc = 0;

	if (session->options->dry_run && session->options->json) {
		json = nrb_plan_json(&session->plan, session->options, &session->machine);
		rc = nrb_json_print(json, 2, stdout);
		nrb_json_free(json);
		return rc < 0 ? nrb_fail(rc, "cannot print the plan") : 0;
	}
	nrb_plan_print(&session->plan, session->options, &session->machine, screen,
		session->options->dry_run ? stdout : stderr);
	return 0;
}

/* "vm.min_free_kbytes=x2": of what this machine has. */
static int resolve_sets(struct session *session)
{
	int rc = 0;

	session->resolved = *session->options;
	for (int i = 0; i < session->resolved.n_sets && rc == 0; i++) {
		rc = nrb_set_resolve(&session->resolved.sets[i], session->root);
	}
	session->options = &session->resolved;
	return rc;
}

/* By who asks for them, before anything is given up: they may be another user's. */
static int open_files(struct session *session)
{
	struct nrb_run_options *options = &session->resolved;
	int rc = nrb_servedfiles_open(&session->served, options->files, options->n_files);

	options->served = options->n_files > 0 ? &session->served.set : NULL;
	return rc;
}

/* The plan again, of what fits the disk: once nothing else forbids a run, or the disk could be full of
 * another run's file. Where it cannot be asked, who makes the file says why. */
static int fit_disk(struct session *session, const struct nrb_scenario *const *table)
{
	struct nrb_run_options *options = &session->resolved;

	if (session->plan.file_bytes == 0 ||
		nrb_cachefile_free_bytes(options->dir, &options->dir_free_bytes,
			&options->dir_total_bytes) < 0) {
		return 0;
	}
	nrb_plan_finish(&session->plan);
	return nrb_plan_make(&session->plan, options, &session->machine, table);
}

/* What is known before anything is changed: the machine, the plan, and the user's yes. */
static int prepare(struct session *session, const struct nrb_scenario *const *table,
	const struct nrb_screen *screen)
{
	const struct nrb_run_options *options = &session->resolved;
	int rc = resolve_sets(session);

	if (rc == 0) {
		rc = open_files(session);
	}
	if (rc == 0) {
		rc = nrb_machine_read(&session->machine, session->root);
	}
	if (rc == 0) {
		rc = nrb_plan_make(&session->plan, options, &session->machine, table);
	}
	if (rc == 0 && !options->dry_run) {
		rc = nrb_preconditions_check(session->root, options, &session->plan);
	}
	if (rc == 0 && !options->dry_run) {
		rc = fit_disk(session, table);
	}
	/* for who reads the plan before it is carried out */
	if (rc == 0 && session->root->live && (options->dry_run || !options->yes)) {
		nrb_pace_try(&session->plan.pace, options->dir,
			options->sparse || session->plan.file_bytes == 0,
			session->machine.cpu.line_bytes > 0
				? (size_t)session->machine.cpu.line_bytes
				: 64);
	}
	if (rc == 0) {
		rc = print_plan(session, screen);
	}
	if (rc == 0 && !options->dry_run) {
		rc = nrb_confirm(options->yes);
	}
	return rc;
}

static void begin_session(struct session *session)
{
	struct nrb_blocks *blocks = &session->blocks;

	blocks->start_ns = nrb_clock_ns();
	blocks->cellrun.knob = session->machine.found_mode != NRB_ABSENT;
	blocks->cellrun.rehearsal = session->plan.rehearsal;
	blocks->clock = nrb_clock_init(session->machine.cpu.invariant_tsc);
	nrb_plan_quiet(&session->plan, &session->machine.topology, &session->quiet);
}

int nrb_run(const struct nrb_run_options *options, const struct nrb_root *root,
	const struct nrb_scenario *const *table, const struct nrb_screen *screen,
	struct nrb_run_result *result)
{
	struct session *session = calloc(1, sizeof(*session));
	int rc;

	*result = (struct nrb_run_result){ .record = -1 };
	if (session == NULL) {
		return nrb_fail(-ENOMEM, "no memory for a run");
	}
	*session = (struct session){ .options = options,
		.root = root,
		.result = result,
		.ballast.fd = -1,
		.signals = { .fd = -1 } };
	session->blocks = (struct nrb_blocks){
		.root = root,
		.machine = &session->machine,
		.plan = &session->plan,
		.cellrun = { .signal_fd = -1 },
		.file = -1,
	};
	rc = prepare(session, table, screen);
	if (rc == 0 && !options->dry_run) {
		begin_session(session);
		rc = run_session(session);
		result->signal = session->blocks.signal;
		result->too_wide = rc == 0 && nrb_runend_is_too_wide(&session->blocks);
		if (result->too_wide) {
			nrb_runend_say_width(&session->blocks);
		}
	}
	finish_session(session);
	free(session);
	return rc;
}
