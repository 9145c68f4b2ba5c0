/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A prediction and what came, as sentences. */
#ifndef NRB_VERIFYTEXT_H
#define NRB_VERIFYTEXT_H

#include "nrb/page.h"
#include "nrb/verify.h"

/** Print what was predicted for block number n (1..), what came, and whether that agrees. */
void nrb_verifytext_print(
	const struct nrb_page *page, const struct nrb_verified *verified, int n);

/** Print how often it was right. */
void nrb_verifytext_tally(
	const struct nrb_page *page, const struct nrb_verify_tally *tally);

#endif
