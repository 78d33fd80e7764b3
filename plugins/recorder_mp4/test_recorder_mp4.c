/* SPDX-License-Identifier: MIT */
/* recorder_mp4: what goes in comes out of the files, bit by bit and in time. */
#include "core/media/buf.h"
#include "plugins/recorder_mp4/test_rig.h"
#include "tests/check.h"

#include <libavcodec/avcodec.h>
#include <time.h>

static struct rig r;
static struct clip video, video2, audio;
static struct clip_file file;

static void give_all(const struct clip *c, const struct cam_caps *caps, int64_t shift_ns)
{
	for (int i = 0; i < c->n; i++)
		CHECK_INT(rig_give(&r, c, i, caps, 25, shift_ns), 0);
}

/* Read file i, which must give no warning; its DTS rise strictly from 0. */
static void read_file(int i)
{
	int64_t last[2] = {-1, -1};

	CHECK(i < r.n_paths);
	CHECK_INT(clip_file_read(&file, r.path[i]), 0);
	if (file.warnings)
		printf("# %s: %s", r.path[i], file.warning);
	CHECK_INT(file.warnings, 0);
	CHECK(file.n > 0);
	CHECK(file.packet[0].key);
	CHECK_INT(file.packet[0].dts, 0);
	for (int k = 0; k < file.n; k++) {
		CHECK(file.packet[k].stream < 2);
		CHECK(file.packet[k].dts > last[file.packet[k].stream]);
		CHECK(file.packet[k].pts >= file.packet[k].dts);
		last[file.packet[k].stream] = file.packet[k].dts;
	}
}

/* All video packets of all files are exactly the clip's units from `first` on, with the clip's times. */
static void check_files(const struct clip *c, int first, int want_files)
{
	int unit = first;

	CHECK_INT(rig_files(&r), want_files);
	for (int i = 0; i < r.n_paths; i++) {
		int begin = unit;

		read_file(i);
		for (int k = 0; k < file.n; k++) {
			const struct clip_read *p = &file.packet[k];

			if (p->stream)
				continue;
			CHECK(unit < c->n);
			CHECK(clip_same(c, unit, p->data, p->len));
			CHECK_INT(p->dts, (c->unit[unit].dts - c->unit[begin].dts) * 3600);
			CHECK_INT(p->pts, (c->unit[unit].pts - c->unit[begin].dts) * 3600);
			if (c->annex_b) /* libavformat's reader does not tell it of MJPEG */
				CHECK_INT(p->duration, 3600);
			CHECK_INT(p->key, c->unit[unit].key);
			unit++;
		}
		clip_file_free(&file);
	}
	CHECK_INT(unit, c->n);
}

static void begin(const struct clip_make *make)
{
	rig_init(&r);
	CHECK(clip_make(&video, make));
	CHECK_INT(rig_start(&r), 0);
	CHECK_INT(r.f.n_subs, 1);
}

static void end(void)
{
	rig_finish(&r);
	clip_free(&video);
	clip_free(&video2);
	clip_free(&audio);
}

static void record(const struct clip_make *make, uint32_t codec, bool caps_know, int want_files)
{
	const struct cam_caps *caps;

	begin(make);
	caps = rig_caps(&video, codec, make->width, make->height, caps_know);
	CHECK(caps);
	if (!caps_know)
		((struct cam_caps *)(uintptr_t)caps)->width = 0;
	give_all(&video, caps, 0);
	caps_unref(caps);
	CHECK_INT(r.f.stats[STAT_REPAIRED], 0);
	rig_stop(&r);
	check_files(&video, 0, want_files);
	end();
}

TEST(every_access_unit_lands_in_exactly_one_of_four_segments)
{
	record(&(struct clip_make){"libx264", 200, 25, 0, 64, 48, true}, CAM_H264, true, 4);
}

TEST(parameter_sets_and_size_come_from_the_keyframe_when_the_caps_lack_them)
{
	record(&(struct clip_make){"libx264", 110, 25, 0, 64, 48, false}, CAM_H264, false, 3);
}

TEST(b_frames_keep_their_composition_offsets)
{
	record(&(struct clip_make){"libx264", 200, 25, 3, 64, 48, true}, CAM_H264, true, 4);
}

TEST(hevc_is_recorded)
{
	record(&(struct clip_make){"libx265", 150, 25, 0, 64, 64, true}, CAM_HEVC, true, 3);
	record(&(struct clip_make){"libx265", 60, 25, 0, 64, 64, false}, CAM_HEVC, false, 2);
}

