/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reader of a page has to know of the method, and what its record does not tell. */
#ifndef NRB_HTMLNOTES_H
#define NRB_HTMLNOTES_H

#include "nrb/reportdata.h"

/** The scenarios that a run can have; ends with NULL. */
extern const char *const nrb_htmlnotes_scenarios[];

/** Print the method in a few sentences, and what was not tested. */
void nrb_htmlnotes_print(const struct nrb_report_data *data, FILE *out);

#endif
