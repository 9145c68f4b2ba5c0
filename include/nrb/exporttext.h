/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stranger's strings in files that other programs read: no line may be smuggled in. */
#ifndef NRB_EXPORTTEXT_H
#define NRB_EXPORTTEXT_H

#include "nrb/diag.h"
#include "nrb/group.h"
#include "nrb/record.h"

#include <stddef.h>
#include <stdio.h>

/* Of a text of so many bytes, all escaped. */
enum { NRB_EXPORTTEXT_LEN = 4096, NRB_EXPORTTEXT_ESCAPED = 4 * NRB_EXPORTTEXT_LEN };

/** Copy text as printable ASCII: any other byte, and the backslash, as \x1b. Two texts never become
 * one. Cut to len. Returns buf. */
const char *nrb_exporttext_plain(char *buf, size_t len, const char *text);

/** Print "# " and the text, in as many such lines as it needs at 80 columns; later ones are
 * indented as far as the text was. What it formats is escaped as by nrb_exporttext_plain. */
void nrb_exporttext_comment(FILE *out, const char *fmt, ...) NRB_PRINTF(2, 3);

/** Print name="value" as a label of a metric. */
void nrb_exporttext_label(FILE *out, const char *name, const char *value);

/** "scenario=clean mode=7 policy=bind": the factors that an arm has, of those in a mask with a bit for
 * each id of a figure. Returns buf. */
const char *nrb_exporttext_arm(
	char *buf, size_t len, const struct nrb_arm_cells *arm, unsigned int mask);

/** Print, as comments, which run a file comes from; of a rehearsal first that it was one. */
void nrb_exporttext_origin(FILE *out, const struct nrb_header *header);

#endif
