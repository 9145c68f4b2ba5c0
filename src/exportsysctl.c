/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value that a record advises, as a snippet for sysctl.d(5). */
#include "nrb/exportadvice.h"
#include "nrb/exporttext.h"

#include <string.h>

static const char name[] = "60-zone-reclaim.conf";

static bool begins_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Read in the order of their names, whatever their directories; the last one holds. */
static const char *rank(const struct nrb_sysctlfile *file)
{
	const char *base = strrchr(file->path, '/') + 1;

	if (strcmp(file->path, "/etc/sysctl.conf") == 0) {
		return "which sysctl --system reads last, so it holds there";
	}
	if (begins_with(file->path, "/etc/tuned/") ||
		begins_with(file->path, "/usr/lib/tuned/")) {
		return "a profile of tuned, which reads sysctl.d again after it (reapply_sysctl)";
	}
	if (strcmp(base, name) == 0) {
		return "which this one replaces";
	}
	return strcmp(base, name) > 0 ? "read after this one, so it holds"
				      : "read before this one, so this one holds";
}

int nrb_exportsysctl_print(const struct nrb_exporting *exporting)
{
	struct nrb_answer answer;
	FILE *out = exporting->out;
	int rc = nrb_exportadvice_begin(
		exporting, &answer, "/etc/sysctl.d/60-zone-reclaim.conf", rank);

	if (rc < 0) {
		return rc;
	}
	nrb_exporttext_comment(out,
		"Until the next boot: sysctl -w vm.zone_reclaim_mode=%d", answer.mode);
	/* "-": a kernel that has it no more is no error */
	fprintf(out, "-vm.zone_reclaim_mode = %d\n", answer.mode);
	return 0;
}
