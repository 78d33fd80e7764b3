/* SPDX-License-Identifier: MIT */
#include "config_fakes.h"

#include <stdio.h>
#include <string.h>

static const struct cam_enum transports[] = {{"tcp", 1, "over TCP"}, {"udp", 2, "over UDP"}, {NULL, 0, NULL}};
static const struct cam_enum fills[] = {{"demand", 1, "on demand"}, {"always", 2, "always"}, {NULL, 0, NULL}};

static const struct cam_opt rtsp_options[] = {
	{"url", CAM_STRING, CAM_REQUIRED | CAM_URL, CAM_STRING_AT(struct fake_rtsp, url), NULL, 0, 0, NULL,
		NULL, "Where the camera is."},
	{"user", CAM_STRING, 0, CAM_STRING_AT(struct fake_rtsp, user), "", 0, 0, NULL, NULL, "Who logs in."},
	{"password", CAM_STRING, CAM_SECRET, CAM_STRING_AT(struct fake_rtsp, password), "", 0, 0, NULL, NULL,
		"The password."},
	{"transport", CAM_ENUM, 0, CAM_INT_AT(struct fake_rtsp, transport), "tcp", 0, 0, NULL, transports,
		"How packets come."},
	{"timeout", CAM_TIME, CAM_RELOADABLE, CAM_INT_AT(struct fake_rtsp, timeout), "5s", 1e8, 6e10, NULL,
		NULL, "How long to wait."},
	{0}};

static const struct cam_opt test_options[] = {
	{"pattern", CAM_STRING, 0, CAM_STRING_AT(struct fake_rtsp, user), "bars", 0, 0, NULL, NULL,
		"The picture."},
	{"timeout", CAM_TIME, 0, CAM_INT_AT(struct fake_rtsp, timeout), "0.5s", 0, 0, NULL, NULL, "A time."},
	{0}};

static const struct cam_opt shm_options[] = {
	{"name", CAM_STRING, CAM_UNIQUE, CAM_STRING_AT(struct fake_ring, name), "cam_server.{camera}", 0, 0,
		NULL, NULL, "The name of the segment."},
	{"width", CAM_INT, 0, CAM_INT_AT(struct fake_ring, width), "896", 2, 8192, "pixels", NULL, "Width."},
	{"height", CAM_INT, 0, CAM_INT_AT(struct fake_ring, height), "512", 2, 8192, "pixels", NULL,
		"Height."},
	{"fps", CAM_FLOAT, 0, CAM_FLOAT_AT(struct fake_ring, fps), "10", 0.1, 120, "frames/s", NULL, "Rate."},
	{"seconds", CAM_TIME, 0, CAM_INT_AT(struct fake_ring, seconds), "10", 0, 3.6e12, NULL, NULL,
		"History."},
	{"fill", CAM_ENUM, 0, CAM_INT_AT(struct fake_ring, fill), "demand", 0, 0, NULL, fills, "When."}, {0}};

static const struct cam_opt mem_options[] = {{"seconds", CAM_TIME, 0, CAM_INT_AT(struct fake_ring, seconds),
						     "10s", 0, 3.6e12, NULL, NULL, "History."},
	{"bytes", CAM_SIZE, 0, CAM_INT_AT(struct fake_ring, bytes), "32M", 1024, 1e12, NULL, NULL,
		"At most."},
	{0}};

static const struct cam_opt recorder_options[] = {
	{"directory", CAM_STRING, CAM_REQUIRED | CAM_FOLDER, CAM_STRING_AT(struct fake_recorder, directory),
		NULL, 0, 0, NULL, NULL, "Where files go."},
	{"segment", CAM_TIME, 0, CAM_INT_AT(struct fake_recorder, segment), "5m", 1e9, 8.64e13, NULL, NULL,
		"The length of a file."},
	{"keep", CAM_SIZE, 0, CAM_INT_AT(struct fake_recorder, keep), "10%", 0, 0, NULL, NULL,
		"What may stay free."},
	{"sync", CAM_BOOL, 0, CAM_BOOL_AT(struct fake_recorder, sync), "true", 0, 0, NULL, NULL,
		"Whether to wait for the disk."},
	{0}};

static const struct cam_opt motion_options[] = {
	{"threshold", CAM_INT, 0, CAM_INT_AT(struct fake_motion, threshold), "40", 1, 254, NULL, NULL,
		"How much must change."},
	{0}};

