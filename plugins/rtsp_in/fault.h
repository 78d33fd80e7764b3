/* SPDX-License-Identifier: MIT */
/** @file fault.h What libavformat's errors mean to somebody who looks after cameras. */
#ifndef CAM_RTSP_IN_FAULT_H
#define CAM_RTSP_IN_FAULT_H

/** Why a session ends. */
struct fault {
	int err; /**< -errno */
	const char *option; /**< the one to look at, or NULL */
	const char *text; /**< one sentence without any secret */
};

/** @param averror what avformat_open_input() returned, unless a deadline or a stop has interrupted it */
const struct fault *fault_of_open(int averror);
/** @param averror what av_read_frame() returned, likewise */
const struct fault *fault_of_read(int averror);
#endif
