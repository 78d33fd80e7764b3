/* SPDX-License-Identifier: MIT */
#include "core/bus/timeline.h"

#include "core/bus/cadence.h"
#include "core/bus/rate.h"
#include "lib/clock.h"

#include <assert.h>

/* Stamps beyond a century are none; sums and differences of a few that are within it cannot overflow. */
#define SANE (INT64_C(50) * 366 * 86400 * CLOCK_SECOND)
/* Arrivals are by this machine's own clock, since it was started. */
#define SANE_ARRIVAL (SANE / 8)
/* A PTS this far from its DTS is none. */
#define LEAD_MAX (2 * CLOCK_SECOND)
/* Until a step was measured the distance of arrivals stands for it, up to this. */
#define FIRST_STEP_MOST CLOCK_SECOND
/* A stamp that goes back further was set, and so was one that goes back for the first time in so long. */
#define BACK (250 * CLOCK_MS)
#define BACK_AGAIN (5 * CLOCK_SECOND)
/* Stamps that differ by less are the same: it is a few ticks of 90 kHz. */
#define SAME (CLOCK_MS / 10)
/* So often in a row the same stamp, and none of them is believed until so many differ. */
enum { STANDS_STILL = 4, GOES_AGAIN = 8 };
/* Offsets are made up for by this share of each step, which leaves good steps good; faster where steps are not good anyway. */
#define SLEW 0.005
#define SLEW_BAD 0.10
#define SLEW_BAD_NS 3e9 /* and so that little is left after so long */
#define SLEW_MOST 0.5
/* An offset below is noise. */
#define OFFSET_NOISE (2 * CLOCK_MS)
/* A fresh session's line may be too late by what its first packet was under way. */
#define SETTLES (10 * CLOCK_SECOND)
/* All packets of ten seconds are later than this: no network does that. */
#define LATE (4 * CLOCK_SECOND)

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What is looked at of a packet. */
struct packet {
	int64_t stamp_ns, arrival_ns;
	uint64_t bytes;
};

static int64_t sane(int64_t stamp_ns)
{
	return stamp_ns > SANE || stamp_ns < -SANE ? CAM_NO_TS : stamp_ns;
}

static struct packet packet_of(const struct cam_buf *buf)
{
	struct packet p = {sane(buf->dts_ns != CAM_NO_TS ? buf->dts_ns : buf->pts_ns),
		clamp(buf->arrival_ns, -SANE_ARRIVAL, SANE_ARRIVAL), 0};

	for (uint32_t i = 0; i < buf->n_planes; i++)
		p.bytes += buf->plane[i].len;
	return p;
}

/* A step of stamps in our time; of whatever stamps, so that sums with it do not overflow. */
static int64_t scaled(int64_t stamped_ns, double rate)
{
	double ns = (double)stamped_ns * rate;

	if (rate == 1)
		return clamp(stamped_ns, -SANE, SANE);
	return ns > (double)SANE ? SANE : ns < (double)-SANE ? -SANE : (int64_t)ns;
}

/* ---- stamps that say nothing ---- */

/* Whether this stamp is one more that says nothing. */
static bool is_stampless(struct timeline_track *k, bool same, int64_t stamp_ns)
{
	if (!k->stampless) {
		k->repeats += same;
		k->stampless = same && (k->repeats >= STANDS_STILL || stamp_ns == CAM_NO_TS);
		if (!k->stampless)
			return false;
		k->distinct = k->cadence = 0;
		k->lags = false;
	} else {
		k->distinct = same ? 0 : k->distinct + 1;
		if (k->distinct < GOES_AGAIN)
			return true;
		k->stampless = false;
		k->repeats = 0;
		k->stamp_ns = CAM_NO_TS;
	}
	/* A line ends or begins here. */
	k->line_ns = k->out_ns;
	k->rate = 1;
	k->provisional = false;
	arrivals_forget(&k->seen);
	return k->stampless;
}

static int64_t place_stampless(
	struct timeline_track *k, const struct packet *p, int64_t since_ns, enum timeline_repair *repair)
{
	*repair = p->stamp_ns == CAM_NO_TS ? TIMELINE_ABSENT : TIMELINE_REPEATED;
	k->stamp_ns = p->stamp_ns;
	if (cadence_place(k, p->arrival_ns, since_ns))
		*repair = TIMELINE_FOLLOWED;
	return k->out_ns;
}

/* ---- stamps that give the steps ---- */

/* The camera's clock was set: the step is the usual one, or as long as nothing came. */
static int64_t set_step(
	const struct timeline_track *k, const struct packet *p, int64_t unit_ns, int64_t since_ns)
{
	int64_t usual = arrivals_least(&k->seen), gap = p->arrival_ns - (k->out_ns + unit_ns);
	int64_t late = p->arrival_ns - since_ns - k->line_ns - (usual == ARRIVALS_NONE ? 0 : usual);

	return k->out_ns - k->line_ns + (gap < BACK + most(late, 0) ? unit_ns : gap);
}

