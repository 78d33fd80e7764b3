/* SPDX-License-Identifier: MIT */
/* A camera over RTSP. A node is one session; connecting anew is the server's. */
#include "plugins/rtsp_in/dialogue/url.h"
#include "plugins/rtsp_in/session.h"

#include <errno.h>

static int check(const void *config, struct cam_why *ret_why)
{
	const struct rtsp_config *c = config;

	return url_check(c->url, c->user, c->password, ret_why);
}

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret_self)
{
	*ret_self = session_new(node, host, config);
	return *ret_self ? 0 : -ENOMEM;
}

static void destroy(void *self)
{
	session_free(self);
}

static int start(void *self)
{
	session_start(self);
	return 0;
}

static void stop(void *self)
{
	session_stop(self);
}

static const struct cam_enum transports[] = {
	{"tcp", TRANSPORT_TCP, "inside the RTSP connection: nothing is lost"},
	{"udp", TRANSPORT_UDP, "packets of their own, which may be lost"},
	{NULL, 0, NULL},
};

#define INT_AT(member) CAM_INT_AT(struct rtsp_config, member)
#define STRING_AT(member) CAM_STRING_AT(struct rtsp_config, member)
static const struct cam_opt options[] = {
	{"url", CAM_STRING, CAM_REQUIRED | CAM_URL, STRING_AT(url), NULL, 0, 0, NULL, NULL,
		"Where the camera's stream is: rtsp://HOST[:PORT]/PATH."},
	{"user", CAM_STRING, 0, STRING_AT(user), "", 0, 0, NULL, NULL,
		"The camera's user, unless the URL holds it."},
	{"password", CAM_STRING, CAM_SECRET, STRING_AT(password), "", 0, 0, NULL, NULL,
		"That user's password."},
	{"transport", CAM_ENUM, 0, INT_AT(transport), "tcp", 0, 0, NULL, transports,
		"How the pictures travel."},
	{"open_timeout", CAM_TIME, 0, INT_AT(open_timeout_ns), "10s", 1e8, 300e9, NULL, NULL,
		"From connecting until the camera agrees to send."},
	{"keyframe_timeout", CAM_TIME, 0, INT_AT(keyframe_timeout_ns), "15s", 1e8, 600e9, NULL, NULL,
		"From there until its first keyframe."},
	{"stall_timeout", CAM_TIME, 0, INT_AT(stall_timeout_ns), "5s", 1e8, 600e9, NULL, NULL,
		"The longest gap in its video; then it is connected anew."},
	{"audio", CAM_BOOL, 0, CAM_BOOL_AT(struct rtsp_config, audio), "true", 0, 0, NULL, NULL,
		"Whether its sound is taken too."},
	{0},
};

static const struct cam_stat stats[] = {
	[STAT_SESSIONS] = {"sessions", CAM_COUNTER, "Sessions begun."},
	[STAT_UNITS] = {"units", CAM_COUNTER, "Video access units published."},
	[STAT_BROKEN] = {"broken", CAM_COUNTER,
		"Video access units left out, since something was missing in them or before them."},
	[STAT_SKIPPED] = {"skipped", CAM_COUNTER,
		"Whole video access units left out, since a keyframe was waited for: after a loss, or at "
		"first."},
	[STAT_UNFINISHED] = {"unfinished", CAM_COUNTER,
		"Video access units that were under way when their session ended, and not published."},
	[STAT_LOST] = {"lost", CAM_COUNTER, "RTP packets that never came."},
	{0},
};

static const uint32_t makes[] = {CAM_H264, CAM_HEVC, CAM_MJPG, CAM_AAC, CAM_PCMU, CAM_PCMA, CAM_OPUS, 0};

CAM_EXPORT const struct cam_plugin cam_plugin_1 = {
	.abi = CAM_ABI,
	.size = sizeof(struct cam_plugin),
	.kind = CAM_SOURCE,
	.place = CAM_ON_LOOP,
	.name = "rtsp_in",
	.version = "1.0.0",
	.summary = "An IP camera over RTSP: H.264, H.265 or JPEG, and its sound.",
	.options = options,
	.config_size = sizeof(struct rtsp_config),
	.stats = stats,
	.makes = makes,
	.check = check,
	.create = create,
	.destroy = destroy,
	.start = start,
	.stop = stop,
};
