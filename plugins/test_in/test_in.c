/* SPDX-License-Identifier: MIT */
/*
 * A source without a camera: a moving picture with the time and a bar code of the frame's number, encoded by FFmpeg.
 * It has no thread of its own: each frame is one tick on the cpu pool, on a schedule that does not drift.
 */
#include "plugins/lib/av/annexb.h"
#include "plugins/test_in/encoder.h"
#include "plugins/test_in/pattern.h"

#include <cam/plugin.h>
#include <errno.h>
#include <libavcodec/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct test_in_config {
	int64_t codec, pattern, width, height, fps, gop_ns, bitrate;
};

enum stat { STAT_FRAMES, STAT_SKIPPED };

struct test_in {
	struct cam_node *node;
	const struct cam_host *host;
	const struct test_in_config *config;
	struct encoder encoder;
	const struct cam_caps *caps; /* NULL before the first packet */
	struct annexb_sets sets; /* those in caps */
	int64_t start_ns; /* CLOCK_MONOTONIC of slot 0 */
	int64_t slot; /* the next frame's place in the schedule */
	uint32_t number; /* the next frame's number: slots that were skipped have none */
};

static int64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * CAM_SECOND + t.tv_nsec;
}

/* Exact for any number of frames: nothing adds up. */
static int64_t slot_ns(const struct test_in *t, int64_t slot)
{
	int64_t fps = t->config->fps;

	return slot / fps * CAM_SECOND + slot % fps * CAM_SECOND / fps;
}

/* The last slot whose time has come. */
static int64_t slot_at(const struct test_in *t, int64_t elapsed_ns)
{
	int64_t fps = t->config->fps,
		slot = elapsed_ns / CAM_SECOND * fps + elapsed_ns % CAM_SECOND * fps / CAM_SECOND;

	return slot_ns(t, slot + 1) <= elapsed_ns ? slot + 1 : slot;
}

static int check(const void *config, struct cam_why *ret_why)
{
	const struct test_in_config *c = config;

	if (c->width % 2 || c->height % 2) {
		ret_why->option = c->width % 2 ? "width" : "height";
		snprintf(ret_why->text, sizeof(ret_why->text),
			"must be even: colours have half the resolution");
		return -EINVAL;
	}
	return 0;
}

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	struct test_in *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->node = node;
	t->host = host;
	t->config = config;
	*ret_self = t;
	return 0;
}

static void destroy(void *self)
{
	struct test_in *t = self;

	encoder_close(&t->encoder);
	t->host->caps_unref(t->caps);
	free(t);
}

static int start(void *self)
{
	struct test_in *t = self;
	const struct test_in_config *c = t->config;
	int64_t gop = (c->gop_ns * c->fps + CAM_SECOND / 2) / CAM_SECOND;
	struct encoder_want want = {.codec = (uint32_t)c->codec,
		.width = (int)c->width,
		.height = (int)c->height,
		.fps = (int)c->fps,
		.gop = gop > 0 ? gop : 1,
		.bits_per_second = c->bitrate * 1000};
	int err = encoder_open(&t->encoder, &want);

	if (err == -ENOSYS)
		return t->host->error(t->node, err, "codec",
			"this FFmpeg has no encoder for it; choose another codec or install an FFmpeg that "
			"has one");
	if (err)
		return t->host->error(t->node, err, "codec",
			"the encoder does not open at this size and rate; try other ones");
	t->start_ns = now_ns(CLOCK_MONOTONIC);
	t->host->tick_at(t->node, t->start_ns);
	return 0;
}

/* New caps when the parameter sets in front of a keyframe are not those of the caps. */
static int renew_caps(struct test_in *t, const AVPacket *packet)
{
	const struct test_in_config *c = t->config;
	struct cam_caps caps = {.form = CAM_PACKET,
		.media = CAM_VIDEO,
		.codec = (uint32_t)c->codec,
		.width = (uint32_t)c->width,
		.height = (uint32_t)c->height,
		.fps_num = (uint32_t)c->fps,
		.fps_den = 1};
	const struct cam_caps *made;
	int changed = 0;

	if (caps.codec != CAM_MJPG)
		changed = annexb_sets_update(caps.codec, &t->sets, packet->data, (size_t)packet->size);
	if (changed < 0)
		return changed;
	if (t->caps && !changed)
		return 0;
	caps.extradata = t->sets.len ? t->sets.data : NULL;
	caps.extradata_len = t->sets.len;
	made = t->host->caps_new(&caps);
	if (!made)
		return -ENOMEM;
	t->host->caps_unref(t->caps);
	t->caps = made;
	return 0;
}

static void free_packet(void *arg)
{
	AVPacket *packet = arg;

	av_packet_free(&packet);
}

