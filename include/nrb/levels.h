/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of a factor that are to be compared, as the command line names them. */
#ifndef NRB_LEVELS_H
#define NRB_LEVELS_H

#include <stdbool.h>

enum { NRB_MAX_LEVELS = 16 };

/* A factor's values in the order given, none twice; n 0: the option was not given. */
struct nrb_levels {
	int n;
	int v[NRB_MAX_LEVELS];
};

/* The factors whose values are words; each table ends with NULL, a value is its index. */
extern const char *const nrb_off_on_words[];    /* off, on: --lru-gen, --trim, --swap */
extern const char *const nrb_policy_words[];    /* enum nrb_arm_policy */
extern const char *const nrb_page_size_words[]; /* enum nrb_page_size */
extern const char *const nrb_fill_on_words[];   /* target, all */

/* Where the allocation asks to be; the words of --policy. */
enum nrb_arm_policy {
	NRB_ARM_LOCAL,      /* on the node of the CPU that runs: MPOL_LOCAL */
	NRB_ARM_BIND,       /* on the node under test alone: MPOL_BIND */
	NRB_ARM_PREFERRED,  /* there, else elsewhere: MPOL_PREFERRED */
	NRB_ARM_INTERLEAVE, /* on every node with memory in turn: MPOL_INTERLEAVE */
	NRB_ARM_CPUSET,     /* local, in a cpuset that lacks the node under test */
};

/** Add the words of a list ("a,b") to levels. Returns 0, -EINVAL (a word that is none of the
 * table's, an empty one), -E2BIG; silent. */
int nrb_levels_add_words(
	struct nrb_levels *levels, const char *list, const char *const *words);

/** Add the numbers of a list ("1,2,4"), each from min to max. Returns as above. */
int nrb_levels_add_numbers(struct nrb_levels *levels, const char *list, int min, int max);

bool nrb_levels_have(const struct nrb_levels *levels, int value);

#endif
