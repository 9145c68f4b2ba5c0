/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `restore`: what was put back, in words or as JSON. */
#include "nrb/restore.h"

#include "nrb/diag.h"
#include "nrb/json.h"
#include "nrb/leftover.h"
#include "nrb/screen.h"
#include "nrb/shown.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char *const outcome_names[] = {
	[NRB_RESTORED_OK] = "restored",
	[NRB_RESTORED_FOREIGN] = "foreign",
	[NRB_RESTORED_FAILED] = "failed",
};

enum { SHOWN_LEN = NRB_SHOWN_ESCAPE * NRB_SETTING_LEN };

/* What a setting holds is whatever the kernel, or who mounted something over it, says. */
static void print_text(const struct nrb_restored *result, FILE *out)
{
	char held[SHOWN_LEN], read_back[SHOWN_LEN];
	const char *name = result->setting->name;

	nrb_screen_escape(held, sizeof(held), result->held, false);
	nrb_screen_escape(read_back, sizeof(read_back), result->read_back, false);
	if (result->outcome == NRB_RESTORED_FOREIGN) {
		fprintf(out, "%s: holds %s, which is not ours: left alone (found: %s)\n",
			name, held, result->found);
	} else if (result->outcome == NRB_RESTORED_FAILED) {
		fprintf(out, "%s: not put back to %s\n", name, result->found);
	} else if (nrb_setting_same(result->setting, result->held, result->found)) {
		fprintf(out, "%s: holds %s again already\n", name, result->found);
	} else {
		fprintf(out, "%s: put back from %s to %s\n", name, held, read_back);
	}
}

static struct nrb_json *result_json(const struct nrb_restored *result)
{
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_str(object, "name", result->setting->name);
	nrb_json_set_str(object, "outcome", outcome_names[result->outcome]);
	nrb_json_set_str(object, "found", result->found);
	nrb_json_set_str(object, "held", result->held);
	nrb_json_set_str(object, "read_back", result->read_back);
	return object;
}

static int print_json(const struct nrb_restored *results, int n, FILE *out)
{
	struct nrb_json *object = nrb_json_object(), *array = nrb_json_array();
	int rc;

	for (int i = 0; i < n; i++) {
		nrb_json_append(array, result_json(&results[i]));
	}
	nrb_json_set(object, "settings", array);
	rc = nrb_json_print(object, 2, out);
	nrb_json_free(object);
	return rc < 0 ? nrb_fail(rc, "cannot print") : 0;
}

int nrb_restore(const struct nrb_root *root, bool json, FILE *out)
{
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];
	int n, rc;

	if (root->live && geteuid() != 0) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, "run it as root",
			"only root can put settings back");
	}
	rc = nrb_leftover_restore(root, results, &n);
	if (json) {
		/* a failure is main's one document */
		return rc < 0 ? rc : print_json(results, n, out);
	}
	for (int i = 0; i < n; i++) {
		print_text(&results[i], out);
	}
	if (rc == 0 && n == 0) {
		fputs("nothing to restore\n", out);
	}
	return rc;
}
