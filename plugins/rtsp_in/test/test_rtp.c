/* SPDX-License-Identifier: MIT */
/* RTP's headers, order and reports, its clock, and decoding times. */
#include "plugins/rtsp_in/packets/order.h"
#include "plugins/rtsp_in/packets/rtp_clock.h"
#include "tests/check.h"

#include <cam/plugin.h>
#include <errno.h>

enum { TAKEN_MAX = 256, TYPE = 96 };

/* What has come, in order: '!' stands before each that follows a loss. */
struct taken {
	uint16_t seq[TAKEN_MAX];
	bool lost[TAKEN_MAX];
	unsigned n, fail_at;
};

static int take(void *arg, const struct rtp_packet *p, bool lost)
{
	struct taken *t = arg;

	CHECK(t->n < TAKEN_MAX);
	CHECK(p->len == 2 && p->data[0] == p->seq >> 8 && p->data[1] == (p->seq & 0xff));
	t->seq[t->n] = p->seq;
	t->lost[t->n++] = lost;
	return t->fail_at && t->n == t->fail_at ? -EIO : 0;
}

static int push_from(struct rtp *r, struct taken *t, uint16_t seq, uint32_t ssrc, uint8_t type, int64_t at)
{
	uint8_t data[2] = {(uint8_t)(seq >> 8), (uint8_t)seq};
	struct rtp_packet p = {.payload_type = type,
		.seq = seq,
		.ssrc = ssrc,
		.time = (uint32_t)(at / 1000 * 90 / 1000),
		.data = data,
		.len = 2,
		.arrival_ns = at};

	return rtp_push(r, &p, take, t);
}

static int push(struct rtp *r, struct taken *t, uint16_t seq)
{
	return push_from(r, t, seq, 1, TYPE, 0);
}

