/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/packets/order.h"
#include <stdbool.h>

#include <cam/plugin.h>
#include <string.h>

/* The distance of pictures is not known at the start; it only has to be plausible there. */
#define STEP_NS (CAM_SECOND / 25)
/* The clock has been set: what waits means nothing any more. */
#define JUMP_NS (2 * CAM_SECOND)

static int64_t distance(int64_t a, int64_t b)
{
	uint64_t d = a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;

	return d > INT64_MAX ? INT64_MAX : (int64_t)d;
}

static void insert(struct order *o, int64_t pts)
{
	int i = o->n++;

	for (; i > 0 && o->pts[i - 1] > pts; i--)
		o->pts[i] = o->pts[i - 1];
	o->pts[i] = pts;
}

/* More B-frames than the parameter sets told: begin anew with more room; the core mends what comes in between. */
static void deepen(struct order *o)
{
	o->depth += o->depth < ORDER_DEPTH_MAX;
	o->n = 0;
}

int64_t order_dts(struct order *o, int64_t pts)
{
	bool jumped, back;
	int64_t dts;

	if (pts == CAM_NO_TS) {
		o->n = 0;
		return CAM_NO_TS;
	}
	jumped = o->started && distance(pts, o->last) > JUMP_NS;
	back = o->started && !jumped && pts < o->last;
	o->last = pts;
	if (back && !o->depth)
		deepen(o);
	if (jumped || o->n > o->depth)
		o->n = 0;
	if (!o->n)
		o->first = pts;
	o->started = true;
	insert(o, pts);
	if (o->n <= o->depth) {
		dts = o->first - (o->depth - o->n + 1) * STEP_NS;
	} else {
		dts = o->pts[0];
		memmove(o->pts, o->pts + 1, (size_t)--o->n * sizeof(o->pts[0]));
	}
	if (dts <= pts)
		return dts;
	deepen(o);
	return pts;
}