/* Takes the packet over. */
static int publish(struct test_in *t, AVPacket *packet)
{
	bool key = packet->flags & AV_PKT_FLAG_KEY;
	int err = key ? renew_caps(t, packet) : 0;
	struct cam_buf like = {.flags = (key ? CAM_KEY : 0) | CAM_EXACT,
		.n_planes = 1,
		.pts_ns = slot_ns(t, t->slot),
		.dts_ns = slot_ns(t, t->slot),
		.arrival_ns = now_ns(CLOCK_MONOTONIC),
		.caps = t->caps,
		.plane = {{packet->data, (size_t)packet->size, 0}}};
	struct cam_buf *buf = err ? NULL : t->host->buf_new(&like, free_packet, packet);

	if (!buf) {
		av_packet_free(&packet);
		return -ENOMEM;
	}
	err = t->host->publish(t->node, buf);
	t->host->buf_unref(buf);
	return err;
}

static int make_frame(struct test_in *t)
{
	struct scene scene = {.pattern = (enum pattern)t->config->pattern,
		.camera = t->host->camera(t->node),
		.number = t->number,
		.elapsed_ns = slot_ns(t, t->slot),
		.wall_ns = now_ns(CLOCK_REALTIME)};
	struct canvas canvas;
	AVPacket *packet;
	int err = encoder_canvas(&t->encoder, &canvas);

	if (err)
		return err;
	pattern_draw(&canvas, &scene);
	err = encoder_encode(&t->encoder, t->slot, &packet);
	if (err)
		return err;
	t->number++;
	t->host->stat(t->node, STAT_FRAMES, 1);
	return publish(t, packet);
}

static void tick(void *self)
{
	struct test_in *t = self;
	int64_t due = slot_at(t, now_ns(CLOCK_MONOTONIC) - t->start_ns);
	int err;

	/* Behind by more than a frame: a camera would have lost them too. */
	if (due > t->slot) {
		t->host->stat(t->node, STAT_SKIPPED, due - t->slot);
		t->slot = due;
	}
	err = make_frame(t);
	if (err) {
		t->host->error(t->node, err, "codec", "the encoder has failed; it is opened anew");
		t->host->fail(t->node, err);
		return;
	}
	t->slot++;
	t->host->tick_at(t->node, t->start_ns + slot_ns(t, t->slot));
}

static void stop(void *self)
{
	struct test_in *t = self;

	t->host->tick_at(t->node, CAM_NO_TS);
	t->host->state(t->node, CAM_STOPPED);
}

static const struct cam_enum codec_names[] = {
	{"h264", CAM_H264, "H.264, by libx264 where FFmpeg has it"},
	{"hevc", CAM_HEVC, "H.265, by libx265 where FFmpeg has it"},
	{"mjpeg", CAM_MJPG, "Motion JPEG"},
	{NULL, 0, NULL},
};

static const struct cam_enum pattern_names[] = {
	{"bars", PATTERN_BARS, "colour bars and a square that wanders"},
	{"gradient", PATTERN_GRADIENT, "soft colours that drift"},
	{"clock", PATTERN_CLOCK, "the time (UTC) on a dial"},
	{"noise", PATTERN_NOISE, "random squares: as hard to compress as it gets"},
	{NULL, 0, NULL},
};

#define AT(member) CAM_INT_AT(struct test_in_config, member)
static const struct cam_opt options[] = {
	{"pattern", CAM_ENUM, 0, AT(pattern), "bars", 0, 0, NULL, pattern_names, "What the picture shows."},
	{"codec", CAM_ENUM, 0, AT(codec), "h264", 0, 0, NULL, codec_names, "How it is compressed."},
	{"width", CAM_INT, 0, AT(width), "1280", 160, 4096, "pixels", NULL, "Width of the picture; even."},
	{"height", CAM_INT, 0, AT(height), "720", 90, 4096, "pixels", NULL, "Height of the picture; even."},
	{"fps", CAM_INT, 0, AT(fps), "25", 1, 120, "frames/s", NULL, "Frames each second."},
	{"gop", CAM_TIME, 0, AT(gop_ns), "2s", 0, 600e9, NULL, NULL, "From one keyframe to the next."},
	{"bitrate", CAM_INT, 0, AT(bitrate), "2000", 50, 100000, "kbit/s", NULL,
		"Data rate that H.264 and H.265 aim at and stay below."},
	{0},
};

static const struct cam_stat stats[] = {
	[STAT_FRAMES] = {"frames", CAM_COUNTER, "Frames made."},
	[STAT_SKIPPED] = {"skipped", CAM_COUNTER, "Frames left out because the machine was behind."},
	{0},
};

static const uint32_t makes[] = {CAM_H264, CAM_HEVC, CAM_MJPG, 0};

CAM_EXPORT const struct cam_plugin cam_plugin_1 = {
	.abi = CAM_ABI,
	.size = sizeof(struct cam_plugin),
	.kind = CAM_SOURCE,
	.place = CAM_ON_CPU,
	.name = "test_in",
	.version = "1.0.0",
	.summary = "A test picture with the time and a bar code, for trying things without a camera.",
	.options = options,
	.config_size = sizeof(struct test_in_config),
	.stats = stats,
	.makes = makes,
	.check = check,
	.create = create,
	.start = start,
	.stop = stop,
	.destroy = destroy,
	.tick = tick,
};
