/* SPDX-License-Identifier: MIT */
/*
 * RTP and RTCP of two tracks: order, loss, reports, clocks, decoding time stamps. Input: a byte for the transports, then
 * packets, each a byte that tells its kind and track, its length, and its bytes.
 */
#include "plugins/rtsp_in/packets/order.h"
#include "plugins/rtsp_in/packets/rtp_clock.h"
#include "tests/fuzz/fuzz.h"

#include <cam/plugin.h>

enum { TRACKS = 2 };

struct stream {
	struct rtp rtp;
	struct rtp_clock clock;
	struct order order;
	struct stream *main; /* NULL: this is it */
	int64_t first_ns;
	unsigned taken;
};

static int take(void *arg, const struct rtp_packet *p, bool lost)
{
	struct stream *s = arg;
	uint8_t sum = (uint8_t)lost;
	int64_t pts, dts;

	for (size_t i = 0; i < p->len; i++)
		sum ^= p->data[i];
	if (!s->clock.started) {
		s->first_ns = p->arrival_ns;
		rtp_clock_start(&s->clock, p->time, p->arrival_ns, s->main ? &s->main->clock : NULL,
			s->main ? s->main->first_ns : 0, sum & 1 ? &p->time : NULL,
			sum & 1 ? &p->ssrc : NULL);
	}
	pts = rtp_clock_ns(&s->clock, p->time);
	dts = order_dts(&s->order, sum == 0xff ? CAM_NO_TS : pts);
	HOLDS(sum == 0xff ? dts == CAM_NO_TS : dts <= pts);
	HOLDS(s->order.depth >= 0 && s->order.depth <= ORDER_DEPTH_MAX && s->order.n <= ORDER_DEPTH_MAX);
	s->taken++;
	return 0;
}

static void report(struct stream *s, int64_t now)
{
	uint8_t own[64];
	size_t len = rtcp_report(&s->rtp, 42, now, own);
	struct rtp other = {0};
	struct rtcp is;

	HOLDS(len <= sizeof(own) && !rtcp_parse(&other, own, len, now, &is));
}

static void packet(struct stream *s, const uint8_t *data, size_t len, int64_t now)
{
	struct rtp_packet p;

	if (rtp_parse(data, len, &p))
		return;
	HOLDS(p.data >= data && p.data + p.len <= data + len);
	p.arrival_ns = now;
	HOLDS(!rtp_push(&s->rtp, &p, take, s));
	HOLDS(s->rtp.n_waiting < RTP_WAIT_MAX);
}

static void control(struct stream *s, const uint8_t *data, size_t len, int64_t now)
{
	struct rtcp is;

	if (rtcp_parse(&s->rtp, data, len, now, &is))
		return;
	rtp_clock_report(&s->clock, &is, s->main ? &s->main->clock : NULL);
	if (s->main)
		rtp_clock_report(&s->main->clock, NULL, &s->main->clock);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct stream s[TRACKS] = {{.main = NULL}, {.main = &s[0]}};
	struct fuzz f = {data, len};
	uint8_t how = fuzz_byte(&f);
	int64_t now = CAM_SECOND;

	for (unsigned i = 0; i < TRACKS; i++) {
		rtp_init(&s[i].rtp, 96, i ? 48000 : 90000, how >> i & 1);
		s[i].clock.clock = i ? 48000 : 90000;
		s[i].order.depth = i ? 0 : how >> 4;
	}
	while (f.len) {
		uint8_t kind = fuzz_byte(&f);
		struct stream *to = &s[kind & 1];
		uint8_t *copy = fuzz_take(&f, fuzz_byte(&f), &len);

		now += (int64_t)(kind >> 3) * CAM_SECOND / 200;
		if (kind & 2)
			control(to, copy, len, now);
		else
			packet(to, copy, len, now);
		if (kind & 4)
			report(to, now);
		HOLDS(!rtp_expire(&to->rtp, now, take, to) && rtp_expires_ns(&to->rtp) > now);
		free(copy);
	}
	for (unsigned i = 0; i < TRACKS; i++)
		rtp_free(&s[i].rtp);
	return 0;
}
