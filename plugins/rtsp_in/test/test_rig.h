/* SPDX-License-Identifier: MIT */
/** @file test_rig.h For tests: a session of the plugin's with a scripted camera, on a loop of its own. */
#ifndef CAM_RTSP_IN_TEST_RIG_H
#define CAM_RTSP_IN_TEST_RIG_H
#include "plugins/rtsp_in/session.h"
#include "plugins/rtsp_in/test/fake_camera.h"
#include "tests/plugin/fake_host.h"

#include <libavcodec/packet.h>

#define MS INT64_C(1000000)
enum { N_UNITS = 40, GOP = 10, FIRST_SENT = 5 };

/** RTP's 32 bits wrap in the middle of what is sent. */
#define RTP_BASE (UINT32_MAX - 20 * 3600 - 1000)

/* A test has one session at a time. */
extern struct fake fake;
extern struct rtsp_config config;
extern AVPacket *units[N_UNITS];

/** Begin a test: deadlines of 2 s, no login, TCP. */
void usual(void);
/** One session with whoever listens there. @return why it has failed, or 0; fake_destroy() is the caller's */
int session_at(const char *host, uint16_t port);
/** On 127.0.0.1. */
int session(uint16_t port);
/** A camera that only plays this script. @return why the session has failed, or 0; the camera has ended */
int session_with(struct fake_camera *, void (*script)(struct fake_camera *, int fd));
/** Fill units[from] to units[to - 1] with H.264, a keyframe each GOP. */
void encode_units(int from, int to, int width, int height);
void free_units(void);
/** Send them, 40 ms apart by their RTP times. @return false when the session has closed */
bool send_units(struct fake_camera *, int fd, int from, int to);
/** A script: agree to everything, then end. */
void play_plainly(struct fake_camera *, int fd);
/** @return CLOCK_MONOTONIC, ms */
int64_t now_ms(void);
#endif
