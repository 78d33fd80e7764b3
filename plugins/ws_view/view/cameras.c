/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/view/cameras.h"

struct camera_list {
	struct text *text;
	bool has_one;
};

static const char *state_name(uint32_t state)
{
	static const char *const names[] = {
		"unknown", "connecting", "live", "stalled", "retrying", "failed", "stopped"};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : names[0];
}

static void add_camera(void *arg, const struct cam_camera *camera)
{
	struct camera_list *list = arg;
	struct text *t = list->text;
	char codec[5] = "";

	for (unsigned i = 0; i < 4; i++)
		codec[i] = (char)(camera->codec >> (8 * i));
	text_add(t, list->has_one ? ", {\"name\": " : "{\"name\": ");
	text_json(t, camera->name);
	text_printf(t, ", \"state\": \"%s\", \"error\": ", state_name(camera->state));
	text_json(t, camera->error ? camera->error : "");
	text_add(t, ", \"codec\": ");
	text_json(t, codec);
	text_printf(t, ", \"width\": %u, \"height\": %u, \"fps\": %.1f, \"bits_per_second\": %llu}",
		camera->width, camera->height, camera->fps,
		(unsigned long long)camera->bits_per_second / 1000 * 1000);
	list->has_one = true;
}

void cameras_list(struct web *w, struct text *ret)
{
	struct camera_list list = {ret, false};

	text_add(ret, "{\"type\": \"cameras\", \"cameras\": [");
	w->host->cameras(w->node, add_camera, &list);
	text_add(ret, "]}");
}
