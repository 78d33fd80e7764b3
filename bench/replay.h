/* SPDX-License-Identifier: MIT */
/**
 * @file replay.h
 * One client of replay_camera: its RTSP dialogue, and the footage on a clock of its own, packet by packet, over the
 * RTSP connection or as UDP packets.
 */
#ifndef CAM_BENCH_REPLAY_H
#define CAM_BENCH_REPLAY_H
#include "bench/footage.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>

enum { REPLAY_HEAD = 4096 };

/** What is the same for all clients. */
struct replay_camera {
	struct footage footage;
	int fps;
	int64_t line_bits_per_second; /**< of the camera's network port; 0: a frame's packets leave at once */
	FILE *log; /**< "CLIENT FRAME NS" as a frame's first packet leaves; NULL: none */
	uint32_t served; /**< clients so far, which spreads their phases */
};

struct replay {
	struct replay_camera *camera;
	int fd; /* of RTSP */
	int rtp, rtcp; /* UDP sockets; -1: inside the RTSP connection */
	uint8_t channel; /* of RTP there; RTCP's is the next */
	int playing;
	char head[REPLAY_HEAD]; /* of a request that is not whole yet */
	size_t head_len;
	uint8_t *waiting; /* what the socket has not taken yet */
	size_t waiting_len;
	uint32_t number; /* of this client; also the synchronisation source */
	int64_t start_ns, due_ns, report_ns; /* due: of the next packet */
	uint64_t frame, first_frame; /* the next one; where in the footage this client began */
	size_t packet; /* the next one of that frame */
	uint16_t seq;
	uint32_t sent, sent_bytes;
};

/** @param fd an accepted connection, taken over */
void replay_init(struct replay *, struct replay_camera *, int fd);
void replay_end(struct replay *);
/** Take what the client says. @return 0, or -1: it is gone */
int replay_read(struct replay *);
/** Send on what waits for the socket. @return 0, or -1: it is gone */
int replay_flush(struct replay *);
/** @return when the next packet is due on the monotonic clock, or INT64_MAX */
int64_t replay_due_ns(const struct replay *);
/** Send what is due by now. @return 0, or -1: the client is gone or too slow */
int replay_send(struct replay *, int64_t now_ns);
#endif
