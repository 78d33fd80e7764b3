/* SPDX-License-Identifier: MIT */
/* What comes once a camera plays, packet by packet, at times that the test sets: no socket, no loop. */
#include "lib/bytes.h"
#include "plugins/rtsp_in/receiver.h"
#include "plugins/rtsp_in/test/packetise.h"
#include "plugins/rtsp_in/test/test_rig.h"
#include "tests/check.h"

#include <errno.h>

#define START (100 * CAM_SECOND)
#define FRAME (40 * MS)

/* ---- a node that only has its host ---- */

static struct cam_node *node;
static const struct cam_host *host;

static int keep_host(struct cam_node *n, const struct cam_host *h, const void *c, void **ret_self)
{
	node = n;
	host = h;
	*ret_self = (void *)(uintptr_t)c;
	return 0;
}

static void forget(void *self)
{
	(void)self;
}

static struct cam_plugin only_a_host;

/* ---- the receiver, and packets for it ---- */

static struct client client;
static struct receiver r;
static struct packets packets;
static int64_t now;

#define H264_LINES "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
#define PCMU_LINES "m=audio 0 RTP/AVP 0\r\n"

static const struct fault *open_with(const char *sdp, bool udp)
{
	char text[1024];

	snprintf(text, sizeof(text), "v=0\r\n%s", sdp);
	usual();
	only_a_host = cam_plugin_1;
	only_a_host.check = NULL;
	only_a_host.create = keep_host;
	only_a_host.destroy = forget;
	CHECK_INT(fake_create(&fake, &only_a_host, &config), 0);
	memset(&client, 0, sizeof(client));
	memset(&r, 0, sizeof(r));
	CHECK_INT(sdp_read(text, strlen(text), &client.sdp), 0);
	client.track[CLIENT_VIDEO] =
		(struct client_track){.used = true, .udp = udp, .channel = 0, .rtcp_channel = 1};
	client.track[CLIENT_AUDIO] = (struct client_track){
		.used = client.sdp.audio_known, .udp = udp, .channel = 2, .rtcp_channel = 3};
	now = START;
	return receiver_open(&r, node, host, &config, &client, 0xabcd, now);
}

static void end(void)
{
	receiver_close(&r, host);
	fake_destroy(&fake);
	packets_free(&packets);
}

static const struct fault *give(unsigned track, bool rtcp, const void *data, size_t len)
{
	return receiver_take_packet(&r, track, rtcp, data, len, (struct receiver_times){now, now});
}

/* Each NAL unit of units[from] to units[to - 1] is a packet; 40 ms a unit. */
static void pack_units(int from, int to)
{
	static const struct packing whole = {
		.media = {.codec = CAM_H264, .packing = SDP_H264, .clock = 90000}, .mtu = 65000};

	encode_units(0, N_UNITS, 64, 48);
	packets.seq = 0;
	for (int i = from; i < to; i++) {
		struct bytes unit = {units[i]->data, (size_t)units[i]->size};

		CHECK_INT(packetise(&packets, &whole, &unit, (unsigned)(i - from)), 0);
	}
	free_units();
}

/* Those of the units from `from` on, up to that before `to`. */
static void give_units(unsigned from, unsigned to)
{
	for (unsigned i = 0; i < packets.n; i++) {
		if (packets.unit[i] < from || packets.unit[i] >= to)
			continue;
		now = START + packets.unit[i] * FRAME;
		CHECK(!give(CLIENT_VIDEO, false, packets.packet[i].data, packets.packet[i].len));
	}
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		*p++ = (uint8_t)(v >> (24 - 8 * i));
	return p;
}

/* A sender report: at this NTP time the track's clock showed that. */
static void report(unsigned track, uint32_t seconds, uint32_t fraction, uint32_t rtp_time)
{
	uint8_t p[28] = {0x80, 200, 0, 6}, *at = p + 4;

	at = put32(at, 1);
	at = put32(at, seconds);
	at = put32(at, fraction);
	put32(at, rtp_time);
	CHECK(!give(track, true, p, sizeof(p)));
}

