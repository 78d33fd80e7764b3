/* SPDX-License-Identifier: MIT */
/** @file server_section.h The section `server`. [loop] */
#ifndef CAM_CONFIG_SERVER_SECTION_H
#define CAM_CONFIG_SERVER_SECTION_H
#include "core/config/loading.h"

/** Fill out->pub.server. */
void server_load(struct load *);
#endif
