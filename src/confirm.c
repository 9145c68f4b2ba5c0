/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One question. */
#include "nrb/confirm.h"

#include "nrb/diag.h"

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

int nrb_confirm_possible(bool yes)
{
	if (yes || (isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1)) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_USAGE, "give -y to go ahead, -n to see the plan alone",
		"there is no terminal to ask on");
}

int nrb_confirm(bool yes)
{
	char answer[16] = "";
	int rc = nrb_confirm_possible(yes);

	if (yes || rc < 0) {
		return rc;
	}
	fprintf(stderr, "Go ahead? [y/N] ");
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
		(strcasecmp(answer, "y\n") == 0 || strcasecmp(answer, "yes\n") == 0)) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_FAILED, NULL, "not confirmed: nothing was changed");
}
