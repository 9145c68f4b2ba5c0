/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan locks, as its text says it. */
#ifndef NRB_PLANBALLAST_H
#define NRB_PLANBALLAST_H

#include "nrb/planpage.h"

/** Say of each ballast how much it locks, where and for how long, and that nobody else can have it. */
void nrb_planballast_print(const struct nrb_planpage *page);

#endif
