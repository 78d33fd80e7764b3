/* SPDX-License-Identifier: MIT */
/** @file order.h Decoding time stamps from presentation time stamps, which are all that RTP carries. */
#ifndef CAM_RTSP_IN_ORDER_H
#define CAM_RTSP_IN_ORDER_H
#include <stdbool.h>
#include <stdint.h>

enum { ORDER_DEPTH_MAX = 16 };

/** Zero-initialise, then set depth whenever the parameter sets tell it. */
struct order {
	int depth; /**< pictures that stand between decoding and showing order; 0: no B-frames */
	int n; /**< since the start, at most depth */
	int64_t pts[ORDER_DEPTH_MAX + 1]; /**< those not yet used as a DTS, ascending; depth of them */
	int64_t first, last; /**< PTS: of those since the start, of the packet before */
	bool started;
};

/**
 * Packets come in decoding order; their DTS are their PTS in ascending order, `depth` pictures earlier.
 * @param pts_ns CAM_NO_TS is allowed @return the DTS, never above pts_ns; CAM_NO_TS if that is unknown
 */
int64_t order_dts(struct order *, int64_t pts_ns);
#endif
