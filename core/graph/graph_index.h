/* SPDX-License-Identifier: MIT */
/**
 * @file graph_index.h
 * Where things stand in a configuration's lists: cameras by their names, the nodes of each camera, nodes by theirs.
 */
#ifndef CAM_GRAPH_GRAPH_INDEX_H
#define CAM_GRAPH_GRAPH_INDEX_H
#include "core/config/config.h"

struct graph_index {
	const char *const *cameras; /**< the configuration's, in its order */
	size_t n_cameras;
	size_t *by_name; /**< indexes of cameras, in the order of their names */
	const struct cam_plugin **plugins; /**< each that is used, once, in the order of its first node */
	size_t n_plugins;
	size_t *first; /**< camera i's nodes are [first[i], first[i + 1]); from first[n_cameras] on they have none */
};

/** No camera of this name. */
#define GRAPH_NO_CAMERA SIZE_MAX

/** @param c outlives it @return 0 or -ENOMEM */
int graph_index_make(struct graph_index *, const struct config *c);
/** One that is zero is allowed. */
void graph_index_free(struct graph_index *);
/** @return the index of a camera, or GRAPH_NO_CAMERA. NULL is allowed. */
size_t graph_index_camera(const struct graph_index *, const char *name);
/** @return the node of c, which the index was made of, with this name; NULL: none */
const struct config_node *graph_index_node(
	const struct graph_index *, const struct config *c, const struct config_node *like);
#endif
