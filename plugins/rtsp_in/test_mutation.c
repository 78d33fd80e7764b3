/* SPDX-License-Identifier: MIT */
/* Whatever bytes come, to each packing: no harm is done, and memory stays bounded. */
#include "plugins/rtsp_in/depay_private.h"
#include "plugins/rtsp_in/packetise.h"
#include "tests/check.h"

#include <errno.h>

enum { MUTATIONS = 20000 };

static const struct sdp_media jpeg = {.codec = CAM_MJPG, .packing = SDP_JPEG, .clock = 90000};
/* AudioSpecificConfig: AAC-LC, 48 kHz, mono; frames of 1024 samples at a clock of 48 kHz. */
static const struct sdp_media aac = {.codec = CAM_AAC,
	.packing = SDP_AAC,
	.clock = 48000,
	.sample_rate = 48000,
	.size_length = 13,
	.index_length = 3,
	.index_delta_length = 3,
	.config = {0x11, 0x88},
	.config_len = 2};
static const struct sdp_media latm = {.codec = CAM_AAC,
	.packing = SDP_LATM,
	.clock = 48000,
	.sample_rate = 48000,
	.config = {0x11, 0x88},
	.config_len = 2};
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
		CHECK(f.depay->len <= f.depay->room && f.depay->room <= 2 * DEPAY_UNIT_MAX);
		CHECK(f.rtp.n_waiting < RTP_WAIT_MAX);
		for (unsigned k = 0; k < taken.n; k++)
			CHECK(taken.unit[k].len && taken.unit[k].len <= DEPAY_UNIT_MAX);
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
		ADD(&ps,
			"\0\x10\0\x18"
			"abc",
			true, 0);
		ADD(&ps,
			"\0\x30\0\x18\0\x08\0\x10"
			"abcdef",
			true, 1);
		ADD(&ps,
			"\0\x10\0\x30"
			"ab",
			false, 2);
		ADD(&ps,
			"\0\x10\0\x30"
			"cdef",
			true, 2);
		ADD(&ps,
			"\0\x40\0\0\0\4\0\0\0\0"
			"ab",
			false, 3);
		ADD(&ps,
			"\0\x40\0\0\0\4\0\0\0\0"
			"ab",
			true, 3);
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

RUN_TESTS(T(mutated_video_does_no_harm), T(mutated_jpegs_do_no_harm), T(mutated_audio_does_no_harm))
