/* SPDX-License-Identifier: MIT */
/** @file zone.h Names of time zones, as the tz database of the system has them. [any] */
#ifndef CAM_CONFIG_OPTION_ZONE_H
#define CAM_CONFIG_OPTION_ZONE_H
#include "core/base/arena.h"

/** @return why it is no time zone, with what to write instead; NULL: it is one */
const char *zone_fault(const char *name, struct arena *);
#endif
