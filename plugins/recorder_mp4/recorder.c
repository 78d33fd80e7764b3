/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/recorder.h"

#include "lib/clock.h"
#include "plugins/recorder_mp4/recording_event.h"
#include "plugins/recorder_mp4/refusal.h"
#include "plugins/recorder_mp4/retention.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const uint32_t recorder_codecs[] = {CAM_H264, CAM_HEVC, CAM_MJPG, 0};

/* A fragment is written early at this size, so that neither a burst nor a camera's clock makes it grow. */
enum { MAX_PENDING = 4096, MAX_PENDING_BYTES = 16 << 20 };

/* After so long without a packet the file is finished; what comes then waits for a keyframe. */
#define IDLE_NS (30 * CAM_SECOND)
/* Audio that has been silent for so long has no track in the next file. */
#define AUDIO_GONE_NS (5 * CAM_SECOND)
/* A gap in a camera's time that no file should contain; the muxer counts durations in 31 bits. */
#define MAX_GAP_NS (3600 * CAM_SECOND)
/* Time that goes back further than this begins another file; less is mended. */
#define MAX_BACK_NS CAM_SECOND
/* Wall time goes with media time but for what slewing and late arrivals make of it. */
#define MAX_SET_NS (20 * CAM_SECOND)

static void count(struct recorder *r, enum recorder_stat stat, int64_t n)
{
	if (n)
		r->host->stat(r->node, (unsigned)stat, n);
}

static bool same_format(const struct cam_caps *a, const struct cam_caps *b)
{
	return a == b ||
	       (a->codec == b->codec && a->width == b->width && a->height == b->height &&
		       a->sample_rate == b->sample_rate && a->channels == b->channels &&
		       a->extradata_len == b->extradata_len &&
		       (!a->extradata_len || !memcmp(a->extradata, b->extradata, a->extradata_len)));
}

/* ---- what is told ---- */

/* @return the option to change, or NULL */
static const char *explain(const struct recorder *r, int err, char ret[REFUSAL_TEXT])
{
	if (err == -ENOMEM) {
		snprintf(ret, REFUSAL_TEXT, "there is no memory to record with");
		return NULL;
	}
	refusal_text("", r->config->directory, err, ret);
	return "directory";
}

int recorder_error(struct recorder *r, int err)
{
	char text[REFUSAL_TEXT];
	const char *option = explain(r, err, text);

	return r->host->error(r->node, err, option, "%s", text);
}

/* Of the file that is, or was, being written. */
static void tell(struct recorder *r, const char *label, const char *reason)
{
	const struct segment *s = &r->segment;
	bool opened = !strcmp(label, "opened");
	struct recording_event e = {.label = label, .length_ns = -1, .bytes = -1, .reason = reason};

	if (r->told || opened) {
		e.folder = r->folder;
		e.day = s->file.day;
		e.name = s->file.name;
		e.start_s = s->wall_ns / CAM_SECOND;
	}
	if (r->told && !opened) {
		e.length_ns = r->last_dts_ns - s->start_ns;
		e.bytes = s->bytes;
	}
	r->told = opened;
	recording_event(r->node, r->host, &e);
}

/* ---- what is pending ---- */

/* Let the first n pending packets go. */
static void drop_pending(struct recorder *r, size_t n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n; i++) {
		r->pending_bytes -= r->pending[i]->plane[0].len;
		r->host->buf_unref(r->pending[i]);
	}
	r->n_pending -= n;
	for (size_t i = 0; i < r->n_pending; i++)
		r->pending[i] = r->pending[i + n];
}

/* A file cannot be begun with what is pending: wait for another keyframe. */
static int skip_pending(struct recorder *r, int err)
{
	if (!r->warned_params)
		r->host->log(r->node, CAM_WARN, "waiting for a keyframe that can begin a file: this one %s",
			err == -ENODATA ? "lacks parameter sets"
					: "has parameter sets that the muxer refuses");
	r->warned_params = true;
	count(r, STAT_SKIPPED, (int64_t)r->n_pending);
	drop_pending(r, r->n_pending);
	return 0;
}

