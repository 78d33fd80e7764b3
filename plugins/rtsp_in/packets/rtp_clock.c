/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/packets/rtp_clock.h"

#include <stdlib.h>

/* No session is longer: 31 years, so that what a hostile camera counts can be added to NTP times. */
#define SECONDS_MAX INT64_C(1000000000)
#define SECOND INT64_C(1000000000)
/* Clocks drift by less; what is more is a step, or a mistake. A report comes every few seconds. */
#define DRIFT_NS INT64_C(1000000)
#define STEP_NS INT64_C(100000000)

static int64_t ticks_to_ns(const struct rtp_clock *c, int64_t ticks)
{
	int64_t seconds = ticks / c->clock;

	if (seconds >= SECONDS_MAX || seconds <= -SECONDS_MAX)
		return (seconds < 0 ? -SECONDS_MAX : SECONDS_MAX) * SECOND;
	return seconds * SECOND + ticks % c->clock * SECOND / c->clock;
}

/* Times less than half a turn before the last one are in the past, the others in the future. */
static int64_t unwrap(const struct rtp_clock *c, uint32_t rtp_time)
{
	int64_t ticks;

	return __builtin_add_overflow(c->ticks, (int32_t)(rtp_time - c->last), &ticks) ? c->ticks : ticks;
}

int64_t rtp_clock_ns(struct rtp_clock *c, uint32_t rtp_time)
{
	if (!c->started)
		c->last = rtp_time;
	c->ticks = unwrap(c, rtp_time);
	c->last = rtp_time;
	return ticks_to_ns(c, c->ticks) + c->offset_ns;
}

static bool is_apart(int64_t a, int64_t b, int64_t ns)
{
	return a - b > ns || b - a > ns;
}

void rtp_clock_start(struct rtp_clock *c, uint32_t rtp_time, int64_t arrival_ns, const struct rtp_clock *main,
	int64_t main_arrival_ns, const uint32_t *rtptime, const uint32_t *main_rtptime)
{
	int64_t told;

	if (main && !main->started)
		return;
	*c = (struct rtp_clock){.clock = c->clock, .started = true, .last = rtp_time};
	if (!main)
		return;
	c->offset_ns = arrival_ns - main_arrival_ns;
	if (!rtptime || !main_rtptime)
		return;
	told = ticks_to_ns(main, unwrap(main, *main_rtptime)) - ticks_to_ns(c, unwrap(c, *rtptime));
	if (!is_apart(told, c->offset_ns, RTP_CLOCK_APART_NS))
		c->offset_ns = told;
	c->told = c->offset_ns == told;
}

/*
 * The offset that both reports tell: small changes are drift, larger ones must be told twice. Reports that contradict each
 * other twice in a row tell nothing: they lie, or one of the clocks does not run as fast as it says.
 */
static void follow(struct rtp_clock *c, int64_t told)
{
	int64_t change = told - c->offset_ns;
	bool doubted = c->doubted, confirmed = doubted && !is_apart(told, c->doubt_ns, STEP_NS);

	c->doubted = false;
	if (!c->synced || confirmed) {
		c->offset_ns = told;
		c->synced = c->told = true;
	} else if (llabs(change) > STEP_NS) {
		c->doubted = true;
		c->doubt_ns = told;
		c->told = c->told && !doubted;
	} else {
		c->offset_ns += change < -DRIFT_NS ? -DRIFT_NS : change > DRIFT_NS ? DRIFT_NS : change;
		c->told = true;
	}
}

void rtp_clock_report(struct rtp_clock *c, const struct rtcp *report, const struct rtp_clock *main)
{
	int64_t told;

	if (!c->started || (report && !report->has_report))
		return;
	if (report) {
		c->has_report = true;
		c->report_ns = ticks_to_ns(c, unwrap(c, report->rtp_time));
		c->report_ntp_ns = report->ntp_ns;
	}
	if (!main || !main->has_report || !c->has_report || (!report && c->synced))
		return;
	told = main->report_ns + (c->report_ntp_ns - main->report_ntp_ns) - c->report_ns;
	if (!is_apart(told, c->offset_ns, RTP_CLOCK_APART_NS))
		follow(c, told);
}
