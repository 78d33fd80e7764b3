/* SPDX-License-Identifier: MIT */
/* Access units of H.264 and H.265 from packets: all ways of packing, losses at each place, damage. */
#include "plugins/lib/av/annexb.h"
#include "plugins/rtsp_in/packetise.h"
#include "plugins/test_in/encoder.h"
#include "tests/check.h"

#include <errno.h>
#include <libavcodec/avcodec.h>

enum { PICTURES = 8, SLICES = 3 };

static const struct sdp_media h264 = {.codec = CAM_H264, .packing = SDP_H264, .clock = 90000};
static const struct sdp_media hevc = {.codec = CAM_HEVC, .packing = SDP_HEVC, .clock = 90000};
static const struct sdp_media hevc_donl = {
	.codec = CAM_HEVC, .packing = SDP_HEVC, .clock = 90000, .donl = true};

/* With four-byte start codes, as they come out. */
static void add_unit(struct units *units, const uint8_t *data, size_t len)
{
	uint8_t *made = malloc(2 * len);
	struct annexb_nal nal;
	size_t pos = 0, at = 0;

	while (annexb_next(data, len, &pos, &nal)) {
		memcpy(made + at, "\0\0\0\1", 4);
		memcpy(made + at + 4, nal.data, nal.len);
		at += 4 + nal.len;
	}
	CHECK_INT(units_add(units, made, at), 0);
	free(made);
}

/* @return false: there is no such encoder */
static bool encode(uint32_t codec, struct units *ret)
{
	struct encoder_want want = {codec, 192, 128, 25, 4, 200000};
	struct encoder encoder;
	struct canvas canvas;
	AVPacket *packet;
	int err = encoder_open(&encoder, &want);

	ret->n = 0;
	for (int i = 0; !err && i < PICTURES; i++) {
		CHECK_INT(encoder_canvas(&encoder, &canvas), 0);
		canvas_bar_code(&canvas, (uint32_t)i * 977);
		CHECK_INT(encoder_encode(&encoder, i, &packet), 0);
		add_unit(ret, packet->data, (size_t)packet->size);
		av_packet_free(&packet);
	}
	encoder_close(&encoder);
	CHECK(!err || err == -ENOSYS);
	return !err;
}

/* Pictures of several slices, which the encoder does not make. */
static void invent(bool is_hevc, struct units *ret)
{
	static const uint8_t sets264[] = {0, 0, 0, 1, 0x67, 1, 2, 3, 0, 0, 0, 1, 0x68, 4, 5};
	static const uint8_t sets265[] = {
		0, 0, 0, 1, 0x40, 1, 9, 0, 0, 0, 1, 0x42, 1, 2, 3, 0, 0, 0, 1, 0x44, 1, 4, 5};
	uint8_t unit[4096];

	ret->n = 0;
	for (int i = 0; i < PICTURES; i++) {
		bool key = i % 4 == 0;
		size_t at = 0;

		if (key) {
			at = is_hevc ? sizeof(sets265) : sizeof(sets264);
			memcpy(unit, is_hevc ? sets265 : sets264, at);
		}
		for (int slice = 0; slice < SLICES; slice++) {
			size_t len = 20u + (unsigned)(i * 37 + slice * 101) % 300;

			memcpy(unit + at, "\0\0\0\1", 4);
			at += 4;
			unit[at++] = is_hevc ? (key ? 0x26 : 0x02) : (key ? 0x65 : 0x41);
			if (is_hevc)
				unit[at++] = 1;
			unit[at++] = slice ? 0x40 : 0x80;
			for (size_t k = 0; k < len; k++)
				unit[at++] = (uint8_t)(k * 7 + (unsigned)i + 3) | 1;
		}
		CHECK_INT(units_add(ret, unit, at), 0);
	}
}

static void pack(struct packets *ps, const struct packing *how, const struct units *units)
{
	ps->n = 0;
	ps->seq = 65530; /* wraps on the way */
	for (unsigned i = 0; i < units->n; i++)
		CHECK_INT(packetise(ps, how, &units->unit[i], i), 0);
}

