/* SPDX-License-Identifier: MIT */
/**
 * @file config_fakes.h
 * Descriptors with the option tables of a small world of plugins, and a finder for them: configuration is tested
 * without loading any code.
 */
#ifndef CAM_TESTS_CONFIG_FAKES_H
#define CAM_TESTS_CONFIG_FAKES_H
#include "core/config/config.h"

struct fake_rtsp {
	const char *url, *user, *password;
	int64_t transport, timeout;
};

struct fake_ring {
	const char *name;
	int64_t width, height, seconds, fill, bytes;
	double fps;
};

struct fake_recorder {
	const char *directory;
	int64_t segment, keep;
	bool sync;
};

struct fake_motion {
	int64_t threshold;
};

struct fake_hook {
	const char *url;
};

struct fake_view {
	const char *listen;
	int64_t width, height, fps, quality;
};

/** rtsp_in, test_in, shm_ring, mem_ring, recorder_mp4, recorder_jpg, ws_view, motion, web_hook; "broken" has a reason */
extern const struct config_plugins fake_plugins;
/** @return the descriptor of that name */
const struct cam_plugin *fake_plugin(const char *name);
#endif
