/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value that a record advises, as a profile of tuned on top of the active one. */
#include "nrb/exportadvice.h"
#include "nrb/exporttext.h"

#include <errno.h>
#include <string.h>

static const char own_name[] = "zone-reclaim";

/* tuned (2.20) reads anew what the administrator owns, not what packages bring. */
static const char *rank(const struct nrb_sysctlfile *file)
{
	if (strstr(file->path, "/tuned/") != NULL) {
		return "a profile that this one includes, so this one holds";
	}
	return strncmp(file->path, "/usr/", strlen("/usr/")) == 0
		       ? "which is applied before tuned begins, so this one holds"
		       : "which tuned reads after its profile (reapply_sysctl), so it holds";
}

/* A profile that includes itself is none. */
static bool is_own(const char *profiles)
{
	const char *at = strstr(profiles, own_name);
	size_t len = strlen(own_name);

	for (; at != NULL; at = strstr(at + 1, own_name)) {
		if ((at == profiles || at[-1] == ',') &&
			(at[len] == '\0' || at[len] == ',')) {
			return true;
		}
	}
	return false;
}

static void print_main(const struct nrb_exporting *exporting)
{
	FILE *out = exporting->out;
	char profiles[1024];
	int rc = nrb_sysctlfiles_active_profile(
		exporting->root, profiles, sizeof(profiles));

	if (rc == -EINVAL) {
		nrb_exporttext_comment(out,
			"/etc/tuned/active_profile names something that is no profile: add "
			"include= by hand.");
	} else if (rc < 0) {
		nrb_exporttext_comment(out,
			"No profile of tuned is active here: add include= for one that is to "
			"stay.");
	} else if (is_own(profiles)) {
		nrb_exporttext_comment(out,
			"The active profile is %s itself: keep its include=.", own_name);
		rc = -EEXIST;
	}
	fprintf(out, "[main]\nsummary=vm.zone_reclaim_mode as measured by "
		     "numa-reclaim-bench\n");
	if (rc == 0) {
		fprintf(out, "include=%s\n", profiles);
	}
}

int nrb_exporttuned_print(const struct nrb_exporting *exporting)
{
	struct nrb_answer answer;
	FILE *out = exporting->out;
	int rc = nrb_exportadvice_begin(
		exporting, &answer, "/etc/tuned/zone-reclaim/tuned.conf", rank);

	if (rc < 0) {
		return rc;
	}
	nrb_exporttext_comment(out,
		"To install: mkdir /etc/tuned/zone-reclaim, save this as "
		"/etc/tuned/zone-reclaim/tuned.conf, tuned-adm profile zone-reclaim");
	print_main(exporting);
	fprintf(out, "\n[sysctl]\nvm.zone_reclaim_mode=%d\n", answer.mode);
	return 0;
}
