/* SPDX-License-Identifier: MIT */
/** @file node_world.h What nodes are given: by the floor above to all of them, and to each. */
#ifndef CAM_PLUGIN_NODE_WORLD_H
#define CAM_PLUGIN_NODE_WORLD_H
#include <cam/plugin.h>

#include "core/base/log.h"
#include "core/bus/camera.h"
#include "core/plugin/loop.h"
#include "core/plugin/places.h"

struct events;
struct event_flow;

enum node_life { NODE_IDLE, NODE_STARTING, NODE_RUNNING, NODE_STOPPING, NODE_WAITING };

/** What all nodes share, filled in by the floor above. Outlives them. */
struct node_world {
	struct loop *loop;
	const struct cam_host *host; /**< the services that plugins get: node_host */
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
	bool (*authorise)(
		void *arg, const struct cam_who *who, uint32_t right, const char *camera, int64_t wall_ns);
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
	const char *const *on; /**< what it hears, NULL at the end; copied; NULL: as its plugin says */
	float min_score; /**< see event_hearer */
	void *owner; /**< the floor above's own */
};
#endif
