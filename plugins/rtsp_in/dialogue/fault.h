/* SPDX-License-Identifier: MIT */
/** @file fault.h Why a session with a camera ends, told to somebody who looks after cameras. */
#ifndef CAM_RTSP_IN_FAULT_H
#define CAM_RTSP_IN_FAULT_H

/** Constant data: functions return a pointer to one, or NULL where all is well. */
struct fault {
	int err; /**< -errno */
	const char *option; /**< the one to look at, or NULL */
	const char *text; /**< one sentence without any secret */
};

/** There is no memory left for this camera. */
extern const struct fault fault_memory;
/** What answers there does not speak RTSP as it should. */
extern const struct fault fault_protocol;

/** @param status of an RTSP answer, 300 or more @return what it means; never NULL */
const struct fault *fault_of_status(int status);
/** @param err -errno of connecting to the camera, or of reading or writing once connected @return never NULL */
const struct fault *fault_of_connect(int err);
const struct fault *fault_of_stream(int err);
#endif
