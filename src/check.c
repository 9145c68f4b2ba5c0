/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `check`: look, then show. */
#include "nrb/check.h"

#include "nrb/checkjson.h"
#include "nrb/checktext.h"
#include "nrb/diag.h"
#include "nrb/survey.h"

#include <errno.h>
#include <stdlib.h>

static int print_json(
	const struct nrb_survey *survey, const struct nrb_root *root, FILE *out)
{
	struct nrb_json *json = nrb_checkjson_make(survey, root);
	int rc = nrb_json_print(json, 2, out);

	nrb_json_free(json);
	return rc < 0 ? nrb_fail(rc, "cannot print") : 0;
}

int nrb_check(const struct nrb_check_options *options)
{
	struct nrb_survey *survey = malloc(sizeof(*survey)); /* large for a stack */
	int rc;

	if (survey == NULL) {
		return nrb_fail(-ENOMEM, "no memory to look at the machine");
	}
	rc = nrb_survey_read(survey, options->root);
	if (rc == 0) {
		rc = options->json ? print_json(survey, options->root, options->out)
				   : nrb_checktext_print(
					     survey, &options->screen, options->out);
		nrb_survey_finish(survey);
	}
	free(survey);
	return rc;
}
