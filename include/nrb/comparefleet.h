/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many hosts: what each value does on each of them, against its own reference. Hosts are grouped by
 * kernel and kind of machine; samples of unlike hosts are never put together. */
#ifndef NRB_COMPAREFLEET_H
#define NRB_COMPAREFLEET_H

#include "nrb/compared.h"
#include "nrb/randomeffects.h"

/* A combination of factors on one host. */
struct nrb_comparefleet_row {
	const struct nrb_compared *run;
	const struct nrb_compared_arm *arm;
	bool is_latest; /* of this host */
};

/* Of the rows of one combination in one group: a metric over hosts. */
struct nrb_comparefleet_summary {
	int hosts;                    /* that have it; of each its latest run */
	int verdicts[NRB_N_VERDICTS]; /* of these */
	double least, median, most;   /* of their effects; NAN */
	struct nrb_pooled pooled;     /* of ratios with intervals; of shares nothing */
	enum nrb_verdict
		verdict; /* of what is pooled; else what all hosts have, or NONE */
};

struct nrb_comparefleet {
	unsigned int ignored; /* factors that tell no arms apart */
	unsigned int telling; /* factors but the mode that do */
	int n;
	struct nrb_comparefleet_row *rows; /* by group, combination, host and time */
	int unclear; /* claims that could have been decided: of the hosts of a group together */
};

/** Find the rows of records, which are borrowed. Returns 0, -ENOMEM. */
int nrb_comparefleet_make(struct nrb_comparefleet *fleet,
	const struct nrb_compared *records, int n, double roi);
void nrb_comparefleet_free(struct nrb_comparefleet *fleet);

/** The end of the rows from on that are of one group: kernel, MGLRU as found, kind of machine. */
int nrb_comparefleet_group_end(const struct nrb_comparefleet *fleet, int from);

/** And of these, that are of one combination of factors. */
int nrb_comparefleet_arm_end(const struct nrb_comparefleet *fleet, int from);

/** The effect of a row, or NULL. */
const struct nrb_compared_effect *nrb_comparefleet_effect(
	const struct nrb_comparefleet_row *row, enum nrb_metric metric);

/** Sum up rows of one combination. Returns 0, -ENOMEM. */
int nrb_comparefleet_sum_up(struct nrb_comparefleet_summary *summary,
	const struct nrb_comparefleet_row *rows, int n, enum nrb_metric metric,
	double roi);

/** The hosts of rows, each counted once. */
int nrb_comparefleet_hosts(const struct nrb_comparefleet_row *rows, int n);

#endif