static const struct cam_opt hook_options[] = {
	{"url", CAM_STRING, CAM_REQUIRED | CAM_URL, CAM_STRING_AT(struct fake_hook, url), NULL, 0, 0, NULL,
		NULL, "Whom to tell."},
	{0}};

static const struct cam_opt view_options[] = {
	{"listen", CAM_STRING, CAM_LISTEN, CAM_STRING_AT(struct fake_view, listen), "127.0.0.1:5000", 0, 0,
		NULL, NULL, "Where browsers connect."},
	{"width", CAM_INT, 0, CAM_INT_AT(struct fake_view, width), "896", 0, 8192, "pixels", NULL, "Width."},
	{"height", CAM_INT, 0, CAM_INT_AT(struct fake_view, height), "512", 0, 8192, "pixels", NULL,
		"Height."},
	{"fps", CAM_INT, 0, CAM_INT_AT(struct fake_view, fps), "10", 1, 60, "pictures/s", NULL, "Rate."},
	{"quality", CAM_INT, 0, CAM_INT_AT(struct fake_view, quality), "60", 1, 100, NULL, NULL, "JPEG."},
	{0}};

static const struct cam_stat view_stats[] = {{"viewers", CAM_GAUGE, "Browsers connected."}, {NULL, 0, NULL}};
static const struct cam_route view_routes[] = {{"GET", "/ws", "The pictures.", NULL, CAM_VIEW, 0}, {0}};

static const uint32_t makes[] = {CAM_H264, CAM_HEVC, 0}, takes[] = {CAM_H264, CAM_HEVC, 0},
		      jpegs[] = {CAM_MJPG, 0};

static int check_rtsp(const void *config, struct cam_why *why)
{
	const struct fake_rtsp *c = config;

	if (!*c->user || *c->password)
		return 0;
	why->option = "user";
	snprintf(why->text, sizeof(why->text), "a user needs a password");
	return -22;
}

static const char *const any_topic[] = {"*", NULL}, *const trigger_topic[] = {"trigger", NULL};
static const struct cam_topic motion_topics[] = {
	{"motion", "Something moves.", "", NULL}, {"tampering", "It is covered.", "", NULL}, {0}};

#define FAKE(k, n, o, T)                                                                                     \
	.abi = CAM_ABI, .size = sizeof(struct cam_plugin), .kind = k, .name = n, .version = "1",             \
	.summary = "A fake.", .options = o, .config_size = sizeof(T)

static const struct cam_plugin plugins[] = {
	{FAKE(CAM_SOURCE, "rtsp_in", rtsp_options, struct fake_rtsp), .makes = makes, .check = check_rtsp},
	{FAKE(CAM_SOURCE, "test_in", test_options, struct fake_rtsp), .makes = makes},
	{FAKE(CAM_BUFFER, "shm_ring", shm_options, struct fake_ring)},
	{FAKE(CAM_BUFFER, "mem_ring", mem_options, struct fake_ring)},
	{FAKE(CAM_RECORDER, "recorder_mp4", recorder_options, struct fake_recorder), .takes = takes},
	{FAKE(CAM_RECORDER, "recorder_jpg", recorder_options, struct fake_recorder), .takes = jpegs},
	{FAKE(CAM_SINK, "ws_view", view_options, struct fake_view), .stats = view_stats,
		.routes = view_routes},
	{FAKE(CAM_DETECTOR, "motion", motion_options, struct fake_motion), .takes = takes,
		.topics = motion_topics, .hears = trigger_topic},
	{FAKE(CAM_LISTENER, "web_hook", hook_options, struct fake_hook), .hears = any_topic},
};

enum { N_PLUGINS = sizeof(plugins) / sizeof(plugins[0]) };

const struct cam_plugin *fake_plugin(const char *name)
{
	for (size_t i = 0; i < N_PLUGINS; i++)
		if (!strcmp(plugins[i].name, name))
			return &plugins[i];
	return NULL;
}

static const struct cam_plugin *find(void *arg, const char *name, const char **ret_why)
{
	const struct cam_plugin *p = fake_plugin(name);

	(void)arg;
	if (!p)
		*ret_why =
			!strcmp(name, "broken") ? "it does not export cam_plugin_1" : "there is no such file";
	return p;
}

static void names(void *arg, void (*visit)(void *, const char *), void *visit_arg)
{
	(void)arg;
	for (size_t i = 0; i < N_PLUGINS; i++)
		visit(visit_arg, plugins[i].name);
}

const struct config_plugins fake_plugins = {find, names, NULL};
