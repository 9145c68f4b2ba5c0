/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory for JSON values, for a program that reads many of them one after the other. */
#ifndef NRB_JSONPOOL_H
#define NRB_JSONPOOL_H

/** Have the values of nrb/json.h in a pool of this process, which keeps what its largest set of
 * them took. To be called before the first value is made, and by a process of which one thread
 * alone handles values. With the address sanitizer, nothing. */
void nrb_jsonpool_use(void);

#endif