static bool is_same(const struct depay_unit *u, const struct units *units)
{
	unsigned i = u->rtp_time / TIME_STEP;

	return i < units->n && u->len == units->unit[i].len && !memcmp(u->data, units->unit[i].data, u->len);
}

/* Feed all but those from `drop` on, `n` of them. */
static void feed_without(
	const struct packets *ps, const struct packing *how, unsigned drop, unsigned n, struct taken *ret)
{
	struct feed f;

	ret->n = 0;
	CHECK_INT(feed_open(&f, &how->media, false, ret), 0);
	for (unsigned i = 0; i < ps->n; i++)
		if (i - drop >= n)
			CHECK_INT(feed_packet(&f, ps->packet[i].data, ps->packet[i].len), 0);
	CHECK_INT(f.rtp.lost, drop && drop + n < ps->n ? n : 0);
	feed_close(&f);
}

static void check_whole(const struct packets *ps, const struct packing *how, const struct units *units)
{
	struct taken taken;

	feed_without(ps, how, ps->n, 1, &taken);
	CHECK_INT(taken.n, units->n - how->no_marker);
	for (unsigned i = 0; i < taken.n; i++) {
		CHECK_INT(taken.unit[i].rtp_time, i * TIME_STEP);
		CHECK(!taken.unit[i].broken && is_same(&taken.unit[i], units));
		for (int k = 0; k < DEPAY_PADDING; k++)
			CHECK_INT(taken.unit[i].data[taken.unit[i].len + (size_t)k], 0);
	}
	taken_free(&taken);
}

/* Those of the units that lost packets are broken or not there; none that follows a hole is thought to be whole. */
static void check_without(const struct packets *ps, const struct packing *how, const struct units *units,
	unsigned drop, unsigned n)
{
	unsigned first = ps->unit[drop], last = ps->unit[drop + n - 1], expected = drop ? 0 : UINT32_MAX;
	struct taken taken;

	feed_without(ps, how, drop, n, &taken);
	for (unsigned i = 0; i < taken.n; i++) {
		unsigned at = taken.unit[i].rtp_time / TIME_STEP;

		if (!drop && expected == UINT32_MAX)
			expected = at; /* nobody knows what was before the first packet */
		if (taken.unit[i].broken) {
			/* Without markers nobody knows that the unit before was over. */
			CHECK(at + how->no_marker >= first && at <= last + 1);
			expected = at + 1;
			continue;
		}
		CHECK(!drop || at < first || at > last);
		CHECK(!drop ? at >= first : at == expected);
		CHECK(is_same(&taken.unit[i], units) || (!drop && !i));
		expected = at + 1;
	}
	taken_free(&taken);
}

static void check_packing(const struct packing *how, const struct units *units)
{
	static struct packets ps;

	pack(&ps, how, units);
	check_whole(&ps, how, units);
	for (unsigned drop = 0; drop < ps.n; drop++)
		for (unsigned n = 1; n <= 5 && drop + n <= ps.n; n++)
			check_without(&ps, how, units, drop, n);
	packets_free(&ps);
}

static void check_media(const struct sdp_media *media, const struct units *units)
{
	static const size_t mtus[] = {1400, 300, 50, 11};

	for (size_t i = 0; i < 4; i++)
		for (int k = 0; k < 4; k++) {
			struct packing how = {
				.media = *media, .mtu = mtus[i], .aggregate = k & 1, .no_marker = k & 2};

			check_packing(&how, units);
		}
}

TEST(h264_comes_out_as_it_went_in_or_broken)
{
	struct units units;

	invent(false, &units);
	check_media(&h264, &units);
	units_free(&units);
	if (encode(CAM_H264, &units))
		check_media(&h264, &units);
	units_free(&units);
}

TEST(h265_comes_out_as_it_went_in_or_broken)
{
	struct units units;

	invent(true, &units);
	check_media(&hevc, &units);
	check_media(&hevc_donl, &units);
	units_free(&units);
	if (encode(CAM_HEVC, &units))
		check_media(&hevc, &units);
	units_free(&units);
}

/* libx265 never frees some of what it took to open an encoder: nothing of ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libx265";
}

RUN_TESTS(T(h264_comes_out_as_it_went_in_or_broken), T(h265_comes_out_as_it_went_in_or_broken))
