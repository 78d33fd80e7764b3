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

#ifdef __cplusplus
}
#endif
#endif