static void give_audio(uint16_t seq, uint32_t time)
{
	uint8_t p[12 + 160] = {0x80, 0, (uint8_t)(seq >> 8), (uint8_t)seq};

	put32(p + 4, time);
	CHECK(!give(CLIENT_AUDIO, false, p, sizeof(p)));
}

/* ---- tests ---- */

TEST(sender_reports_lay_sound_and_pictures_onto_one_scale)
{
	int64_t zero;

	CHECK(!open_with(H264_LINES PCMU_LINES, false));
	pack_units(0, 5);
	give_audio(0, 0); /* before the first picture there is nothing that it belongs to */
	CHECK_INT(fake.n_published, 0);
	give_units(0, 3);
	CHECK_INT(fake.n_published, 3);
	CHECK_INT(fake.state, CAM_LIVE);
	zero = fake.published[0]->pts_ns;
	now = START;
	give_audio(1, 160);
	CHECK_INT(fake.published[3]->track, CLIENT_AUDIO);
	CHECK_INT(fake.published[3]->pts_ns - zero, 0); /* what arrives together belongs together */
	CHECK_INT(fake.published[3]->flags, CAM_KEY);
	report(CLIENT_VIDEO, 5000, 0, 0);
	report(CLIENT_AUDIO, 5000, UINT32_C(1) << 30, 160); /* a quarter of a second later */
	give_audio(2, 320);
	CHECK_INT(fake.published[4]->pts_ns - zero, 250 * MS + 20 * MS);
	CHECK_INT(fake.published[4]->flags, CAM_KEY | CAM_SYNCED);
	give_audio(4, 640); /* one is missing */
	CHECK_INT(fake.published[5]->flags, CAM_KEY | CAM_SYNCED | CAM_DISCONTINUITY);
	CHECK_INT(fake.stats[STAT_LOST], 1);
	give_audio(5, 800);
	CHECK_INT(fake.published[6]->flags, CAM_KEY | CAM_SYNCED);
	end();
}

TEST(what_the_answer_to_play_says_lays_them_onto_one_scale_too)
{
	CHECK(!open_with(H264_LINES PCMU_LINES, false));
	client.track[CLIENT_VIDEO].has_rtptime = client.track[CLIENT_AUDIO].has_rtptime = true;
	client.track[CLIENT_VIDEO].rtptime = 0;
	client.track[CLIENT_AUDIO].rtptime = 800; /* 100 ms before what comes first */
	pack_units(0, 2);
	give_units(0, 1);
	give_audio(0, 1600);
	CHECK_INT(fake.n_published, 2);
	CHECK_INT(fake.published[1]->pts_ns - fake.published[0]->pts_ns, 100 * MS);
	CHECK_INT(fake.published[1]->flags, CAM_KEY | CAM_SYNCED);
	end();
}

TEST(a_goodbye_of_the_video_ends_the_session_one_of_the_sound_does_not)
{
	static const uint8_t bye[8] = {0x81, 203, 0, 1, 0, 0, 0, 1}, torn[8] = {0x81, 203, 0, 9};
	const struct fault *fault;

	CHECK(!open_with(H264_LINES PCMU_LINES, false));
	CHECK(!give(CLIENT_AUDIO, true, bye, sizeof(bye)));
	CHECK(!give(CLIENT_VIDEO, true, torn, sizeof(torn)));
	fault = give(CLIENT_VIDEO, true, bye, sizeof(bye));
	CHECK(fault);
	CHECK_INT(fault->err, -ECONNRESET);
	end();
}

