/* SPDX-License-Identifier: MIT */
/* recorder_mp4: which formats become files, and what is said of the others. */
#include "core/media/buf.h"
#include "plugins/recorder_mp4/test_rig.h"
#include "tests/check.h"

#include <errno.h>
#include <libavcodec/codec_id.h>

static struct rig r;
static struct clip clip;
static struct clip_file file;

/* A clip of so many frames, 25 a second, with a keyframe each second. */
static void begin(int frames, bool extradata)
{
	rig_init(&r);
	r.config.segment_ns = 600 * CAM_SECOND;
	CHECK(clip_make(&clip, &(struct clip_make){"libx264", frames, 25, 0, 64, 48, extradata}));
	CHECK_INT(rig_start(&r), 0);
}

static void end(void)
{
	clip_free(&clip);
	rig_finish(&r);
}

static void give(int from, int to, const struct cam_caps *caps)
{
	for (int i = from; i < to; i++)
		CHECK_INT(rig_give(&r, &clip, i, caps, 25, 0), 0);
}

/* Twenty milliseconds of it, at the time of this frame. */
static void give_sound(const struct cam_caps *caps, int frame, int shift_ms)
{
	static const uint8_t sound[40] = {0xfc, 1, 2, 3};
	int64_t at = frame * CAM_SECOND / 25 + shift_ms * (CAM_SECOND / 1000);
	struct cam_buf *buf = fake_packet(caps, sound, sizeof(sound), RIG_MONO + at, CAM_KEY);

	buf->wall_ns = RIG_WALL + at;
	buf->track = 1;
	CHECK_INT(fake_deliver(&r.f, 0, buf), 0);
	buf_unref(buf);
}

static int packets_of(int stream)
{
	int n = 0;

	for (int i = 0; i < file.n; i++)
		n += file.packet[i].stream == stream;
	return n;
}

TEST(opus_is_recorded_beside_the_video_with_what_its_players_need)
{
	const struct cam_caps *video, *opus;

	begin(50, true);
	video = rig_caps(&clip, CAM_H264, 64, 48, true);
	opus = rig_caps(&clip, CAM_OPUS, 0, 0, false);
	for (int i = 0; i < 50; i++) {
		give(i, i + 1, video);
		give_sound(opus, i, 0);
		give_sound(opus, i, 20);
	}
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	CHECK_INT(clip_file_read(&file, r.path[0]), 0);
	CHECK_INT(file.warnings, 0);
	CHECK_INT(file.streams, 2);
	CHECK_INT(file.codec_id[1], AV_CODEC_ID_OPUS);
	CHECK_INT(file.timescale[1], 48000);
	CHECK_INT(packets_of(0), 50);
	CHECK_INT(packets_of(1), 100);
	for (int i = 0, k = 0; i < file.n; i++)
		if (file.packet[i].stream == 1)
			CHECK_INT(file.packet[i].dts, 960 * k++);
	clip_file_free(&file);
	caps_unref(opus);
	caps_unref(video);
	end();
}

TEST(sound_that_appears_begins_another_file_at_the_next_keyframe)
{
	const struct cam_caps *video, *opus;

	begin(100, true);
	video = rig_caps(&clip, CAM_H264, 64, 48, true);
	opus = rig_caps(&clip, CAM_OPUS, 0, 0, false);
	for (int i = 0; i < 100; i++) {
		give(i, i + 1, video);
		if (i >= 30) {
			give_sound(opus, i, 0);
			give_sound(opus, i, 20);
		}
	}
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 2);
	CHECK_INT(clip_file_read(&file, r.path[0]), 0);
	CHECK_INT(file.streams, 1);
	CHECK_INT(packets_of(0), 50);
	clip_file_free(&file);
	CHECK_INT(clip_file_read(&file, r.path[1]), 0);
	CHECK_INT(file.streams, 2);
	CHECK_INT(packets_of(0), 50);
	CHECK_INT(packets_of(1), 100);
	clip_file_free(&file);
	caps_unref(opus);
	caps_unref(video);
	end();
}

TEST(sound_that_mp4_does_not_hold_is_left_out_and_said_once)
{
	const struct cam_caps *video, *law;

	begin(30, true);
	video = rig_caps(&clip, CAM_H264, 64, 48, true);
	law = rig_caps(&clip, CAM_PCMU, 0, 0, false);
	for (int i = 0; i < 30; i++) {
		give(i, i + 1, video);
		give_sound(law, i, 0);
	}
	CHECK(strstr(r.f.log, "MP4 takes AAC and Opus"));
	CHECK(!strstr(strstr(r.f.log, "MP4 takes AAC and Opus") + 1, "MP4 takes AAC and Opus"));
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	CHECK_INT(clip_file_read(&file, r.path[0]), 0);
	CHECK_INT(file.streams, 1);
	clip_file_free(&file);
	caps_unref(law);
	caps_unref(video);
	end();
}