/* @param step_ns the step as stamped, in our time, over n usual ones of unit_ns */
static bool was_set(
	const struct timeline_track *k, const struct packet *p, int64_t step_ns, int64_t n, int64_t unit_ns)
{
	int64_t early = k->line_ns + step_ns - p->arrival_ns;

	if (step_ns <= 0)
		return step_ns <= -BACK || !rate_since(k->back_at_ns, p->arrival_ns, BACK_AGAIN);
	return step_ns > 4 * unit_ns * n && early > TIMELINE_EARLY_NS && early > 4 * unit_ns;
}

/* Move the line towards the earliest arrivals. @param step_ns what it has just gone @return by how much */
static int64_t make_up(
	struct timeline_track *k, int64_t now_ns, int64_t step_ns, enum timeline_repair *repair)
{
	int64_t usual = arrivals_least(&k->seen), limit;
	double share = SLEW;
	bool bad = rate_is_wrong(k->rate) || k->recovering || (usual < 0 && now_ns - k->session_ns < SETTLES);

	if (usual == ARRIVALS_NONE)
		return 0;
	if (usual > LATE && k->seen.n_seconds >= ARRIVALS_RECENT &&
		arrivals_follow_sizes(&k->seen, 4e6) != ARRIVALS_YES) {
		*repair = TIMELINE_FOLLOWED;
		k->changed_ns = now_ns;
		arrivals_forget_points(&k->seen);
		return usual;
	}
	if (usual <= OFFSET_NOISE && usual >= -OFFSET_NOISE)
		return 0;
	k->recovering = k->recovering && (usual > 10 * OFFSET_NOISE || usual < -10 * OFFSET_NOISE);
	if (bad)
		share = arrivals_min(
			arrivals_max(SLEW_BAD, arrivals_abs((double)usual) / SLEW_BAD_NS), SLEW_MOST);
	limit = (int64_t)(share * (double)most(step_ns, 0));
	return clamp(usual, -limit, limit);
}

/* Points are told apart by 32 bits of microseconds. */
#define POINTS_MOST (60 * CLOCK_SECOND)

static void observe(struct timeline_track *k, const struct packet *p, int64_t since_ns)
{
	if (since_ns > POINTS_MOST)
		arrivals_forget_points(&k->seen);
	if (arrivals_add(&k->seen, k->stamped_ns, k->line_ns, p->arrival_ns, p->bytes + k->bytes, k->rate))
		rate_test_slowly(k, p->arrival_ns);
	k->bytes = 0;
	rate_test_quickly(k, p->arrival_ns);
}

/* The step that a stamp tells, or that takes its place. */
static int64_t step_of(struct timeline_track *k, const struct packet *p, int64_t unit_ns, int64_t since_ns,
	enum timeline_repair *repair)
{
	int64_t step = k->stamp_ns == CAM_NO_TS ? unit_ns : scaled(p->stamp_ns - k->stamp_ns, k->rate);
	int64_t n = k->repeats + 1;

	if (was_set(k, p, step, n, unit_ns)) {
		*repair = TIMELINE_SET;
		step = set_step(k, p, unit_ns, since_ns);
	} else if (step <= 0) {
		*repair = TIMELINE_BACK;
	} else {
		k->step_ns += k->step_ns ? (least(step / n, 2 * k->step_ns) - k->step_ns) / 8 : step / n;
	}
	if (*repair)
		k->back_at_ns = p->arrival_ns;
	return step;
}

/* A stamp that is another one. */
static int64_t place_stamped(struct timeline_track *k, const struct packet *p, int64_t unit_ns,
	int64_t since_ns, enum timeline_repair *repair)
{
	int64_t step = step_of(k, p, unit_ns, since_ns, repair), place = k->line_ns + step, floor, by = 0;
	bool set = *repair == TIMELINE_SET;

	k->repeats = 0;
	k->stamp_ns = p->stamp_ns;
	k->stamped_ns = (int64_t)((uint64_t)k->stamped_ns + (uint64_t)scaled(step, 1 / k->rate));
	k->early = place - p->arrival_ns > TIMELINE_EARLY_NS ? k->early + 1 : 0;
	if (k->early) {
		*repair = set ? TIMELINE_SET : TIMELINE_EARLY;
		by = p->arrival_ns + TIMELINE_EARLY_NS - place;
		arrivals_shift(&k->seen, by);
		place += by;
	}
	if (!set) {
		by = make_up(k, p->arrival_ns, step, repair);
		arrivals_shift(&k->seen, by);
		place += by;
	}
	k->line_ns = place;
	floor = k->out_ns + (k->early ? TIMELINE_LEAST_STEP_NS : most(TIMELINE_LEAST_STEP_NS, unit_ns / 4));
	k->out_ns = place > k->out_ns + unit_ns / 4 ? place : most(floor, place);
	observe(k, p, since_ns);
	return k->out_ns;
}

