/* SPDX-License-Identifier: MIT */
/** @file metrics.h The metrics of everything, in Prometheus' text format 0.0.4. [loop] */
#ifndef CAM_APP_METRICS_H
#define CAM_APP_METRICS_H
#include "core/app/graph.h"

void metrics_print(const struct graph *, int64_t started_ns, struct text *out);
#endif
