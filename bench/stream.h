/* SPDX-License-Identifier: MIT */
/**
 * @file stream.h
 * What a bare loop needs of RTSP to be sent a stream by replay_camera, and no more: no login, no errors mended.
 */
#ifndef CAM_BENCH_STREAM_H
#define CAM_BENCH_STREAM_H
#include <stddef.h>
#include <stdint.h>

enum { STREAM_ROOM = 1 << 20, STREAM_PADDING = 64 };

struct stream {
	int fd; /**< of RTSP, and of the stream unless there is udp */
	int udp; /**< -1: none */
	uint8_t *in; /* what has come: at, up to len */
	size_t in_at, in_len;
	uint8_t *unit; /* Annex B, under way or handed out */
	size_t unit_len, unit_room;
	int whole; /* the unit was handed out */
};

/** Connect and have it played. @return 0, or -1 */
int stream_open(struct stream *, const char *url, int udp);
/**
 * Read until an H.264 access unit is whole, blocking; over TCP only.
 * @param ret_stamp its RTP time stamp
 * @return its Annex B bytes with STREAM_PADDING zeros behind, valid until the next call; NULL: the stream has ended
 */
const uint8_t *stream_unit(struct stream *, size_t *ret_len, uint32_t *ret_stamp);
void stream_close(struct stream *);
#endif
