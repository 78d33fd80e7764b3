/* SPDX-License-Identifier: MIT */
/** @file config.h What the options of rtsp_in fill, and its statistics. */
#ifndef CAM_RTSP_IN_CONFIG_H
#define CAM_RTSP_IN_CONFIG_H
#include <cam/plugin.h>

enum rtsp_transport { TRANSPORT_TCP = 1, TRANSPORT_UDP };

struct rtsp_config {
	const char *url, *user, *password;
	int64_t transport; /**< enum rtsp_transport */
	int64_t open_timeout_ns, keyframe_timeout_ns, stall_timeout_ns;
	bool audio;
};

enum rtsp_stat { STAT_SESSIONS, STAT_UNITS, STAT_BROKEN, STAT_SKIPPED, STAT_UNFINISHED, STAT_LOST };
#endif
