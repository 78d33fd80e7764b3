/* SPDX-License-Identifier: MIT */
/** @file fake_camera.h For tests: an RTSP server on loopback that does what a test's script says, on its own thread. */
#ifndef CAM_RTSP_IN_FAKE_CAMERA_H
#define CAM_RTSP_IN_FAKE_CAMERA_H
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_camera {
	int listener;
	uint16_t port;
	pthread_t thread;
	void (*script)(struct fake_camera *, int fd); /* one connection; fd is closed after it */
	/* For the scripts; read by the test after fake_camera_stop(). */
	int connections;
	int requests;
	bool teardown; /* seen */
	char seen[16384]; /* all requests, one after the other, cut off */
	const char *bad_method; /* answered with `answer` instead */
	const char *answer;
	const char *sdp;
	const char *session; /* as in the answer to PLAY; NULL: "1" */
	uint16_t rtp_seq;
	size_t payload_max; /* bytes of a fragment; 0: as usual */
	unsigned
		drop_one; /* the packet of this number from now on, the first is 1, is not sent; 0: all are */
	unsigned drop_from; /* all after the packet of this number are not sent; 0: all are */
	bool quiet; /* that is now */
};

/** Listen and begin to serve. @return 0 or -1 */
int fake_camera_start(struct fake_camera *, void (*script)(struct fake_camera *, int fd));
/** Stop serving; the client must have closed its connections. */
void fake_camera_stop(struct fake_camera *);

/** Read one request into ret (a text). @return false at the end of the connection, or after 5 s */
bool fake_camera_request(struct fake_camera *, int fd, char *ret, size_t room);
/** Send a text whole. @return false when the client has closed */
bool fake_camera_say(int fd, const char *text);
/** Answer a request with a status line, its CSeq and further lines (each with \r\n; may be ""), and a body or NULL. */
bool fake_camera_reply(int fd, const char *request, const char *status, const char *lines, const char *body);
/** Answer requests up to PLAY, H.264 on channel 0, obeying bad_method and sdp. @return whether PLAY was agreed to */
bool fake_camera_until_play(struct fake_camera *, int fd);
/** Send one access unit (Annex B) as RTP inside the connection (RFC 6184: single NAL units and FU-A). */
bool fake_camera_send_unit(struct fake_camera *, int fd, const uint8_t *data, size_t len, uint32_t rtp_time);
/** Send one frame of G.711 (payload type 0) on channel 2. */
bool fake_camera_send_audio(int fd, const void *data, uint8_t len, uint16_t seq, uint32_t time);
/** Send bytes as they are. @return false when the client has closed */
bool fake_camera_send(int fd, const void *data, size_t len);
/** Read until the client closes, looking for TEARDOWN. */
void fake_camera_drain(struct fake_camera *, int fd);
#endif
