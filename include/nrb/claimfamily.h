/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arms that differ in their mode alone, and the words in which claims speak of them. */
#ifndef NRB_CLAIMFAMILY_H
#define NRB_CLAIMFAMILY_H

#include "nrb/claim.h"
#include "nrb/diag.h"
#include "nrb/group.h"
#include "nrb/mode.h"
#include "nrb/record.h"

/* Differences of locality and of cache below these are left alone: pages of others come and go. */
#define NRB_LOCAL_MARGIN   0.05
#define NRB_CACHE_MARGIN   0.01
/* Of the allocation: cache that is lost in its place, however small a share of all cache it is. */
#define NRB_EVICTED_MARGIN 0.1

enum { NRB_FAMILY_MODES = NRB_MODE_BITS + 1 };

struct nrb_claim_family {
	const struct nrb_arm_cells *arm[NRB_FAMILY_MODES]; /* by mode; NULL: not run */
	const struct nrb_arm_cells *none; /* without a mode; NULL: not run */
	const struct nrb_arm_cells *
		base; /* that others are compared with: mode 0 if it was run; may be NULL */
	enum nrb_cellvalue kept;       /* what tells how much cache was kept */
	char label[NRB_CLAIM_LEN / 2]; /* "" or what tells it from other families */
	unsigned int factors;          /* that the label names, a bit for each figure */
	const struct nrb_arm_cells *first; /* any of them */
};

/** Put an arm into its place. */
void nrb_claimfamily_put(
	struct nrb_claim_family *family, const struct nrb_arm_cells *arm);

/** Choose the base among the arms put. */
void nrb_claimfamily_choose_base(
	struct nrb_claim_family *family, const struct nrb_header *header);

/** Label a family by an arm of it: "MGLRU on, policy bind: " of the factors of varying but the mode;
 * "" without any. */
void nrb_claimfamily_label(struct nrb_claim_family *family,
	const struct nrb_arm_cells *arm, unsigned int varying);

/** Add a claim about modes of a family; the sentence follows their names. Returns as above. */
int nrb_claimfamily_say(struct nrb_claims *claims, const struct nrb_claim_family *family,
	enum nrb_claim_kind kind, unsigned int modes, const char *fmt, ...)
	NRB_PRINTF(5, 6);

/** Whether an arm was run (may be NULL) and has a cell that is ok; any that figures come from. */
bool nrb_claimfamily_is_ok(const struct nrb_arm_cells *arm);
bool nrb_claimfamily_is_measured(const struct nrb_arm_cells *arm);

/** Whether every cell of an arm keeps more local, or evicts more (by its share of the cache, or beside
 * what is allocated), than every one of the base. */
bool nrb_claimfamily_keeps_more(
	const struct nrb_arm_cells *arm, const struct nrb_arm_cells *base);
bool nrb_claimfamily_evicts_more(
	const struct nrb_claim_family *family, const struct nrb_arm_cells *arm);

/** Whether no cell of an arm freed more than next to nothing, or kept it; what it freed is counted. */
bool nrb_claimfamily_freed_nothing(const struct nrb_arm_cells *arm);

/** "3rd person s" of a verb: "" for several modes. */
const char *nrb_claimfamily_s(unsigned int modes);

/** "98.4 % to 99.9 %" over the medians of some modes, over the cells where they are apart. Fills and
 * returns buf. */
const char *nrb_claimfamily_range(char *buf, size_t len,
	const struct nrb_claim_family *family, unsigned int modes,
	enum nrb_cellvalue value);

/** "22.6 MiB to 62.3 MiB", likewise. */
const char *nrb_claimfamily_bytes(char *buf, size_t len,
	const struct nrb_claim_family *family, unsigned int modes,
	enum nrb_cellvalue value);

/** "1,300 to 3,000", likewise, of a count. */
const char *nrb_claimfamily_counts(char *buf, size_t len,
	const struct nrb_claim_family *family, unsigned int modes,
	enum nrb_cellvalue value);

/** What some modes cost in cache: a clause that goes on with the sentence about all of them, or
 * names those that do; "" where it is nothing. Fills and returns buf. */
const char *nrb_claimfamily_cost(char *buf, size_t len,
	const struct nrb_claim_family *family, unsigned int modes, bool goes_on);

/** "10.0 % of the cached file" that an arm lost, by what tells it; "3.9 GiB of" it where that is hardly a
 * share. Fills and returns buf. */
const char *nrb_claimfamily_lost(
	char *buf, size_t len, const struct nrb_arm_cells *arm, enum nrb_cellvalue kept);

#endif
