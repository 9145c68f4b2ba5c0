/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verified block as JSON: the prediction as `explain` has it. */
#include "nrb/verifyjson.h"

#include "nrb/explainjson.h"
#include "nrb/walkmargin.h"

struct nrb_json *nrb_verifyjson_make(const struct nrb_verified *verified)
{
	const struct nrb_allocwalk *walk = &verified->walk;
	const struct nrb_walk_margin margin = nrb_walkmargin_of(walk, &verified->state);
	struct nrb_json *json = nrb_json_object(), *came = nrb_json_object();

	nrb_json_set_int(json, "mode", walk->request.mode);
	nrb_json_set(json, "request", nrb_explainjson_request(&walk->request));
	nrb_json_set(
		json, "predicted", nrb_explainjson_walk(&verified->state, walk, &margin));
	nrb_json_set_int(came, "node", verified->node);
	nrb_json_set_bool(came, "is_whole", verified->whole);
	nrb_json_set_str(came, "reclaims", nrb_verify_ran_words[verified->ran]);
	nrb_json_set(json, "came", came);
	nrb_json_set_bool(json, "is_steady", verified->is_steady);
	nrb_json_set_bool(json, "node_is_right", verified->node_is_right);
	nrb_json_set_bool(json, "reclaim_is_right", verified->reclaim_is_right);
	return json;
}

struct nrb_json *nrb_verifyjson_tally(const struct nrb_verify_tally *tally)
{
	struct nrb_json *json = nrb_json_object();

	nrb_json_set_int(json, "count", tally->n);
	nrb_json_set_int(json, "nodes_right", tally->node_right);
	nrb_json_set_int(json, "reclaim_known", tally->reclaim_known);
	nrb_json_set_int(json, "reclaim_right", tally->reclaim_right);
	return json;
}
