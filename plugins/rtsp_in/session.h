/* SPDX-License-Identifier: MIT */
/**
 * @file session.h
 * One session with a camera, through libavformat: connect, publish what comes, end. All on the node's own thread.
 */
#ifndef CAM_RTSP_IN_SESSION_H
#define CAM_RTSP_IN_SESSION_H
#include <cam/plugin.h>

enum transport { TRANSPORT_TCP = 1, TRANSPORT_UDP };

/** What the options fill. */
struct rtsp_config {
	const char *url, *user, *password;
	int64_t transport; /**< enum transport */
	int64_t open_timeout_ns, keyframe_timeout_ns, stall_timeout_ns;
	bool audio;
};

enum rtsp_stat { STAT_SESSIONS, STAT_UNITS, STAT_BROKEN, STAT_UNFINISHED };

/**
 * From connecting to the session's end.
 * @param was_live whether a session before has published; set when this one does. The first packet after a session
 * that did is marked CAM_DISCONTINUITY
 * @return 0 when the host is stopping, else why it ended, in words at the host:
 * -EACCES: login refused, -ENOENT: no such stream, -ECONNREFUSED, -EHOSTUNREACH, -ETIMEDOUT, -ECONNRESET: closed by the
 * camera, -EPERM: a redirect, -ENOTSUP: no video that is known here, -EPROTO: not RTSP, or broken, -ENOMEM
 */
int session_run(struct cam_node *, const struct cam_host *, const struct rtsp_config *, bool *was_live);
#endif
