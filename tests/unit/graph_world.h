/* SPDX-License-Identifier: MIT */
/**
 * @file graph_world.h
 * A real graph on a real loop, with made-up plugins that write down what they are told and do what their options say.
 * All but `disk` run on the loop, so that everything comes in one order. The clock is ahead by `graph_ahead_ns`: link
 * with -Wl,--wrap=clock_gettime.
 *
 * Plugins: src, buf, rec, det, snk, lis, disk (a recorder of CAM_ON_IO) and stiff (a recorder without reload()). Options:
 *   life: 0       another one is another node; `ease` is taken as it runs
 *   fails: never  create, start, reload: -EIO there, once or as often as it comes; full: has failed whenever it has a packet
 *          end: what it held is lost
 *   fps: 0        of a source: packets a second, by itself
 *   asks: ""      of a sink or listener: this path, whenever cameras have changed
 *   holds: false  stop() is not answered until graph_actor_end()
 *   later: false  takes no packet
 *   folder: "/tmp/{camera}.{stage}"  CAM_FOLDER
 * `rec`, `snk` and `lis` hear `motion`.
 * Each but sources and `lis` subscribes to packets, of camera `of` for those that are of none.
 */
#ifndef CAM_TESTS_GRAPH_WORLD_H
#define CAM_TESTS_GRAPH_WORLD_H
#include "core/app/pictures.h"
#include "core/graph/graph_down.h"
#include "core/graph/graph_load.h"
#include "core/graph/graph_look.h"
#include "core/graph/graph_up.h"
#include "core/graph/graph_wiring.h"

struct graph_conf {
	int64_t life, ease, fails, fps, stall_timeout;
	bool holds, later;
	const char *folder, *of, *asks;
};

/** A node that has been created. */
struct graph_actor {
	struct graph_actor *next;
	struct cam_node *node;
	const struct cam_host *host;
	const struct graph_conf *conf;
	struct cam_sub *sub;
	unsigned packets, marked, ended, gone,
		told; /**< taken; with CAM_DISCONTINUITY; sessions' ends; changed() */
	unsigned cameras, live; /**< of a sink or listener: that it sees, when it was told last */
	int status; /**< of the answer to what it asks */
	atomic_int heard; /**< events */
	uint64_t heard_id; /**< of the last of them */
};

struct graph_world {
	struct loop loop;
	struct node_world node;
	struct budget budget;
	struct pictures pictures;
	struct log log;
	struct graph graph;
	uv_timer_t tick;
	int ups, downs; /**< on_up() and on_down() */
	int up_err;
	char up_failed[64]; /**< the node that on_up() has named */
	int lost; /**< nodes that ended with an error */
	void (*on_tick)(struct graph_world *); /**< once a millisecond; NULL: nothing */
	void (*on_close)(
		struct graph_world *); /**< everything has ended, the graph is still there; NULL: nothing */
	void *arg;
};

extern _Atomic(int64_t) graph_ahead_ns;
/** Finds the plugins. */
extern const struct config_plugins graph_plugins;

void graph_world_set_up(struct graph_world *);
/** @return the configuration of a YAML text, which is right */
struct config *graph_config(const char *yaml);
/** Load it and wait until everything is up; if it cannot be, it is being stopped. @return what on_up() was told */
int graph_world_load(struct graph_world *, const char *yaml);
/** Stop everything, wait for the end, free all. */
void graph_world_tear_down(struct graph_world *);
/** One turn of the loop, of a millisecond at most; a test that has made too many of them ends the program. */
void graph_world_turn(struct graph_world *);
#define GRAPH_UNTIL(w, cond)                                                                                 \
	while (!(cond))                                                                                      \
	graph_world_turn(w)
/** Turns until nothing is left to do that was begun before. */
void graph_world_settle(struct graph_world *);
/** @return what the nodes were told since the last call, as "start front.source, stop web", in order; for the next call */
const char *graph_world_did(void);
/** @return the log since the last call; for the next call */
const char *graph_world_log(struct graph_world *);

/** @return the last answer to what a sink or listener has asked; that is logged, too: "web: answered 200" */
const char *graph_world_answer(void);

/** @return the node of this name that is there, NULL: none */
struct graph_actor *graph_actor(const char *name);
/** @return all that have been created and not destroyed, chained by next */
const struct graph_actor *graph_actors(void);
/** @return its place in the graph */
struct graph_node *graph_world_node(struct graph_world *, const char *name);
/** It says that it has stopped. */
void graph_actor_end(const char *name);
/** It publishes a packet, which comes past what holds a session's first half second. */
void graph_actor_publish(const char *name, bool key);
#endif
