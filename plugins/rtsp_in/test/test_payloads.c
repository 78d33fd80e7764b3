/* SPDX-License-Identifier: MIT */
/* JPEG and audio from packets. */
#include "lib/bytes.h"
#include "plugins/rtsp_in/packets/depay.h"
#include "plugins/rtsp_in/test/packetise.h"
#include "tests/check.h"

#include <errno.h>
#include <turbojpeg.h>

enum { WIDTH = 96, HEIGHT = 64, PIXELS = WIDTH * HEIGHT, PICTURES = 4 };

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

/* A JPEG file in its parts. */
struct file {
	struct bytes file;
	const uint8_t *tables[2], *scan;
	size_t scan_len;
	unsigned restart;
};

static void read_file(struct file *f)
{
	size_t pos = 2;
	uint8_t marker = 0;

	f->restart = 0;
	while (marker != 0xda) {
		const uint8_t *p = f->file.data + pos;

		marker = p[1];
		if (marker == 0xdb) {
			CHECK_INT(p[4] >> 4, 0);
			f->tables[p[4] & 1] = p + 5;
		} else if (marker == 0xdd) {
			f->restart = be16(p + 4);
		}
		pos += 2 + (size_t)be16(p + 2);
	}
	f->scan = f->file.data + pos;
	f->scan_len = f->file.len - pos - 2; /* without EOI */
}

static void compress(int subsampling, int quality, unsigned n, struct file *ret)
{
	uint8_t pixels[PIXELS * 3];
	unsigned char *made = NULL;
	unsigned long len = 0;
	tjhandle tj = tjInitCompress();

	for (unsigned i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)((i / 3 % WIDTH) * (1 + i % 3) + i / 3 / WIDTH * 2 + n * 40 +
				      (i * i >> 9 & 15));
	CHECK_INT(tjCompress2(tj, pixels, WIDTH, 0, HEIGHT, TJPF_RGB, &made, &len, subsampling, quality,
			  TJFLAG_ACCURATEDCT),
		0);
	ret->file.data = malloc(len);
	memcpy(ret->file.data, made, len);
	ret->file.len = len;
	tjFree(made);
	tjDestroy(tj);
	read_file(ret);
}

static void decompress(const uint8_t *data, size_t len, uint8_t ret[PIXELS * 3])
{
	tjhandle tj = tjInitDecompress();
	int width, height, subsampling, colours;

	CHECK_INT(tjDecompressHeader3(tj, data, len, &width, &height, &subsampling, &colours), 0);
	CHECK(width == WIDTH && height == HEIGHT && colours == TJCS_YCbCr);
	CHECK_INT(tjDecompress2(tj, data, len, ret, WIDTH, 0, HEIGHT, TJPF_RGB, TJFLAG_ACCURATEDCT), 0);
	CHECK_INT(tjGetErrorCode(tj) == TJERR_WARNING, 0);
	tjDestroy(tj);
}

/* How a picture is sent. */
struct jpeg_how {
	uint8_t type, q;
	bool tables, size;
	bool wide; /* tables of 16 bits */
	size_t mtu;
};

static void pack_jpeg(struct packets *ps, const struct file *f, const struct jpeg_how *how, unsigned unit)
{
	for (size_t at = 0; at < f->scan_len;) {
		uint8_t payload[2048] = {0, (uint8_t)(at >> 16), (uint8_t)(at >> 8), (uint8_t)at, how->type,
			how->q, how->size ? WIDTH / 8 : 0, how->size ? HEIGHT / 8 : 0};
		size_t head = 8, len = f->scan_len - at;

		if (how->type >= 64) {
			payload[head++] = (uint8_t)(f->restart >> 8);
			payload[head++] = (uint8_t)f->restart;
			payload[head++] = 0xff;
			payload[head++] = 0xff;
		}
		if (how->q >= 128 && !at) {
			size_t step = how->wide ? 2 : 1;

			payload[head + 1] = how->wide ? 3 : 0;
			payload[head + 2] = how->tables && how->wide; /* 256 bytes */
			payload[head + 3] = how->tables && !how->wide ? 128 : 0;
			head += 4;
			for (int i = 0; how->tables && i < 128; i++, head += step)
				payload[head + step - 1] = f->tables[i / 64][i % 64];
		}
		len = len < how->mtu ? len : how->mtu;
		memcpy(payload + head, f->scan + at, len);
		at += len;
		CHECK_INT(packets_add(ps, payload, head + len, at == f->scan_len, unit), 0);
	}
}

