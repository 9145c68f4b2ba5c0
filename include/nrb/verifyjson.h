/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A prediction and what came, as JSON. */
#ifndef NRB_VERIFYJSON_H
#define NRB_VERIFYJSON_H

#include "nrb/json.h"
#include "nrb/verify.h"

/** One block: the request, the prediction with each step's numbers, what came, and which of it was
 * right. The caller frees it. */
struct nrb_json *nrb_verifyjson_make(const struct nrb_verified *verified);

/** How often it was right; the caller adds "blocks" and frees it. */
struct nrb_json *nrb_verifyjson_tally(const struct nrb_verify_tally *tally);

#endif
