/* SPDX-License-Identifier: MIT */
/* Whatever bytes come, to each packing and to parameter sets: no harm is done, and memory stays bounded. */
#include "plugins/lib/av/sps.h"
#include "plugins/rtsp_in/packets/depay.h"
#include "plugins/rtsp_in/packets/order.h"
#include "plugins/rtsp_in/test/packetise.h"
#include "plugins/test_in/encoder.h"
#include "tests/check.h"

#include <errno.h>
#include <libavcodec/avcodec.h>

enum { MUTATIONS = 20000 };

static const struct sdp_media jpeg = {.codec = CAM_MJPG, .packing = SDP_JPEG, .clock = 90000};
static const struct sdp_media aac = {.codec = CAM_AAC,
	.packing = SDP_AAC,
	.clock = 48000,
	.sample_rate = 48000,
	.size_length = 13,
	.index_length = 3,
	.index_delta_length = 3};
static const struct sdp_media latm = {
	.codec = CAM_AAC, .packing = SDP_LATM, .clock = 48000, .sample_rate = 48000};
static const struct sdp_media whole = {.codec = CAM_OPUS, .packing = SDP_WHOLE, .clock = 48000};
static const struct sdp_media h264 = {.codec = CAM_H264, .packing = SDP_H264, .clock = 90000};
static const struct sdp_media hevc = {.codec = CAM_HEVC, .packing = SDP_HEVC, .clock = 90000};
static const struct sdp_media hevc_donl = {
	.codec = CAM_HEVC, .packing = SDP_HEVC, .clock = 90000, .donl = true};

#define ADD(ps, bytes, marker, unit) CHECK_INT(packets_add(ps, bytes, sizeof(bytes) - 1, marker, unit), 0)

static uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Change bytes, mostly behind RTP's header, and the length. @return the new length */
static size_t mutate(uint32_t *state, uint8_t *data, size_t len)
{
	unsigned n = random_next(state) % 5;

	while (n--) {
		size_t from = random_next(state) % 4 ? 12 : 1;
		size_t span = random_next(state) % 2 && len > from + 16 ? 16 : len - from;

		if (len <= from)
			return len;
		data[from + random_next(state) % span] = (uint8_t)(random_next(state) >> 9);
	}
	if (random_next(state) % 8 == 0)
		len = random_next(state) % (len + 1);
	return len;
}

/* Packets in about their order, some changed, some missing, some twice. */
static void check_mutations(const struct sdp_media *media, const struct packets *ps, bool reorder)
{
	uint32_t state = 4711 + (uint32_t)media->packing;
	struct taken taken = {.n = 0};
	struct feed f;
	uint16_t seq = 0;

	CHECK_INT(feed_open(&f, media, reorder, &taken), 0);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		const struct bytes *b =
			&ps->packet[random_next(&state) % 8 ? i % ps->n : random_next(&state) % ps->n];
		uint8_t data[4096];
		int err;

		memcpy(data, b->data, b->len);
		seq = (uint16_t)(seq + 1 - (random_next(&state) % 16 == 0) + (random_next(&state) % 16 == 0));
		data[2] = (uint8_t)(seq >> 8);
		data[3] = (uint8_t)seq;
		err = feed_packet(&f, data, mutate(&state, data, b->len));
		CHECK(!err || err == -EMSGSIZE);
		CHECK(f.depay->unit.len <= f.depay->unit.room && f.depay->unit.room <= 2 * UNIT_MAX);
		CHECK(f.rtp.n_waiting < RTP_WAIT_MAX);
		for (unsigned k = 0; k < taken.n; k++)
			CHECK(taken.unit[k].len && taken.unit[k].len <= UNIT_MAX);
		taken_free(&taken);
	}
	feed_close(&f);
}

static void check_both(const struct sdp_media *media, struct packets *ps)
{
	check_mutations(media, ps, false);
	check_mutations(media, ps, true);
	packets_free(ps);
}

TEST(mutated_video_does_no_harm)
{
	static const struct sdp_media *const medias[] = {&h264, &hevc, &hevc_donl};
	static struct packets ps;

	for (int i = 0; i < 3; i++)
		for (unsigned unit = 0; unit < 40; unit++) {
			struct packing how = {
				.media = *medias[i], .mtu = unit % 3 ? 60 : 1000, .aggregate = unit % 2};
			uint8_t nals[600] = {
				0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 1, 0, 0, 0, 1, 0x65, 0x80};

			if (i)
				memcpy(nals, "\0\0\0\1\x42\1\2\0\0\0\1\x44\1\0\0\0\1\x26\1\x80", 20);
			memset(nals + 21, 0x55, sizeof(nals) - 21);
			CHECK_INT(packetise(&ps, &how, &(struct bytes){nals, sizeof(nals)}, unit), 0);
			if (unit == 39)
				check_both(medias[i], &ps);
		}
}

