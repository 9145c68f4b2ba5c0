/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A survey as a JSON document. */
#ifndef NRB_CHECKJSON_H
#define NRB_CHECKJSON_H

#include "nrb/fsroot.h"
#include "nrb/json.h"
#include "nrb/survey.h"

/** All of it, with every confounder as it reads now; the caller owns it. */
struct nrb_json *nrb_checkjson_make(
	const struct nrb_survey *survey, const struct nrb_root *root);

#endif
