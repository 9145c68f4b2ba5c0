/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of root a plan asks for. */
#ifndef NRB_PLANRIGHTS_H
#define NRB_PLANRIGHTS_H

#include "nrb/plan.h"

/** The needs of a plan's cells, for nrb_rights_declare: bits of enum nrb_rights_need. */
unsigned int nrb_planrights_needs(const struct nrb_plan *plan);

#endif
