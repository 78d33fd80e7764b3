/* SPDX-License-Identifier: MIT */
/**
 * @file stress.h
 * A real graph on a real loop, real pools and real renditions, with made-up plugins of all kinds and places that do at
 * random what <cam/plugin.h> allows them, while configurations come and go. What the header promises them is checked
 * in each callback; a promise that is broken ends the program with the seed.
 */
#ifndef CAM_TESTS_STRESS_H
#define CAM_TESTS_STRESS_H
#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "core/graph/graph.h"
#include "plugins/lib/history.h"
#include "tests/stress/stress_rand.h"

/** What has been done. */
enum deed {
	DID_START,
	DID_RUN,
	DID_STOP,
	DID_TICK,
	DID_CHANGED,
	DID_POSTED,
	DID_HANDLE,
	DID_PACKET,
	DID_PICTURE,
	DID_JPEG,
	DID_INTO,
	DID_ENDED,
	DID_GONE,
	DID_REFUSED,
	DID_REPLAY,
	DID_PUBLISH,
	DID_SUBSCRIBE,
	DID_UNSUBSCRIBE,
	DID_UNSUBSCRIBE_INSIDE, /**< a subscription in its own consume() or ended() */
	DID_LATER,
	DID_RESUME,
	DID_FAIL,
	DID_RETURN_ERROR,
	DID_REQUEST,
	DID_FOREIGN,
	DID_RELOAD,
	DID_TAKE_CONF,
	DID_RAISE,
	DID_HEAR,
	DID_MORE,
	DID_READ,
	DID_ANSWER,
	DID_ANSWER_LATER,
	DID_ROUND,
	N_DEEDS
};

/** What a round is about: each leans another way, for what happens seldom in a mixture happens often in some. */
struct leaning {
	unsigned reload_once_in; /**< looks of the driver */
	unsigned pictures_in_8; /**< of the subscriptions */
	unsigned cameras; /**< at most */
	unsigned slots; /**< subscriptions of a node */
	unsigned tick_us; /**< between two ticks, at most */
	bool calm; /**< hardly anything fails */
	bool consumers; /**< reloads change what takes packets or pictures only */
};

struct stress {
	struct leaning leaning;
	uint64_t seed;
	unsigned seconds;
	unsigned round;
	pthread_t loop_thread;
	atomic_ullong deeds[N_DEEDS];
	atomic_int actors, packets, requests, replies; /**< that exist now */
	atomic_uint turns[256]; /**< of nodes, by a hash of their names, in this round */
};
extern struct stress stress;

static inline void stress_did(enum deed what)
{
	atomic_fetch_add_explicit(&stress.deeds[what], 1, memory_order_relaxed);
}

/** A promise was broken: say so with the seed and a stack, and abort. */
_Noreturn void stress_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** Deeds done so far, one comment line. */
void stress_print(void);

/* ---- nodes ---- */

enum { SLOTS = 6, SESSION_DIGITS = 8, RAISED = 8, HEARD = 256, LATER_REQUESTS = 4 };

/** A made-up plugin's configuration. */
struct actor_conf {
	int64_t life; /**< Another number is another node at a reload. */
	int64_t temper; /**< 0 is calm, 3 fails often. */
	const char *folder;
};

/** One subscription. */
struct slot {
	struct cam_sub *sub; /**< NULL: free */
	unsigned serial; /**< Another subscription may have the same address. */
	struct cam_want want;
	int64_t opened_ns;
	bool held; /**< said CAM_LATER and has not resumed */
	bool gone; /**< its camera is */
	bool seen[CAM_MAX_TRACKS];
	uint64_t seq[CAM_MAX_TRACKS];
	int64_t dts_ns[CAM_MAX_TRACKS];
	unsigned session; /**< of the last packet, 0: none yet */
	bool live; /**< it was published after the subscription was opened */
	bool ended; /**< since then */
	uint8_t *into;
};

enum phase { MADE, STARTED, START_FAILED, STOPPING };

struct actor {
	uint32_t magic;
	enum phase phase;
	const struct cam_plugin *plugin;
	struct cam_node *node;
	const struct cam_host *host;
	const struct actor_conf *conf;
	struct rnd rnd; /**< [node] */
	atomic_bool busy, keeping; /**< A callback is under way; one of keep() and replay(). */
	bool said; /**< state(CAM_STOPPED) is being called */
	struct slot slots[SLOTS];
	unsigned n_opened;
	uint64_t raised[RAISED]; /**< ids of what goes on; 0: free */
	uint64_t heard[HEARD]; /**< ids of what it has heard to begin */
	unsigned n_heard;
	const struct cam_request *later[LATER_REQUESTS]; /**< under lock: to be answered */
	struct history history;
	uv_timer_t timer; /**< CAM_ON_LOOP, while has_timer */
	bool has_timer;
	/* sources */
	unsigned session, clip, at, audio_at;
	int64_t clock_ns;
	const struct cam_caps *audio;
	pthread_t thread; /**< CAM_ON_THREAD */
	pthread_mutex_t lock; /**< of later, and woken of CAM_ON_THREAD */
	pthread_cond_t cond;
	bool ran, woken;
};

