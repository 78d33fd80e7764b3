/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/test_rig.h"

#include "core/media/buf.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void rig_init(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	setenv("TZ", "UTC", 1);
	tzset();
	snprintf(r->folder, sizeof(r->folder), "/tmp/recorder_mp4.XXXXXX");
	if (!mkdtemp(r->folder))
		abort();
	r->config = (struct recorder_config){.directory = r->folder,
		.segment_ns = 2 * CAM_SECOND,
		.fragment_ns = CAM_SECOND,
		.audio = true};
}

int rig_start(struct rig *r)
{
	int err;

	r->f = (struct fake){.camera = r->camera};
	err = fake_create(&r->f, &cam_plugin_1, &r->config);
	if (!err) {
		err = cam_plugin_1.start(r->f.self);
		if (err)
			fake_destroy(&r->f);
	}
	return err;
}

void rig_stop(struct rig *r)
{
	cam_plugin_1.stop(r->f.self);
	fake_destroy(&r->f);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void rig_finish(struct rig *r)
{
	nftw(r->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const struct cam_caps *rig_caps(
	const struct clip *c, uint32_t codec, uint32_t width, uint32_t height, bool extradata)
{
	struct cam_caps caps = {.size = sizeof(caps),
		.form = CAM_PACKET,
		.media = width ? CAM_VIDEO : CAM_AUDIO,
		.codec = codec,
		.width = width,
		.height = height,
		.fps_num = width ? 25 : 0,
		.fps_den = width ? 1 : 0,
		.sample_rate = width ? 0 : 48000,
		.channels = width ? 0 : 1};

	if (extradata) {
		caps.extradata = c->extradata;
		caps.extradata_len = c->extradata_len;
	}
	return caps_new(&caps);
}

int rig_give(struct rig *r, const struct clip *c, int unit, const struct cam_caps *caps, int64_t timescale,
	int64_t shift_ns)
{
	const struct clip_unit *u = &c->unit[unit];
	int64_t dts = u->dts * CAM_SECOND / timescale + shift_ns,
		pts = u->pts * CAM_SECOND / timescale + shift_ns;
	struct cam_buf *buf = fake_packet(caps, u->data, u->len, RIG_MONO + dts, u->key ? CAM_KEY : 0);
	int err;

	if (!buf)
		abort();
	buf->pts_ns = RIG_MONO + pts;
	buf->wall_ns = RIG_WALL + r->wall_set_ns + dts;
	buf->track = caps->media == CAM_VIDEO ? 0 : 1;
	err = fake_deliver(&r->f, 0, buf);
	buf_unref(buf);
	return err;
}

static struct rig *finding; /* nftw() has no argument of its own */

static int find_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_F && finding->n_paths < 64)
		snprintf(finding->path[finding->n_paths++], sizeof(finding->path[0]), "%s", path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

int rig_files(struct rig *r)
{
	finding = r;
	r->n_paths = 0;
	nftw(r->folder, find_entry, 16, FTW_PHYS);
	qsort(r->path, (size_t)r->n_paths, sizeof(r->path[0]), by_name);
	return r->n_paths;
}
