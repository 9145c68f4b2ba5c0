/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Predict, take, tell: so many times. */
#include "nrb/verification.h"

#include "nrb/diag.h"
#include "nrb/verify.h"
#include "nrb/verifyjson.h"
#include "nrb/verifytext.h"

#include <errno.h>

/* Where to print, and what came so far. */
struct telling {
	const struct nrb_verification_options *options;
	struct nrb_page page;
	struct nrb_json *blocks; /* NULL: text */
	struct nrb_verify_tally tally;
};

static int check(const struct nrb_verification_options *options)
{
	if (options->names_mode || options->asked.lru_gen >= 0) {
		return nrb_refuse(NRB_EXIT_USAGE, "leave out --mode and --lru-gen",
			"--verify sets nothing: the mode and MGLRU are what they are");
	}
	if (!options->root->live) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, "leave out --root",
			"a recorded machine gives no page");
	}
	return 0;
}

static int make_request(
	struct nrb_request *request, const struct nrb_verification_options *options)
{
	struct nrb_vmstate state;
	int rc = nrb_vmstate_read(&state, options->root);

	if (rc == 0) {
		rc = nrb_request_make(request, &state, &options->asked);
		nrb_vmstate_finish(&state);
	}
	return rc;
}

static void tell(struct telling *telling, const struct nrb_verified *verified)
{
	nrb_verify_tally_add(&telling->tally, verified);
	if (telling->blocks != NULL) {
		nrb_json_append(telling->blocks, nrb_verifyjson_make(verified));
	} else {
		nrb_verifytext_print(&telling->page, verified, telling->tally.n);
	}
}

static int end(struct telling *telling)
{
	struct nrb_json *json;
	int rc;

	if (telling->blocks == NULL) {
		nrb_verifytext_tally(&telling->page, &telling->tally);
		return nrb_page_end(&telling->page);
	}
	json = nrb_verifyjson_tally(&telling->tally);
	nrb_json_set(json, "blocks", telling->blocks);
	telling->blocks = NULL;
	rc = nrb_json_print(json, 2, telling->options->out);
	nrb_json_free(json);
	return rc < 0 ? nrb_fail(rc, "cannot print") : 0;
}

static int verify_all(struct telling *telling, struct nrb_verifier *verifier)
{
	const int64_t asked = telling->options->count;

	for (int64_t i = 0; i < (asked > 0 ? asked : 1); i++) {
		struct nrb_verified verified;
		int rc = nrb_verify_once(verifier, &verified);

		if (rc < 0) {
			return rc;
		}
		tell(telling, &verified);
		nrb_verify_finish(&verified);
	}
	return end(telling);
}

int nrb_verification(const struct nrb_verification_options *options)
{
	struct telling telling = {
		.options = options,
		.page = { .screen = &options->screen, .out = options->out },
		.blocks = options->json ? nrb_json_array() : NULL,
	};
	struct nrb_verifier verifier;
	struct nrb_request request;
	int rc = check(options);

	if (rc == 0) {
		rc = make_request(&request, options);
	}
	if (rc == 0) {
		rc = nrb_verify_open(&verifier, options->root, &request,
			options->dir != NULL ? options->dir : ".");
	}
	if (rc == 0) {
		rc = verify_all(&telling, &verifier);
		nrb_verify_close(&verifier);
	}
	nrb_json_free(telling.blocks);
	return rc;
}
