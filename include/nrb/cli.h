/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command line can say, as types. */
#ifndef NRB_CLI_H
#define NRB_CLI_H

#include "nrb/explain.h"
#include "nrb/export.h"
#include "nrb/kernelspec.h"
#include "nrb/plan.h"
#include "nrb/rehearse.h"
#include "nrb/report.h"
#include "nrb/screen.h"
#include "nrb/watch.h"
#include "nrb/words.h"

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
	NRB_COMMAND_EXPLAIN = 1 << 8,
	NRB_COMMAND_WATCH = 1 << 9,
	NRB_COMMAND_ALL = (1 << 10) - 1,
};

struct nrb_command_info {
	unsigned int command; /* enum nrb_command */
	const char *name;
	const char
		*operands; /* "FILE...", "A B..." or ""; in brackets: there may be none */
	const char *summary; /* one line */
	const char *examples[3];
};

enum { NRB_CONFIG_MAX_GIVEN = 256 };

/* --config: what a record's run was asked for. */
struct nrb_config {
	const char *path;       /* NULL: not given */
	struct nrb_words words; /* as a command line: the program, a command, options */
	bool rehearsal;         /* it ran in a guest */
	char seed[32];          /* that it drew or was given; "" unknown */
	const char *given[NRB_CONFIG_MAX_GIVEN]; /* names of options beside it */
	int n_given;
};

/* All that a command line says. */
struct nrb_options {
	const struct nrb_command_info *command;
	bool help, version;
	bool json, csv, ascii, quiet;
	const char *page, *plots; /* NULL: not asked for */
	enum nrb_when color;
	const char *root; /* "/" */
	struct nrb_config config;
	struct nrb_run_options run;
	struct nrb_rehearse_options rehearse;
	struct nrb_export_options export;
	struct nrb_explain_options explain;
	struct nrb_watch_options watch;
	int n_rehearse_args, n_guest_args, n_debs;
	struct nrb_kernelspec
		kernels[NRB_KERNELSPEC_MAX]; /* of rehearse; none: one kernel */
	int n_kernels;
	int guests; /* at once */
	bool guests_given;
	const char *const *operands;
	int n_operands;
	char **words;          /* the command line as getopt_long(3) leaves it */
	struct nrb_words kept; /* names that lists were split into */
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
