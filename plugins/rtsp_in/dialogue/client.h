/* SPDX-License-Identifier: MIT */
/**
 * @file client.h
 * The dialogue with a camera: OPTIONS, DESCRIBE, SETUP, PLAY, then keep-alives, at last TEARDOWN (RFC 2326). Takes messages,
 * makes bytes to send; knows no socket and no clock. One request is under way at a time. [any]
 */
#ifndef CAM_RTSP_IN_CLIENT_H
#define CAM_RTSP_IN_CLIENT_H
#include "plugins/rtsp_in/dialogue/client_state.h"

/** Make the first request. @param wire whose channels the client sets */
void client_begin(struct client *, const struct client_config *, struct wire *);
/**
 * A message of the camera's has come: an answer, or a request of its own, which is answered.
 * @return NULL, or why the session ends: the login refused, a redirect, no video that is known …
 */
const struct fault *client_take(struct client *, const struct wire_item *);
/**
 * Playing: make a request that only says that we are here; not while bytes of `out` wait to be taken. A camera that
 * has not answered the one before is asked in another way.
 */
void client_keepalive(struct client *);
/** Make a TEARDOWN, if there is a session to end; CLIENT_CLOSED at once if not. */
void client_close(struct client *);
#endif
