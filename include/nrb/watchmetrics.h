/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tick of `watch` as metrics in Prometheus' text format (0.0.4), as `export --format openmetrics` and for the same
 * reader, node_exporter: a counter's TYPE has its name with _total, which OpenMetrics has without. */
#ifndef NRB_WATCHMETRICS_H
#define NRB_WATCHMETRICS_H

#include "nrb/watchmoment.h"

#include <stdio.h>

/** Print one exposition: what is so now as gauges, what was counted since boot as counters (who reads them makes
 * the rates), calls of node reclaim in the interval as gauges. What is absent has no line. */
void nrb_watchmetrics_print(const struct nrb_watch_tick *tick, FILE *out);

#endif
