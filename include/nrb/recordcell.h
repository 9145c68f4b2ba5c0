/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cell's line: struct nrb_sample to and from JSON. */
#ifndef NRB_RECORDCELL_H
#define NRB_RECORDCELL_H

#include "nrb/json.h"
#include "nrb/record.h"
#include "nrb/recordfields.h"
#include "nrb/sample.h"

/** The object of a cell; the caller owns it. */
struct nrb_json *nrb_recordcell_json(const struct nrb_sample *sample);

/**
 * Read a cell; all that the line does not have is absent.
 * header  whose nodes are the only ones that a cell may name
 * Returns 0, -EPROTO, with why.
 */
int nrb_recordcell_parse(const struct nrb_json *line, const struct nrb_header *header,
	struct nrb_sample *sample, struct nrb_why *why);

#endif
