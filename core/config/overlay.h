/* SPDX-License-Identifier: MIT */
/**
 * @file overlay.h
 * Values that replace those of the file: CAM_SERVER__CAMERAS__FRONT__SOURCE__URL=..., then --set
 * cameras.front.source.url=... They change cameras, stages and sinks that are there; they make no new ones, since
 * a misspelt name would be one. Their values are taken as they are: no variables inside.
 *
 * In variables case does not matter, and '_' stands for '-' too.
 */
#ifndef CAM_CONFIG_OVERLAY_H
#define CAM_CONFIG_OVERLAY_H
#include "core/config/report.h"

void overlay_environment(struct tree *root, char *const *variables, struct arena *, struct report *);
/** @param sets "path=value", NULL at the end; NULL: none */
void overlay_sets(struct tree *root, const char *const *sets, struct arena *, struct report *);
#endif
