/* SPDX-License-Identifier: MIT */
#include "core/bus/timeline.h"

#include "core/base/clock.h"

#include <stdlib.h>

/* A stamp this far from where it is expected is not believed. */
#define JUMP (2 * CLOCK_SECOND)
/* The distance of packets until one was measured: 25 frames a second. */
#define USUAL_STEP (40 * CLOCK_MS)
/* Stamps beyond a century are none; sums of two that are within it cannot overflow. */
#define SANE (INT64_C(100) * 366 * 86400 * CLOCK_SECOND)
/* A wall clock's error is made up for at 500 ppm, which no muxer or eye notices. */
#define SLEW_DIVISOR 2000
/* A clock that was wrong by more and has been set, as at the first contact with a time server, is followed at once. */
#define SET (60 * CLOCK_SECOND)

/*
 * Wall time of an arrival: the monotonic clock plus an offset that follows the wall clock slowly. Only a clock set far
 * forward is followed at once: what is recorded later is never named as if it were older.
 */
static int64_t wall_time(struct timeline *t, int64_t arrival_ns)
{
	int64_t now = clock_mono_ns(), target = clock_wall_ns() - now, most;

	if (!t->wall_at_ns || target - t->wall_offset_ns > SET) {
		t->wall_offset_ns = target;
	} else {
		most = (now - t->wall_at_ns) / SLEW_DIVISOR;
		if (target > t->wall_offset_ns + most)
			t->wall_offset_ns += most;
		else if (target < t->wall_offset_ns - most)
			t->wall_offset_ns -= most;
		else
			t->wall_offset_ns = target;
	}
	t->wall_at_ns = now;
	return arrival_ns + t->wall_offset_ns;
}

/* The DTS that continues the track by our own clock. */
static int64_t continued(const struct timeline_track *k, int64_t arrival_ns)
{
	int64_t next = k->last_out_ns + k->step_ns;

	return llabs(arrival_ns - next) > JUMP && arrival_ns > k->last_out_ns ? arrival_ns : next;
}

static bool is_near(int64_t a, int64_t b)
{
	return a < b ? b - a < JUMP : a - b < JUMP;
}

/* The DTS of a packet of a track that runs, from the camera's `in`. *ret_mended when it was not believed. */
static int64_t next_dts(
	struct timeline *t, struct timeline_track *k, int64_t in, int64_t arrival_ns, bool *ret_mended)
{
	int64_t out = in == CAM_NO_TS ? CAM_NO_TS : in + t->offset_ns;

	if (out > k->last_out_ns && (is_near(out, k->last_out_ns + k->step_ns) || is_near(out, arrival_ns))) {
		int64_t step = out - k->last_out_ns;

		if (step < JUMP)
			k->step_ns += (step - k->step_ns) / 8;
		return out;
	}
	*ret_mended = true;
	out = continued(k, arrival_ns);
	if (in != CAM_NO_TS)
		t->offset_ns = out - in;
	return out;
}

/* The first packet of a session: our clock goes on where its arrival says. */
static void anchor(struct timeline *t, const struct timeline_track *k, int64_t in, int64_t arrival_ns)
{
	int64_t out = arrival_ns;

	if (k->started && out <= k->last_out_ns)
		out = k->last_out_ns + k->step_ns;
	t->offset_ns = in == CAM_NO_TS ? 0 : out - in;
	t->anchored = true;
}

void timeline_restart(struct timeline *t)
{
	t->anchored = false;
	for (unsigned i = 0; i < CAM_MAX_TRACKS; i++)
		t->track[i].broken_off = t->track[i].started;
}

unsigned timeline_stamp(struct timeline *t, struct cam_buf *buf)
{
	struct timeline_track *k = &t->track[buf->track];
	int64_t in = buf->dts_ns != CAM_NO_TS ? buf->dts_ns : buf->pts_ns;
	int64_t lead = 0;
	bool mended = false;

	if (in > SANE || in < -SANE)
		in = CAM_NO_TS;
	if (in != CAM_NO_TS && buf->pts_ns > in && buf->pts_ns < SANE && buf->pts_ns - in < JUMP)
		lead = buf->pts_ns - in;
	if (!t->anchored)
		anchor(t, k, in, buf->arrival_ns);
	if (k->started) {
		buf->dts_ns = next_dts(t, k, in, buf->arrival_ns, &mended);
	} else {
		bool sane = in != CAM_NO_TS && is_near(in + t->offset_ns, buf->arrival_ns);

		buf->dts_ns = sane ? in + t->offset_ns : buf->arrival_ns;
		k->step_ns = USUAL_STEP;
		k->started = true;
	}
	if (k->broken_off)
		buf->flags |= CAM_DISCONTINUITY;
	k->broken_off = false;
	k->last_out_ns = buf->dts_ns;
	buf->pts_ns = buf->dts_ns + lead;
	buf->seq = k->seq++;
	buf->wall_ns = wall_time(t, buf->arrival_ns);
	return mended;
}
