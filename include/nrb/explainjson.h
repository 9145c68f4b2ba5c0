/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An explanation as a JSON document (results/schema/explain.schema.json). */
#ifndef NRB_EXPLAINJSON_H
#define NRB_EXPLAINJSON_H

#include "nrb/explanation.h"
#include "nrb/json.h"

/** All of it; the caller owns it. Absent keys for what is not known. */
struct nrb_json *nrb_explainjson_make(const struct nrb_explanation *explanation);

/** A request, and its way, as they stand in that document; the caller's too. */
struct nrb_json *nrb_explainjson_request(const struct nrb_request *request);
struct nrb_json *nrb_explainjson_walk(const struct nrb_vmstate *state,
	const struct nrb_allocwalk *walk, const struct nrb_walk_margin *margin);

#endif