static int open_segment(struct recorder *r)
{
	const struct cam_buf *key = r->pending[0];
	bool audio = r->audio && key->dts_ns - r->audio_dts_ns < AUDIO_GONE_NS;
	int err = segment_open(&r->segment, r->host, r->dir_fd, r->folder, key, audio ? r->audio : NULL);

	if (!err) {
		count(r, STAT_SEGMENTS, 1);
		tell(r, "opened", NULL);
	}
	return err;
}

static int fail(struct recorder *r, int err)
{
	char text[REFUSAL_TEXT];

	count(r, STAT_ERRORS, 1);
	segment_abandon(&r->segment, err);
	drop_pending(r, r->n_pending);
	explain(r, err, text);
	tell(r, "failed", text);
	return recorder_error(r, err);
}

/* Keep the audio packet whose duration is not known yet for the next fragment. */
static void drop_written(struct recorder *r, const struct cam_buf *held)
{
	if (held)
		held = r->host->buf_ref(held);
	drop_pending(r, r->n_pending);
	if (held) {
		r->pending[r->n_pending++] = held;
		r->pending_bytes += held->plane[0].len;
	}
}

/* Write what is pending as one fragment. @return 0, or -errno with the error told */
static int flush(struct recorder *r, const struct cam_buf *next_video, bool last)
{
	struct segment_packets packets = {r->pending, r->n_pending, next_video, last};
	int64_t wrote = (int64_t)r->n_pending, bytes = (int64_t)r->pending_bytes, end_ns;
	const struct cam_buf *held = NULL;
	int err = 0;

	r->armed = false;
	if (!r->n_pending)
		return 0;
	if (!r->segment.mp4)
		err = open_segment(r);
	if (err == -ENODATA || err == -EINVAL)
		return skip_pending(r, err);
	end_ns = r->pending[r->n_pending - 1]->dts_ns;
	if (!err)
		err = segment_write(&r->segment, &packets, &held);
	if (err)
		return fail(r, err);
	count(r, STAT_FRAGMENTS, 1);
	count(r, STAT_PACKETS, wrote - (held ? 1 : 0));
	count(r, STAT_BYTES, bytes - (held ? (int64_t)held->plane[0].len : 0));
	count(r, STAT_REPAIRED, (int64_t)r->segment.repaired);
	r->segment.repaired = 0;
	r->host->stat(r->node, STAT_SECONDS, (end_ns - r->start_ns) / CAM_SECOND);
	drop_written(r, held);
	return 0;
}

/* @param next_video what follows, or NULL */
static int end_segment(struct recorder *r, const struct cam_buf *next_video, const char *reason)
{
	int err = flush(r, next_video, true);

	if (!err && r->segment.mp4) {
		err = segment_finish(&r->segment);
		if (err)
			err = fail(r, err);
		else
			tell(r, "closed", reason);
	}
	r->host->stat(r->node, STAT_SECONDS, 0);
	return err;
}

int recorder_end_segment(struct recorder *r, const char *reason)
{
	return end_segment(r, NULL, reason);
}

/* ---- space ---- */

static void tell_deleted(void *arg, const struct tree_entry *entry, int64_t bytes)
{
	struct recorder *r = arg;
	struct recording_event e = {.label = "deleted",
		.folder = r->folder,
		.day = entry->day,
		.name = entry->name,
		.start_s = entry->start,
		.length_ns = -1,
		.bytes = bytes,
		.reason = "free space"};

	count(r, STAT_DELETED, 1);
	recording_event(r->node, r->host, &e);
}

/* @return the bytes free, after deleting the oldest recordings where that is wanted */
static int64_t free_bytes(struct recorder *r, int64_t want)
{
	int64_t total, left = tree_free(r->dir_fd, &total);

	if (left < 0 || left >= want || !r->config->overwrite)
		return left;
	retention_delete_oldest(r->dir_fd, r->folder, want, tell_deleted, r);
	return tree_free(r->dir_fd, &total);
}

int recorder_check_space(struct recorder *r)
{
	int64_t total, want = r->config->min_free, left;

	if (!want || tree_free(r->dir_fd, &total) < 0)
		return 0;
	if (want < 0)
		want = total / 100 * -want;
	left = free_bytes(r, want);
	if (left < 0 || left >= want)
		return 0;
	return r->host->error(r->node, -ENOSPC, "min_free",
		"%s has %lld MiB free and min_free wants %lld MiB; delete old recordings, set overwrite: "
		"true or lower min_free",
		r->config->directory, (long long)(left >> 20), (long long)(want >> 20));
}

