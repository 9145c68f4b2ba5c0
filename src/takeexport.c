/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of export, and which of them go together. */
#include "nrb/diag.h"
#include "nrb/take.h"
#include "nrb/units.h"

#include <string.h>

int nrb_take_format(struct nrb_options *options, const char *value)
{
	options->export.format = nrb_export_find(value);
	return options->export.format != NULL
		       ? 0
		       : nrb_take_bad("format", value,
				 "csv, openmetrics, sysctl.d, tuned, gnuplot or hgrm");
}

int nrb_take_mode(struct nrb_options *options, const char *value)
{
	return nrb_take_i64(
		"mode", value, 0, 7, "a number 0 to 7", &options->export.mode);
}

int nrb_take_arm(struct nrb_options *options, const char *value)
{
	return nrb_take_i64(
		"arm", value, 1, NRB_MAX_ARMS, "a number from 1", &options->export.arm);
}

int nrb_takeexport_check(const struct nrb_options *options)
{
	const struct nrb_export_options *export = &options->export;

	if (export->format == NULL) {
		return nrb_refuse(NRB_EXIT_USAGE,
			"csv, openmetrics, sysctl.d, tuned, gnuplot or hgrm",
			"export needs --format");
	}
	if (options->n_operands > 1) {
		return nrb_refuse(NRB_EXIT_USAGE, "report --csv takes several",
			"export takes one record, not %d", options->n_operands);
	}
	if (export->arm != NRB_ABSENT && export->mode != NRB_ABSENT) {
		return nrb_refuse(NRB_EXIT_USAGE, "choose one", "--mode and --arm");
	}
	if ((export->arm != NRB_ABSENT || export->mode != NRB_ABSENT) &&
		!export->format->of_one_arm) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL, "%s goes with --format hgrm",
			export->arm != NRB_ABSENT ? "--arm" : "--mode");
	}
	if (strcmp(options->root, "/") != 0 && !export->format->reads_root) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL,
			"--root goes with --format sysctl.d and tuned");
	}
	return 0;
}
