/* SPDX-License-Identifier: MIT */
/** @file client_request.h What the client says: requests of its own, answers to the camera's. [any] */
#ifndef CAM_RTSP_IN_CLIENT_REQUEST_H
#define CAM_RTSP_IN_CLIENT_REQUEST_H
#include "plugins/rtsp_in/dialogue/client_state.h"

/** The request that is under way. */
enum client_step {
	STEP_NONE,
	STEP_OPTIONS,
	STEP_DESCRIBE,
	STEP_SETUP_VIDEO,
	STEP_SETUP_AUDIO,
	STEP_PLAY,
	STEP_KEEPALIVE,
	STEP_TEARDOWN
};

/** Make the request of a step. @return NULL, or why it cannot be made */
const struct fault *client_request(struct client *, enum client_step step);
/** Make the request that is under way again, with the login as it is known now. @return likewise */
const struct fault *client_repeat(struct client *);
/** Answer a request of the camera's, if there is room. @param cseq its number as it came, or NULL */
void client_reply(struct client *, const char *status, const char *cseq);
/** The Request-URI of a track. @return 0, -EINVAL */
int client_track_uri(const struct client *, unsigned track, char ret[URL_MAX]);
#endif
