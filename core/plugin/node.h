/* SPDX-License-Identifier: MIT */
/**
 * @file node.h
 * The life of a node: create, start, run, stop, destroy; after a failure again, later and later. All calls are
 * [loop] unless said otherwise.
 *
 *              node_start                         plugin fails              node_stop
 *   IDLE ─────────────────► STARTING ──► RUNNING ──────────────► STOPPING ───────────► IDLE
 *                              ▲ │ start() fails                     │ failed
 *                              │ ▼                                   ▼
 *                              └─ WAITING (backoff) ◄────────────────┘
 */
#ifndef CAM_PLUGIN_NODE_H
#define CAM_PLUGIN_NODE_H
#include <cam/plugin.h>

#include "core/base/log.h"
#include "core/bus/camera.h"
#include "core/plugin/loop.h"
#include "core/plugin/places.h"

enum node_life { NODE_IDLE, NODE_STARTING, NODE_RUNNING, NODE_STOPPING, NODE_WAITING };

struct events;
struct event_flow;

/** What all nodes share, filled in by the floor above. Outlives them. */
struct node_world {
	struct loop *loop;
	struct places *places;
	struct budget *budget; /**< of packets that wait */
	struct quota *quota; /**< of making pictures; NULL: no limits */
	atomic_llong *
		wall_told_ns; /**< the wall clock's offset that people were last told of; NULL: each camera tells */
	const atomic_ullong *shm_bytes; /**< what host->shm_bytes() says; NULL: 0 */
	struct log *log;
	/** [any] @return a reference to a camera that this node may see, or NULL */
	struct camera *(*find_camera)(void *arg, const struct cam_node *node, const char *name);
	void (*visit_cameras)(void *arg, const struct cam_node *node,
		void (*visit)(void *, const struct cam_camera *), void *visit_arg);
	void (*request)(void *arg, const struct cam_request *request,
		void (*done)(void *, struct cam_reply *), void *done_arg);
	/** See cam_host. */
	void (*identify)(void *arg, const struct cam_request *request,
		void (*done)(void *, const struct cam_who *, struct cam_reply *), void *done_arg);
	/** [any] See cam_host. */
	bool (*authorise)(void *arg, const struct cam_who *who, uint32_t right, const char *camera, int64_t wall_ns);
	struct events *events; /**< what happens; NULL: nobody is told */
	/** [any] @return whether it may see a camera of this name */
	bool (*sees)(void *arg, const struct cam_node *node, const char *camera);
	void (*changed)(void *arg, struct cam_node *node); /**< its state is another */
	void (*started)(
		void *arg, struct cam_node *node, int err); /**< a start has ended, well or with -errno */
	/** After node_stop(). @param err what failed on the way, so that something is lost; 0: nothing */
	void (*ended)(void *arg, struct cam_node *node, int err);
	/** What node_reload() has given is in force, and the configuration before may go. */
	void (*reloaded)(void *arg, struct cam_node *node);
	void *arg;
};

/** What makes a node. Its texts are copied; everything else is borrowed and outlives it, except for spec itself. */
struct node_spec {
	const char *name; /**< "front.recorder" */
	const struct cam_plugin *plugin;
	const void *config; /**< until another has taken its place: see node_reload() */
	const char *folder; /**< CAM_ON_IO: what it writes to, of its CAM_FOLDER option */
	struct camera *camera; /**< NULL for sinks and listeners */
	struct port *out; /**< sources, buffers: where its packets come out */
	struct port *in; /**< what it subscribes to; NULL: the camera's default */
	const char *const *on; /**< what it hears, NULL at the end; borrowed; NULL: as its plugin says */
	float min_score; /**< see event_hearer */
	void *owner; /**< the floor above's own */
};

/** @return 0 and *ret, or -ENOMEM, -EAGAIN (no thread to be had) */
int node_new(const struct node_world *, const struct node_spec *, struct cam_node **ret);
/** Begin to start it; world->started() tells. The node is IDLE. */
void node_start(struct cam_node *);
/** Begin to stop it for good; world->ended() tells, maybe before this returns. */
void node_stop(struct cam_node *);
/**
 * Give it another configuration of its plugin, which differs in CAM_RELOADABLE options only; once until
 * world->reloaded(), which tells, later or never if it is stopped before. A plugin that runs and has reload() takes it as
 * it runs; where that fails it is made anew at once; one that is down has it from its next start. Not CAM_ON_THREAD.
 */
void node_reload(struct cam_node *, const void *config);
/** The node is IDLE: it goes once the last call of it that is queued somewhere is done. NULL is allowed. */
void node_free(struct cam_node *);

enum node_life node_life(const struct cam_node *);
const char *node_name(const struct cam_node *);
const struct node_spec *node_spec(const struct cam_node *);
/** [any] enum cam_state */
unsigned node_state(const struct cam_node *);
/** [any] The last error in words and its option ("" if none). NULL results are allowed. */
void node_error(struct cam_node *, char ret_text[256], char ret_option[64]);
/** @return whether it is to keep what it holds: it records, or writes to a disk */
bool node_keeps(const struct cam_node *);
/** Log that it works, in these words, unless it comes and goes so often that its lines are counted (flap.h). */
void node_log_live(struct cam_node *, const char *line);
/** Once a second: log what there is to say of one whose lines are counted. */
void node_look(struct cam_node *);
/** Log that it does not end, and is left behind with what it holds. */
void node_log_left(struct cam_node *);
/**
 * Whether a node that is no source does not work, and why: it is not up, or it has failed and not been up for about
 * twice as long since as it was before. So one that comes up only to fail again is not taken for one that works.
 */
bool node_is_faulty(struct cam_node *, char ret_text[256]);
/** [any] A statistic of the plugin's table. */
int64_t node_stat(const struct cam_node *, unsigned stat);
/** [any] */
const struct link_flow *node_flow(const struct cam_node *);
/** [any] Of what it hears. */
const struct event_flow *node_event_flow(const struct cam_node *);
/** [any] How often it was started anew. */
unsigned node_restarts(const struct cam_node *);
/** Tell a sink or listener that the set or the state of cameras has changed. */
void node_tell_changed(struct cam_node *);
#endif
