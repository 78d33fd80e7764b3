/* SPDX-License-Identifier: MIT */
/**
 * @file event.h
 * What happens to cameras and nodes, and what is told of it. A part of the plugin ABI; <cam/plugin.h> includes it.
 */
#ifndef CAM_EVENT_H
#define CAM_EVENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a node tells of itself; a camera's state is its source's. */
enum cam_state {
	CAM_CONNECTING = 1, /**< Started, nothing to show yet. */
	CAM_LIVE, /**< Works. */
	CAM_STALLED, /**< Was live; nothing has come for a while (set by the server). */
	CAM_RETRYING, /**< Failed; will be tried again (set by the server). */
	CAM_FAILED, /**< Failed for good (set by the server). */
	CAM_STOPPED /**< Ended; the answer to stop(). */
};

/** A camera as others see it. Valid for the call it is passed to. */
struct cam_camera {
	uint32_t size;
	const char *name;
	/** The source's last error in words, unless it is live; else that of the first stage that does not work; "" if none. */
	const char *error; /**< Holds no secret. */
	uint32_t state; /**< enum cam_state */
	uint32_t codec; /**< 0 until known */
	uint32_t width, height;
	double fps; /**< measured over the last seconds */
	uint64_t bits_per_second;
	/** Since start: published; dropped by links; time stamps mended. */
	uint64_t packets, dropped, repaired;
	uint32_t subscribers; /**< of all forms */
	uint32_t decoders; /**< 0 or 1 */
	/* Since ABI 1.2: its clock. */
	double clock_rate; /**< how fast the video's runs, 1: right; only what is certain */
	double jitter; /**< s by which packets are scattered, the second worst of the last ten seconds */
	/** Of `repaired`: stamps that were absent, repeated, set (a jump), a little back, early (sooner than they can be), late for long. */
	uint64_t absent, repeated, set, back, early, late;
};

/* ---- events, since ABI 1.3 ---- */

struct cam_buf;

/** The part of an event that is told. */
enum cam_phase {
	CAM_BEGIN =
		1, /**< Something begins to be true; CAM_END of the same id follows, from the server if not from its node. */
	CAM_UPDATE, /**< It still is; score, boxes, picture, json are the newest. */
	CAM_END, /**< It is not any more. */
	CAM_POINT /**< Something has happened that has no length. */
};

/** A place in the picture, in parts of its width and height from its upper left corner: 0 to 1. Stays as it is. */
struct cam_box {
	float x, y, width, height;
	float score; /**< 0 to 1 */
	const char *label; /**< "person"; NULL: the event's. UTF-8, at most 64 bytes. */
};

enum { CAM_MAX_BOXES = 64, CAM_MAX_TOPIC = 32, CAM_MAX_LABEL = 64, CAM_MAX_EVENT_JSON = 4096 };

/**
 * Something that is true of a camera over a time: motion, an object, a state, a file, a trigger by hand. What is lent is
 * valid for the call.
 */
struct cam_event {
	uint32_t size; /**< sizeof(struct cam_event) */
	uint32_t phase; /**< enum cam_phase */
	/**
	 * Set by raise() at CAM_BEGIN and CAM_POINT, given back to it at CAM_UPDATE and CAM_END. Ascending, unique over
	 * restarts as long as the wall clock is, below 2^53, so that it is exact in JSON.
	 */
	uint64_t id;
	/** "motion", "object", "trigger", "recording", "camera", or a plugin's own: [a-z0-9_]+, at most CAM_MAX_TOPIC bytes. */
	const char *topic;
	const char *
		label; /**< What of it: "person", "opened", "live". UTF-8, at most CAM_MAX_LABEL bytes; NULL: "". */
	const char *camera; /**< NULL: the node's own. Set by the server for who hears. */
	const char *node; /**< Who raised it, "front.recorder"; "": a program outside. Set by the server. */
	int64_t pts_ns; /**< Media time of the picture that it is about; CAM_NO_TS: none. */
	int64_t arrival_ns; /**< CLOCK_MONOTONIC of that, 0: now. */
	int64_t wall_ns; /**< CLOCK_REALTIME of that, 0: now. */
	float score; /**< How sure it is, 0 to 1. */
	float peak; /**< The highest score since CAM_BEGIN. Set by the server. */
	uint32_t n_boxes; /**< At most CAM_MAX_BOXES. */
	const struct cam_box *boxes;
	const struct cam_buf *picture; /**< A JPEG of it, or NULL. */
	const char *
		json; /**< Further members, as a JSON object of at most CAM_MAX_EVENT_JSON bytes; NULL: none. */
};

/** A topic that a plugin raises. The table ends with a NULL name. */
struct cam_topic {
	const char *name; /**< As in cam_event. */
	const char *help; /**< One sentence. */
	const char *labels; /**< Those it uses, with a blank between them; "": any. */
	const char *
		json; /**< JSON Schema members of the events' `json`: CAM_JSON("file": {"type": "string"}); NULL: none. */
};

#ifdef __cplusplus
}
#endif
#endif
