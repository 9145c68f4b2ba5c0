/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory for many small blocks that come and go; what the pool once had it keeps. For one thread. */
#ifndef NRB_POOL_H
#define NRB_POOL_H

#include <stddef.h>

/* Of what a block may hold: integers, doubles, pointers. */
enum { NRB_POOL_ALIGNMENT = 8 };

/** A block of at least size bytes, or NULL. */
void *nrb_pool_take(size_t size);

/** Give back what nrb_pool_take gave; NULL: nothing. */
void nrb_pool_give(void *memory);

#endif
