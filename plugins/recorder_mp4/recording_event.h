/* SPDX-License-Identifier: MIT */
/** @file recording_event.h What happens to recordings, told as events of the topic "recording". [node] */
#ifndef CAM_RECORDER_MP4_RECORDING_EVENT_H
#define CAM_RECORDER_MP4_RECORDING_EVENT_H
#include <cam/plugin.h>

/** What is told of a file. The texts are lent for the call. */
struct recording_event {
	const char *label; /**< "opened", "closed", "deleted", "failed" */
	const char *folder, *day, *name; /**< whose path makes its id; NULL: no file was begun */
	int64_t start_s; /**< Unix seconds */
	int64_t length_ns; /**< -1: not known */
	int64_t bytes; /**< -1: not known */
	const char *reason; /**< why, in words; NULL: there is none */
};

/** Without memory nothing is told. */
void recording_event(struct cam_node *, const struct cam_host *, const struct recording_event *);
/** The plugin's. */
extern const struct cam_topic recording_topics[];
#endif
