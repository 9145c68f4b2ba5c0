/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of a run that cannot stand together. */
#include "nrb/diag.h"
#include "nrb/options.h"

#include <string.h>

/* Each has a kernel and a record of its own. */
static int check_kernels(const struct nrb_options *options)
{
	const struct nrb_rehearse_options *rehearse = &options->rehearse;

	if (options->n_kernels == 0) {
		return options->guests_given ? nrb_refuse(NRB_EXIT_USAGE, "give both",
						       "--guests goes with --kernels")
					     : 0;
	}
	if (rehearse->kernel != NULL || options->n_debs > 0) {
		return nrb_refuse(NRB_EXIT_USAGE,
			"choose one; a directory can be one of --kernels",
			"--kernels and --kernel%s",
			rehearse->kernel != NULL ? "" : "-deb");
	}
	if (rehearse->output != NULL && strcmp(rehearse->output, "-") == 0) {
		return nrb_refuse(NRB_EXIT_USAGE, "name a file with -o",
			"--kernels makes several records, and stdout takes one");
	}
	return 0;
}

static int check_guest(const struct nrb_options *options)
{
	const struct nrb_rehearse_options *rehearse = &options->rehearse;

	if ((rehearse->kernel != NULL) != (rehearse->modules != NULL)) {
		return nrb_refuse(
			NRB_EXIT_USAGE, "give both", "--kernel goes with --modules");
	}
	if (rehearse->kernel != NULL && options->n_debs > 0) {
		return nrb_refuse(
			NRB_EXIT_USAGE, "choose one", "--kernel and --kernel-deb");
	}
	if (rehearse->asked.like != NULL && rehearse->asked.nodes_given) {
		return nrb_refuse(NRB_EXIT_USAGE, "choose one", "--like and --nodes");
	}
	return check_kernels(options);
}

/* Nobody else reads them. */
static int check_files(const struct nrb_run_options *run)
{
	if (run->all) {
		return 0;
	}
	for (int i = 0; i < run->n_scenarios && run->n_files > 0; i++) {
		if (strcmp(run->scenarios[i], "fileserver") == 0) {
			return 0;
		}
	}
	return run->n_files == 0 ? 0
				 : nrb_refuse(NRB_EXIT_USAGE, "give both, or --all",
					   "--file goes with --scenario fileserver");
}

/* Its number of blocks would be decided by what the host's other programs do. */
static int check_width(const struct nrb_options *options)
{
	const struct nrb_run_options *run = &options->run;

	if (run->width_ppm == 0) {
		return 0;
	}
	if (run->rehearsal) {
		return nrb_options_refuse("--width", options->command);
	}
	return run->blocks == 0
		       ? 0
		       : nrb_refuse(NRB_EXIT_USAGE, "choose one", "--width and --blocks");
}

int nrb_options_check_run(const struct nrb_options *options)
{
	unsigned int command = options->command->command;
	int rc;

	if (options->run.all && options->run.n_scenarios > 0) {
		return nrb_refuse(NRB_EXIT_USAGE, "choose one", "--all and --scenario");
	}
	if (options->run.all_nodes && options->run.nodes_given) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL, "--node all and --node N");
	}
	if (command == NRB_COMMAND_RUN && options->run.swap.n > 0 &&
		!options->run.rehearsal) {
		return nrb_refuse(NRB_EXIT_USAGE,
			"`numa-reclaim-bench rehearse` can turn it off and on",
			"--swap: on a real machine swap stays as found");
	}
	if (options->run.guest_given && !options->run.rehearsal) {
		return nrb_refuse(
			NRB_EXIT_USAGE, "give both", "--guest goes with --rehearsal");
	}
	rc = check_width(options);
	if (rc == 0) {
		rc = check_files(&options->run);
	}
	return rc == 0 && command == NRB_COMMAND_REHEARSE ? check_guest(options) : rc;
}
