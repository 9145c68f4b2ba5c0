/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan costs others on the machine, as its text says it. */
#ifndef NRB_PLANCOSTS_H
#define NRB_PLANCOSTS_H

#include "nrb/planpage.h"

/** Say what of other programs' cache and memory may go, and from which nodes. */
void nrb_plancosts_print_others(const struct nrb_planpage *page);

/** Say which settings change, to what, what that means for everybody, and what is put back. */
void nrb_plancosts_print_changes(const struct nrb_planpage *page);

#endif
