/* SPDX-License-Identifier: MIT */
/* Access units of H.264 and H.265 from packets: all ways of packing, losses at each place, damage. */
#include "plugins/lib/av/annexb.h"
#include "plugins/rtsp_in/packets/depay.h"
#include "plugins/rtsp_in/test/packetise.h"
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

static bool is_same(const struct access_unit *u, const struct units *units)
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
		for (int k = 0; k < UNIT_PADDING; k++)
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
			/*
			 * What followed the loss in its unit has told that no later one lacks anything; but without a
			 * unit before, what is left of the first may join the second.
			 */
			CHECK(at <= last || !drop || expected != at || drop + n >= ps->n ||
				ps->unit[drop + n] > last);
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
		for (unsigned n = 1; n <= 4 && drop + n <= ps.n; n += n)
			check_without(&ps, how, units, drop, n);
	packets_free(&ps);
}

/* @param n_mtus how many sizes of packets; the smallest ones make very many */
static void check_media(const struct sdp_media *media, const struct units *units, int n_mtus)
{
	static const size_t mtus[] = {1400, 300, 50, 11};

	for (int i = 0; i < n_mtus; i++)
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
	check_media(&h264, &units, 4);
	units_free(&units);
	if (encode(CAM_H264, &units))
		check_media(&h264, &units, 2);
	units_free(&units);
}

TEST(h265_comes_out_as_it_went_in_or_broken)
{
	struct units units;

	invent(true, &units);
	check_media(&hevc, &units, 4);
	check_media(&hevc_donl, &units, 4);
	units_free(&units);
	if (encode(CAM_HEVC, &units))
		check_media(&hevc, &units, 2);
	units_free(&units);
}

/* Packets given by hand. */
struct hand {
	struct sdp_media media;
	struct taken taken;
	struct depay *depay;
};

static void hand_open(struct hand *h, const struct sdp_media *media)
{
	h->media = *media;
	h->taken.n = 0;
	h->depay = depay_new(&h->media, &(struct unit_sink){taken_take, &h->taken});
	CHECK(h->depay);
}

static void hand_close(struct hand *h)
{
	depay_free(h->depay);
	taken_free(&h->taken);
}

static int push(struct hand *h, const char *bytes, size_t len, uint32_t time, bool marker)
{
	uint8_t *fit = malloc(len + 1);
	struct rtp_packet p = {.marker = marker, .time = time, .data = fit, .len = len, .arrival_ns = time};
	int err;

	memcpy(fit, bytes, len);
	err = depay_push(h->depay, &p, false);
	free(fit);
	return err;
}
#define PUSH(h, bytes, time, marker) CHECK_INT(push(h, bytes, sizeof(bytes) - 1, time, marker), 0)
#define IS(h, which, bytes)                                                                                  \
	CHECK((h)->taken.n > (which) && (h)->taken.unit[which].len == sizeof(bytes) - 1 &&                   \
		!memcmp((h)->taken.unit[which].data, bytes, sizeof(bytes) - 1))

TEST(units_end_at_the_marker_if_they_have_a_slice)
{
	struct hand h;

	hand_open(&h, &h264);
	PUSH(&h, "\x67\1", 1, true); /* parameter sets with a marker and a time stamp of their own */
	PUSH(&h, "\x68\2", 1, true);
	PUSH(&h, "\x65\x80", 2, false);
	PUSH(&h, "\x67\1", 2, false); /* sets between the slices of one picture */
	PUSH(&h, "\x65\x40", 2, true);
	CHECK_INT(h.taken.n, 1);
	CHECK(!depay_is_midway(h.depay) && !h.taken.unit[0].broken && h.taken.unit[0].rtp_time == 2);
	IS(&h, 0, "\0\0\0\1\x67\1\0\0\0\1\x68\2\0\0\0\1\x65\x80\0\0\0\1\x67\1\0\0\0\1\x65\x40");
	PUSH(&h, "\x41\x80", 3, false);
	CHECK(depay_is_midway(h.depay));
	PUSH(&h, "\x41\x80", 3, false); /* a clock that stands still */
	PUSH(&h, "\x09\x10", 3, false);
	PUSH(&h, "\x41\x80", 3, false);
	PUSH(&h, "\x41\x80", 4, false); /* another time stamp */
	CHECK_INT(h.taken.n, 4);
	PUSH(&h, "", 4, true); /* the marker may come alone */
	CHECK_INT(h.taken.n, 5);
	for (unsigned i = 0; i < 5; i++)
		CHECK(!h.taken.unit[i].broken);
	hand_close(&h);
}

