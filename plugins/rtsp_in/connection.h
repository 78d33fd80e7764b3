/* SPDX-License-Identifier: MIT */
/**
 * @file connection.h
 * libavformat's RTSP client, held in check: each call ends at a deadline of ours or when the node is to stop, and
 * nothing is ever connected to but the configured host.
 */
#ifndef CAM_RTSP_IN_CONNECTION_H
#define CAM_RTSP_IN_CONNECTION_H
#include "plugins/rtsp_in/session.h"

struct AVFormatContext;
struct AVPacket;

struct connection {
	struct cam_node *node;
	const struct cam_host *host;
	struct AVFormatContext *fmt; /**< NULL unless open */
	int64_t deadline_ns; /**< CLOCK_MONOTONIC */
	char *tcp_word; /**< "tcp" in the list of allowed protocols, until it has been struck out */
	bool connecting; /**< libavformat has been told to open a TCP connection, its last */
	bool interrupted;
	bool closing; /**< a stop no longer interrupts: the camera is being told goodbye */
};

/** Answers besides 0 and libavformat's errors. */
enum { CONNECTION_INTERRUPTED = 1, CONNECTION_REDIRECTED, CONNECTION_BAD_OPTION };

/** @return CLOCK_MONOTONIC */
int64_t connection_now(void);
void connection_init(struct connection *, struct cam_node *, const struct cam_host *);
/** DESCRIBE, SETUP and PLAY, within the configuration's open timeout. */
int connection_open(struct connection *, const struct rtsp_config *);
/** From here on calls are interrupted so long from now. */
void connection_deadline(struct connection *, int64_t ns);
/** The next packet of any stream. @return 0, CONNECTION_INTERRUPTED or libavformat's error */
int connection_read(struct connection *, struct AVPacket *);
/** TEARDOWN, for a second at most. */
void connection_close(struct connection *);
#endif
