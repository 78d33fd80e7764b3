/* SPDX-License-Identifier: MIT */
/**
 * @file graph.h
 * The running graph: cameras and nodes made from a configuration and wired. All calls are [loop].
 *
 * Going up, buffers, recorders and sinks start first and sources when all of those are up, so that nothing a camera
 * sends is missed. Going down, sources and sinks stop first, then recorders with all that was sent, then buffers.
 */
#ifndef CAM_APP_GRAPH_H
#define CAM_APP_GRAPH_H
#include "core/config/config.h"
#include "core/plugin/node.h"

struct graph_node {
	const struct config_node *conf;
	struct cam_node *node;
	struct graph *graph;
	bool answered; /**< its first start has ended */
	bool ended; /**< after graph_stop() */
};

struct graph {
	const struct config *config;
	struct node_world *world;
	struct camera **cameras; /**< in the order of the configuration */
	size_t n_cameras;
	struct graph_node *nodes; /**< in the order of the configuration */
	size_t n_nodes;
	bool stopping, sources_started;
	/** [loop] All first starts have ended well; or a required node has failed to start. */
	void (*on_up)(void *arg, const struct graph_node *failed, int err);
	void (*on_down)(void *arg); /**< [loop] after graph_stop(): everything has ended */
	void *arg;
};

/** Make cameras and nodes. graph is zero but for config, world and callbacks. @return 0 or -errno, logged */
int graph_make(struct graph *);
void graph_start(struct graph *);
/** Begin to stop everything; on_down() tells, maybe before this returns. */
void graph_stop(struct graph *);
/** Free nodes and cameras; everything has ended. The loop and the pools run their course afterwards. */
void graph_free(struct graph *);

/** The world's callbacks come here. */
void graph_node_started(struct graph *, struct cam_node *node, int err);
void graph_node_ended(struct graph *, struct cam_node *node);
struct camera *graph_find_camera(const struct graph *, const struct cam_node *viewer, const char *name);
/** @return whether a sink's `from` lets it see this camera */
bool graph_sees(const struct graph *, const struct cam_node *viewer, const char *camera);
/** @return the source of a camera */
struct cam_node *graph_source(const struct graph *, const char *camera);
/** Log what has not ended yet, after graph_stop(). */
void graph_log_hanging(const struct graph *);
/** @return whether a node on the io pool has not ended yet */
bool graph_waits_for_disk(const struct graph *);
#endif