static void feed_all(
	const struct packets *ps, const struct sdp_media *media, struct taken *ret, unsigned drop)
{
	struct feed f;

	ret->n = 0;
	CHECK_INT(feed_open(&f, media, false, ret), 0);
	for (unsigned i = 0; i < ps->n; i++)
		if (i != drop)
			CHECK_INT(feed_packet(&f, ps->packet[i].data, ps->packet[i].len), 0);
	feed_close(&f);
}

static bool shows(const struct access_unit *u, const struct file *f)
{
	static uint8_t is[PIXELS * 3], want[PIXELS * 3];

	decompress(u->data, u->len, is);
	decompress(f->file.data, f->file.len, want);
	return !memcmp(is, want, sizeof(is));
}

static void check_jpeg(int subsampling, int quality, const struct jpeg_how *how)
{
	struct sdp_media media = jpeg;
	struct jpeg_how now = *how;
	struct file files[PICTURES];
	static struct packets ps;
	struct taken taken;

	media.width = how->size ? 0 : WIDTH;
	media.height = how->size ? 0 : HEIGHT;
	for (unsigned i = 0; i < PICTURES; i++) {
		compress(subsampling, quality, i, &files[i]);
		now.tables = how->q == 255 || !i; /* later ones know them */
		pack_jpeg(&ps, &files[i], &now, i);
	}
	for (unsigned drop = 0; drop <= ps.n; drop++) {
		unsigned without = drop < ps.n ? ps.unit[drop] : PICTURES, whole_ones = 0;

		feed_all(&ps, &media, &taken, drop);
		for (unsigned i = 0; i < taken.n; i++) {
			unsigned at = taken.unit[i].rtp_time / TIME_STEP;

			CHECK(taken.unit[i].broken == (at == without) || how->q >= 128);
			if (taken.unit[i].broken)
				continue;
			CHECK(shows(&taken.unit[i], &files[at]));
			whole_ones++;
		}
		/* Without the packet that has the tables there is no picture. */
		CHECK(whole_ones == PICTURES - (drop < ps.n) || (how->q >= 128 && how->q < 255 && !drop));
		taken_free(&taken);
	}
	packets_free(&ps);
	for (unsigned i = 0; i < PICTURES; i++)
		free(files[i].file.data);
}

TEST(jpegs_come_out_as_files_that_show_the_same)
{
	static const struct jpeg_how hows[] = {
		{.mtu = 300, .size = true},
		{.mtu = 1400},
		{.q = 200, .mtu = 300, .size = true},
		{.q = 255, .mtu = 200},
		{.q = 130, .mtu = 200, .wide = true},
	};

	for (size_t i = 0; i < 5; i++)
		for (int type = 0; type < 2; type++) {
			struct jpeg_how how = hows[i];
			int quality = i == 0 ? 75 : 30;

			how.type = (uint8_t)type;
			how.q = how.q ? how.q : (uint8_t)quality;
			check_jpeg(type ? TJSAMP_420 : TJSAMP_422, quality, &how);
		}
	for (int quality = 1; quality < 100; quality += 7)
		check_jpeg(TJSAMP_420, quality,
			&(struct jpeg_how){.type = 1, .q = (uint8_t)quality, .mtu = 1400});
}

TEST(jpegs_with_restart_markers_show_the_same)
{
	CHECK_INT(setenv("TJ_RESTART", "2B", 1), 0);
	check_jpeg(TJSAMP_420, 60, &(struct jpeg_how){.type = 65, .q = 60, .mtu = 250, .size = true});
	check_jpeg(TJSAMP_422, 60, &(struct jpeg_how){.type = 64, .q = 255, .mtu = 250, .size = true});
	CHECK_INT(unsetenv("TJ_RESTART"), 0);
}

/* A packet whose bytes are given; its time is unit * TIME_STEP. */
#define ADD(ps, bytes, marker, unit) CHECK_INT(packets_add(ps, bytes, sizeof(bytes) - 1, marker, unit), 0)
#define IS(t, which, bytes, time)                                                                            \
	CHECK((t)->n > (which) && (t)->unit[which].len == sizeof(bytes) - 1 &&                               \
		!memcmp((t)->unit[which].data, bytes, sizeof(bytes) - 1) &&                                  \
		(t)->unit[which].rtp_time == (time))