/* The first packet of a session. */
static int64_t place_first(struct timeline_track *k, const struct packet *p)
{
	k->line_ns = k->rehearsed ? least(k->start_ns, p->arrival_ns) : p->arrival_ns;
	k->out_ns = k->started ? most(k->line_ns, k->out_ns + TIMELINE_LEAST_STEP_NS) : k->line_ns;
	if (!k->rehearsed)
		k->line_ns = k->out_ns;
	k->running = true;
	k->stamp_ns = p->stamp_ns;
	k->arrival_ns = k->session_ns = p->arrival_ns;
	arrivals_add(&k->seen, k->stamped_ns, k->line_ns, p->arrival_ns, p->bytes, k->rate);
	if (k->rehearsed)
		k->seen.open.least_ns = 0; /* what follows will show it */
	return k->out_ns;
}

/* Whether a stamp says nothing new: two pictures are further apart. */
static bool is_same(const struct timeline_track *k, int64_t stamp_ns)
{
	if (stamp_ns == CAM_NO_TS || k->stamp_ns == CAM_NO_TS)
		return stamp_ns == CAM_NO_TS;
	return stamp_ns - k->stamp_ns < SAME && k->stamp_ns - stamp_ns < SAME;
}

static int64_t place(struct timeline_track *k, struct packet *p, enum timeline_repair *repair)
{
	int64_t since, unit;
	bool same;

	if (!k->running)
		return place_first(k, p);
	p->arrival_ns = most(p->arrival_ns, k->arrival_ns);
	since = p->arrival_ns - k->arrival_ns;
	unit = k->step_ns ? k->step_ns : clamp(since, CLOCK_MS, FIRST_STEP_MOST);
	k->arrival_ns = p->arrival_ns;
	same = is_same(k, p->stamp_ns);
	if (is_stampless(k, same, p->stamp_ns))
		return place_stampless(k, p, since, repair);
	if (!same)
		return place_stamped(k, p, unit, since, repair);
	*repair = TIMELINE_REPEATED;
	k->bytes += p->bytes;
	k->out_ns = most(k->out_ns + TIMELINE_LEAST_STEP_NS, k->line_ns + k->repeats * unit);
	return k->out_ns;
}

/* ---- a source that knows ---- */

/* Exact stamps are of no arrival's making: replayed, or made here. They only have to grow. */
static int64_t place_exactly(struct timeline_track *k, const struct packet *p, enum timeline_repair *repair)
{
	/* The one before may have had no stamp. */
	int64_t step = k->running && k->stamp_ns != CAM_NO_TS
			       ? clamp(p->stamp_ns - k->stamp_ns, -SANE, SANE / 64)
			       : 0;

	if (!k->running)
		return place_first(k, p);
	if (step <= 0) {
		*repair = TIMELINE_SET;
		step = most(k->step_ns, TIMELINE_LEAST_STEP_NS);
	} else {
		k->step_ns = step;
	}
	k->stamp_ns = p->stamp_ns;
	k->line_ns = k->out_ns = clamp(k->out_ns + step, -SANE, SANE);
	return k->out_ns;
}

/* ---- the session's start ---- */

/* A camera that sends so much more than a second in a second sends from its memory, or has been held up. */
enum { BURST = 3 };
/* Else a line may begin before its first arrival by this. */
#define BURST_UNSURE (300 * CLOCK_MS)

/* ---- tracks ---- */

/* Sender reports that put the tracks further apart than this are not believed, nor stamps that are. */
#define APART (CLOCK_SECOND / 2)
#define STAMPS_APART (10 * CLOCK_SECOND)
/* A track moves over to the video's line by this part of a step. */
enum { LEAN = 16 };

/*
 * How far a track's line is from where the camera says that it belongs beside the video. The video's line is never moved for
 * that: whatever is said of another track, pictures have their own arrivals.
 */
static int64_t lean_wanted(
	const struct timeline *t, const struct timeline_track *k, const struct cam_buf *buf)
{
	const struct timeline_track *v = &t->track[0];
	int64_t apart;

	if (!(buf->flags & CAM_SYNCED) || k == v || rate_is_wrong(k->rate / v->rate) || !v->running ||
		v->stampless || k->stampless || v->stamp_ns == CAM_NO_TS || k->stamp_ns == CAM_NO_TS)
		return 0;
	apart = k->stamp_ns - v->stamp_ns;
	if (apart > STAMPS_APART || apart < -STAMPS_APART)
		return 0;
	apart = v->line_ns + scaled(apart, v->rate) - k->line_ns;
	return apart > APART || apart < -APART ? 0 : apart;
}

