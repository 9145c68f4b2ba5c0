/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For which files, threads, factors and kernel an answer holds. */
#ifndef NRB_ANSWERSCOPE_H
#define NRB_ANSWERSCOPE_H

#include "nrb/evidence.h"

/** Say it in a sentence, of evidence whose served.first is not NULL: whether the files fit into what the
 * node caches, into what all nodes do, or into neither, as the cells found the nodes before the
 * mode. Fills and returns buf. */
const char *nrb_answerscope_say(
	char *buf, size_t len, const struct nrb_evidence *evidence);

#endif