TEST(mjpeg_is_recorded)
{
	record(&(struct clip_make){"mjpeg", 75, 1, 0, 160, 120, false}, CAM_MJPG, true, 2);
	record(&(struct clip_make){"mjpeg", 75, 1, 0, 160, 120, false}, CAM_MJPG, false, 2);
}

TEST(fragments_are_cut_by_time_within_a_long_group)
{
	const struct cam_caps *caps;

	begin(&(struct clip_make){"libx264", 110, 250, 0, 64, 48, true});
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	give_all(&video, caps, 0);
	caps_unref(caps);
	CHECK_INT(r.f.stats[STAT_FRAGMENTS], 4);
	CHECK_INT(r.f.stats[STAT_SEGMENTS], 1);
	CHECK_INT(r.f.stats[STAT_PACKETS], 100);
	rig_stop(&r);
	check_files(&video, 0, 1);
	end();
}

/* Two seconds were wanted of the file that is open; it goes on, and ends at the keyframe after four. */
TEST(another_length_holds_for_the_file_that_is_open)
{
	const struct cam_caps *caps;
	struct recorder_config longer;

	begin(&(struct clip_make){"libx264", 200, 25, 0, 64, 48, true});
	longer = r.config;
	longer.segment_ns = 4 * CAM_SECOND;
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	for (int i = 0; i < video.n; i++) {
		if (i == 30)
			CHECK_INT(cam_plugin_1.reload(r.f.self, &longer), 0);
		CHECK_INT(rig_give(&r, &video, i, caps, 25, 0), 0);
	}
	caps_unref(caps);
	CHECK_INT(r.f.stats[STAT_SEGMENTS], 2);
	rig_stop(&r);
	check_files(&video, 0, 2);
	end();
}

TEST(recording_begins_at_a_keyframe)
{
	const struct cam_caps *caps;

	begin(&(struct clip_make){"libx264", 60, 25, 0, 64, 48, false});
	caps = rig_caps(&video, CAM_H264, 64, 48, false);
	for (int i = 10; i < video.n; i++)
		CHECK_INT(rig_give(&r, &video, i, caps, 25, 0), 0);
	caps_unref(caps);
	CHECK_INT(r.f.stats[STAT_SKIPPED], 15);
	rig_stop(&r);
	check_files(&video, 25, 1);
	end();
}

TEST(what_is_on_the_disk_during_recording_plays)
{
	const struct cam_caps *caps;

	begin(&(struct clip_make){"libx264", 45, 25, 0, 64, 48, true});
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	give_all(&video, caps, 0);
	CHECK_INT(rig_files(&r), 1);
	read_file(0);
	CHECK_INT(file.n, 25);
	clip_file_free(&file);
	cam_plugin_1.tick(r.f.self);
	read_file(0);
	CHECK_INT(file.n, 45);
	clip_file_free(&file);
	/* a packet that comes after the pause keeps its own time */
	CHECK_INT(rig_give(&r, &video, 25, caps, 25, 5 * CAM_SECOND), 0);
	caps_unref(caps);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 2);
	end();
}

TEST(a_gap_in_the_stream_stays_a_gap_in_the_file)
{
	const struct cam_caps *caps;

	begin(&(struct clip_make){"libx264", 40, 50, 0, 64, 48, true});
	r.config.segment_ns = 60 * CAM_SECOND;
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	for (int i = 0; i < 20; i++)
		CHECK_INT(rig_give(&r, &video, i, caps, 25, 0), 0);
	cam_plugin_1.tick(r.f.self);
	for (int i = 20; i < 40; i++)
		CHECK_INT(rig_give(&r, &video, i, caps, 25, 7 * CAM_SECOND), 0);
	caps_unref(caps);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	read_file(0);
	CHECK_INT(file.n, 40);
	CHECK_INT(file.packet[19].dts, 19 * 3600);
	CHECK_INT(file.packet[20].dts, 20 * 3600 + 7 * 90000);
	CHECK_INT(file.packet[39].dts, 39 * 3600 + 7 * 90000);
	clip_file_free(&file);
	end();
}

TEST(a_wall_clock_that_is_set_begins_a_file_with_its_name)
{
	const struct cam_caps *caps;

	begin(&(struct clip_make){"libx264", 60, 10, 0, 64, 48, true});
	r.config.segment_ns = 60 * CAM_SECOND;
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	for (int i = 0; i < 60; i++) {
		r.wall_set_ns = i < 15 ? 0 : i < 35 ? -3600 * CAM_SECOND : 0;
		CHECK_INT(rig_give(&r, &video, i, caps, 25, 0), 0);
	}
	caps_unref(caps);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 3);
	CHECK(strstr(r.path[0], "/cam_2026-03-01_11-00-00Z.mp4"));
	CHECK(strstr(r.path[1], "/cam_2026-03-01_12-00-00Z.mp4"));
	CHECK(strstr(r.path[2], "/cam_2026-03-01_12-00-01Z.mp4"));
	end();
}