/* ---- */

/* @return the track, ready */
static struct timeline_track *track_of(struct timeline *t, uint32_t number)
{
	struct timeline_track *k = &t->track[number];

#ifdef CAM_ASSERTS
	assert(number < CAM_MAX_TRACKS);
#endif
	if (k->rate > 0)
		return k;
	k->rate = k->prior = k->told = 1;
	k->stamp_ns = k->changed_ns = k->full_ns = k->back_at_ns = CAM_NO_TS;
	return k;
}

void timeline_restart(struct timeline *t)
{
	for (uint32_t i = 0; i < CAM_MAX_TRACKS; i++) {
		struct timeline_track *k = track_of(t, i);

		k->broken_off = k->started;
		k->running = k->rehearsed = k->stampless = false;
		k->stamp_ns = CAM_NO_TS;
		k->repeats = k->early = 0;
		k->bytes = 0;
		arrivals_forget(&k->seen);
	}
}

/* Whether this stamp carries on from the one before, so that both have one line. */
static bool carries_on(int64_t before_ns, int64_t stamp_ns)
{
	return stamp_ns != CAM_NO_TS && stamp_ns >= before_ns && stamp_ns - before_ns < STAMPS_APART;
}

/*
 * The line of the packets that carry on from the first begins so early that none of them is early. A fast clock looks like
 * a link that catches up: only what no camera's clock does is believed to the full.
 */
static void rehearse(struct timeline_track *k, uint32_t track, struct cam_buf *const *bufs, size_t n)
{
	int64_t first = CAM_NO_TS, last = CAM_NO_TS, from = 0, span = 0, lead = 0;

	for (size_t i = 0; i < n; i++) {
		struct packet p = packet_of(bufs[i]);

		if (bufs[i]->track != track)
			continue;
		if (!carries_on(first == CAM_NO_TS ? p.stamp_ns : last, p.stamp_ns))
			break;
		if (first == CAM_NO_TS) {
			first = p.stamp_ns;
			from = p.arrival_ns;
		}
		last = p.stamp_ns;
		span = most(p.arrival_ns - from, 0);
		lead = most(lead, scaled(last - first, k->rate) - span);
	}
	if (first == CAM_NO_TS)
		return;
	if (span + lead < BURST * span)
		lead = least(lead, BURST_UNSURE);
	k->start_ns = from - lead;
	k->rehearsed = true;
}

void timeline_rehearse(struct timeline *t, struct cam_buf *const *bufs, size_t n)
{
	for (uint32_t i = 0; i < CAM_MAX_TRACKS; i++)
		rehearse(track_of(t, i), i, bufs, n);
}

static int64_t lead_of(const struct cam_buf *buf, double rate)
{
	int64_t lead;

	if (sane(buf->dts_ns) == CAM_NO_TS || sane(buf->pts_ns) == CAM_NO_TS)
		return 0;
	lead = buf->pts_ns - buf->dts_ns;
	return lead > 0 && lead < LEAD_MAX ? scaled(lead, rate) : 0;
}

unsigned timeline_stamp(struct timeline *t, struct cam_buf *buf)
{
	struct timeline_track *k = track_of(t, buf->track);
	struct packet p = packet_of(buf);
	bool exact = buf->flags & CAM_EXACT && p.stamp_ns != CAM_NO_TS;
	double told = k->told;
	int64_t out, step;

	t->repair = TIMELINE_KEPT;
	out = exact ? place_exactly(k, &p, &t->repair) : place(k, &p, &t->repair);
	t->news += k->told != told;
	step = k->step_ns / LEAN;
	k->lean_ns += clamp(lean_wanted(t, k, buf) - k->lean_ns, -step, step);
	out += k->lean_ns;
	if (k->started)
		out = most(out, k->last_out_ns + TIMELINE_LEAST_STEP_NS);
	buf->pts_ns = out + lead_of(buf, exact ? 1 : k->rate);
	buf->dts_ns = k->last_out_ns = out;
	buf->flags &= ~(uint32_t)(CAM_EXACT | CAM_SYNCED);
	if (k->broken_off)
		buf->flags |= CAM_DISCONTINUITY;
	k->broken_off = false;
	k->started = true;
	buf->seq = k->seq++;
	if (wall_is_due(&t->wall, p.arrival_ns))
		t->news += wall_follow(&t->wall, clock_mono_ns(), clock_wall_ns());
	buf->wall_ns = p.arrival_ns + t->wall.offset_ns;
	return t->repair != TIMELINE_KEPT;
}

double timeline_clock_rate(const struct timeline_track *k)
{
	return k->told > 0 ? 1 / k->told : 1;
}