/* A failed file's space may be gone, but a file below min_free is still finished in order. */
static int flush_fragment(struct recorder *r, const struct cam_buf *next_video)
{
	int err = flush(r, next_video, false);

	if (!err && recorder_check_space(r)) {
		err = end_segment(r, NULL, "free space");
		if (!err)
			err = recorder_check_space(r);
	}
	return err;
}

/* ---- what a packet makes due ---- */

/* What is to be written before a packet is kept. */
struct due {
	bool fragment;
	bool follows; /* what is written is followed by this packet of video, which tells the last one's duration */
	const char *ends; /* the file is over, and why; NULL: it goes on */
};

static bool is_recording(const struct recorder *r)
{
	return r->segment.mp4 || r->n_pending;
}

int64_t recorder_batch_ns(const struct recorder *r)
{
	return r->config->fragment_ns / 5;
}

/* A fragment ends at a keyframe after half its time, else after its time. Audio waits for the video, a while. */
static bool fragment_is_due(const struct recorder *r, const struct cam_buf *buf)
{
	int64_t span;

	if (!r->n_pending)
		return false;
	span = buf->dts_ns - r->pending[0]->dts_ns;
	if (buf->caps->media != CAM_VIDEO)
		span /= 2;
	else if (buf->flags & CAM_KEY)
		span *= 2;
	return span >= r->config->fragment_ns || r->n_pending >= MAX_PENDING ||
	       r->pending_bytes >= MAX_PENDING_BYTES;
}

/* The clock has been set: what follows belongs to another name. */
static bool is_set(const struct recorder *r, const struct cam_buf *key)
{
	return llabs(key->wall_ns - key->dts_ns - r->wall_ns) > MAX_SET_NS;
}

static bool takes_video(struct recorder *r, const struct cam_caps *caps)
{
	for (const uint32_t *codec = recorder_codecs; *codec; codec++)
		if (*codec == caps->codec)
			return true;
	if (!r->warned_video)
		r->host->log(
			r->node, CAM_WARN, "this video codec cannot be recorded as MP4; nothing is recorded");
	r->warned_video = true;
	return false;
}

static struct due due_before_video(struct recorder *r, const struct cam_buf *buf)
{
	struct due due = {.follows = true};

	if (!is_recording(r))
		return due;
	if (!takes_video(r, buf->caps) || !same_format(r->video, buf->caps))
		return (struct due){.ends = "format"};
	if (buf->dts_ns > r->last_dts_ns + MAX_GAP_NS || buf->dts_ns < r->last_dts_ns - MAX_BACK_NS)
		return (struct due){.ends = "clock"};
	if (buf->flags & CAM_KEY && r->cut_wanted)
		due.ends = "format";
	else if (buf->flags & CAM_KEY && buf->dts_ns - r->start_ns >= r->config->segment_ns)
		due.ends = "segment";
	else if (buf->flags & CAM_KEY && is_set(r, buf))
		due.ends = "clock";
	due.fragment = fragment_is_due(r, buf);
	return due;
}

/* AAC with its configuration, Opus. */
static bool suits_mp4(const struct cam_caps *audio)
{
	if (!audio->sample_rate || audio->sample_rate > 192000 || !audio->channels || audio->channels > 8)
		return false;
	return (audio->codec == CAM_AAC && audio->extradata_len >= 2 && audio->extradata_len < 1024) ||
	       (audio->codec == CAM_OPUS && audio->channels <= 2);
}

/* Only one audio track, and only what MP4 can hold. */
static bool takes_audio(struct recorder *r, const struct cam_buf *buf)
{
	if (!r->config->audio || (r->audio && r->audio_track != buf->track))
		return false;
	if (suits_mp4(buf->caps))
		return true;
	if (!r->warned_audio)
		r->host->log(r->node, CAM_WARN,
			"the camera's audio is not recorded: MP4 takes AAC and Opus; set the camera to AAC, "
			"or audio: false");
	r->warned_audio = true;
	return false;
}

