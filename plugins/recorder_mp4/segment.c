/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/segment.h"

#include "plugins/recorder_mp4/params.h"

#include <errno.h>
#include <unistd.h>

/* The most that a picture may be shown after its decoding; the longest reordering allowed is 16 frames. */
#define MAX_OFFSET_NS (30 * CAM_SECOND)

static int close_file(struct segment *s, bool remove)
{
	int err;

	s->bytes = mp4_good_bytes(s->mp4);
	mp4_free(s->mp4);
	s->mp4 = NULL;
	err = tree_close(&s->file, remove);
	for (int i = 0; i < MP4_TRACKS; i++) {
		s->host->caps_unref(s->track[i].caps);
		s->track[i].caps = NULL;
	}
	return err;
}

/* A frame's time at the nominal rate, 40 ms when that is not known or not believable. */
static int64_t nominal_ticks(const struct cam_caps *caps)
{
	if (!caps->fps_num || !caps->fps_den || caps->fps_num / caps->fps_den >= 1000 ||
		caps->fps_den / caps->fps_num >= 10)
		return MP4_VIDEO_TIMESCALE / 25;
	return (int64_t)MP4_VIDEO_TIMESCALE * caps->fps_den / caps->fps_num;
}

static void init_track(struct segment *s, enum mp4_track track, const struct mp4_format *format)
{
	struct segment_track *t = &s->track[track];
	const struct cam_caps *caps = track == MP4_VIDEO ? format->video : format->audio;

	*t = (struct segment_track){.last = -1};
	if (!caps)
		return;
	t->caps = s->host->caps_ref(caps);
	t->timescale = mp4_timescale(format, track);
	if (track == MP4_AUDIO)
		t->duration = caps->codec == CAM_AAC ? 1024 : t->timescale / 50;
	else
		t->duration = nominal_ticks(caps);
}

int segment_open(struct segment *s, const struct cam_host *host, int dir_fd, const char *camera,
	const struct cam_buf *key, const struct cam_caps *audio)
{
	struct params params = {0};
	struct mp4_format format = {.video = key->caps, .audio = audio, .wall_ns = key->wall_ns};
	int err = params_find(key, &params);

	if (err)
		return err;
	*s = (struct segment){.host = host,
		.start_ns = key->dts_ns,
		.wall_ns = key->wall_ns,
		.file = {.fd = -1, .day_fd = -1}};
	format.parameter_sets = params.sets;
	format.parameter_sets_len = params.len;
	format.width = params.width;
	format.height = params.height;
	err = tree_create(dir_fd, camera, key->wall_ns, &s->file);
	if (!err) {
		err = mp4_new(s->file.fd, &format, &s->mp4);
		if (err)
			(void)tree_close(&s->file, true);
	}
	if (!err) {
		init_track(s, MP4_VIDEO, &format);
		init_track(s, MP4_AUDIO, &format);
	}
	params_finish(&params);
	return err;
}

/* ns to ticks without overflow for any span of a file, rounded to the nearest. */
static int64_t ticks(const struct segment_track *t, int64_t ns)
{
	int64_t whole = ns / CAM_SECOND, rest = ns % CAM_SECOND;

	return whole * t->timescale +
	       (rest * t->timescale + (rest < 0 ? -CAM_SECOND : CAM_SECOND) / 2) / CAM_SECOND;
}

static int64_t place_dts(struct segment *s, struct segment_track *t, const struct cam_buf *buf)
{
	int64_t dts = ticks(t, buf->dts_ns - s->start_ns);

	if (dts < t->next) {
		/* Audio from just before the first keyframe is no fault. */
		if (buf->dts_ns >= s->start_ns)
			s->repaired++;
		dts = t->next;
	}
	if (t->last >= 0 && dts > t->last && dts - t->last < 10 * t->timescale)
		t->duration = dts - t->last;
	t->last = dts;
	t->next = dts + 1;
	return dts;
}

/* A packet whose duration waits for its successor. */
struct staged {
	const struct cam_buf *buf;
	int64_t dts;
};

static int add(struct segment *s, enum mp4_track track, const struct staged *p, int64_t duration)
{
	int64_t offset_ns = 0;

	if (p->buf->pts_ns != CAM_NO_TS &&
		(__builtin_sub_overflow(p->buf->pts_ns, p->buf->dts_ns, &offset_ns) || offset_ns < 0 ||
			offset_ns > MAX_OFFSET_NS)) {
		s->repaired++;
		offset_ns = 0;
	}
	return mp4_add(s->mp4, track, p->buf,
		(struct mp4_time){p->dts, p->dts + ticks(&s->track[track], offset_ns), duration});
}

static int add_last_video(struct segment *s, const struct staged *p, const struct cam_buf *next)
{
	struct segment_track *t = &s->track[MP4_VIDEO];
	int64_t duration = t->duration;

	if (next) {
		int64_t dts = ticks(t, next->dts_ns - s->start_ns);

		duration = (dts > p->dts ? dts : p->dts + 1) - p->dts;
	}
	return add(s, MP4_VIDEO, p, duration);
}

int segment_write(struct segment *s, const struct segment_packets *packets, const struct cam_buf **ret_held)
{
	struct staged staged[MP4_TRACKS] = {{0}};
	int err = 0;

	*ret_held = NULL;
	for (size_t i = 0; i < packets->n && !err; i++) {
		const struct cam_buf *buf = packets->buf[i];
		enum mp4_track track = buf->caps->media == CAM_VIDEO ? MP4_VIDEO : MP4_AUDIO;
		struct staged now = {buf, 0};

		if (!s->track[track].caps || !buf->plane[0].len)
			continue;
		now.dts = place_dts(s, &s->track[track], buf);
		if (staged[track].buf)
			err = add(s, track, &staged[track], now.dts - staged[track].dts);
		staged[track] = now;
	}
	if (!err && staged[MP4_VIDEO].buf)
		err = add_last_video(s, &staged[MP4_VIDEO], packets->next_video);
	if (!err && staged[MP4_AUDIO].buf && packets->last) {
		err = add(s, MP4_AUDIO, &staged[MP4_AUDIO], s->track[MP4_AUDIO].duration);
	} else if (staged[MP4_AUDIO].buf) {
		*ret_held = staged[MP4_AUDIO].buf;
		s->track[MP4_AUDIO].next = staged[MP4_AUDIO].dts;
	}
	if (err)
		return err;
	/* Every second fragment goes to the disk at once: with fragments of a second, a power cut costs two. */
	s->synced = packets->last || !s->synced;
	return mp4_flush(s->mp4, s->synced);
}

int segment_finish(struct segment *s)
{
	int err = mp4_finish(s->mp4);

	if (!err)
		return close_file(s, false);
	segment_abandon(s, err);
	return err;
}

void segment_abandon(struct segment *s, int err)
{
	int64_t good;

	if (!s->mp4)
		return;
	good = mp4_good_bytes(s->mp4);
	/* After an I/O error nothing more is asked of this file; what is torn is cut off at the next start. */
	if (err != -EIO && good && ftruncate(s->file.fd, good))
		err = -EIO;
	(void)close_file(s, err != -EIO && !good);
}
