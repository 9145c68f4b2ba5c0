/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first line of a record: what a reader must know of machine and plan. */
#ifndef NRB_RUNHEADER_H
#define NRB_RUNHEADER_H

#include "nrb/clock.h"
#include "nrb/fsroot.h"
#include "nrb/plan.h"
#include "nrb/record.h"
#include "nrb/stamp.h"

/** Fill the header from machine and plan, with a fresh run id and the time now. Absent host facts
 * stay "". */
void nrb_runheader_make(struct nrb_header *header, const struct nrb_root *root,
	const struct nrb_machine *machine, const struct nrb_plan *plan,
	const struct nrb_clock *clock, const struct nrb_stamp *stamp);

/** The header's further members: argv, cpu, topology with hwloc's export, settings as found, plan;
 * the caller owns it. */
struct nrb_json *nrb_runheader_extra(const struct nrb_root *root,
	const struct nrb_machine *machine, const struct nrb_plan *plan,
	const struct nrb_run_options *options);

#endif
