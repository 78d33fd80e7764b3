/* SPDX-License-Identifier: MIT */
/** @file metrics.h The metrics of everything, in Prometheus' text format 0.0.4. [loop] */
#ifndef CAM_APP_METRICS_H
#define CAM_APP_METRICS_H
#include "core/app/document.h"

/** Of a struct routes. */
extern const struct document_maker metrics_maker;
#endif
