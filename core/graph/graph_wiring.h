/* SPDX-License-Identifier: MIT */
/** @file graph_wiring.h How the ports of a camera hang below each other. [loop] */
#ifndef CAM_GRAPH_GRAPH_WIRING_H
#define CAM_GRAPH_GRAPH_WIRING_H
#include "core/graph/graph.h"

/** Hang the ports of all cameras as the configuration in force has it. @return 0 or -ENOMEM */
int graph_wire(const struct graph *);
/** @return where the packets of another stage of the camera come out; NULL: it is no source or buffer */
struct port *graph_port(const struct graph *, const char *camera, const char *stage);
#endif
