/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenarios and their variants as `list` shows them. */
#ifndef NRB_LISTSCENARIOS_H
#define NRB_LISTSCENARIOS_H

#include "nrb/cell.h"
#include "nrb/json.h"
#include "nrb/screen.h"

#include <stdio.h>

/** Print what each scenario of a table is for, holds, shows, needs and does not tell. */
void nrb_listscenarios_print(const struct nrb_scenario *const *table,
	const struct nrb_screen *screen, FILE *out);

/** The same, as an object name -> object; the caller owns it. */
struct nrb_json *nrb_listscenarios_json(const struct nrb_scenario *const *table);

#endif
