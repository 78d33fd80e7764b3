/* SPDX-License-Identifier: MIT */
#include "plugins/lib/av/annexb.h"
#include "plugins/lib/av/codec.h"
#include "tests/check.h"
#include "tests/plugin/fake_host.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* As in test_in.c, in the order of its options. */
struct test_in_config {
	int64_t codec, pattern, width, height, fps, gop_ns, bitrate;
};
static const struct test_in_config usual = {CAM_H264, 1, 320, 180, 25, CAM_SECOND, 500};

/* libx265 never frees some of what it took to open an encoder: nothing of ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libx265";
}

static struct fake fake;

static void run_frames(const struct test_in_config *config, int n)
{
	memset(&fake, 0, sizeof(fake));
	fake.camera = "front-1";
	CHECK_INT(fake_create(&fake, &cam_plugin_1, config), 0);
	CHECK_INT(cam_plugin_1.start(fake.self), 0);
	for (int i = 0; i < n; i++) {
		CHECK(fake.tick_at != CAM_NO_TS);
		cam_plugin_1.tick(fake.self);
		CHECK_INT(fake.failed, 0);
	}
	CHECK_INT(fake.n_published, n);
}

static void finish(void)
{
	cam_plugin_1.stop(fake.self);
	CHECK_INT(fake.state, CAM_STOPPED);
	CHECK_INT(fake.tick_at, CAM_NO_TS);
	fake_destroy(&fake);
}

/* @return the bar code's number, or -1 when it is damaged */
static int read_bar_code(const AVFrame *f)
{
	uint32_t bits = 0, n;

	for (int i = 0; i < 24; i++) {
		int x = (2 * i + 1) * f->width / 120, y = f->height / 36;

		bits = bits << 1 | (f->data[0][y * f->linesize[0] + x] > 128);
	}
	n = bits >> 6 & 0xffff;
	if (bits >> 22 != 2 || (bits & 3) != 1)
		return -1;
	return (bits >> 2 & 15) == ((n >> 12) + (n >> 8 & 15) + (n >> 4 & 15) + (n & 15)) % 16 ? (int)n : -1;
}

static AVCodecContext *open_decoder(uint32_t fourcc)
{
	const AVCodec *codec = avcodec_find_decoder(av_codec_id(fourcc));
	AVCodecContext *c = avcodec_alloc_context3(codec);

	CHECK(codec && c);
	c->thread_count = 1;
	c->log_level_offset = 16;
	CHECK(avcodec_open2(c, codec, NULL) >= 0);
	return c;
}

/* Take what the decoder has. @return the number after the last one; last becomes that frame */
static int drain(AVCodecContext *decoder, AVFrame *last, int next)
{
	AVFrame *frame = av_frame_alloc();

	while (avcodec_receive_frame(decoder, frame) >= 0) {
		CHECK_INT(frame->width, fake.published[0]->caps->width);
		CHECK_INT(read_bar_code(frame), next);
		next++;
		av_frame_unref(last);
		av_frame_move_ref(last, frame);
	}
	av_frame_free(&frame);
	return next;
}

/* Decode from published[from] on; the numbers read must begin there and be consecutive. @return the last frame */
static AVFrame *decode_all(size_t from)
{
	AVCodecContext *decoder = open_decoder(fake.published[0]->caps->codec);
	AVPacket *packet = av_packet_alloc();
	AVFrame *last = av_frame_alloc();
	int next = (int)from;

	for (size_t i = from; i < fake.n_published; i++) {
		const struct cam_plane *p = &fake.published[i]->plane[0];

		CHECK(!av_new_packet(packet, (int)p->len));
		memcpy(packet->data, p->data, p->len);
		CHECK(avcodec_send_packet(decoder, packet) >= 0);
		av_packet_unref(packet);
		next = drain(decoder, last, next);
	}
	CHECK(avcodec_send_packet(decoder, NULL) >= 0);
	next = drain(decoder, last, next);
	CHECK_INT(next, fake.n_published);
	av_packet_free(&packet);
	avcodec_free_context(&decoder);
	return last;
}

static void check_codec(uint32_t codec)
{
	const int64_t frame_ns = CAM_SECOND / 25;
	struct test_in_config config = usual;
	int64_t before = -frame_ns;
	AVFrame *last;

	config.codec = codec;
	run_frames(&config, 60);
	last = decode_all(0);
	av_frame_free(&last);
	for (size_t i = 0; i < 60; i++) {
		const struct cam_buf *b = fake.published[i];

		CHECK(b->caps == fake.published[0]->caps);
		CHECK(b->pts_ns > before && b->pts_ns % frame_ns == 0);
		before = b->pts_ns;
		CHECK_INT(b->dts_ns, b->pts_ns);
		CHECK(b->arrival_ns > 0);
		CHECK_INT(b->flags & CAM_KEY, codec == CAM_MJPG || i % 25 == 0 ? CAM_KEY : 0);
	}
	/* Where the machine is behind, frames are left out, and counted. */
	CHECK_INT(before, (59 + fake.stats[1]) * frame_ns);
}

static void check_caps(uint32_t codec)
{
	const struct cam_caps *caps = fake.published[0]->caps;
	struct annexb_sets sets = {0};

	CHECK_INT(caps->form, CAM_PACKET);
	CHECK_INT(caps->media, CAM_VIDEO);
	CHECK_INT(caps->codec, codec);
	CHECK_INT(caps->width, 320);
	CHECK_INT(caps->height, 180);
	CHECK_INT(caps->fps_num, 25);
	CHECK_INT(caps->fps_den, 1);
	if (codec == CAM_MJPG) {
		CHECK_INT(caps->extradata_len, 0);
		return;
	}
	CHECK_INT(annexb_sets_update(codec, &sets, caps->extradata, caps->extradata_len), 1);
	CHECK(annexb_sets_complete(codec, &sets));
	CHECK_INT(sets.len, caps->extradata_len);
}

