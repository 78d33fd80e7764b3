/* SPDX-License-Identifier: MIT */
/**
 * @file graph.h
 * The running graph: cameras and nodes made from a configuration and wired. All calls are [loop] unless said
 * otherwise.
 *
 * Going up, all but the sources start first and sources when all of those have answered, so that nothing a camera sends
 * is missed. Going down, sources, detectors and sinks stop first, then recorders with all that was sent, then listeners,
 * which have heard everything, then buffers. A new configuration touches only the nodes that it changes: those that can
 * take it as they run do, the others are made anew. What came out of a source or buffer that is made anew comes out of the
 * same port, so that nobody who takes it has to notice.
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

/**
 * Bring a configuration into force, taking it over. The first time everything is made; later, what is different is
 * stopped and made anew. @return 0; -EBUSY: one is on its way already, -ENOMEM (config stays the caller's)
 */
int graph_load(struct graph *, struct config *);
/** Begin to stop everything; on_down() tells, maybe before this returns. */
void graph_stop(struct graph *);

/** The world's callbacks come here. */
void graph_node_started(struct graph *, struct cam_node *node, int err);
void graph_node_ended(struct graph *, struct cam_node *node);
void graph_node_reloaded(struct graph *, struct cam_node *node);

/** [any] @return a reference to a camera that this node may see, or NULL */
struct camera *graph_find_camera(struct graph *, const struct cam_node *viewer, const char *name);
/** [any] @return whether a node may see a camera: its own, or those that the `from` of a sink or listener names */
bool graph_sees(const struct cam_node *viewer, const char *camera);
/** @return the place of a camera in the list, GRAPH_NO_CAMERA if there is none of this name */
size_t graph_camera(const struct graph *, const char *name);
/** @return the nodes of a camera by its place, or of no camera by GRAPH_NO_CAMERA; in order, *ret_n of them */
struct graph_node *const *graph_nodes_of(const struct graph *, size_t camera, size_t *ret_n);
/** @return the source of a camera by its place, NULL while it is being made anew */
const struct graph_node *graph_source(const struct graph *, size_t camera);
/** @return the graph's side of a node */
struct graph_node *graph_node_of(const struct cam_node *);
/** Once a second: notice who takes nothing of what waits, and log it once. */
void graph_look(struct graph *);
/** @return whether a node does not work, with why if that is known: see node_is_faulty(); or takes nothing of what waits */
bool graph_is_faulty(const struct graph_node *, char ret_text[256]);
/** Remember that a node has lost something. */
void graph_count_loss(struct graph *, const char *node);
/** Log what has not ended yet, after graph_stop(), and is left behind. @return whether something is lost with it */
bool graph_leave_hanging(struct graph *);
/** @return whether a node on the io pool has not ended yet */
bool graph_waits_for_disk(const struct graph *);

/* Between the files of the graph: */

/** Start what has not begun: sources last. */
void graph_go_up(struct graph *);
/** Stop the nodes that are leaving, in order; graph_left() is called when they have ended, maybe before this returns. */
void graph_go_down(struct graph *);
/** Count what is leaving and what has not answered, after these were set for many. */
void graph_count(struct graph *);
/** What was leaving has ended. */
void graph_left(struct graph *);
/** Mark as leaving what `next` has not, or has otherwise and cannot be told as it runs. @return 0 or -ENOMEM */
int graph_mark_changed(struct graph *, const struct config *next);
/** Hang the ports of all cameras below each other as the configuration in force has it. @return 0 or -ENOMEM */
int graph_wire(const struct graph *);
/** @return where the packets of another stage of the camera come out; NULL: it is no source or buffer */
struct port *graph_port(const struct graph *, const char *camera, const char *stage);
/** Free the configurations that no node is left of. */
void graph_free_old(struct graph *);
#endif
