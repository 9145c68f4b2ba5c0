/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What forbids a run here and now. */
#include "nrb/preconditions.h"

#include "nrb/cachefile.h"
#include "nrb/confounders.h"
#include "nrb/diag.h"
#include "nrb/findings.h"
#include "nrb/leftover.h"
#include "nrb/process.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int refuse_first(const struct nrb_findings *findings)
{
	const struct nrb_finding *first = &findings->list[0];

	if (findings->n == 0) {
		return 0;
	}
	return nrb_refuse(first->code, first->way_out[0] != '\0' ? first->way_out : NULL,
		"%s%s%s", first->what, first->why[0] != '\0' ? ": " : "", first->why);
}

/* Scenarios without modes hold the setting at rest too, where there is one. */
static int check_rights(const struct nrb_root *root, const struct nrb_plan *plan)
{
	struct nrb_findings findings = { 0 };
	struct nrb_plan_settings settings;

	nrb_findings_rights(&findings, root, plan->reference >= 0);
	nrb_plan_settings(plan, &settings);
	for (int i = 0; i < settings.n; i++) {
		nrb_findings_setting(&findings, root, settings.list[i]);
	}
	return refuse_first(&findings);
}

static bool has_holder(const struct nrb_plan *plan)
{
	for (int i = 0; i < plan->n_arms; i++) {
		if (plan->arms[i].unsupported[0] == '\0' &&
			plan->arms[i].variant->hold != NULL) {
			return true;
		}
	}
	return false;
}

/* The kernel's 2 panics also where a policy alone left no memory, and every cell binds what it fills
 * or measures to its node; its 1 where the whole machine has none left, to which one comes nearer
 * whose memory is held and not cache. */
static int check_panic(const struct nrb_root *root, const struct nrb_plan *plan)
{
	const struct nrb_confounder *panic = nrb_confounder_find("vm.panic_on_oom");
	int64_t value;

	if (nrb_fsroot_read_i64(root, panic->path, &value) < 0 || value == 0 ||
		(value == 1 && !has_holder(plan))) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_NOT_HERE, panic->way_out, "%s is %" PRId64 ": %s",
		panic->name, value, panic->why);
}

/* The guard looks again when it starts. Here so that nobody is asked in vain, or told that the disk
 * is full of what is another run's file. */
static int check_others(const struct nrb_root *root)
{
	enum nrb_leftover_state state;
	char boot_id[NRB_BOOT_ID_LEN];
	int dir = -1, lock = -1, rc = nrb_leftover_look(root, &state);

	if (rc < 0 || (state != NRB_LEFTOVER_LIVE && state != NRB_LEFTOVER_JOURNAL)) {
		return rc;
	}
	rc = nrb_leftover_lock(root, 0, &dir, &lock); /* says who holds it */
	if (rc == 0) {
		rc = nrb_process_boot_id(root, boot_id, sizeof(boot_id));
		rc = rc < 0 ? nrb_fail(rc, "cannot read the boot id")
			    : nrb_leftover_refuse(dir, boot_id);
	}
	if (dir >= 0) {
		close(dir);
	}
	if (lock >= 0) {
		close(lock);
	}
	return rc;
}

static int check_memory(const struct nrb_root *root, const struct nrb_plan *plan)
{
	struct nrb_findings findings = { 0 };

	nrb_findings_memory(
		&findings, root, nrb_plan_ballast_bytes(plan), plan->memory_bytes);
	return refuse_first(&findings);
}

static int check_dir(const struct nrb_run_options *options)
{
	const char *fs = NULL;
	int rc = nrb_cachefile_check_dir(options->dir, &fs);

	if (rc == -EOPNOTSUPP) {
		return nrb_refuse(NRB_EXIT_NOT_HERE,
			"name a directory on a local disk with --dir",
			"%s is on %s: its page cache cannot be reclaimed and read back "
			"from a disk",
			options->dir, fs != NULL ? fs : "such a file system");
	}
	if (rc < 0) {
		return nrb_fail(rc, "--dir %s", options->dir);
	}
	if (access(options->dir, W_OK | X_OK) < 0) {
		return nrb_fail(-errno, "cannot make a file in --dir %s", options->dir);
	}
	return 0;
}

int nrb_preconditions_check(const struct nrb_root *root,
	const struct nrb_run_options *options, const struct nrb_plan *plan)
{
	int rc = check_rights(root, plan);

	if (rc == 0) {
		rc = check_panic(root, plan);
	}
	if (rc == 0) {
		rc = check_others(root);
	}
	if (rc == 0) {
		rc = check_memory(root, plan);
	}
	if (rc == 0 && plan->file_bytes > 0) {
		rc = check_dir(options);
	}
	return rc;
}
