/* SPDX-License-Identifier: MIT */
/**
 * @file graph_load.h
 * A configuration comes into force. It touches only the nodes that it changes: those that can take it as they run do, the
 * others are made anew. What came out of a source or buffer that is made anew comes out of the same port, so that nobody
 * who takes it has to notice. [loop]
 */
#ifndef CAM_GRAPH_GRAPH_LOAD_H
#define CAM_GRAPH_GRAPH_LOAD_H
#include "core/graph/graph.h"

/**
 * Bring a configuration into force, taking it over. The first time everything is made; later, what is different is
 * stopped and made anew. @return 0; -EBUSY: one is on its way already, -ENOMEM (config stays the caller's)
 */
int graph_load(struct graph *, struct config *);
#endif
