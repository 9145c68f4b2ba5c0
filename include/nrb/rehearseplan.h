/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `rehearse --dry-run` shows: what would be built and started. */
#ifndef NRB_REHEARSEPLAN_H
#define NRB_REHEARSEPLAN_H

#include "nrb/guest.h"
#include "nrb/kernelspec.h"

#include <stdio.h>

enum { NRB_REHEARSEPLAN_LEN = 512 };

/** Say a guest's nodes in some words; fills and returns buf. */
const char *nrb_rehearseplan_nodes(char *buf, size_t len, const struct nrb_shape *shape);

struct nrb_rehearseplan {
	const struct nrb_guest *guest;
	const char *
		kernel; /* path of the image; NULL: it must first be unpacked or fetched */
	const struct nrb_kernelspec
		*spec;      /* by which it is fetched; NULL: the distribution's */
	bool unpacked;      /* of packages that are given */
	const char *keep;   /* directory for the guest's files; NULL: a temporary one */
	const char *output; /* of the record */
	bool json;
};

/** Print it, as text or as one JSON document. Returns 0 or a negative errno, with a message. */
int nrb_rehearseplan_print(const struct nrb_rehearseplan *plan, FILE *out);

#endif
