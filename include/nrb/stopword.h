/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A word that tells a thread, or another process, to end what it does. It orders nothing else: who told
 * waits for the other's end before it looks at what came of it.
 */
#ifndef NRB_STOPWORD_H
#define NRB_STOPWORD_H

#include <stdbool.h>
#include <stdint.h>

/** Whether it was told. As fast as a plain load. */
static inline bool nrb_stopword_is_said(const volatile int32_t *stop)
{
	return __atomic_load_n(stop, __ATOMIC_RELAXED) != 0;
}

/** Tell it. */
static inline void nrb_stopword_say(volatile int32_t *stop)
{
	__atomic_store_n(stop, 1, __ATOMIC_RELAXED);
}

#endif
