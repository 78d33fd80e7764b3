/* SPDX-License-Identifier: MIT */
/* recorder_mp4: the plugin's descriptor and its life. The work is in recorder.c. */
#include "plugins/recorder_mp4/recorder.h"
#include "plugins/recorder_mp4/recording_event.h"
#include "plugins/recorder_mp4/repair.h"
#include "plugins/recorder_mp4/routes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ten seconds of a stalled disk at 25 frames and 50 audio packets a second are 750 packets, a minute's 4500. */
enum { QUEUE_ITEMS = 6000 };
#define QUEUE_BYTES (UINT64_C(64) << 20)

static const struct cam_opt options[] = {
	{"directory", CAM_STRING, CAM_FOLDER, CAM_STRING_AT(struct recorder_config, directory), "/recordings",
		0, 0, NULL, NULL, "Where recordings go, in a folder for each camera and day."},
	{"segment", CAM_TIME, CAM_RELOADABLE, CAM_INT_AT(struct recorder_config, segment_ns), "5m", 1e9,
		86400e9, NULL, NULL,
		"How long a file gets before the next one begins, at the keyframe after this time."},
	{"fragment", CAM_TIME, 0, CAM_INT_AT(struct recorder_config, fragment_ns), "800ms", 100e6, 60e9, NULL,
		NULL,
		"How often what has been recorded goes to the disk; a crash loses at most this and a quarter "
		"more."},
	{"audio", CAM_BOOL, 0, CAM_BOOL_AT(struct recorder_config, audio), "true", 0, 0, NULL, NULL,
		"Record the camera's first audio track too, when it is AAC or Opus."},
	{"history", CAM_TIME, CAM_RELOADABLE, CAM_INT_AT(struct recorder_config, history_ns), "0s", 0, 3600e9,
		NULL, NULL, "Start recording so far in the past, as far as the camera's buffer reaches."},
	{"overwrite", CAM_BOOL, CAM_RELOADABLE, CAM_BOOL_AT(struct recorder_config, overwrite), "false", 0, 0,
		NULL, NULL,
		"Delete the camera's oldest recordings when less than min_free is free, rather than stop."},
	{"min_free", CAM_SIZE, CAM_RELOADABLE, CAM_INT_AT(struct recorder_config, min_free), "200M", -100,
		1e15, NULL, NULL,
		"Recording stops, or with overwrite the oldest recordings go, while less than this is free."},
	{0},
};

static const struct cam_stat stats[] = {
	[STAT_SEGMENTS] = {"segments", CAM_COUNTER, "Files begun."},
	[STAT_FRAGMENTS] = {"fragments", CAM_COUNTER, "Fragments written."},
	[STAT_PACKETS] = {"packets", CAM_COUNTER, "Packets written."},
	[STAT_BYTES] = {"bytes", CAM_COUNTER, "Bytes of the packets written."},
	[STAT_SKIPPED] = {"skipped", CAM_COUNTER,
		"Packets left out while waiting for a keyframe that begins a file."},
	[STAT_REPAIRED] = {"repaired", CAM_COUNTER, "Time stamps mended because they did not rise."},
	[STAT_ERRORS] = {"errors", CAM_COUNTER, "Files given up because of the disk."},
	[STAT_DELETED] = {"deleted", CAM_COUNTER, "Recordings deleted to make room."},
	[STAT_SECONDS] = {"seconds", CAM_GAUGE, "Length of the file that is being written."},
	{0},
};

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	struct recorder *r = calloc(1, sizeof(*r));

	if (!r)
		return host->error(node, -ENOMEM, NULL, "there is no memory for a recorder");
	r->node = node;
	r->host = host;
	r->config = config;
	r->camera = host->camera(node);
	cam_file_name(r->camera, r->folder, sizeof(r->folder));
	r->dir_fd = -1;
	*ret_self = r;
	return 0;
}

static void repair(struct recorder *r)
{
	int64_t cut = repair_newest(r->dir_fd, r->folder);

	if (cut > 0)
		r->host->log(r->node, CAM_INFO,
			"cut %lld bytes of a half-written fragment off the last recording", (long long)cut);
	else if (cut < 0)
		r->host->log(
			r->node, CAM_WARN, "cannot check the last recording: %s", strerrordesc_np((int)-cut));
}

static int start(void *self)
{
	struct recorder *r = self;
	struct cam_want want = {.size = sizeof(want),
		.form = CAM_PACKET,
		.since_ns = r->config->history_ns,
		.drop = CAM_DROP_GOP,
		.queue_items = QUEUE_ITEMS,
		.queue_bytes = QUEUE_BYTES,
		.batch_ns = recorder_batch_ns(r)};
	int err;

	r->dir_fd = tree_open(r->config->directory);
	err = r->dir_fd < 0 ? r->dir_fd : tree_writable(r->dir_fd);
	if (err)
		return recorder_error(r, err);
	err = recorder_check_space(r);
	if (err)
		return err;
	repair(r);
	return r->host->subscribe(r->node, NULL, &want, &r->sub);
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	(void)sub;
	return recorder_take(self, buf);
}

/* A camera that has gone may be away for long: what there is of it is made a whole file now. */
static int ended(void *self, struct cam_sub *sub)
{
	(void)sub;
	return recorder_end_segment(self, "session end");
}

/* Each is looked at when it matters: the file that is open goes on, up to what a file's length is now. */
static int reload(void *self, const void *config)
{
	struct recorder *r = self;

	r->config = config;
	return 0;
}

static void tick(void *self)
{
	struct recorder *r = self;
	int err = recorder_tick(r);

	if (err)
		r->host->fail(r->node, err);
}

static void stop(void *self)
{
	struct recorder *r = self;
	int err;

	r->host->unsubscribe(r->node, r->sub);
	r->sub = NULL;
	r->host->tick_at(r->node, CAM_NO_TS);
	err = recorder_end_segment(r, "stop");
	if (err)
		r->host->fail(r->node, err);
	r->host->state(r->node, CAM_STOPPED);
}

static void destroy(void *self)
{
	struct recorder *r = self;

	if (!r)
		return;
	recorder_finish(r);
	if (r->dir_fd >= 0)
		close(r->dir_fd);
	free(r);
}

static int list(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	struct recorder *r = self;

	return routes_list(r, request, reply);
}

static int file(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	struct recorder *r = self;

	return routes_file(r, request, reply);
}

static const struct cam_route routes[] = {
	{"GET", "/api/v1/recordings", "A camera's recordings by time, newest last: ?camera=&from=&to=", list,
		CAM_PLAYBACK, 0},
	{"GET", "/api/v1/recordings/{camera}/*", "One recording by its id.", file, CAM_PLAYBACK, 0},
	{0},
};

const struct cam_plugin cam_plugin_1 = {
	.abi = CAM_ABI,
	.size = sizeof(cam_plugin_1),
	.kind = CAM_RECORDER,
	.place = CAM_ON_IO,
	.name = "recorder_mp4",
	.version = "0.1.0",
	.summary =
		"Records a camera's packets into fragmented MP4 files, cut at keyframes, without decoding.",
	.options = options,
	.config_size = sizeof(struct recorder_config),
	.stats = stats,
	.routes = routes,
	.takes = recorder_codecs,
	.create = create,
	.start = start,
	.stop = stop,
	.destroy = destroy,
	.consume = consume,
	.tick = tick,
	.ended = ended,
	.operations = routes_operations,
	.reload = reload,
	.topics = recording_topics,
};
