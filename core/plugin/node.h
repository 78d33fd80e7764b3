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
#include "core/plugin/node_world.h"

/** @return 0 and *ret, or -ENOMEM, -EAGAIN (no thread to be had) */
int node_new(const struct node_world *, const struct node_spec *, struct cam_node **ret);
/** Begin to start it; world->started() tells. The node is IDLE. */
void node_start(struct cam_node *);
/** Begin to stop it for good; world->ended() tells, maybe before this returns. */
void node_stop(struct cam_node *);
/** The node is IDLE: it goes once the last call of it that is queued somewhere is done. NULL is allowed. */
void node_free(struct cam_node *);

enum node_life node_life(const struct cam_node *);
const char *node_name(const struct cam_node *);
const struct node_spec *node_spec(const struct cam_node *);
/** [any] enum cam_state */
unsigned node_state(const struct cam_node *);
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