TEST(headers_are_read_and_never_past_the_end)
{
	uint8_t data[64] = {0xb2, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	struct rtp_packet p;

	/* Two sources, an extension of one word, three bytes of payload, two of padding. */
	data[20 + 3] = 1;
	data[28] = 'a';
	data[32] = 2;
	CHECK_INT(rtp_parse(data, 33, &p), 0);
	CHECK(p.marker && p.payload_type == 96 && p.seq == 0x102 && p.time == 0x3040506 &&
		p.ssrc == 0x708090a);
	CHECK(p.data == data + 28 && p.len == 3 && *p.data == 'a');
	data[32] = 5;
	CHECK_INT(rtp_parse(data, 33, &p), 0);
	CHECK_INT(p.len, 0);
	data[32] = 6;
	CHECK_INT(rtp_parse(data, 33, &p), -EPROTO);
	data[32] = 0;
	CHECK_INT(rtp_parse(data, 33, &p), -EPROTO);
	data[23] = 20;
	data[32] = 1;
	CHECK_INT(rtp_parse(data, 33, &p), -EPROTO);
	data[0] = 0x80;
	CHECK_INT(rtp_parse(data, 11, &p), -EPROTO);
	CHECK_INT(rtp_parse(data, 12, &p), 0);
	CHECK_INT(p.len, 0);
	data[0] = 0x40;
	CHECK_INT(rtp_parse(data, 33, &p), -EPROTO);
	for (unsigned first = 0; first < 256; first++)
		for (size_t len = 0; len < 40; len++) {
			uint8_t *fit = malloc(len + 1);

			memset(fit, 0x11, len + 1);
			fit[0] = (uint8_t)first;
			if (!rtp_parse(fit, len, &p))
				CHECK(p.data >= fit && p.len <= len && p.data + p.len <= fit + len);
			free(fit);
		}
}

TEST(packets_inside_tcp_are_taken_as_they_come)
{
	struct taken t = {.n = 0};
	struct rtp r;

	rtp_init(&r, TYPE, 90000, false);
	CHECK_INT(push(&r, &t, 65534), 0);
	CHECK_INT(push(&r, &t, 65535), 0);
	CHECK_INT(push(&r, &t, 0), 0);
	CHECK(t.n == 3 && !t.lost[0] && !t.lost[1] && !t.lost[2]);
	push(&r, &t, 3); /* 1 and 2 are missing */
	CHECK(t.n == 4 && t.lost[3] && r.lost == 2);
	push(&r, &t, 3);
	push(&r, &t, 2);
	CHECK(t.n == 4 && r.late == 2);
	push_from(&r, &t, 4, 1, 13, 0); /* comfort noise */
	push(&r, &t, 5);
	CHECK(t.n == 5 && !t.lost[4] && r.lost == 2);
	push_from(&r, &t, 77, 2, 13, 0); /* another sender of something else */
	push(&r, &t, 6);
	CHECK(t.n == 6 && !t.lost[5]);
	push_from(&r, &t, 900, 2, TYPE, 0); /* another sender */
	CHECK(t.n == 7 && t.lost[6] && r.lost == 2);
	push_from(&r, &t, 901, 2, TYPE, 0);
	CHECK(t.n == 8 && !t.lost[7]);
	push_from(&r, &t, 901 + RTP_JUMP, 2, TYPE, 0);
	CHECK(t.n == 9 && t.lost[8] && r.lost == 1 + RTP_JUMP);
	push_from(&r, &t, 40000, 2, TYPE, 0); /* a new start */
	CHECK(t.n == 10 && t.lost[9] && r.lost == 1 + RTP_JUMP);
	rtp_free(&r);
}

TEST(a_sender_that_begins_anew_a_little_earlier_is_taken_again)
{
	struct taken t = {.n = 0};
	struct rtp r;

	rtp_init(&r, TYPE, 90000, false);
	push(&r, &t, 1000);
	for (uint16_t i = 0; i < 100; i++)
		push(&r, &t, (uint16_t)(500 + i));
	CHECK_INT(t.n, 1 + 100 - RTP_WAIT_MAX);
	CHECK(t.lost[1] && !t.lost[2]);
	CHECK_INT(t.seq[t.n - 1], 599);
	rtp_free(&r);
}

/* All 5,040 orders of seven packets, one of which comes twice. */
static void check_order(const uint16_t order[7])
{
	struct taken t = {.n = 0};
	struct rtp r;

	rtp_init(&r, TYPE, 90000, true);
	push(&r, &t, 65532);
	for (int i = 0; i < 7; i++)
		push(&r, &t, (uint16_t)(65533 + order[i]));
	push(&r, &t, (uint16_t)(65533 + order[3]));
	CHECK_INT(t.n, 8);
	for (unsigned i = 0; i < 8; i++)
		CHECK(t.seq[i] == (uint16_t)(65532 + i) && !t.lost[i]);
	CHECK(!r.lost && r.late == 1 && rtp_expires_ns(&r) == INT64_MAX);
	rtp_free(&r);
}

static void permute(uint16_t *order, int n)
{
	if (n == 1)
		check_order(order);
	for (int i = 0; n > 1 && i < n; i++) {
		uint16_t other;

		permute(order, n - 1);
		other = order[n % 2 ? 0 : i];
		order[n % 2 ? 0 : i] = order[n - 1];
		order[n - 1] = other;
	}
}

TEST(packets_over_udp_are_put_into_order)
{
	uint16_t order[7] = {0, 1, 2, 3, 4, 5, 6};

	permute(order, 7);
}

TEST(what_is_missing_over_udp_is_waited_for_only_so_long)
{
	struct taken t = {.n = 0};
	struct rtp r;

	rtp_init(&r, TYPE, 90000, true);
	push_from(&r, &t, 10, 1, TYPE, 1000);
	push_from(&r, &t, 12, 1, TYPE, 2000);
	push_from(&r, &t, 15, 1, TYPE, 3000);
	push_from(&r, &t, 12, 1, TYPE, 4000);
	CHECK(t.n == 1 && r.late == 1);
	CHECK_INT(rtp_expires_ns(&r), 2000 + RTP_WAIT_NS);
	CHECK_INT(rtp_expire(&r, 1999 + RTP_WAIT_NS, take, &t), 0);
	CHECK_INT(t.n, 1);
	CHECK_INT(rtp_expire(&r, 2000 + RTP_WAIT_NS, take, &t), 0);
	CHECK(t.n == 2 && t.lost[1] && r.lost == 1);
	CHECK_INT(rtp_expires_ns(&r), 3000 + RTP_WAIT_NS);
	push_from(&r, &t, 11, 1, TYPE, 5000);
	CHECK(t.n == 2 && r.late == 2);
	rtp_expire(&r, 3000 + RTP_WAIT_NS, take, &t);
	CHECK(t.n == 3 && t.lost[2] && r.lost == 3);
	/* 17 to 16 + RTP_WAIT_MAX wait for 16. */
	for (uint16_t i = 0; i < RTP_WAIT_MAX; i++) {
		CHECK_INT(t.n, 3);
		push_from(&r, &t, (uint16_t)(17 + i), 1, TYPE, 6000);
	}
	CHECK(t.n == 3 + RTP_WAIT_MAX && t.lost[3] && !t.lost[4] && r.lost == 4 && !r.n_waiting);
	/* A new start hands on what waits; an error stops, and nothing leaks. */
	push_from(&r, &t, 100, 1, TYPE, 7000);
	push_from(&r, &t, 102, 1, TYPE, 7000);
	t.fail_at = t.n + 1;
	CHECK_INT(push_from(&r, &t, 9, 2, TYPE, 7000), -EIO);
	rtp_free(&r);
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

TEST(receiver_reports_tell_loss_and_jitter)
{
	uint8_t report[64];
	struct taken t = {.n = 0};
	struct rtcp rtcp;
	struct rtp r;

	rtp_init(&r, TYPE, 90000, false);
	CHECK_INT(rtcp_report(&r, 7, 0, report), 28);
	CHECK_INT(rtcp_parse(&r, report, 28, 0, &rtcp), 0);
	CHECK(!rtcp.has_report && !rtcp.bye && report[0] == 0x80);
	for (uint16_t i = 0; i < 100; i++)
		if (i % 4)
			push_from(&r, &t, (uint16_t)(65500 + i), 0xabcd, TYPE, INT64_C(20000000) * i);
	r.sr_middle = 0x11223344;
	r.sr_at_ns = 0;
	CHECK_INT(rtcp_report(&r, 7, INT64_C(2500000000), report), 52);
	CHECK(report[0] == 0x81 && report[1] == 201 && be32(report + 8) == 0xabcd);
	CHECK_INT(report[12], 24 * 256 / 99);
	CHECK_INT(be32(report + 12) & 0xffffff, 24);
	CHECK_INT(be32(report + 16), 65536 + 63);
	CHECK_INT(be32(report + 20), 0); /* as evenly as they were sent */
	CHECK_INT(be32(report + 24), 0x11223344);
	CHECK_INT(be32(report + 28), 5 << 15);
	CHECK(report[33] == 202 && report[40] == 1 && report[41] == 8 && !memcmp(report + 42, "00000007", 8));
	CHECK_INT(rtcp_parse(&r, report, 52, 0, &rtcp), 0);
	rtcp_report(&r, 7, 0, report);
	CHECK_INT(report[12], 0); /* nothing since the last one */
	for (size_t len = 1; len < 52; len++)
		CHECK_INT(rtcp_parse(&r, report, len, 0, &rtcp), len == 32 ? 0 : -EPROTO);
	rtp_free(&r);
}

TEST(jitter_is_that_of_rfc_3550)
{
	struct taken t = {.n = 0};
	uint8_t report[64];
	struct rtp r;

	rtp_init(&r, TYPE, 90000, false);
	for (uint16_t i = 0; i < 200; i++) {
		uint8_t data[2] = {(uint8_t)(i >> 8), (uint8_t)i};
		struct rtp_packet p = {.payload_type = TYPE,
			.seq = i,
			.time = 0xffff0000u + i * 3600u,
			.data = data,
			.len = 2,
			.arrival_ns = INT64_C(40000000) * i + (i % 2 ? 10000000 : 0)};

		CHECK_INT(rtp_push(&r, &p, take, &t), 0);
	}
	rtcp_report(&r, 1, 0, report);
	CHECK(be32(report + 20) >= 895 && be32(report + 20) <= 900); /* 10 ms each time */
	rtp_free(&r);
}

TEST(sender_reports_are_read)
{
	static const uint8_t sr[] = {0x80, 200, 0, 6, 0, 0, 0, 1, 0, 0, 0, 10, 0x80, 0, 0, 0, 0, 1, 0, 0, 0,
		0, 0, 9, 0, 0, 0, 9, 0x81, 203, 0, 1, 0, 0, 0, 1};
	uint8_t other[sizeof(sr)];
	struct rtcp rtcp;
	struct rtp r;

	rtp_init(&r, TYPE, 90000, false);
	CHECK_INT(rtcp_parse(&r, sr, sizeof(sr), 5, &rtcp), 0);
	CHECK(rtcp.has_report && rtcp.bye && rtcp.rtp_time == 0x10000);
	CHECK_INT(rtcp.ntp_ns, INT64_C(10500000000));
	CHECK(r.sr_middle == 0xa8000 && r.sr_at_ns == 5);
	memcpy(other, sr, sizeof(sr));
	other[11] = 0; /* a sender without a clock */
	CHECK_INT(rtcp_parse(&r, other, sizeof(sr), 5, &rtcp), 0);
	CHECK(!rtcp.has_report);
	other[3] = 5;
	CHECK_INT(rtcp_parse(&r, other, sizeof(sr), 5, &rtcp), -EPROTO);
}

TEST(clocks_wrap_both_ways)
{
	struct rtp_clock c = {.clock = 90000};
	uint32_t time = 0xffffff00;

	rtp_clock_start(&c, time, 0, NULL, 0, NULL, NULL);
	CHECK_INT(rtp_clock_ns(&c, time), 0);
	CHECK_INT(rtp_clock_ns(&c, time + 90000), CAM_SECOND);
	CHECK_INT(rtp_clock_ns(&c, time + 45000), CAM_SECOND / 2);
	CHECK_INT(rtp_clock_ns(&c, time - 90000), -CAM_SECOND);
	for (int i = 1; i < 1000; i++) /* eleven days */
		CHECK_INT(rtp_clock_ns(&c, time + (uint32_t)i * 90000000u), i * 1000 * CAM_SECOND);
	for (uint32_t i = 0; i < 100000; i++)
		rtp_clock_ns(&c, i * 0x7fffffffu); /* whatever a camera sends */
	c.clock = 1;
	for (uint32_t i = 0; i < 100000; i++)
		rtp_clock_ns(&c, i * 0x7fffffffu);
}

TEST(tracks_are_put_on_one_scale)
{
	struct rtp_clock video = {.clock = 90000}, audio = {.clock = 8000};
	struct rtcp report = {.has_report = true, .rtp_time = 5000, .ntp_ns = 100 * CAM_SECOND};
	uint32_t video_zero = 1000, audio_zero = 77777;

	rtp_clock_start(&audio, 8000, 90, &video, 0, NULL, NULL);
	CHECK(!audio.started); /* the video's first packet is 0 */
	rtp_clock_start(&video, 1000 + 9000, 1000, NULL, 0, NULL, NULL);
	/* Sound that came 0.5 s before the picture. */
	rtp_clock_start(&audio, 8000, 1000 - CAM_SECOND / 2, &video, 1000, NULL, NULL);
	CHECK_INT(rtp_clock_ns(&audio, 8000), -CAM_SECOND / 2);
	/* By RTP-Info: the picture is 0.1 s after the moment, the sound 0.2 s before it. */
	rtp_clock_start(&audio, audio_zero - 1600, 1000, &video, 1000, &audio_zero, &video_zero);
	CHECK_INT(rtp_clock_ns(&audio, audio_zero - 1600), -CAM_SECOND * 3 / 10);
	audio_zero += 8000 * 60; /* nonsense */
	rtp_clock_start(&audio, 8000, 2000, &video, 1000, &audio_zero, &video_zero);
	CHECK_INT(rtp_clock_ns(&audio, 8000), 1000);
	/* By reports: video 10000 is 100 s, audio 8000 is 100.25 s. */
	report.rtp_time = 8000;
	report.ntp_ns = 100 * CAM_SECOND + CAM_SECOND / 4;
	rtp_clock_report(&audio, &report, &video);
	CHECK(!audio.synced && audio.has_report);
	report.rtp_time = 10000;
	report.ntp_ns = 100 * CAM_SECOND;
	rtp_clock_report(&video, &report, NULL);
	rtp_clock_report(&audio, NULL, &video);
	CHECK(audio.synced);
	CHECK_INT(rtp_clock_ns(&audio, 8000), CAM_SECOND / 4);
	CHECK_INT(rtp_clock_ns(&video, 10000 + 90000), CAM_SECOND);
}

TEST(reports_move_the_sound_slowly_and_mistakes_not_at_all)
{
	struct rtp_clock video = {.clock = 90000}, audio = {.clock = 8000};
	struct rtcp report = {.has_report = true};

	rtp_clock_start(&video, 0, 0, NULL, 0, NULL, NULL);
	rtp_clock_start(&audio, 0, 0, &video, 0, NULL, NULL);
	report.ntp_ns = 100 * CAM_SECOND;
	rtp_clock_report(&video, &report, NULL);
	report.ntp_ns += 11 * CAM_SECOND;
	rtp_clock_report(&audio, &report, &video);
	CHECK(!audio.synced); /* so far apart they cannot be */
	report.ntp_ns = 100 * CAM_SECOND;
	rtp_clock_report(&audio, &report, &video);
	CHECK(audio.synced);
	CHECK_INT(audio.offset_ns, 0);
	report.ntp_ns = 100 * CAM_SECOND + 20000000;
	rtp_clock_report(&audio, &report, &video);
	CHECK_INT(audio.offset_ns, 1000000);
	report.ntp_ns = 100 * CAM_SECOND + 300000;
	rtp_clock_report(&audio, &report, &video);
	CHECK_INT(audio.offset_ns, 300000);
	report.ntp_ns = 105 * CAM_SECOND;
	rtp_clock_report(&audio, &report, &video);
	CHECK_INT(audio.offset_ns, 300000);
	report.ntp_ns = 103 * CAM_SECOND;
	rtp_clock_report(&audio, &report, &video);
	CHECK_INT(audio.offset_ns, 300000);
	CHECK(!audio.told); /* twice in a row it said something else */
	rtp_clock_report(&audio, &report, &video);
	CHECK_INT(audio.offset_ns, 3 * CAM_SECOND);
	CHECK(audio.told);
	report.has_report = false;
	rtp_clock_report(&audio, &report, &video);
	CHECK_INT(audio.offset_ns, 3 * CAM_SECOND);
}

/* The video counts 25 frames a second and sends 20.8: what reports say of the tracks is another thing each time. */
TEST(reports_of_clocks_that_do_not_go_together_tell_nothing)
{
	struct rtp_clock video = {.clock = 90000}, audio = {.clock = 8000};
	struct rtcp report = {.has_report = true};

	rtp_clock_start(&video, 0, 0, NULL, 0, NULL, NULL);
	rtp_clock_start(&audio, 0, 0, &video, 0, NULL, NULL);
	CHECK(!audio.told);
	for (uint32_t i = 0; i < 10; i++) {
		report.ntp_ns = (100 + 5 * (int64_t)i) * CAM_SECOND;
		report.rtp_time = i * 5 * 90000 * 5 / 6;
		rtp_clock_report(&video, &report, NULL);
		report.rtp_time = i * 5 * 8000;
		rtp_clock_report(&audio, &report, &video);
		CHECK(audio.told == (i < 2));
	}
}

TEST(an_answer_to_play_tells_how_clocks_go_together)
{
	struct rtp_clock video = {.clock = 90000}, audio = {.clock = 8000};
	uint32_t video_zero = 0, audio_zero = 800;

	rtp_clock_start(&video, 0, 0, NULL, 0, NULL, NULL);
	rtp_clock_start(&audio, 0, 0, &video, 0, &audio_zero, &video_zero);
	CHECK(audio.told);
	audio_zero += 8000 * 60; /* nonsense */
	rtp_clock_start(&audio, 0, 0, &video, 0, &audio_zero, &video_zero);
	CHECK(!audio.told);
}

/* I P B B B in decoding order, as x264 sends them. */
TEST(dts_rise_and_stay_below_pts_with_b_frames)
{
	static const int shown[] = {0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11};
	struct order order = {.depth = 2};
	int64_t last = INT64_MIN;

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		int64_t pts = shown[i] * (CAM_SECOND / 25), dts = order_dts(&order, pts);

		CHECK(dts > last && dts <= pts);
		CHECK_INT(dts, ((int64_t)i - 2) * (CAM_SECOND / 25));
		last = dts;
	}
}

TEST(dts_learn_b_frames_that_nothing_told_of_and_survive_any_clock)
{
	static const int shown[] = {0, 2, 1, 4, 3, 6, 5, 8, 7};
	struct order order = {0};
	uint64_t random = 1;
	int64_t last = INT64_MIN;

	for (size_t i = 0; i < 9; i++) {
		int64_t pts = shown[i] * (CAM_SECOND / 25), dts = order_dts(&order, pts);

		CHECK(dts <= pts);
		CHECK(i < 4 || dts > last);
		last = dts;
	}
	CHECK_INT(order_dts(&order, CAM_NO_TS), CAM_NO_TS);
	for (int i = 0; i < 10000; i++) {
		int64_t pts;

		random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		/* rtp_clock_ns() gives no more than this. */
		pts = (int64_t)(random >> (i % 3 * 20)) / 4;
		CHECK(order_dts(&order, pts) <= pts);
		CHECK(order.depth <= ORDER_DEPTH_MAX && order.n <= order.depth);
	}
}

TEST(dts_stay_below_pts_of_a_start_that_is_shown_before_its_keyframe)
{
	struct order order = {.depth = 2};

	CHECK(order_dts(&order, 0) < 0);
	CHECK(order_dts(&order, -CAM_SECOND / 2) <= -CAM_SECOND / 2);
	CHECK(order_dts(&order, CAM_SECOND) <= CAM_SECOND);
}

RUN_TESTS(T(headers_are_read_and_never_past_the_end), T(packets_inside_tcp_are_taken_as_they_come),
	T(a_sender_that_begins_anew_a_little_earlier_is_taken_again), T(packets_over_udp_are_put_into_order),
	T(what_is_missing_over_udp_is_waited_for_only_so_long), T(receiver_reports_tell_loss_and_jitter),
	T(jitter_is_that_of_rfc_3550), T(sender_reports_are_read), T(clocks_wrap_both_ways),
	T(tracks_are_put_on_one_scale), T(reports_move_the_sound_slowly_and_mistakes_not_at_all),
	T(reports_of_clocks_that_do_not_go_together_tell_nothing),
	T(an_answer_to_play_tells_how_clocks_go_together), T(dts_rise_and_stay_below_pts_with_b_frames),
	T(dts_learn_b_frames_that_nothing_told_of_and_survive_any_clock),
	T(dts_stay_below_pts_of_a_start_that_is_shown_before_its_keyframe))
