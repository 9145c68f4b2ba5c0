/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An explanation as text that is read from its top to its end. */
#ifndef NRB_EXPLAINTEXT_H
#define NRB_EXPLAINTEXT_H

#include "nrb/explanation.h"
#include "nrb/screen.h"

#include <stdio.h>

/** Print it. Returns 0, -ENOMEM or -EIO, with a message. */
int nrb_explaintext_print(const struct nrb_explanation *explanation,
	const struct nrb_screen *screen, FILE *out);

#endif
