/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `rehearse --kernels`: what the setting does on each of several kernels. */
#include "nrb/rehearsekernels.h"

#include "nrb/compare.h"
#include "nrb/progress.h"
#include "nrb/rehearsals.h"

#include <stdio.h>

/* One alone has nobody to be compared with. */
static int show(const struct nrb_options *options, const struct nrb_screen *screen,
	const struct nrb_words *records, int *exit_code)
{
	struct nrb_report_options report = {
		.format = options->json ? NRB_REPORT_JSON : NRB_REPORT_TABLE,
		.roi_ppm = options->run.roi_ppm,
		.screen = *screen,
		.out = stdout,
	};
	const char *const *files = (const char *const *)records->word;
	bool inconclusive = false;
	int rc;

	for (size_t i = 0; i < records->n; i++) {
		nrb_note("record: %s", records->word[i]);
	}
	if (records->n == 0) {
		return 0;
	}
	rc = records->n == 1
		     ? nrb_report(&report, files, 1)
		     : nrb_compare(&report, files, (int)records->n, &inconclusive);
	*exit_code = inconclusive ? NRB_EXIT_INCONCLUSIVE : 0;
	return rc;
}

static int say_lost(const struct nrb_rehearsals_result *result)
{
	char names[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < result->lost.n && len < sizeof(names); i++) {
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
			i > 0 ? ", " : "", result->lost.word[i]);
	}
	return nrb_refuse(result->worst, NULL, "no whole record of %s", names);
}

static int end(const struct nrb_options *options, const struct nrb_screen *screen,
	const struct nrb_rehearsals_result *result, int *exit_code)
{
	bool failed = result->lost.n > 0;
	int rc = result->whole.err != 0 ? result->whole.err : result->lost.err;

	if (rc < 0) {
		return nrb_fail(rc, "names of records");
	}
	if (result->signal != 0) {
		nrb_note("records of kernels, as far as they came, stand beside %s",
			options->rehearse.output);
		return 0;
	}
	/* under --json a failure is the only document */
	if (!failed || !options->json) {
		rc = show(options, screen, &result->whole, exit_code);
	}
	return rc == 0 && failed ? say_lost(result) : rc;
}

int nrb_rehearsekernels(const struct nrb_options *options,
	const struct nrb_screen *screen, int *exit_code, int *signal)
{
	const struct nrb_rehearsals_options rehearsals = {
		.rehearse = &options->rehearse,
		.specs = options->kernels,
		.n = options->n_kernels,
		.guests = options->guests,
		.tells_cells = options->run.progress != NRB_PROGRESS_NONE,
	};
	struct nrb_rehearsals_result result = { 0 };
	int rc = nrb_rehearsals_run(&rehearsals, &result);

	*signal = result.signal;
	if (rc == 0 && !options->rehearse.dry_run) {
		rc = end(options, screen, &result, exit_code);
	}
	nrb_rehearsals_finish(&result);
	return rc;
}
