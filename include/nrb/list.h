/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `list`: what there is to ask for and what comes out, from the tables. */
#ifndef NRB_LIST_H
#define NRB_LIST_H

#include "nrb/screen.h"

#include <stdbool.h>
#include <stdio.h>

/** Print scenarios, record fields and counters. Returns 0 or a negative errno, with a message. */
int nrb_list(bool json, const struct nrb_screen *screen, FILE *out);

#endif
