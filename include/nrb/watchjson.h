/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tick of `watch` as one JSON object (results/schema/watch.schema.json). */
#ifndef NRB_WATCHJSON_H
#define NRB_WATCHJSON_H

#include "nrb/json.h"
#include "nrb/watchmoment.h"

/** The object, for the caller to free; what is absent is not in it. */
struct nrb_json *nrb_watchjson_make(const struct nrb_watch_tick *tick);

#endif
