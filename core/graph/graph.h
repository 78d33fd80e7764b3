/* SPDX-License-Identifier: MIT */
/**
 * @file graph.h
 * The running graph: cameras and nodes made from a configuration and wired; who sees which camera. All calls are [loop]
 * unless said otherwise. How it changes: a configuration comes (graph_load.h), what is to leave goes down (graph_down.h),
 * then what is new is made (graph_swap.h), wired (graph_wiring.h) and goes up (graph_up.h).
 */
#ifndef CAM_GRAPH_GRAPH_H
#define CAM_GRAPH_GRAPH_H
#include "core/base/kind.h"
#include "core/graph/graph_index.h"
#include "core/plugin/node.h"

struct graph_node {
	const struct config_node *conf;
	struct config *config; /**< that conf is of; lives as long as a node of it */
	const struct config_node
		*next; /**< of the configuration in force, which it has not taken yet; NULL: it has */
	struct cam_node *node;
	struct camera *camera; /**< a reference; NULL for sinks and listeners of many cameras */
	struct port *port; /**< of a source or buffer, owned; handed on to the node that takes its place */
	int64_t required; /**< enum config_required, as the configuration in force has it */
	bool hung; /**< while a camera's ports are being hung: this one is */
	bool begun; /**< node_start() was called */
	bool answered; /**< its first start has ended */
	bool leaving; /**< is being stopped for good */
	bool ended; /**< has been */
	unsigned long long taken; /**< items, when it was last looked at */
	int64_t idle_ns; /**< since when items wait and it takes none; 0: it does, or none wait */
	bool told; /**< that this has lasted long */
	uint32_t told_state; /**< of a source: the last that was told as an event */
	bool told_fault; /**< of another stage: so was that it does not work */
};

/** A node that ended without having kept what it held, by its name: the node itself may be gone. */
struct graph_loss {
	struct graph_loss *next;
	unsigned count;
	char node[];
};

struct graph {
	struct node_world *world;
	struct config *config; /**< in force; owned */
	struct config *next; /**< comes into force when everything that is leaving has ended; owned */
	pthread_mutex_t
		lock; /**< of the two lists and their index, which change on the loop and are read by [any] */
	struct camera **cameras; /**< in the order of the configuration */
	size_t n_cameras;
	struct graph_node **nodes; /**< in the order of the configuration */
	size_t n_nodes;
	struct graph_index index; /**< of both */
	uint64_t generation; /**< another one with each change of the lists */
	unsigned
		unanswered; /**< nodes but sources whose first start has not ended, and those with a `next` */
	unsigned going[KIND_LAST + 1]; /**< by kind: nodes that are leaving and have not ended */
	struct config **old; /**< configurations that nodes are left of */
	size_t n_old;
	bool coming_up; /**< non-sources are starting; sources wait for them */
	bool up; /**< has been up once: failing nodes do not end the server any more */
	bool stopping;
	struct graph_loss *losses; /**< since the start */
	unsigned stops; /**< Calls that are stopping nodes right now, one inside the other. */
	/** [loop] Everything has had its first start; or, before that has ever been so, a required node has failed. */
	void (*on_up)(void *arg, const struct graph_node *failed, int err);
	void (*on_down)(void *arg); /**< [loop] after graph_stop(): everything has ended */
	void *arg;
};

/** graph is zero but for world and callbacks. */
void graph_init(struct graph *);
/** Everything has ended. The loop and the pools run their course afterwards. */
void graph_free(struct graph *);

/** [any] @return a reference to a camera that this node may see, or NULL */
struct camera *graph_find_camera(struct graph *, const struct cam_node *viewer, const char *name);
/** [any] @return whether a node may see a camera: its own, or those that the `from` of a sink or listener names */
bool graph_sees(const struct cam_node *viewer, const char *camera);
/** @return the index of a camera in the list, GRAPH_NO_CAMERA if there is none of this name */
size_t graph_camera(const struct graph *, const char *name);
/** @return the nodes of a camera by its index, or of no camera by GRAPH_NO_CAMERA; in order, *ret_n of them */
struct graph_node *const *graph_nodes_of(const struct graph *, size_t camera, size_t *ret_n);
/** @return the source of a camera by its index, NULL while it is being made anew */
const struct graph_node *graph_source(const struct graph *, size_t camera);
/** @return the graph's side of a node */
struct graph_node *graph_node_of(const struct cam_node *);
/** Remember that a node has lost something. */
void graph_count_loss(struct graph *, const char *node);
/* Between the files of the graph: */

/** Count what is leaving and what has not answered, after these were set for many. */
void graph_count(struct graph *);
/** A node and what is the graph's of it; it has ended. NULL is allowed. */
void graph_free_node(struct graph_node *);
/** Free the configurations that no node is left of. */
void graph_free_old(struct graph *);

static inline uint32_t graph_kind(const struct graph_node *n)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a list in force has no gaps */
	return n->conf->plugin->kind;
}
#endif