TEST(markers_on_each_slice_are_believed_no_more)
{
	struct packing how = {.media = h264, .mtu = 100, .slice_marker = true};
	struct taken taken;
	static struct packets ps;
	struct units units;

	invent(false, &units);
	pack(&ps, &how, &units);
	feed_without(&ps, &how, ps.n, 1, &taken);
	/* The first slice, the others of that picture, then whole pictures but the last. */
	CHECK_INT(taken.n, PICTURES);
	CHECK(taken.unit[1].broken && taken.unit[1].rtp_time == 0);
	for (unsigned i = 2; i < taken.n; i++)
		CHECK(!taken.unit[i].broken && is_same(&taken.unit[i], &units));
	taken_free(&taken);
	packets_free(&ps);
	units_free(&units);
}

TEST(byte_streams_inside_packets_pass)
{
	struct hand h;

	hand_open(&h, &h264);
	PUSH(&h, "\0\0\0\1\x67\1\0\0\1\x68\2\0\0\0\1\x65\x80\7", 1, true);
	IS(&h, 0, "\0\0\0\1\x67\1\0\0\0\1\x68\2\0\0\0\1\x65\x80\7");
	PUSH(&h, "\x67\1\0\0\0\1\x68\2\0\0\0\1\x65\x80\7", 2, true); /* all said to be one SPS */
	IS(&h, 1, "\0\0\0\1\x67\1\0\0\0\1\x68\2\0\0\0\1\x65\x80\7");
	PUSH(&h, "\x7c\x87\1\0\0\0\1\x68\2\0\0\0\1", 3, false); /* and that in fragments */
	PUSH(&h, "\x7c\x47\x65\x80\7", 3, true);
	IS(&h, 2, "\0\0\0\1\x67\1\0\0\0\1\x68\2\0\0\0\1\x65\x80\7");
	CHECK(!h.taken.unit[0].broken && !h.taken.unit[1].broken && !h.taken.unit[2].broken);
	hand_close(&h);
}

struct damage {
	const char *bytes;
	size_t len;
	bool broken;
};
#define CASE(bytes, broken)                                                                                  \
	{                                                                                                    \
		bytes, sizeof(bytes) - 1, broken                                                             \
	}

/* Each of these, then a slice with the marker; the next unit is whole again. */
static void check_damage(const struct sdp_media *media, const struct damage *cases, size_t n, bool is_hevc)
{
	for (size_t i = 0; i < n; i++) {
		struct hand h;

		hand_open(&h, media);
		CHECK_INT(push(&h, cases[i].bytes, cases[i].len, 1, false), 0);
		for (uint32_t time = 1; time < 3; time++) {
			if (is_hevc)
				PUSH(&h, "\2\1\x80", time, true);
			else
				PUSH(&h, "\x41\x80", time, true);
		}
		if (h.taken.n != 2 || h.taken.unit[0].broken != cases[i].broken)
			printf("# case %zu\n", i);
		CHECK(h.taken.n == 2 && !h.taken.unit[1].broken);
		CHECK_INT(h.taken.unit[0].broken, cases[i].broken);
		hand_close(&h);
	}
}

