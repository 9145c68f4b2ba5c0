/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of one group of cells: empty before each, freed after it. */
#ifndef NRB_TEST_ONEGROUP_H
#define NRB_TEST_ONEGROUP_H

#include "grouptest.h"

static struct nrb_group group;

static int start(void **state)
{
	(void)state;
	memset(&group, 0, sizeof(group));
	return 0;
}

static int finish(void **state)
{
	(void)state;
	nrb_group_free(&group);
	return 0;
}

static void add(enum nrb_status status)
{
	sample.status = status;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

#endif
