/* SPDX-License-Identifier: MIT */
/**
 * @file timeline.h
 * The clock of one camera's packets. Whatever a camera's time stamps do (missing, standing still, jumping, going
 * back, starting over with each session), what leaves here has, in each track, a DTS that strictly grows and stays
 * near the arrival time, and a PTS not before it. Owned by the source's place.
 */
#ifndef CAM_BUS_TIMELINE_H
#define CAM_BUS_TIMELINE_H
#include <cam/plugin.h>

struct timeline {
	struct timeline_track {
		bool started;
		bool broken_off; /**< an earlier session had this track, the present one has not yet */
		int64_t last_out_ns; /**< ours */
		int64_t step_ns; /**< a usual distance, smoothed */
		uint64_t seq;
	} track[CAM_MAX_TRACKS];
	bool anchored; /**< offset_ns holds for this session */
	int64_t offset_ns; /**< ours - the camera's, for all tracks */
	int64_t wall_offset_ns, wall_at_ns;
};

/** A new session with the camera begins: its clock may start anywhere, and what comes first is marked. */
void timeline_restart(struct timeline *t);

/** Zero-initialise a timeline; then set seq, dts_ns, pts_ns, wall_ns and CAM_DISCONTINUITY of each packet. @return stamps mended: 0 or 1 */
unsigned timeline_stamp(struct timeline *, struct cam_buf *buf);
#endif
