/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One walk as text, zone by zone. */
#ifndef NRB_EXPLAINWALK_H
#define NRB_EXPLAINWALK_H

#include "nrb/allocwalk.h"
#include "nrb/page.h"
#include "nrb/vmstate.h"
#include "nrb/walkmargin.h"

/** Print its steps, numbered, each gate with its numbers; then what comes of it. */
void nrb_explainwalk_print(const struct nrb_page *page, const struct nrb_vmstate *state,
	const struct nrb_allocwalk *walk);

/** Print how sure it is: what is not told, and a limit that is near. Nothing where all is clear. */
void nrb_explainwalk_doubts(const struct nrb_page *page, const struct nrb_vmstate *state,
	const struct nrb_allocwalk *walk, const struct nrb_walk_margin *margin);

enum { NRB_EXPLAINWALK_LEN = 320 };

/** In a word or two where the page comes from ("node 0", "direct reclaim"); and what node reclaim did, with
 * the numbers of the gate that decided. Each fills and returns buf. */
const char *nrb_explainwalk_where(
	char buf[NRB_EXPLAINWALK_LEN], const struct nrb_allocwalk *walk);
const char *nrb_explainwalk_reclaim(char buf[NRB_EXPLAINWALK_LEN],
	const struct nrb_vmstate *state, const struct nrb_allocwalk *walk);

#endif
