/* SPDX-License-Identifier: MIT */
/** @file test_rig.h  A recorder on the fake host with a folder of its own, fed from clips. */
#ifndef CAM_RECORDER_MP4_TEST_RIG_H
#define CAM_RECORDER_MP4_TEST_RIG_H
#include "plugins/recorder_mp4/recorder.h"
#include "plugins/recorder_mp4/test_clip.h"
#include "tests/plugin/fake_host.h"

/** 2026-03-01 12:00:00 UTC */
#define RIG_WALL (INT64_C(1772366400) * CAM_SECOND)
#define RIG_MONO (INT64_C(1000) * CAM_SECOND)

struct rig {
	const char *camera; /* NULL: "cam" */
	struct fake f;
	struct recorder_config config;
	char folder[64];
	int64_t wall_set_ns; /**< by how much the wall clock was set */
	char path[64][512]; /**< what rig_files() has found, sorted */
	int n_paths;
};

/** Make the folder; the default configuration is 2 s segments, no min_free. The time zone becomes UTC. */
void rig_init(struct rig *);
/** create() and start(). @return what failed, or 0 */
int rig_start(struct rig *);
/** stop() and destroy(). */
void rig_stop(struct rig *);
/** Remove the folder. */
void rig_finish(struct rig *);
/** Caps of a clip; one reference. */
const struct cam_caps *rig_caps(
	const struct clip *, uint32_t codec, uint32_t width, uint32_t height, bool extradata);
/** Deliver a unit whose times are `shift_ns` later than the clip says, of `timescale` units a second. */
int rig_give(struct rig *, const struct clip *, int unit, const struct cam_caps *, int64_t timescale,
	int64_t shift_ns);
/** Find all files below the folder. @return their number */
int rig_files(struct rig *);
#endif
