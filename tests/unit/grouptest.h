/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells made of a few numbers, for tests of what is computed of them. */
#ifndef NRB_TEST_GROUPTEST_H
#define NRB_TEST_GROUPTEST_H

#include "nrb/figures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct nrb_sample sample;

/* A cell of 100 pages, so many of them local. */
static void make(int mode, int block, int64_t local)
{
	nrb_sample_init(&sample);
	strcpy(sample.scenario, "clean");
	sample.cell = block;
	sample.block = block;
	sample.mode = mode;
	sample.node = sample.cpu_node = 1;
	sample.alloc_pages = 100;
	nrb_sample_node(&sample, 0)->pages = 100 - local;
	nrb_sample_node(&sample, 1)->pages = local;
}

static inline void assert_near(double got, double expected)
{
	assert_true(fabs(got - expected) < 1e-9);
}

#endif