TEST(damaged_payloads_make_their_unit_broken)
{
	static const struct damage cases264[] = {
		CASE("", false),
		CASE("\x67\1", false),
		CASE("\xe7\1", true), /* the forbidden bit */
		CASE("\x60\1", false), /* types that mean nothing */
		CASE("\x1e\1", false),
		CASE("\x1f\1", false),
		CASE("\x78", false), /* STAP-A of nothing */
		CASE("\x78\0\2\x67\1", false),
		CASE("\x78\0\3\x67\1", true),
		CASE("\x78\0\0", true),
		CASE("\x78\0\2\x67\1\0", true),
		CASE("\x78\0\5\x78\0\2\x67\1", true), /* nested */
		CASE("\x78\xff\xff\x67\1", true),
		CASE("\x79\0\0\0\2\x67\1", true), /* STAP-B, MTAP16, MTAP24, FU-B: interleaved */
		CASE("\x7a\0\0\0\2\x67\1", true),
		CASE("\x7b\0\0\0\2\x67\1", true),
		CASE("\x7d\x81\0\0\1", true),
		CASE("\x7c", true),
		CASE("\x7c\x87\1", true), /* no end */
		CASE("\x7c\x07\1", true), /* no start */
		CASE("\x7c\x47\1", true),
		CASE("\x7c\xc7\1", false), /* both */
		CASE("\x7c\x98\1", true), /* an aggregate in fragments */
		CASE("\x7c\x80\1", true),
	};
	static const struct damage cases265[] = {
		CASE("", false),
		CASE("\x42", true),
		CASE("\x42\1\1", false),
		CASE("\xc2\1\1", true),
		CASE("\x52\1\1", false), /* reserved */
		CASE("\x7e\1\1", false),
		CASE("\x64\1\1", true), /* PACI */
		CASE("\x60\1", true), /* AP */
		CASE("\x60\1\0\3\x42\1\1", false),
		CASE("\x60\1\0\4\x42\1\1", true),
		CASE("\x60\1\0\1\x42", true),
		CASE("\x60\1\0\0", true),
		CASE("\x60\1\0\6\x60\1\0\2\x42\1", true),
		CASE("\x62\1", true), /* FU */
		CASE("\x62\1\xa1", true),
		CASE("\x62\1\x21", true),
		CASE("\x62\1\xe1\1", false),
		CASE("\x62\1\xb0\1", true),
	};

	check_damage(&h264, cases264, sizeof(cases264) / sizeof(cases264[0]), false);
	check_damage(&hevc, cases265, sizeof(cases265) / sizeof(cases265[0]), true);
}

TEST(fragments_that_do_not_fit_together_make_their_unit_broken)
{
	struct hand h;

	hand_open(&h, &h264);
	PUSH(&h, "\x7c\x81\x80", 1, false); /* begun twice */
	PUSH(&h, "\x7c\x81\x40", 1, false);
	PUSH(&h, "\x7c\x41\1", 1, true);
	PUSH(&h, "\x7c\x81\x80", 2, false); /* another type goes on */
	PUSH(&h, "\x7c\x45\1", 2, true);
	PUSH(&h, "\x7c\x81\x80", 3, false); /* another time goes on */
	PUSH(&h, "\x7c\x41\1", 4, true);
	PUSH(&h, "\x41\x80", 5, true);
	PUSH(&h, "\x7c\x81\x80", 6, true); /* a marker in the middle ends nothing */
	PUSH(&h, "\x7c\x41\1", 6, true);
	CHECK_INT(h.taken.n, 5);
	for (unsigned i = 0; i < 5; i++)
		CHECK_INT(h.taken.unit[i].broken, i < 4);
	IS(&h, 4, "\0\0\0\1\x61\x80\1");
	hand_close(&h);
}

TEST(units_are_bounded_and_memory_is_given_back)
{
	static char big[60000] = {0x7c, (char)0x85, (char)0x80};
	struct hand h;
	int err = 0;

	hand_open(&h, &h264);
	memset(big + 3, 7, sizeof(big) - 3);
	for (int i = 0; !err && i < 1000; i++) {
		err = push(&h, big, sizeof(big), 1, false);
		big[1] = 5;
	}
	CHECK_INT(err, -EMSGSIZE);
	CHECK(h.depay->unit.room <= UNIT_MAX && !h.depay->unit.len);
	PUSH(&h, "\x7c\x45\7", 1, true); /* its end */
	PUSH(&h, "\x41\x80", 2, true);
	CHECK(h.taken.n == 1 && h.taken.unit[0].broken);
	for (uint32_t i = 0; i < 200; i++) {
		PUSH(&h, "\x41\x80", 3 + i, true);
		taken_free(&h.taken);
	}
	CHECK(h.depay->unit.room <= 16384);
	hand_close(&h);
}

/* libx265 never frees some of what it took to open an encoder: nothing of ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libx265";
}

RUN_TESTS(T(h264_comes_out_as_it_went_in_or_broken), T(h265_comes_out_as_it_went_in_or_broken),
	T(units_end_at_the_marker_if_they_have_a_slice), T(markers_on_each_slice_are_believed_no_more),
	T(byte_streams_inside_packets_pass), T(damaged_payloads_make_their_unit_broken),
	T(fragments_that_do_not_fit_together_make_their_unit_broken),
	T(units_are_bounded_and_memory_is_given_back))