TEST(silence_ends_the_file)
{
	const struct cam_caps *caps;

	begin(&(struct clip_make){"libx264", 40, 50, 0, 64, 48, true});
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	for (int i = 0; i < 20; i++)
		CHECK_INT(rig_give(&r, &video, i, caps, 25, 0), 0);
	cam_plugin_1.tick(r.f.self);
	cam_plugin_1.tick(r.f.self);
	CHECK_INT(rig_give(&r, &video, 20, caps, 25, 0), 0);
	CHECK_INT(r.f.stats[STAT_SKIPPED], 1);
	caps_unref(caps);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	end();
}

TEST(the_end_of_a_session_ends_the_file)
{
	const struct cam_caps *caps;

	begin(&(struct clip_make){"libx264", 40, 20, 0, 64, 48, true});
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	for (int i = 0; i < 30; i++)
		CHECK_INT(rig_give(&r, &video, i, caps, 25, 0), 0);
	CHECK_INT(cam_plugin_1.ended(r.f.self, fake_sub(&r.f, 0)), 0);
	CHECK_INT(r.f.stats[STAT_PACKETS], 30);
	for (int i = 30; i < 40; i++)
		CHECK_INT(rig_give(&r, &video, i, caps, 25, 0), 0);
	CHECK_INT(r.f.stats[STAT_SKIPPED], 10);
	CHECK_INT(cam_plugin_1.ended(r.f.self, fake_sub(&r.f, 0)), 0);
	caps_unref(caps);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	end();
}

TEST(other_caps_begin_a_segment_at_their_keyframe)
{
	const struct cam_caps *caps, *again, *other;

	begin(&(struct clip_make){"libx264", 40, 100, 0, 64, 48, true});
	CHECK(clip_make(&video2, &(struct clip_make){"libx264", 40, 100, 0, 96, 64, true}));
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	again = rig_caps(&video, CAM_H264, 64, 48, true);
	other = rig_caps(&video2, CAM_H264, 96, 64, true);
	for (int i = 0; i < video.n; i++) /* the same format under another pointer goes on */
		CHECK_INT(rig_give(&r, &video, i, i < 20 ? caps : again, 25, 0), 0);
	give_all(&video2, other, 2 * CAM_SECOND);
	caps_unref(caps);
	caps_unref(again);
	caps_unref(other);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 2);
	read_file(0);
	CHECK_INT(file.n, 40);
	CHECK_INT(file.width, 64);
	clip_file_free(&file);
	read_file(1);
	CHECK_INT(file.n, 40);
	CHECK_INT(file.width, 96);
	CHECK_INT(file.height, 64);
	CHECK(clip_same(&video2, 0, file.packet[0].data, file.packet[0].len));
	clip_file_free(&file);
	end();
}

TEST(audio_is_kept_in_time_across_segments)
{
	const struct cam_caps *caps, *sound;
	int a = 0, got = 0;
	int64_t offset = 0;

	begin(&(struct clip_make){"libx264", 150, 25, 0, 64, 48, true});
	CHECK(clip_make(&audio, &(struct clip_make){"aac", 280, 0, 0, 0, 0, true}));
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	sound = rig_caps(&audio, CAM_AAC, 0, 0, true);
	for (int i = 0; i < video.n; i++) {
		CHECK_INT(rig_give(&r, &video, i, caps, 25, 0), 0);
		for (; a < audio.n && audio.unit[a].dts * 25 <= (int64_t)i * 48000; a++)
			CHECK_INT(rig_give(&r, &audio, a, sound, 48000, 0), 0);
	}
	caps_unref(caps);
	caps_unref(sound);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 3);
	for (int i = 0; i < 3; i++, offset += 2 * 48000) {
		read_file(i);
		CHECK_INT(file.streams, 2);
		CHECK_INT(file.codec_id[1], AV_CODEC_ID_AAC);
		CHECK_INT(file.timescale[1], 48000);
		for (int k = 0; k < file.n; k++) {
			if (file.packet[k].stream != 1)
				continue;
			CHECK(got < a);
			CHECK(clip_same(&audio, got, file.packet[k].data, file.packet[k].len));
			/* a packet from just before the cut may have come after it: it starts at 0, the next at 1 */
			if (file.packet[k].dts > 1)
				CHECK_INT(file.packet[k].dts, audio.unit[got].dts - offset);
			got++;
		}
		clip_file_free(&file);
	}
	CHECK_INT(got, a);
	end();
}