TEST(mutated_jpegs_do_no_harm)
{
	static const uint8_t q[4] = {50, 150, 150, 255};
	static struct packets ps;

	for (unsigned unit = 0; unit < 8; unit++)
		for (unsigned part = 0; part < 4; part++) {
			uint8_t data[300] = {0, 0, part ? (uint8_t)(part * 100 >> 8) : 0,
				(uint8_t)(part * 100), (uint8_t)(unit & 1 ? 1 : 64), q[unit % 4], 12, 8, 0, 2,
				0xff, 0xff};
			size_t head = unit & 1 ? 8 : 12;

			if (q[unit % 4] >= 128 && !part) {
				data[head + 3] = unit == 2 ? 0 : 128;
				head += 4 + data[head + 3];
			}
			CHECK_INT(packets_add(&ps, data, head + 100, part == 3, unit), 0);
		}
	check_both(&jpeg, &ps);
}

TEST(mutated_audio_does_no_harm)
{
	struct sdp_media wide = aac;
	static struct packets ps;

	wide.size_length = wide.index_length = wide.index_delta_length = 32;
	for (int i = 0; i < 2; i++) {
		ADD(&ps, "\0\x10\0\030abc", true, 0);
		ADD(&ps, "\0\x30\0\x18\0\x08\0\020abcdef", true, 1);
		ADD(&ps, "\0\x10\0\060ab", false, 2);
		ADD(&ps, "\0\x10\0\060cdef", true, 2);
		ADD(&ps, "\0\x40\0\0\0\4\0\0\0\0ab", false, 3);
		ADD(&ps, "\0\x40\0\0\0\4\0\0\0\0ab", true, 3);
		check_both(i ? &wide : &aac, &ps);
	}
	ADD(&ps, "\3abc", true, 0);
	ADD(&ps, "\2ab\1c", true, 1);
	ADD(&ps, "\6abc", false, 2);
	ADD(&ps, "def", true, 2);
	check_both(&latm, &ps);
	ADD(&ps, "abc", true, 0);
	ADD(&ps, "", true, 0);
	check_both(&whole, &ps);
}

/* Encode a picture and read what its parameter sets say. */
static void check_size(uint32_t codec, int width, int height, struct annexb_sets *ret)
{
	struct encoder_want want = {codec, width, height, 25, 10, 500000};
	struct encoder encoder;
	struct canvas canvas;
	AVPacket *packet;
	struct sps sps;

	memset(ret, 0, sizeof(*ret));
	CHECK_INT(encoder_open(&encoder, &want), 0);
	CHECK_INT(encoder_canvas(&encoder, &canvas), 0);
	canvas_bar_code(&canvas, 1);
	CHECK_INT(encoder_encode(&encoder, 0, &packet), 0);
	CHECK(annexb_is_key(codec, packet->data, (size_t)packet->size));
	CHECK_INT(annexb_sets_update(codec, ret, packet->data, (size_t)packet->size), 1);
	CHECK(annexb_sets_complete(codec, ret));
	CHECK_INT(sps_read(codec, ret, &sps), 0);
	CHECK_INT(sps.width, width);
	CHECK_INT(sps.height, height);
	CHECK_INT(sps.reorder, 0);
	if (codec == CAM_H264)
		CHECK_INT(sps.fps_num, 25 * sps.fps_den);
	av_packet_free(&packet);
	encoder_close(&encoder);
}

/* Whatever happens to the bits, sizes stay in range and nothing is read out of bounds. */
static void damage(uint32_t codec, const struct annexb_sets *good)
{
	uint32_t random = 12345;

	for (int i = 0; i < 20000; i++) {
		struct annexb_sets bad = *good;
		struct sps sps;

		for (int k = 0; k < i % 8; k++) {
			random = random * 1664525 + 1013904223;
			bad.data[random % bad.len] ^= (uint8_t)(random >> 24);
		}
		bad.len -= (random >> 8) % bad.len * (i % 2 ? 1u : 0u);
		annexb_is_key(codec, bad.data, bad.len);
		if (!sps_read(codec, &bad, &sps))
			CHECK(sps.width && sps.height && sps.width <= SPS_SIDE_MAX &&
				sps.height <= SPS_SIDE_MAX && sps.reorder <= ORDER_DEPTH_MAX);
	}
}

TEST(parameter_sets_tell_the_size_and_damaged_ones_do_no_harm)
{
	struct annexb_sets sets;

	check_size(CAM_H264, 320, 180, &sets);
	damage(CAM_H264, &sets);
	check_size(CAM_H264, 1920, 1080, &sets);
	if (!avcodec_find_encoder(AV_CODEC_ID_HEVC))
		return;
	check_size(CAM_HEVC, 320, 180, &sets);
	damage(CAM_HEVC, &sets);
	check_size(CAM_HEVC, 1288, 722, &sets);
}

/* libx265 never frees some of what it took to open an encoder: nothing of ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libx265";
}

RUN_TESTS(T(mutated_video_does_no_harm), T(mutated_jpegs_do_no_harm), T(mutated_audio_does_no_harm),
	T(parameter_sets_tell_the_size_and_damaged_ones_do_no_harm))
