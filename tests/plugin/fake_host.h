/* SPDX-License-Identifier: MIT */
/**
 * @file fake_host.h
 * The server's side of the plugin ABI, small enough to look into: a plugin's test is the plugin's own sources and
 * this. One node, one thread, nothing happens but what the test calls. Buffers and caps are the real ones.
 */
#ifndef CAM_TESTS_FAKE_HOST_H
#define CAM_TESTS_FAKE_HOST_H
#include <cam/plugin.h>

enum { FAKE_MAX = 4096, FAKE_SUBS = 2048, FAKE_FILES = 64 };

struct fake_sub {
	struct cam_want want;
	char camera[64]; /* "" for the node's own */
	bool open, resumed;
};

struct fake {
	const struct cam_plugin *plugin;
	void *self;
	const char *
		camera; /* what host->camera() says; set it before fake_create() to have another than "cam" */
	struct uv_loop_s *loop; /* what host->loop() says */
	enum cam_state state; /* the last one told */
	int failed; /* the last err of host->fail() */
	bool stopping;
	int64_t tick_at; /* CAM_NO_TS when unset */
	int64_t retry_after_ns; /* the last one */
	uint64_t shm_bytes; /* what host->shm_bytes() says */
	char error[512], option[64]; /* the last host->error() */
	char log[16384]; /* all lines: "warn text\n" */
	int64_t stats[64];
	struct fake_event {
		struct cam_event event; /* its texts are the copies below */
		char topic[CAM_MAX_TOPIC + 1], label[CAM_MAX_LABEL + 1], json[CAM_MAX_EVENT_JSON + 1];
	} events[32]; /* of host->raise(), the first ones */
	size_t n_events;
	/** host->identify(): it does not say who asks, or not until fake_identify(). */
	bool wants_login, is_slow_to_know;
	void (*who_done)(void *, const struct cam_who *, struct cam_reply *); /* the last one of those */
	void *who_arg;
	int n_identified;
	/** host->authorise(): what nobody may see, NULL at the end; NULL: all may. */
	const char *const *hidden;
	bool sees_nothing; /* not even that there are cameras */
	/** host->authorise(): where each may see from, CLOCK_REALTIME; 0: all of the past. */
	int64_t seen_since_ns;
	const struct cam_buf *published[FAKE_MAX]; /* one reference each */
	size_t n_published;
	void (*on_publish)(struct fake *, const struct cam_buf *); /* called after each, may be NULL */
	struct fake_sub subs[FAKE_SUBS];
	size_t n_subs;
	/** Names of cameras that subscribe() does not know, NULL at the end; NULL: it knows all. */
	const char *const *no_cameras;
	struct cam_camera cameras[8]; /* what host->cameras() visits */
	size_t n_cameras;
	/* Answers host->request(); NULL: 404. */
	void (*on_request)(struct fake *, const struct cam_request *, struct cam_reply *);
	bool is_mute; /* host->request() is not answered until fake_answer() */
	void (*asked_done)(void *, struct cam_reply *); /* the last one of those */
	void *asked_arg;
	struct cam_file {
		int fd;
		bool open;
	} files[FAKE_FILES]; /* of the answers with one */
	size_t n_files;
	struct fake_read {
		int64_t result;
		void (*done)(void *, int64_t);
		void *arg;
	} reads[FAKE_FILES]; /* of host->read_file(): read, not told yet */
	size_t n_reads;
	struct cam_stream {
		struct cam_reply reply;
		bool is_open;
		void (*done)(void *, const void *, int64_t); /* of a read that waits; NULL: none does */
		void *arg;
		char room[4096];
	} streams[4]; /* of the answers with more() */
	size_t n_streams;
	struct fake_call {
		void (*fn)(void *, void *);
		void *arg;
	} calls[64]; /* of host->post() */
	size_t n_calls;
};

/** check() and create() with a filled configuration struct. @return 0 or what failed */
int fake_create(struct fake *, const struct cam_plugin *, const void *config);
/** destroy(), and drop what was published. */
void fake_destroy(struct fake *);
/** Deliver to consume() of subscription i. @return its answer */
int fake_deliver(struct fake *, size_t i, const struct cam_buf *);
/** Tell refused(), gone() of subscription i. */
void fake_refuse(struct fake *, size_t i, int err, const char *why);
void fake_gone(struct fake *, size_t i);
/** Make the calls of host->post(). */
void fake_run_calls(struct fake *);
/** Answer what was asked while the fake was mute. */
void fake_answer(struct fake *, const struct cam_request *);
/** Say who asks, to who waits for it. */
void fake_identify(struct fake *);
/** Tell what more() has for the reads of streams that wait. */
void fake_run_streams(struct fake *);
/** Tell what host->read_file() has read so far. */
void fake_run_reads(struct fake *);
/** @return the subscription handle of index i */
struct cam_sub *fake_sub(struct fake *, size_t i);
/** A packet of its own bytes. Times in ns, wall_ns too. @return one reference */
struct cam_buf *fake_packet(
	const struct cam_caps *, const void *data, size_t len, int64_t ts_ns, uint32_t flags);
#endif
