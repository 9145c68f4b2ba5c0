/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `compare`: records against each other, as tables for people, or as --json or --csv for programs. */
#ifndef NRB_COMPARE_H
#define NRB_COMPARE_H

#include "nrb/report.h"

#include <stdbool.h>

/**
 * Compare records ("-" is stdin): those after the first against the first; of three hosts and more, each
 * host against its own reference, in any order. A run that is named twice counts once. Each record is
 * read through once; memory is bounded by hosts and combinations of factors where there are three hosts.
 * inconclusive  out: a claim that could have been decided stayed unclear
 * Returns 0 or a negative errno, with a message (NRB_EXIT_USAGE for records that must not be mixed or
 * are but one, NRB_EXIT_FAILED for what is none).
 */
int nrb_compare(const struct nrb_report_options *options, const char *const *files, int n,
	bool *inconclusive);

#endif