/** Statistics of all plugins; what the server has counted is compared with the first two. */
enum { STAT_TAKEN, STAT_MISSED, STAT_LEVEL };

/** stress_plugins.c: descriptors and where config_load() finds them. */
extern const struct config_plugins stress_plugins;
const char *stress_place_name(uint32_t place);

/* stress_actor.c: the callbacks that all plugins share. */
int actor_create(const struct cam_plugin *, struct cam_node *, const struct cam_host *, const void *config,
	void **ret_self);
int actor_start(void *self);
void actor_stop(void *self);
void actor_destroy(void *self);
void actor_tick(void *self);
void actor_changed(void *self);
int actor_consume(void *self, struct cam_sub *, const struct cam_buf *);
int actor_ended(void *self, struct cam_sub *);
void actor_refused(void *self, struct cam_sub *, int err, const char *why);
void actor_gone(void *self, struct cam_sub *);
int actor_reload(void *self, const void *config);
/** Its new configuration, in its place and nobody else's: take it, or at random not. @return as reload() */
int actor_take_conf(struct actor *, const struct actor_conf *);
int actor_handle(void *self, const struct cam_request *, struct cam_reply *);
/** A callback begins, in the node's place and while no other is under way; and ends. */
void actor_enter(struct actor *, const char *callback);
void actor_leave(struct actor *);
/** [node] Post-able: the argument is 0, or POSTED_STOPPED: now say CAM_STOPPED. */
void actor_posted(void *self, void *arg);
#define POSTED_STOPPED ((void *)&stress)
/** [any] The answer to stop(). */
void actor_say_stopped(struct actor *);

/* stress_acts.c: [node] what a node does at random. */
void act(struct actor *);
/** Take delivery up again where it was put off. */
void act_resume_all(struct actor *);
/** Open a random subscription, if a slot is free. */
void act_subscribe(struct actor *);
void act_unsubscribe(struct actor *, struct slot *);
struct slot *act_slot_of(struct actor *, const struct cam_sub *);
/** The slot of a subscription that is called back for; one that is closed ends the program. */
struct slot *act_slot_of_open(struct actor *, const struct cam_sub *, const char *callback);
/** @return 0, or an error that the callback is to return */
int act_error(struct actor *);

/* stress_events.c */
/** [node] Something begins, goes on, ends or happens. */
void act_raise(struct actor *);
int actor_event(void *self, const struct cam_event *);
/** [node] Fill in an answer that is read in pieces, perhaps none. @return 0 */
int act_answer_in_pieces(struct actor *, const struct cam_request *, struct cam_reply *);
/** [node] Keep a request for later. @return CAM_LATER, or 0: there are too many */
int act_answer_later(struct actor *, const struct cam_request *);
/** [any] Answer one of those. @param pieces of the answer */
void act_answer_one(struct actor *, unsigned pieces);
/** [loop] Read a stream, for a while or to its end. */
void reader_begin(const struct cam_host *, struct cam_node *, struct cam_stream *);
/** [loop] Close one in so many of those who read; 1: all. */
void readers_close(unsigned once_in);

/* stress_check.c: what is true of each item. */
void check_item(struct actor *, struct slot *, const struct cam_buf *);
void check_ended(struct actor *, struct slot *);
void check_refused(struct actor *, int err, const char *why);

/* stress_source.c */
/** Once, before the first round; and after the last. */
void source_clips_make(void);
void source_clips_free(void);
/** [node] A session begins; some packets of it. */
void source_begin(struct actor *);
void source_publish(struct actor *, unsigned n);
void source_finish(struct actor *);
int source_run(void *self);
void source_wake(void *self);
/** @return the session that a packet was published in */
unsigned source_session(const struct cam_buf *);

/* stress_foreign.c: a thread that is nobody's place. */
enum foreign_act { FOREIGN_ANY, FOREIGN_STOPPED, FOREIGN_POST_STOPPED, FOREIGN_READY };
void foreign_begin(void);
void foreign_end(void);
/** [any] Do something to a node from there. @return false: no room, it will not be done */
bool foreign_do(struct actor *, enum foreign_act, int64_t delay_ns);
/** [any] Tell from there that there are further pieces. @return false: no room, it will not be done */
bool foreign_ready(struct actor *, const struct cam_request *);
/** [any] Nothing is done to it any more. */
void foreign_forget(const struct actor *);

/* stress_config.c */
enum { PLAN_CAMERAS = 6, PLAN_STAGES = 9, PLAN_SINKS = 5, PLAN_BESIDE = PLAN_SINKS + 2 };
struct plan_stage {
	bool there, required;
	uint32_t kind, place;
	unsigned life, temper, from, folder;
};
struct plan {
	struct plan_camera {
		bool there;
		struct plan_stage stages[PLAN_STAGES];
	} cameras[PLAN_CAMERAS];
	struct plan_stage beside[PLAN_BESIDE]; /**< sinks, then listeners */
};
void plan_make(struct plan *, struct rnd *);
/** Change some of it. */
void plan_change(struct plan *, struct rnd *);
/** @return the configuration; one that is wrong ends the program */
struct config *plan_config(const struct plan *);

/** stress_world.c: one life of the server, with reloads, for about so long. */
void round_run(struct rnd *, int64_t ns);
#endif
