/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An explanation as a JSON document (results/schema/explain.schema.json). */
#ifndef NRB_EXPLAINJSON_H
#define NRB_EXPLAINJSON_H

#include "nrb/explanation.h"
#include "nrb/json.h"

/** All of it; the caller owns it. Absent keys for what is not known. */
struct nrb_json *nrb_explainjson_make(const struct nrb_explanation *explanation);

#endif
