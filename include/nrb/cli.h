/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command line can say, as types. */
#ifndef NRB_CLI_H
#define NRB_CLI_H

#include "nrb/export.h"
#include "nrb/plan.h"
#include "nrb/rehearse.h"
#include "nrb/report.h"
#include "nrb/screen.h"

#include <stdbool.h>
#include <stdio.h>

enum nrb_command {
	NRB_COMMAND_RUN = 1 << 0,
	NRB_COMMAND_REHEARSE = 1 << 1,
	NRB_COMMAND_CHECK = 1 << 2,
	NRB_COMMAND_REPORT = 1 << 3,
	NRB_COMMAND_LIST = 1 << 4,
	NRB_COMMAND_RESTORE = 1 << 5,
	NRB_COMMAND_EXPORT = 1 << 6,
	NRB_COMMAND_COMPARE = 1 << 7,
	NRB_COMMAND_ALL = (1 << 8) - 1,
};

struct nrb_command_info {
	unsigned int command; /* enum nrb_command */
	const char *name;
	const char *operands; /* "FILE...", "A B..." or "" */
	const char *summary;  /* one line */
	const char *examples[3];
};

/* All that a command line says. */
struct nrb_options {
	const struct nrb_command_info *command;
	bool help, version;
	bool json, csv, ascii, quiet;
	const char *page, *plots; /* NULL: not asked for */
	enum nrb_when color;
	const char *root; /* "/" */
	struct nrb_run_options run;
	struct nrb_rehearse_options rehearse;
	struct nrb_export_options export;
	int n_rehearse_args, n_debs;
	const char *const *operands;
	int n_operands;
};

struct nrb_option_info {
	const char *name;
	char letter;           /* 0: none */
	const char *arg;       /* NULL: takes none */
	unsigned int commands; /* of enum nrb_command: where it may stand */
	bool inner;            /* rehearse hands it on to the run in the guest */
	const char *help;
	int (*take)(struct nrb_options *options, const char *value);
};

#endif
