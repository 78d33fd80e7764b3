/* SPDX-License-Identifier: MIT */
/**
 * @file overlay.h
 * Values that replace those of the file: CAM_SERVER__CAMERAS__FRONT__SOURCE__URL=..., then --set
 * cameras.front.source.url=... They change cameras, stages and sinks that are there, and make no new ones, since
 * a misspelt name would be one, but for the usual stages of a camera or of `defaults`, whose names are known. Their values
 * are taken as they are: no variables inside.
 *
 * In variables case does not matter, and '_' stands for '-' too.
 */
#ifndef CAM_CONFIG_OVERLAY_OVERLAY_H
#define CAM_CONFIG_OVERLAY_OVERLAY_H
#include "core/config/loading.h"

void overlay_environment(struct load *);
void overlay_sets(struct load *);
#endif
