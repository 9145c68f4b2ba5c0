/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands and options: one const table each, from which parsing, --help, the completions' test
 * and the man page's test are made. */
#ifndef NRB_OPTIONS_H
#define NRB_OPTIONS_H

#include "nrb/cli.h"

#include <stdio.h>

extern const struct nrb_command_info nrb_command_table[]; /* ends with name NULL */
extern const struct nrb_option_info nrb_option_table[];   /* ends with name NULL */

/**
 * Parse a command line. Options may stand before or after the command; "--" ends them.
 * Values are checked here, the machine is not looked at.
 * Returns 0 or a negative errno, with a message (NRB_EXIT_USAGE).
 */
int nrb_options_parse(struct nrb_options *options, int argc, const char *const *argv);

/** Free what parsing took, whether it came to an end or not; what options name is gone then. For who
 * parses more than once: a program's own live as long as it does. */
void nrb_options_finish(struct nrb_options *options);

/** Find the command: the first word that is no option, nor the value of one. Returns 0, also where there
 * is none, or a negative errno, with a message. */
int nrb_options_find_command(
	struct nrb_options *options, int argc, const char *const *argv);

/** Refuse a word that is no option of a command (NULL: of none), with the one that was meant. */
int nrb_options_refuse(const char *word, const struct nrb_command_info *command);

/** Refuse options of run and rehearse that cannot stand together. Returns 0 or a negative errno, with a
 * message. */
int nrb_options_check_run(const struct nrb_options *options);

/** The row of a command's name, or NULL. */
const struct nrb_command_info *nrb_command_find(const char *name);

/** Print --help of a command (NULL: of the program), at most 80 columns. */
void nrb_options_help(const struct nrb_command_info *command, FILE *out);

/** Print the short help: what it is, two examples, where more is. */
void nrb_options_hint(FILE *out);

#endif