TEST(our_report_tells_what_was_lost_and_how_packets_are_scattered)
{
	uint8_t p[64];
	size_t at = 0;

	CHECK(!open_with(H264_LINES PCMU_LINES, false));
	CHECK_INT(receiver_report(&r, CLIENT_VIDEO, now, p), 0);
	pack_units(0, 4);
	while (packets.unit[at] <
		2) /* the second unit's first packet comes 20 ms late: 1800 ticks, a sixteenth counts */
		at++;
	CHECK(!give(CLIENT_VIDEO, false, packets.packet[0].data, packets.packet[0].len));
	for (size_t i = 0; i < at; i++)
		if (packets.unit[i] == 1) {
			now = START + FRAME + 20 * MS;
			CHECK(!give(CLIENT_VIDEO, false, packets.packet[i].data, packets.packet[i].len));
			break;
		}
	CHECK(receiver_report(&r, CLIENT_VIDEO, now, p) >= 32);
	CHECK_INT(p[1], 201);
	CHECK_INT(be32(p + 4), 0xabcd);
	CHECK_INT(be32(p + 8), 0x1234); /* of whom it is */
	CHECK_INT(be32(p + 12) & 0xffffff, at - 2); /* lost: all between those two */
	CHECK_INT(p[12], 256 * (at - 2) / at);
	CHECK_INT(be32(p + 16), at - 1); /* the highest number */
	CHECK_INT(be32(p + 20), 1800 / 16);
	CHECK_INT(fake.stats[STAT_LOST], at - 2);
	CHECK_INT(receiver_report(&r, CLIENT_AUDIO, now, p), 0);
	end();
}

TEST(what_has_not_come_in_time_is_told_apart)
{
	CHECK(!open_with(H264_LINES, false));
	CHECK_INT(r.deadline_ns, START + config.keyframe_timeout_ns);
	CHECK_STR(receiver_late(&r, r.deadline_ns)->option, "transport");
	pack_units(1, 20);
	give_units(0, 3);
	CHECK_INT(fake.n_published, 0);
	CHECK_INT(r.deadline_ns, START + config.keyframe_timeout_ns);
	CHECK_STR(receiver_late(&r, r.deadline_ns)->option, "keyframe_timeout");
	give_units(3, GOP + 1);
	CHECK_INT(fake.n_published, 2);
	CHECK_INT(r.deadline_ns, now + config.stall_timeout_ns);
	CHECK_STR(receiver_late(&r, r.deadline_ns)->option, "stall_timeout");
	end();
}

TEST(after_a_loss_pictures_of_no_use_are_progress_only_until_a_keyframe_is_due)
{
	int64_t lost;

	CHECK(!open_with(H264_LINES, false));
	config.keyframe_timeout_ns = 3 * FRAME;
	config.stall_timeout_ns = 2 * FRAME;
	pack_units(0, 20);
	give_units(0, 2);
	give_units(3, 4);
	CHECK_INT(fake.stats[STAT_BROKEN], 1);
	lost = now;
	give_units(4, 5);
	CHECK_INT(r.deadline_ns, lost + 3 * FRAME); /* and not two frames from here, which is that, too */
	give_units(5, 6);
	CHECK_INT(r.deadline_ns, lost + 3 * FRAME);
	CHECK_INT(fake.stats[STAT_SKIPPED], 2);
	CHECK_STR(receiver_late(&r, lost + 3 * FRAME)->option, "keyframe_timeout");
	CHECK_STR(receiver_late(&r, lost + 3 * FRAME - 1)->option, "stall_timeout");
	end();
}

TEST(over_udp_what_comes_out_of_order_is_put_in_order_and_what_is_missing_is_waited_for)
{
	const struct bytes *p;
	unsigned last;

	CHECK(!open_with(H264_LINES, true));
	pack_units(0, 3);
	last = packets.n - 1;
	p = packets.packet;
	CHECK_INT(receiver_expires_ns(&r), INT64_MAX);
	give_units(0, 1);
	CHECK_INT(fake.n_published, 1);
	now += 10 * MS;
	CHECK(!give(CLIENT_VIDEO, false, p[last].data, p[last].len));
	CHECK_INT(fake.n_published, 1);
	CHECK_INT(receiver_expires_ns(&r), now + RTP_WAIT_NS);
	CHECK(!receiver_expire(&r, now + RTP_WAIT_NS - 1));
	CHECK_INT(fake.n_published, 1);
	for (unsigned i = last; i-- > 0 && packets.unit[i] > 0;)
		CHECK(!give(CLIENT_VIDEO, false, p[i].data, p[i].len));
	CHECK_INT(fake.n_published, 3);
	CHECK_INT(fake.stats[STAT_LOST], 0);
	CHECK_INT(receiver_expires_ns(&r), INT64_MAX);
	end();
}

