/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A survey as text for a terminal of 80 columns. */
#ifndef NRB_CHECKTEXT_H
#define NRB_CHECKTEXT_H

#include "nrb/screen.h"
#include "nrb/survey.h"

#include <stdio.h>

/** Print it. Returns 0, -ENOMEM or -EIO, with a message. */
int nrb_checktext_print(
	const struct nrb_survey *survey, const struct nrb_screen *screen, FILE *out);

#endif