TEST(jpegs_of_unknown_kinds_or_sizes_are_broken)
{
	static struct packets ps;
	struct taken taken;

	ADD(&ps, "\0\0\0\0\2\x32\7\7abc", true, 0); /* type */
	ADD(&ps, "\0\0\0\0\1\0\7\7abc", true, 1); /* Q */
	ADD(&ps, "\0\0\0\0\1\x7f\7\7abc", true, 2);
	ADD(&ps, "\0\0\0\0\1\x32\0\0abc", true, 3); /* no size, nor one in the SDP */
	ADD(&ps, "\0\0\0\0\1\xff\7\7\0\0\0\0abc", true, 4); /* no tables */
	ADD(&ps, "\0\0\0\0\1\x80\7\7\0\0\1\0abc", true, 5); /* longer than the packet */
	ADD(&ps, "\0\0\0\0\1\x80\7\7\0\0", true, 6);
	ADD(&ps, "\0\0\0\0\x41\x32\7\7\0", true, 7);
	ADD(&ps, "\0\0\0", true, 8);
	ADD(&ps, "\0\0\0\7\1\x32\7\7abc", true, 9); /* not the beginning */
	ADD(&ps, "\0\0\0\0\1\x32\7\7", true, 10); /* nothing but a header */
	ADD(&ps, "\0\0\0\0\1\x32\7\7abc", true, 11);
	ADD(&ps, "\0\0\0\0\1\x32\7\7abc", false, 12); /* something else than what goes on there */
	ADD(&ps, "\0\0\0\2\1\x32\7\7def", true, 12);
	ADD(&ps, "\0\0\0\0\1\x32\7\7abc", false, 13);
	ADD(&ps, "\0\0\0\4\1\x32\7\7def", true, 13);
	ADD(&ps, "\0\0\0\0\1\x32\7\7abc", false, 14); /* no marker */
	ADD(&ps, "\0\0\0\0\1\x32\7\7abc", true, 15);
	feed_all(&ps, &jpeg, &taken, ps.n);
	CHECK_INT(taken.n, 6);
	CHECK(taken.unit[0].gap && taken.unit[0].rtp_time == 10 * TIME_STEP);
	for (unsigned i = 0; i < taken.n; i++)
		CHECK(taken.unit[i].broken == (i == 0 || i == 2 || i == 3) && taken.unit[i].gap == !i);
	taken_free(&taken);
	packets_free(&ps);
}

TEST(aac_frames_come_out_of_packets_of_many_and_of_fragments)
{
	static struct packets ps;
	struct taken t;

	ADD(&ps, "\0\x10\0\030abc", true, 0); /* one of 3 bytes */
	ADD(&ps, "\0\x30\0\x18\0\x08\0\020abcdef", true, 1); /* three */
	ADD(&ps, "\0\x10\0\060ab", false, 2); /* one of six in three packets */
	ADD(&ps, "\0\x10\0\060cd", false, 2);
	ADD(&ps, "\0\x10\0\060ef", true, 2);
	ADD(&ps, "\0\x10\0\010z", true, 3);
	feed_all(&ps, &aac, &t, ps.n);
	CHECK_INT(t.n, 6);
	IS(&t, 0, "abc", 0u);
	IS(&t, 1, "abc", TIME_STEP);
	IS(&t, 2, "d", TIME_STEP + 1024u);
	IS(&t, 3, "ef", TIME_STEP + 2048u);
	IS(&t, 4, "abcdef", 2u * TIME_STEP);
	for (unsigned i = 0; i < t.n; i++)
		CHECK(!t.unit[i].broken && !t.unit[i].gap);
	taken_free(&t);
	for (unsigned drop = 2; drop < 5; drop++) {
		feed_all(&ps, &aac, &t, drop);
		CHECK(t.n >= 5);
		for (unsigned i = 0; i < t.n; i++)
			CHECK_INT(t.unit[i].broken, t.unit[i].rtp_time == 2 * TIME_STEP);
		IS(&t, t.n - 1, "z", 3u * TIME_STEP);
		taken_free(&t);
	}
	packets_free(&ps);
}

/* Sizes that do not fit, headers longer than the packet, none; then one that is whole. */
TEST(damaged_aac_is_broken_or_left_out)
{
	static struct packets ps;
	struct taken t;

	ADD(&ps, "\0\x10\0\040abc", true, 0);
	ADD(&ps, "\0\x20\0\x10\0\040abc", true, 1);
	ADD(&ps, "\xff\xff\0\040abc", true, 2);
	ADD(&ps, "\0\0\0\040abc", true, 3);
	ADD(&ps, "\0\x10\0", true, 4);
	ADD(&ps, "\0", true, 5);
	ADD(&ps, "\0\x10\0\010z", true, 6);
	feed_all(&ps, &aac, &t, ps.n);
	CHECK_INT(t.n, 4);
	CHECK(t.unit[0].broken && !t.unit[1].broken && t.unit[2].broken && !t.unit[3].broken &&
		t.unit[3].gap);
	taken_free(&t);
	packets_free(&ps);
}

