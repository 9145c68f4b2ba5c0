/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that set vm.zone_reclaim_mode have in common. */
#include "nrb/exportadvice.h"

#include "nrb/exporttext.h"

#include <string.h>

static bool is_disturbed(const struct nrb_end *end)
{
	return end != NULL && (strcmp(end->reason, "disturbed") == 0 ||
				      end->exit_code == NRB_EXIT_DISTURBED);
}

static int find(struct nrb_answer *answer, const struct nrb_exporting *exporting)
{
	const struct nrb_report_data *data = exporting->data;

	nrb_answer_make(answer, data);
	if (is_disturbed(data->end)) {
		return nrb_refuse(NRB_EXIT_INCONCLUSIVE, "repeat the run",
			"%s: someone else changed a setting during the run, so it advises no "
			"value",
			data->file);
	}
	if (!answer->is_asked) {
		return nrb_refuse(NRB_EXIT_INCONCLUSIVE,
			"run --scenario fileserver asks for one, --all with all that bears on "
			"it",
			"%s advises no value: the scenario fileserver was not measured",
			data->file);
	}
	if (answer->mode < 0) {
		return nrb_refuse(NRB_EXIT_INCONCLUSIVE, NULL, "%s advises no value: %s",
			data->file, answer->text);
	}
	return 0;
}

static void say_why(const struct nrb_exporting *exporting,
	const struct nrb_answer *answer, const char *path)
{
	const struct nrb_report_data *data = exporting->data;
	FILE *out = exporting->out;

	nrb_exporttext_origin(out, data->header);
	nrb_exporttext_comment(out, "For %s, after review: nothing was applied.", path);
	nrb_exporttext_comment(out, "%s", "");
	nrb_exporttext_comment(out, "Answer for a file server: %s.", answer->text);
	for (int i = 0; i < answer->n_conditions; i++) {
		nrb_exporttext_comment(out, "- %s.", answer->conditions[i]);
	}
	if (data->end == NULL) {
		nrb_exporttext_comment(out,
			"- The run was interrupted: this is of what it measured until then.");
	}
	nrb_exporttext_comment(out, "%s", "");
}

static void list_others(FILE *out, const struct nrb_sysctlfiles *files,
	const char *(*rank)(const struct nrb_sysctlfile *file))
{
	int shown = files->n < NRB_SYSCTLFILES_MAX ? files->n : NRB_SYSCTLFILES_MAX;

	if (files->unread > 0) {
		nrb_exporttext_comment(out,
			"Where this was exported, %d file%s or director%s could not be read that "
			"may set vm.zone_reclaim_mode, too: export as root.",
			files->unread, files->unread == 1 ? "" : "s",
			files->unread == 1 ? "y" : "ies");
	}
	if (files->n == 0 && files->unread == 0) {
		nrb_exporttext_comment(out,
			"Where this was exported, no file sets vm.zone_reclaim_mode (looked at: "
			"sysctl.d, sysctl.conf, the active profile of tuned).");
	}
	if (files->n == 0) {
		return;
	}
	nrb_exporttext_comment(
		out, "Where this was exported, vm.zone_reclaim_mode is set by:");
	for (int i = 0; i < shown; i++) {
		nrb_exporttext_comment(out, "- %s to %s, %s", files->file[i].path,
			files->file[i].value, rank(&files->file[i]));
	}
	if (files->n > shown) {
		nrb_exporttext_comment(out, "- and %d more files", files->n - shown);
	}
}

int nrb_exportadvice_begin(const struct nrb_exporting *exporting,
	struct nrb_answer *answer, const char *path,
	const char *(*rank)(const struct nrb_sysctlfile *file))
{
	struct nrb_sysctlfiles files = { 0 };
	int rc = find(answer, exporting);

	if (rc == 0) {
		say_why(exporting, answer, path);
		nrb_sysctlfiles_find(&files, exporting->root);
		nrb_sysctlfiles_find_tuned(&files, exporting->root);
		list_others(exporting->out, &files, rank);
	}
	return rc;
}
