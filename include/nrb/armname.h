/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an arm of a plan is called, where people are told of a run under way. */
#ifndef NRB_ARMNAME_H
#define NRB_ARMNAME_H

#include "nrb/plan.h"

/** "clean, node 0, mode 3, policy bind": with the factors that tell it from others, as many as there is
 * room for. Fills and returns buf. */
const char *nrb_armname(const struct nrb_plan *plan, int arm, char *buf, size_t len);

#endif
