/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `explain`: read, walk, show. */
#include "nrb/explain.h"

#include "nrb/diag.h"
#include "nrb/explainjson.h"
#include "nrb/explaintext.h"
#include "nrb/explanation.h"
#include "nrb/verification.h"

#include <errno.h>
#include <stdlib.h>

static int print_json(const struct nrb_explanation *explanation, FILE *out)
{
	struct nrb_json *json = nrb_explainjson_make(explanation);
	int rc = nrb_json_print(json, 2, out);

	nrb_json_free(json);
	return rc < 0 ? nrb_fail(rc, "cannot print") : 0;
}

static int verify(const struct nrb_explain_options *options)
{
	const struct nrb_verification_options verification = {
		.root = options->root,
		.asked = options->asked,
		.names_mode = options->one_mode,
		.count = options->count,
		.dir = options->dir,
		.json = options->json,
		.screen = options->screen,
		.out = options->out,
	};

	return nrb_verification(&verification);
}

int nrb_explain(const struct nrb_explain_options *options)
{
	struct nrb_explanation *explanation;
	int rc;

	if (options->verify) {
		return verify(options);
	}
	if (options->count > 0 || options->dir != NULL) {
		return nrb_refuse(NRB_EXIT_USAGE, "add --verify",
			"--count and --dir say how to verify");
	}
	explanation = malloc(sizeof(*explanation)); /* large */
	if (explanation == NULL) {
		return nrb_fail(-ENOMEM, "no memory to look at the machine");
	}
	rc = nrb_explanation_make(
		explanation, options->root, &options->asked, !options->one_mode);
	if (rc == 0) {
		rc = options->json ? print_json(explanation, options->out)
				   : nrb_explaintext_print(
					     explanation, &options->screen, options->out);
		nrb_explanation_finish(explanation);
	}
	free(explanation);
	return rc;
}