TEST(over_udp_what_does_not_come_in_time_is_lost)
{
	unsigned last;

	CHECK(!open_with(H264_LINES, true));
	pack_units(0, 3);
	last = packets.n - 1;
	give_units(0, 1);
	CHECK(!give(CLIENT_VIDEO, false, packets.packet[last].data, packets.packet[last].len));
	CHECK(!receiver_expire(&r, receiver_expires_ns(&r)));
	CHECK_INT(fake.n_published, 1);
	CHECK(fake.stats[STAT_LOST] > 0);
	CHECK_INT(fake.stats[STAT_BROKEN], 1);
	end();
}

TEST(a_keyframe_of_which_a_packet_is_missing_is_waited_past)
{
	unsigned dropped = 0, first = 0;

	CHECK(!open_with(H264_LINES, false));
	pack_units(0, 2 * GOP);
	while (packets.unit[first] == 0)
		first++;
	CHECK(first >= 4); /* two parameter sets, then slices */
	for (unsigned i = 0; i < packets.n; i++) {
		now = START + packets.unit[i] * FRAME;
		if (i == first - 2) {
			dropped++;
			continue;
		}
		CHECK(!give(CLIENT_VIDEO, false, packets.packet[i].data, packets.packet[i].len));
	}
	CHECK_INT(dropped, 1);
	CHECK_INT(fake.n_published, GOP);
	CHECK_INT(fake.published[0]->flags, CAM_KEY);
	CHECK_INT(fake.stats[STAT_BROKEN], 1);
	CHECK_INT(fake.stats[STAT_SKIPPED], GOP - 1);
	end();
}

/* Inside the connection: which track a frame is of. */
TEST(frames_go_to_the_track_of_their_channel)
{
	struct receiver_times times = {START, START};
	static const uint8_t junk[4] = {1, 2, 3, 4};

	CHECK(!open_with(H264_LINES, false));
	pack_units(0, 1);
	for (unsigned i = 0; i < packets.n; i++) {
		CHECK(!receiver_take_frame(&r, 2, packets.packet[i].data, packets.packet[i].len, times));
		CHECK(!receiver_take_frame(&r, 7, packets.packet[i].data, packets.packet[i].len, times));
		CHECK(!receiver_take_frame(&r, 1, packets.packet[i].data, packets.packet[i].len, times));
	}
	CHECK_INT(fake.n_published, 0);
	CHECK(!receiver_take_frame(&r, 0, junk, sizeof(junk), times));
	for (unsigned i = 0; i < packets.n; i++)
		CHECK(!receiver_take_frame(&r, 0, packets.packet[i].data, packets.packet[i].len, times));
	CHECK_INT(fake.n_published, 1);
	CHECK(!give(CLIENT_AUDIO, false, junk, sizeof(junk))); /* there is no such track */
	end();
}

static const struct fault *give_nal(uint16_t seq, bool marker, const char *nal, size_t len)
{
	uint8_t p[64] = {0x80, (uint8_t)(96 | (marker ? 0x80 : 0)), (uint8_t)(seq >> 8), (uint8_t)seq};

	memcpy(p + 12, nal, len);
	return give(CLIENT_VIDEO, false, p, 12 + len);
}

TEST(a_keyframe_without_parameter_sets_is_skipped_one_with_damaged_ones_ends_the_session)
{
	const struct fault *fault;

	CHECK(!open_with(H264_LINES, false));
	CHECK(!give_nal(0, true, "\x65\x88\x80\x10", 4));
	CHECK_INT(fake.n_published, 0);
	CHECK_INT(fake.stats[STAT_SKIPPED], 1);
	CHECK(!give_nal(1, false, "\x67\x42", 2));
	CHECK(!give_nal(2, false, "\x68\xce\x38\x80", 4));
	fault = give_nal(3, true, "\x65\x88\x80\x10", 4);
	CHECK(fault);
	CHECK_INT(fault->err, -EPROTO);
	CHECK(strstr(fault->text, "parameter sets"));
	CHECK_INT(fake.n_published, 0);
	end();
}

