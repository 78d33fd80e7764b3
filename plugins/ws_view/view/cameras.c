/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/view/cameras.h"

#include <errno.h>
#include <string.h>

static const char *state_name(uint32_t state)
{
	static const char *const names[] = {
		"unknown", "connecting", "live", "stalled", "retrying", "failed", "stopped"};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : names[0];
}

static void add_camera(void *arg, const struct cam_camera *camera)
{
	struct cameras *all = arg;
	struct text *t = &all->text;
	char codec[5] = "";

	for (unsigned i = 0; i < 4; i++)
		codec[i] = (char)(camera->codec >> (8 * i));
	text_add_n(t, camera->name, strlen(camera->name) + 1);
	text_add(t, "{\"name\": ");
	text_json(t, camera->name);
	text_printf(t, ", \"state\": \"%s\", \"error\": ", state_name(camera->state));
	text_json(t, camera->error ? camera->error : "");
	text_add(t, ", \"codec\": ");
	text_json(t, codec);
	text_printf(t, ", \"width\": %u, \"height\": %u, \"fps\": %.1f, \"bits_per_second\": %llu}",
		camera->width, camera->height, camera->fps,
		(unsigned long long)camera->bits_per_second / 1000 * 1000);
	text_add_n(t, "", 1);
	all->n++;
}

int cameras_look(struct cameras *all, const struct web *w)
{
	struct cameras now = {0};

	w->host->cameras(w->node, add_camera, &now);
	if (now.text.failed) {
		cameras_free(&now);
		return -ENOMEM;
	}
	cameras_free(all);
	*all = now;
	return 0;
}

void cameras_free(struct cameras *all)
{
	text_free(&all->text);
	all->n = 0;
}

/* @return what is told of the next camera that who may see, NULL: there is none; *at and *ret_left go on */
static const char *next_camera(const struct web *w, const struct cam_who *who, const char **at, size_t *left)
{
	while (*left) {
		const char *name = *at, *told = name + strlen(name) + 1;

		*at = told + strlen(told) + 1;
		--*left;
		if (web_may_view(w, who, name))
			return told;
	}
	return NULL;
}

void cameras_tell(const struct cameras *all, const struct web *w, const struct cam_who *who, struct text *ret)
{
	const char *at = text_str(&all->text), *told, *comma = "";
	size_t left = all->n;

	text_add(ret, "{\"type\": \"cameras\", \"cameras\": [");
	while ((told = next_camera(w, who, &at, &left))) {
		text_add(ret, comma);
		text_add(ret, told);
		comma = ", ";
	}
	text_add(ret, "]}");
}

/* FNV-1a, over the NUL at the end of each too. */
uint64_t cameras_mark(const struct cameras *all, const struct web *w, const struct cam_who *who)
{
	const char *at = text_str(&all->text), *told;
	size_t left = all->n;
	uint64_t mark = UINT64_C(0xcbf29ce484222325);

	while ((told = next_camera(w, who, &at, &left))) {
		do
			mark = (mark ^ (unsigned char)*told) * UINT64_C(0x100000001b3);
		while (*told++);
	}
	return mark;
}