TEST(a_codec_that_mp4_does_not_hold_ends_the_file_and_is_said_once)
{
	const struct cam_caps *video, *other;

	begin(30, true);
	video = rig_caps(&clip, CAM_H264, 64, 48, true);
	other = rig_caps(&clip, CAM_FOURCC('V', 'P', '9', '0'), 64, 48, false);
	give(0, 30, video);
	give(0, 10, other);
	CHECK(strstr(r.f.log, "cannot be recorded as MP4"));
	CHECK(!strstr(strstr(r.f.log, "cannot be recorded as MP4") + 1, "cannot be recorded as MP4"));
	CHECK_INT(rig_files(&r), 1);
	CHECK_INT(clip_file_read(&file, r.path[0]), 0); /* it is whole by now */
	CHECK_INT(packets_of(0), 30);
	clip_file_free(&file);
	CHECK_INT(r.f.n_events, 2);
	CHECK_STR(r.f.events[1].label, "closed");
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	caps_unref(other);
	caps_unref(video);
	end();
}

TEST(a_keyframe_that_cannot_begin_a_file_is_waited_past_and_said_once)
{
	const struct cam_caps *none, *video;

	begin(75, true); /* its keyframes have no parameter sets */
	none = rig_caps(&clip, CAM_H264, 64, 48, false);
	video = rig_caps(&clip, CAM_H264, 64, 48, true);
	give(0, 50, none);
	CHECK(strstr(r.f.log, "lacks parameter sets"));
	CHECK(!strstr(strstr(r.f.log, "lacks parameter sets") + 1, "lacks parameter sets"));
	give(50, 75, video);
	CHECK_INT(r.f.stats[STAT_SKIPPED], 50);
	CHECK_INT(r.f.stats[STAT_ERRORS], 0);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	CHECK_INT(clip_file_read(&file, r.path[0]), 0);
	CHECK_INT(packets_of(0), 25);
	clip_file_free(&file);
	caps_unref(video);
	caps_unref(none);
	end();
}

TEST(a_size_that_nobody_told_stands_in_the_parameter_sets)
{
	struct cam_caps like;
	const struct cam_caps *video, *sized;

	begin(30, true);
	sized = rig_caps(&clip, CAM_H264, 64, 48, true);
	like = *sized;
	like.width = like.height = 0;
	like.fps_num = like.fps_den = 0;
	video = caps_new(&like);
	give(0, 30, video);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	CHECK_INT(clip_file_read(&file, r.path[0]), 0);
	CHECK_INT(file.width, 64);
	CHECK_INT(file.height, 48);
	CHECK_INT(packets_of(0), 30);
	clip_file_free(&file);
	caps_unref(video);
	caps_unref(sized);
	end();
}

TEST(a_picture_is_not_shown_before_it_is_decoded_nor_long_after)
{
	static const int64_t offsets[] = {-CAM_SECOND, 31 * CAM_SECOND, CAM_NO_TS};
	const struct cam_caps *video;

	begin(30, true);
	video = rig_caps(&clip, CAM_H264, 64, 48, true);
	give(0, 3, video);
	for (int i = 3; i < 6; i++) {
		int64_t dts = RIG_MONO + i * CAM_SECOND / 25;
		struct cam_buf *buf = fake_packet(video, clip.unit[i].data, clip.unit[i].len, dts, 0);

		buf->pts_ns = i == 5 ? CAM_NO_TS : dts + offsets[i - 3];
		buf->wall_ns = RIG_WALL + i * CAM_SECOND / 25;
		CHECK_INT(fake_deliver(&r.f, 0, buf), 0);
		buf_unref(buf);
	}
	give(6, 30, video);
	rig_stop(&r);
	CHECK_INT(r.f.stats[STAT_REPAIRED], 2);
	CHECK_INT(rig_files(&r), 1);
	CHECK_INT(clip_file_read(&file, r.path[0]), 0);
	CHECK_INT(packets_of(0), 30);
	for (int i = 0; i < file.n; i++)
		CHECK_INT(file.packet[i].pts, file.packet[i].dts);
	clip_file_free(&file);
	caps_unref(video);
	end();
}

RUN_TESTS(T(opus_is_recorded_beside_the_video_with_what_its_players_need),
	T(sound_that_appears_begins_another_file_at_the_next_keyframe),
	T(sound_that_mp4_does_not_hold_is_left_out_and_said_once),
	T(a_codec_that_mp4_does_not_hold_ends_the_file_and_is_said_once),
	T(a_keyframe_that_cannot_begin_a_file_is_waited_past_and_said_once),
	T(a_size_that_nobody_told_stands_in_the_parameter_sets),
	T(a_picture_is_not_shown_before_it_is_decoded_nor_long_after))