TEST(parameter_sets_of_the_description_are_those_in_force_until_the_stream_brings_others)
{
	/* 64x48, as the stream's own; its pictures would not need it */
	CHECK(!open_with("m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
			 "a=fmtp:96 sprop-parameter-sets=Z0IAHpWoKA9k,aM48gA==\r\n",
		false));
	CHECK(!give_nal(0, true, "\x65\x88\x80\x10", 4));
	CHECK_INT(fake.n_published, 1);
	CHECK_INT(fake.published[0]->caps->codec, CAM_H264);
	CHECK(fake.published[0]->caps->width > 0);
	CHECK(fake.published[0]->caps->extradata_len > 8);
	end();
}

/* A picture of two packets' worth of nothing: RFC 2435, type 1, quality 50. @param w, h in units of eight pixels */
static void give_jpeg(uint16_t seq, uint8_t w, uint8_t h)
{
	uint8_t p[12 + 8 + 4] = {0x80, 0x80 | 26, (uint8_t)(seq >> 8), (uint8_t)seq};

	put32(p + 4, seq * 3600u);
	p[12 + 4] = 1;
	p[12 + 5] = 50;
	p[12 + 6] = w;
	p[12 + 7] = h;
	p[12 + 8] = p[12 + 9] = p[12 + 10] = 0x55;
	CHECK(!give(CLIENT_VIDEO, false, p, sizeof(p)));
}

TEST(jpegs_bring_their_size_and_each_is_a_keyframe)
{
	CHECK(!open_with("m=video 0 RTP/AVP 26\r\n", false));
	give_jpeg(0, 8, 6);
	give_jpeg(1, 8, 6);
	give_jpeg(2, 16, 6);
	CHECK_INT(fake.n_published, 3);
	for (int i = 0; i < 3; i++)
		CHECK_INT(fake.published[i]->flags, CAM_KEY);
	CHECK_INT(fake.published[0]->caps->width, 64);
	CHECK_INT(fake.published[0]->caps->height, 48);
	CHECK(fake.published[0]->caps == fake.published[1]->caps);
	CHECK_INT(fake.published[2]->caps->width, 128);
	end();
}

TEST(the_configuration_of_aac_stands_in_its_caps)
{
	uint8_t p[12 + 4 + 10] = {0x80, 0x80 | 97, 0, 0};
	const struct cam_caps *caps;

	CHECK(!open_with(H264_LINES "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 mpeg4-generic/48000/1\r\n"
				    "a=fmtp:97 mode=AAC-hbr;config=1188;sizeLength=13;indexLength=3;"
				    "indexDeltaLength=3\r\n",
		false));
	pack_units(0, 1);
	give_units(0, 1);
	p[12 + 1] = 16; /* bits of headers: ten bytes */
	p[12 + 3] = 10 << 3;
	CHECK(!give(CLIENT_AUDIO, false, p, sizeof(p)));
	CHECK_INT(fake.n_published, 2);
	caps = fake.published[1]->caps;
	CHECK_INT(caps->codec, CAM_AAC);
	CHECK_INT(caps->sample_rate, 48000);
	CHECK_INT(caps->extradata_len, 2);
	CHECK(!memcmp(caps->extradata, "\x11\x88", 2));
	CHECK_INT(fake.published[1]->plane[0].len, 10);
	end();
}

RUN_TESTS(T(sender_reports_lay_sound_and_pictures_onto_one_scale),
	T(what_the_answer_to_play_says_lays_them_onto_one_scale_too),
	T(a_goodbye_of_the_video_ends_the_session_one_of_the_sound_does_not),
	T(our_report_tells_what_was_lost_and_how_packets_are_scattered),
	T(what_has_not_come_in_time_is_told_apart),
	T(after_a_loss_pictures_of_no_use_are_progress_only_until_a_keyframe_is_due),
	T(over_udp_what_comes_out_of_order_is_put_in_order_and_what_is_missing_is_waited_for),
	T(over_udp_what_does_not_come_in_time_is_lost),
	T(a_keyframe_of_which_a_packet_is_missing_is_waited_past), T(frames_go_to_the_track_of_their_channel),
	T(a_keyframe_without_parameter_sets_is_skipped_one_with_damaged_ones_ends_the_session),
	T(parameter_sets_of_the_description_are_those_in_force_until_the_stream_brings_others),
	T(jpegs_bring_their_size_and_each_is_a_keyframe), T(the_configuration_of_aac_stands_in_its_caps))