TEST(audio_that_mp4_cannot_hold_is_left_out_with_one_warning)
{
	struct cam_caps g711 = {.form = CAM_PACKET,
		.media = CAM_AUDIO,
		.codec = CAM_PCMU,
		.sample_rate = 8000,
		.channels = 1};
	const struct cam_caps *caps, *sound = caps_new(&g711);
	struct cam_buf *buf;

	begin(&(struct clip_make){"libx264", 60, 25, 0, 64, 48, true});
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	for (int i = 0; i < video.n; i++) {
		CHECK_INT(rig_give(&r, &video, i, caps, 25, 0), 0);
		buf = fake_packet(sound, "12345678", 8, RIG_MONO + i * CAM_SECOND / 25, CAM_KEY);
		CHECK(buf);
		buf->track = 1;
		CHECK_INT(fake_deliver(&r.f, 0, buf), 0);
		buf_unref(buf);
	}
	caps_unref(caps);
	caps_unref(sound);
	CHECK(strstr(r.f.log, "audio"));
	CHECK(strchr(r.f.log, '\n') == strrchr(r.f.log, '\n'));
	rig_stop(&r);
	check_files(&video, 0, 2);
	end();
}

TEST(time_stamps_that_do_not_rise_are_mended_and_counted)
{
	const struct cam_caps *caps;

	begin(&(struct clip_make){"libx264", 40, 50, 0, 64, 48, true});
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	for (int i = 0; i < video.n; i++)
		CHECK_INT(rig_give(&r, &video, i, caps, 25, i == 20 ? -CAM_SECOND / 5 : 0), 0);
	caps_unref(caps);
	cam_plugin_1.tick(r.f.self);
	CHECK_INT(r.f.stats[STAT_REPAIRED], 1);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 1);
	read_file(0);
	CHECK_INT(file.n, 40);
	clip_file_free(&file);
	end();
}

TEST(the_name_tells_camera_day_time_and_zone)
{
	const struct cam_caps *caps;
	char want[512];

	begin(&(struct clip_make){"libx264", 3, 25, 0, 64, 48, true});
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	caps = rig_caps(&video, CAM_H264, 64, 48, true);
	give_all(&video, caps, 0);
	cam_plugin_1.tick(r.f.self);
	cam_plugin_1.tick(r.f.self);
	setenv("TZ", "UTC", 1);
	tzset();
	give_all(&video, caps, 0);
	cam_plugin_1.tick(r.f.self);
	cam_plugin_1.tick(r.f.self);
	give_all(&video, caps, 0); /* the same second again */
	caps_unref(caps);
	rig_stop(&r);
	CHECK_INT(rig_files(&r), 3);
	snprintf(want, sizeof(want), "%s/cam/2026-03-01/cam_2026-03-01_12-00-00Z.mp4", r.folder);
	CHECK_STR(r.path[0], want);
	snprintf(want, sizeof(want), "%s/cam/2026-03-01/cam_2026-03-01_12-00-00Z_2.mp4", r.folder);
	CHECK_STR(r.path[1], want);
	snprintf(want, sizeof(want), "%s/cam/2026-03-01/cam_2026-03-01_13-00-00+0100.mp4", r.folder);
	CHECK_STR(r.path[2], want);
	end();
}

RUN_TESTS(T(every_access_unit_lands_in_exactly_one_of_four_segments),
	T(parameter_sets_and_size_come_from_the_keyframe_when_the_caps_lack_them),
	T(b_frames_keep_their_composition_offsets), T(hevc_is_recorded), T(mjpeg_is_recorded),
	T(fragments_are_cut_by_time_within_a_long_group), T(another_length_holds_for_the_file_that_is_open),
	T(recording_begins_at_a_keyframe), T(what_is_on_the_disk_during_recording_plays),
	T(a_gap_in_the_stream_stays_a_gap_in_the_file),
	T(a_wall_clock_that_is_set_begins_a_file_with_its_name), T(silence_ends_the_file),
	T(the_end_of_a_session_ends_the_file), T(other_caps_begin_a_segment_at_their_keyframe),
	T(audio_is_kept_in_time_across_segments), T(audio_that_mp4_cannot_hold_is_left_out_with_one_warning),
	T(time_stamps_that_do_not_rise_are_mended_and_counted), T(the_name_tells_camera_day_time_and_zone))
