/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What it takes to repeat a run: kept while a command line is read, and taken back out of a record. */
#ifndef NRB_CONFIG_H
#define NRB_CONFIG_H

#include "nrb/cli.h"

/** Whether a name of so many letters is an option of rehearse that makes a guest what it is. */
bool nrb_config_makes_guest(const char *name, size_t len);

/** Keep an option that was taken, if it says what is measured: for the record, and of rehearse for the
 * run in the guest. Returns 0 or a negative errno, with a message. */
int nrb_config_keep(
	struct nrb_options *options, const struct nrb_option_info *o, const char *value);

/** Note that an option is given, and where the record is. Returns 0. */
int nrb_config_note(
	struct nrb_options *options, const struct nrb_option_info *o, const char *value);

/** Whether an option of the record counts: it says what is measured, and nothing that was noted stands
 * in its place. */
bool nrb_config_takes(const struct nrb_options *options, const struct nrb_option_info *o);

/** Read what the record's run was asked for. Returns 0 or a negative errno, with a message. */
int nrb_config_read(struct nrb_config *config);

/** Say whose run is repeated, and with what. */
void nrb_config_say(const struct nrb_options *options);

#endif
