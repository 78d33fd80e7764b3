/* SPDX-License-Identifier: MIT */
/** @file metrics.h The metrics of everything, in Prometheus' text format 0.0.4. [loop] */
#ifndef CAM_API_METRICS_H
#define CAM_API_METRICS_H
#include "core/api/document.h"

/** Of a struct api. */
extern const struct document_maker metrics_maker;
#endif
