/* SPDX-License-Identifier: MIT */
/**
 * @file session.h
 * One session with a camera: connect, agree, publish what comes, end. A node is one session; the server makes it anew.
 * All on the server's loop.
 */
#ifndef CAM_RTSP_IN_SESSION_H
#define CAM_RTSP_IN_SESSION_H
#include "plugins/rtsp_in/config.h"

struct session;

/** @return NULL without memory */
struct session *session_new(struct cam_node *, const struct cam_host *, const struct rtsp_config *);
/** After session_stop() and its CAM_STOPPED, or when it was never started. */
void session_free(struct session *);
/**
 * Begin. When the session ends, host->fail() says so, with the reason in words:
 * -EACCES: login refused, -ENOENT: no such stream, -ECONNREFUSED, -EHOSTUNREACH, -ETIMEDOUT, -ECONNRESET: closed by the
 * camera, -EPERM: a redirect, -ENOTSUP: no video that is known here, -EPROTO: not RTSP, or broken, -ENOMEM
 */
void session_start(struct session *);
/** Take leave of the camera, for half a second at most, and close; the state CAM_STOPPED tells when. */
void session_stop(struct session *);
#endif