/* @return whether a file is under way, and this belongs into it */
static bool suits_segment(const struct recorder *r, const struct cam_buf *audio)
{
	const struct cam_caps *has = r->segment.track[MP4_AUDIO].caps;

	return is_recording(r) && (!r->segment.mp4 || (has && same_format(has, audio->caps)));
}

static struct due due_before_audio(struct recorder *r, const struct cam_buf *buf)
{
	struct due due = {0};

	if (!r->audio)
		return due;
	due.fragment = !same_format(r->audio, buf->caps);
	if (due.fragment)
		return due;
	r->audio_dts_ns = buf->dts_ns;
	due.fragment = suits_segment(r, buf) && fragment_is_due(r, buf);
	return due;
}

/* ---- packets ---- */

static bool has_room(struct recorder *r)
{
	size_t room = r->room ? 2 * r->room : 64;
	const struct cam_buf **more;

	if (r->n_pending < r->room)
		return true;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	more = realloc((void *)r->pending, room * sizeof(*more));
	if (!more)
		return false;
	r->pending = more;
	r->room = room;
	return true;
}

/* @return whether it is recorded: a file begins at a keyframe */
static bool begin_video(struct recorder *r, const struct cam_buf *buf)
{
	if (!takes_video(r, buf->caps))
		return false;
	if (!is_recording(r)) {
		if (!(buf->flags & CAM_KEY)) {
			count(r, STAT_SKIPPED, 1);
			return false;
		}
		r->cut_wanted = false;
		r->start_ns = buf->dts_ns;
		r->wall_ns = buf->wall_ns - buf->dts_ns;
	}
	r->last_dts_ns = buf->dts_ns;
	return true;
}

/* @return whether it is recorded: else the next file has a track for it */
static bool begin_audio(struct recorder *r, const struct cam_buf *buf)
{
	r->audio_track = buf->track;
	r->audio_dts_ns = buf->dts_ns;
	if (suits_segment(r, buf))
		return true;
	r->cut_wanted = r->cut_wanted || r->segment.mp4;
	return false;
}

static int keep(struct recorder *r, const struct cam_buf *buf)
{
	bool video = buf->caps->media == CAM_VIDEO;
	bool kept = video ? begin_video(r, buf) : begin_audio(r, buf);
	const struct cam_caps **format = video ? &r->video : &r->audio;

	if (*format != buf->caps && (kept || !video)) {
		r->host->caps_unref(*format);
		*format = r->host->caps_ref(buf->caps);
	}
	if (!kept)
		return 0;
	if (!has_room(r))
		return fail(r, -ENOMEM);
	if (!r->armed)
		r->host->tick_at(r->node, clock_mono_ns() + r->config->fragment_ns * 3 / 2);
	r->armed = true;
	r->pending[r->n_pending++] = r->host->buf_ref(buf);
	r->pending_bytes += buf->plane[0].len;
	return 0;
}

int recorder_take(struct recorder *r, const struct cam_buf *buf)
{
	bool video = buf->caps->media == CAM_VIDEO;
	struct due due;
	int err = 0;

	if (buf->n_planes != 1 || !buf->plane[0].len || buf->dts_ns == CAM_NO_TS)
		return 0;
	if (!video && (buf->caps->media != CAM_AUDIO || !takes_audio(r, buf)))
		return 0;
	due = video ? due_before_video(r, buf) : due_before_audio(r, buf);
	if (due.ends)
		err = end_segment(r, due.follows ? buf : NULL, due.ends);
	else if (due.fragment)
		err = flush_fragment(r, due.follows ? buf : NULL);
	return err ? err : keep(r, buf);
}

int recorder_tick(struct recorder *r)
{
	if (!r->armed)
		return end_segment(r, NULL, "silence");
	r->host->tick_at(r->node, clock_mono_ns() + IDLE_NS);
	return flush_fragment(r, NULL);
}

void recorder_finish(struct recorder *r)
{
	drop_pending(r, r->n_pending);
	segment_abandon(&r->segment, -EIO);
	free((void *)r->pending);
	r->host->caps_unref(r->video);
	r->host->caps_unref(r->audio);
	r->pending = NULL;
	r->video = r->audio = NULL;
	r->room = 0;
}