TEST(aac_frames_are_counted_in_samples_of_the_core)
{
	struct sdp_media media = aac;
	struct depay *d;

	media.sample_rate = 24000; /* with SBR: 24 kHz inside, 48 kHz out */
	d = depay_new(&media, &(struct unit_sink){taken_take, NULL});
	CHECK_INT(d->audio.step, 2048);
	depay_free(d);
	media.sample_rate = 16000;
	media.clock = 16000;
	d = depay_new(&media, &(struct unit_sink){taken_take, NULL});
	CHECK_INT(d->audio.step, 1024);
	depay_free(d);
}

TEST(latm_elements_are_put_together)
{
	static struct packets ps;
	uint8_t large[300] = {255, 40};
	struct taken t;

	ADD(&ps, "\3abc", true, 0);
	ADD(&ps, "\2ab\1c", true, 1); /* two frames */
	CHECK_INT(packets_add(&ps, large, 200, false, 2), 0); /* 295 bytes in two packets */
	CHECK_INT(packets_add(&ps, large + 200, 97, true, 2), 0);
	ADD(&ps, "\1x", false, 3); /* no marker */
	ADD(&ps, "\1z", true, 4);
	ADD(&ps, "\2z", true, 5); /* too short */
	ADD(&ps, "\1z", true, 6);
	feed_all(&ps, &latm, &t, ps.n);
	CHECK_INT(t.n, 8);
	IS(&t, 0, "abc", 0u);
	IS(&t, 1, "ab", TIME_STEP);
	IS(&t, 2, "c", TIME_STEP + 1024u);
	CHECK(t.unit[3].len == 295 && !memcmp(t.unit[3].data, large + 2, 295));
	IS(&t, 4, "x", 3u * TIME_STEP);
	for (unsigned i = 0; i < t.n; i++)
		CHECK_INT(t.unit[i].broken, i == 6);
	taken_free(&t);
	packets_free(&ps);
	ADD(&ps, "\1z", true, 1);
	ADD(&ps, "\006ab", false, 2);
	ADD(&ps, "\3cde", true, 2); /* looks like an element of its own */
	ADD(&ps, "\1z", true, 3);
	for (unsigned drop = 1; drop < 3; drop++) {
		feed_all(&ps, &latm, &t, drop);
		for (unsigned i = 0; i < t.n; i++)
			CHECK(t.unit[i].broken || t.unit[i].rtp_time != 2 * TIME_STEP);
		CHECK(t.n >= 2);
		taken_free(&t);
	}
	packets_free(&ps);
}

TEST(a_latm_element_of_more_frames_than_there_may_be_is_cut_off)
{
	static struct packets ps;
	char many[66] = {0};
	struct taken t;

	many[64] = 1;
	CHECK_INT(packets_add(&ps, many, sizeof(many), true, 0), 0);
	ADD(&ps, "\1z", true, 1);
	feed_all(&ps, &latm, &t, ps.n);
	CHECK_INT(t.n, 1);
	IS(&t, 0, "z", TIME_STEP);
	CHECK(t.unit[0].gap);
	taken_free(&t);
	packets_free(&ps);
}

TEST(whole_frames_pass_and_gaps_are_told)
{
	static struct packets ps;
	struct taken t;

	ADD(&ps, "abc", true, 0);
	ADD(&ps, "", false, 1);
	ADD(&ps, "d", false, 2);
	ADD(&ps, "e", false, 3);
	feed_all(&ps, &whole, &t, 2);
	CHECK_INT(t.n, 2);
	IS(&t, 0, "abc", 0u);
	IS(&t, 1, "e", 3u * TIME_STEP);
	CHECK(!t.unit[0].gap && t.unit[1].gap && !t.unit[1].broken);
	taken_free(&t);
	packets_free(&ps);
}

RUN_TESTS(T(jpegs_come_out_as_files_that_show_the_same), T(jpegs_with_restart_markers_show_the_same),
	T(jpegs_of_unknown_kinds_or_sizes_are_broken),
	T(aac_frames_come_out_of_packets_of_many_and_of_fragments), T(damaged_aac_is_broken_or_left_out),
	T(aac_frames_are_counted_in_samples_of_the_core), T(latm_elements_are_put_together),
	T(a_latm_element_of_more_frames_than_there_may_be_is_cut_off), T(whole_frames_pass_and_gaps_are_told))