TEST(h264_frames_decode_with_consecutive_bar_codes_and_a_keyframe_each_gop)
{
	check_codec(CAM_H264);
	check_caps(CAM_H264);
	finish();
}

TEST(hevc_frames_decode_with_consecutive_bar_codes_and_a_keyframe_each_gop)
{
	if (!avcodec_find_encoder(AV_CODEC_ID_HEVC)) {
		printf("# skipped: this FFmpeg has no H.265 encoder\n");
		return;
	}
	check_codec(CAM_HEVC);
	check_caps(CAM_HEVC);
	finish();
}

TEST(mjpeg_frames_are_all_keyframes)
{
	check_codec(CAM_MJPG);
	check_caps(CAM_MJPG);
	finish();
}

TEST(decoding_can_start_at_a_later_keyframe)
{
	AVFrame *last;

	run_frames(&usual, 60);
	last = decode_all(25);
	av_frame_free(&last);
	finish();
}

/* 75 % bars: the white one at the left, the blue one second from the right; limited range, BT.601 below 720 lines. */
TEST(colours_are_those_of_the_tagged_matrix)
{
	AVFrame *last;
	int x = 320 * 13 / 16, y = 60;

	run_frames(&usual, 3);
	last = decode_all(0);
	CHECK_INT(last->color_range, AVCOL_RANGE_MPEG);
	CHECK_INT(last->colorspace, AVCOL_SPC_SMPTE170M);
	CHECK(abs(last->data[0][y * last->linesize[0] + x] - 35) < 6);
	CHECK(abs(last->data[1][y / 2 * last->linesize[1] + x / 2] - 212) < 6);
	CHECK(abs(last->data[2][y / 2 * last->linesize[2] + x / 2] - 114) < 6);
	av_frame_free(&last);
	finish();
}

TEST(every_pattern_moves_and_carries_the_bar_code)
{
	for (int64_t pattern = 1; pattern <= 4; pattern++) {
		struct test_in_config config = usual;
		AVFrame *last;

		config.pattern = pattern;
		run_frames(&config, 10);
		last = decode_all(0);
		av_frame_free(&last);
		finish();
	}
}

TEST(a_late_tick_skips_frames_and_keeps_the_schedule)
{
	struct test_in_config config = usual;
	struct timespec late = {0, 100000000};
	int64_t gap;

	config.fps = 100;
	run_frames(&config, 1);
	nanosleep(&late, NULL); /* what is tested is the clock: ten slots pass */
	cam_plugin_1.tick(fake.self);
	CHECK_INT(fake.n_published, 2);
	gap = fake.published[1]->pts_ns - fake.published[0]->pts_ns;
	CHECK(gap >= 9 * CAM_SECOND / 100);
	CHECK_INT(gap % (CAM_SECOND / 100), 0);
	CHECK_INT(fake.stats[1], gap / (CAM_SECOND / 100) - 1);
	CHECK_INT((fake.tick_at - fake.published[1]->arrival_ns) < CAM_SECOND / 50, 1);
	AVFrame *last = decode_all(0);
	av_frame_free(&last);
	finish();
}

TEST(odd_sizes_are_refused_by_name)
{
	struct test_in_config config = usual;

	memset(&fake, 0, sizeof(fake));
	config.height = 181;
	CHECK_INT(fake_create(&fake, &cam_plugin_1, &config), -EINVAL);
	CHECK_STR(fake.option, "height");
}

TEST(parameter_sets_are_found_replaced_and_bounded)
{
	static const uint8_t first[] = {
		0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 1, 0x65, 9, 0, 0, 1, 0x67, 7};
	static const uint8_t next[] = {0, 0, 1, 0x68, 4, 0, 0, 1, 0x68, 4, 0, 0, 1, 0x65};
	static const uint8_t want[] = {0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 4};
	static uint8_t large[ANNEXB_SETS_MAX + 16] = {0, 0, 1, 0x67};
	struct annexb_sets sets = {0};

	CHECK_INT(annexb_sets_update(CAM_H264, &sets, first, sizeof(first)), 1);
	CHECK_INT(annexb_sets_update(CAM_H264, &sets, first, sizeof(first)), 0);
	CHECK_INT(annexb_sets_update(CAM_H264, &sets, next, sizeof(next)), 1);
	CHECK(annexb_sets_complete(CAM_H264, &sets));
	CHECK_INT(sets.len, sizeof(want));
	CHECK(!memcmp(sets.data, want, sizeof(want)));
	memset(large + 4, 5, sizeof(large) - 4);
	CHECK_INT(annexb_sets_update(CAM_H264, &sets, large, sizeof(large)), -EMSGSIZE);
	CHECK_INT(sets.len, sizeof(want));
	for (size_t n = 0; n < sizeof(first); n++)
		annexb_sets_update(CAM_HEVC, &sets, first, n);
}

RUN_TESTS(T(h264_frames_decode_with_consecutive_bar_codes_and_a_keyframe_each_gop),
	T(hevc_frames_decode_with_consecutive_bar_codes_and_a_keyframe_each_gop),
	T(mjpeg_frames_are_all_keyframes), T(decoding_can_start_at_a_later_keyframe),
	T(colours_are_those_of_the_tagged_matrix), T(every_pattern_moves_and_carries_the_bar_code),
	T(a_late_tick_skips_frames_and_keeps_the_schedule), T(odd_sizes_are_refused_by_name),
	T(parameter_sets_are_found_replaced_and_bounded))
