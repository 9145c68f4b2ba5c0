/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The factors of an arm beside its scenario, nodes and mode, as people read them. */
#ifndef NRB_FACTORS_H
#define NRB_FACTORS_H

#include "nrb/cell.h"

#include <stddef.h>

enum nrb_factor {
	NRB_FACTOR_VARIANT,
	NRB_FACTOR_LRU_GEN,
	NRB_FACTOR_POLICY,
	NRB_FACTOR_PAGE_SIZE,
	NRB_FACTOR_THREADS,
	NRB_FACTOR_FILL_ON,
	NRB_FACTOR_TRIM,
	NRB_FACTOR_SWAP,
	NRB_FACTOR_SET,
	NRB_N_ARM_FACTORS,
};

struct nrb_factor_info {
	const char *name;         /* of its option, without the dashes */
	const char *key;          /* in a record and in a plan's JSON */
	const char *const *words; /* its values, ends with NULL; NULL: see range */
	const char *range;
	const char *help;
};

extern const struct nrb_factor_info nrb_factor_table[NRB_N_ARM_FACTORS];

/** What an arm has of a factor, as its option takes it ("found": left as found). Fills and returns
 * buf, at least NRB_SET_LEN. "" for the variant of a scenario with but one. */
const char *nrb_factor_word(
	enum nrb_factor factor, const struct nrb_arm *arm, char *buf, size_t len);

/** Whether the arm has what it has without the option. */
bool nrb_factor_is_default(enum nrb_factor factor, const struct nrb_arm *arm);

/** Whether any two of n arms differ in it. */
bool nrb_factor_varies(enum nrb_factor factor, const struct nrb_arm *arms, int n);

#endif
