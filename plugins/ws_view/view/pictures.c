/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/view/pictures.h"

#include "lib/query.h"
#include "plugins/ws_view/http/answer.h"
#include "plugins/ws_view/view/feed.h"

#include <string.h>

#define CAMERAS_PATH "/api/v1/cameras/"

enum { NAME_MAX_BYTES = 128 };

struct camera_search {
	const struct conn *c;
	const char *name; /* "" for the first */
	char *ret;
};

static void on_camera(void *arg, const struct cam_camera *camera)
{
	struct camera_search *search = arg;

	if (search->ret[0] || (search->name[0] && strcmp(search->name, camera->name)) ||
		strlen(camera->name) >= NAME_MAX_BYTES ||
		!web_may_view(search->c->web, search->c->who, camera->name))
		return;
	memcpy(search->ret, camera->name, strlen(camera->name) + 1);
}

/* @return whether there is a camera of this name for who asks, or any when it is "" */
static bool find_camera(const struct conn *c, const char *name, char ret[NAME_MAX_BYTES])
{
	ret[0] = '\0';
	c->web->host->cameras(c->web->node, on_camera, &(struct camera_search){c, name, ret});
	return ret[0];
}

/* Size, rate and quality out of the query. @return whether they are numbers in range */
static bool read_want(const char *query, struct cam_want *want)
{
	int64_t width = 0, height = 0, fps = 0, quality = 0;
	int has_width = query_number(query, "width", 16, 3840, &width);
	int has_height = query_number(query, "height", 16, 2160, &height);
	int has_fps = query_number(query, "fps", 1, 60, &fps);
	int has_quality = query_number(query, "quality", 1, 100, &quality);

	if (has_width < 0 || has_height < 0 || has_fps < 0 || has_quality < 0)
		return false;
	if (width || height) { /* one alone keeps the camera's shape */
		want->width = (uint32_t)width;
		want->height = (uint32_t)height;
	}
	if (fps)
		want->max_fps_num = (uint32_t)fps;
	if (quality)
		want->quality = (uint32_t)quality;
	return true;
}

typedef void (*picture_fn)(struct conn *, const char *camera, const struct cam_want *);

static void answer_picture(struct conn *c, const char *name, struct cam_want *want, picture_fn start)
{
	char camera[NAME_MAX_BYTES];

	if (!read_want(c->head.query, want))
		answer_refuse(
			c, 400, "width is 16 to 3840, height 16 to 2160, fps 1 to 60, quality 1 to 100.");
	else if (!find_camera(c, name, camera))
		answer_refuse(
			c, 404, name[0] ? "There is no camera of this name." : "There is no camera yet.");
	else
		start(c, camera, want);
}

static void video_feed(struct conn *c)
{
	struct cam_want want = web_want(c->web, web_owner(c->web));
	char name[NAME_MAX_BYTES] = "";

	if (query_has(c->head.query, "camera") && !query_value(c->head.query, "camera", name, sizeof(name)))
		answer_refuse(c, 404, "There is no camera of this name.");
	else
		answer_picture(c, name, &want, feed_start);
}

/* "/api/v1/cameras/NAME/snapshot.jpg" @return whether the path is that, with its NAME */
static bool snapshot_name(const char *path, char ret[NAME_MAX_BYTES])
{
	static const char tail[] = "/snapshot.jpg";
	size_t n = strlen(path), head = strlen(CAMERAS_PATH);

	if (n <= head + sizeof(tail) - 1 || strncmp(path, CAMERAS_PATH, head) ||
		strcmp(path + n - (sizeof(tail) - 1), tail))
		return false;
	n -= head + sizeof(tail) - 1;
	if (n >= NAME_MAX_BYTES || memchr(path + head, '/', n))
		return false;
	memcpy(ret, path + head, n);
	ret[n] = '\0';
	return true;
}

static void snapshot(struct conn *c, const char *name)
{
	struct cam_want want = web_want(c->web, web_owner(c->web));

	want.width = want.height = 0;
	want.max_fps_num = want.max_fps_den = 0;
	want.queue_age_ns = CAM_SECOND; /* what the camera shows now, not its last keyframe */
	answer_picture(c, name, &want, feed_start_snapshot);
}

static bool is_feed(const char *path)
{
	return !strcmp(path, "/video_feed");
}

bool pictures_has(const char *path)
{
	char name[NAME_MAX_BYTES];

	return is_feed(path) || snapshot_name(path, name);
}

void pictures_answer(struct conn *c)
{
	char name[NAME_MAX_BYTES];

	if (is_feed(c->head.path))
		video_feed(c);
	else if (snapshot_name(c->head.path, name))
		snapshot(c, name);
}

/* What the query leaves out is the option's, also when that changes. */
void pictures_adapt(struct http *http)
{
	for (struct chain *l = http->conns.next; l != &http->conns; l = l->next) {
		struct conn *c = chain_entry(l, struct conn, link);
		struct cam_want want = web_want(c->web, 0);

		if (c->job && read_want(c->head.query, &want))
			feed_adapt(c, &want);
	}
}

void pictures_check(struct http *http)
{
	for (struct chain *l = http->conns.next, *next; l != &http->conns; l = next) {
		struct conn *c = chain_entry(l, struct conn, link);

		next = l->next;
		if (c->job)
			feed_check(c);
	}
}
