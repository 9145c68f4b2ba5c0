/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `export`: one record in a format of other tools, on stdout or in a file. */
#ifndef NRB_EXPORT_H
#define NRB_EXPORT_H

#include "nrb/exportformat.h"

#include <stdbool.h>

struct nrb_export_format {
	const char *name;
	int (*print)(const struct nrb_exporting *exporting);
	bool of_one_arm; /* takes --mode and --arm */
	bool reads_root; /* takes --root */
	bool has_times;  /* of a rehearsal, too */
};

extern const struct nrb_export_format nrb_export_format_table[]; /* ends with name NULL */

/** The row of a format's name, or NULL. */
const struct nrb_export_format *nrb_export_find(const char *name);

struct nrb_export_options {
	const struct nrb_export_format *format;
	int64_t mode, arm;  /* NRB_ABSENT: not asked for */
	const char *output; /* NULL or "-": to out */
	bool json;          /* {"format":..., "text":...} in place of the text */
	FILE *out;
};

/**
 * Read a record ("-" is stdin), print it in one format. A file is written beside its name and renamed
 * (0644), so that whoever reads it sees it whole; an older one is replaced, the record itself and what
 * is no regular file are refused. Nothing is printed where the export fails.
 * Returns 0 or a negative errno, with a message.
 */
int nrb_export(const struct nrb_export_options *options, const struct nrb_root *root,
	const char *file);

#endif
