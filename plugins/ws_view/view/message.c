/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/view/message.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

/* Their order is that of the paths; the library counts from 1. */
enum {
	PATH_TYPE = 1,
	PATH_MORE,
	PATH_ID,
	PATH_SEQ,
	PATH_TILE_ID,
	PATH_CAMERA,
	PATH_WIDTH,
	PATH_HEIGHT,
	PATH_FPS,
	PATH_QUALITY
};

static const char *const paths[] = {"type", "more", "id", "seq", "tiles[].id", "tiles[].camera",
	"tiles[].width", "tiles[].height", "tiles[].fps", "tiles[].quality"};

struct message_parse {
	struct message *msg;
	const char *why;
	bool is_whole;
};

static signed char fail(struct message_parse *p, const char *why)
{
	if (!p->why)
		p->why = why;
	return -1;
}

/* A number that was found whole by the library. @return false when it is negative, broken or too large */
static bool number(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;

	for (; *text >= '0' && *text <= '9'; text++) {
		n = n * 10 + (uint64_t)(*text - '0');
		if (n > max)
			return false;
	}
	*ret = n;
	return !*text;
}

/* @return the tile whose members come, NULL: there is none yet */
static struct wish *last_wish(const struct message_parse *p)
{
	const struct wishes *w = p->msg->wishes;

	return w->n ? &w->at[w->n - 1] : NULL;
}

static signed char on_type(struct message_parse *p, const char *text)
{
	if (!strcmp(text, "view"))
		p->msg->type = MSG_VIEW;
	else if (!strcmp(text, "ack"))
		p->msg->type = MSG_ACK;
	else
		return fail(p, "unknown type of message");
	return 0;
}

static signed char on_camera(struct message_parse *p, const char *text)
{
	struct wish *wish = last_wish(p);

	if (strlen(text) >= sizeof(wish->camera))
		return fail(p, "the camera's name is too long");
	memcpy(wish->camera, text, strlen(text) + 1);
	return 0;
}

static signed char on_number(struct message_parse *p, int path, const char *text)
{
	struct wish *wish = last_wish(p);
	uint64_t n;

	if (!number(text, path == PATH_SEQ ? INT64_MAX : UINT32_MAX, &n))
		return fail(p, "a number is out of range");
	if (path == PATH_SEQ)
		p->msg->seq = n;
	else if (path == PATH_ID)
		p->msg->id = (uint32_t)n;
	else if (path == PATH_TILE_ID)
		wish->id = (uint32_t)n;
	else if (path == PATH_WIDTH)
		wish->width = (uint32_t)n;
	else if (path == PATH_HEIGHT)
		wish->height = (uint32_t)n;
	else if (path == PATH_FPS)
		wish->fps = (uint32_t)n;
	else
		wish->quality = (uint32_t)n;
	return 0;
}

/* @return whether one more fits */
static bool make_room(struct wishes *w)
{
	size_t room = w->room ? w->room * 2 : 16;
	struct wish *at = w->n < w->room ? w->at : realloc(w->at, room * sizeof(*at));

	if (!at)
		return false;
	w->room = w->n < w->room ? w->room : room;
	w->at = at;
	return true;
}

void message_free_wishes(struct wishes *w)
{
	free(w->at);
	*w = (struct wishes){0};
}

static signed char new_tile(struct message_parse *p)
{
	struct wishes *w = p->msg->wishes;

	if (w->n == TILES_MAX)
		return fail(p, "more than 256 tiles");
	if (!make_room(w))
		return fail(p, "no memory");
	w->at[w->n++] = (struct wish){0};
	return 0;
}

static bool is_number(char reason)
{
	return reason == LEJPCB_VAL_NUM_INT || reason == LEJPCB_VAL_NUM_FLOAT;
}

/* @return what is wrong with a value that stands there, or NULL */
static const char *misplaced(const struct message_parse *p, char reason, int path)
{
	if (reason == LEJPCB_VAL_STR_CHUNK && (path == PATH_CAMERA || path == PATH_TYPE))
		return "a text is too long";
	return path >= PATH_TILE_ID && path <= PATH_QUALITY && !last_wish(p) ? "malformed tiles" : NULL;
}

static signed char on_json(struct lejp_ctx *ctx, char reason)
{
	struct message_parse *p = ctx->user;
	int path = ctx->path_match;
	const char *why;

	if (reason == LEJPCB_COMPLETE)
		p->is_whole = true;
	if (reason == LEJPCB_OBJECT_START && !strcmp(ctx->path, "tiles[]"))
		return new_tile(p);
	why = misplaced(p, reason, path);
	if (why)
		return fail(p, why);
	if (reason == LEJPCB_VAL_TRUE && path == PATH_MORE)
		p->msg->more = true;
	else if (reason == LEJPCB_VAL_STR_END && path == PATH_TYPE)
		return on_type(p, ctx->buf);
	else if (reason == LEJPCB_VAL_STR_END && path == PATH_CAMERA)
		return on_camera(p, ctx->buf);
	else if (is_number(reason) && path >= PATH_ID && path <= PATH_QUALITY && path != PATH_CAMERA)
		return on_number(p, path, ctx->buf);
	return 0;
}

const char *message_parse(struct message *msg, const char *data, size_t len)
{
	struct message_parse p = {.msg = msg};
	struct lejp_ctx ctx;
	int rest;

	msg->type = MSG_NONE;
	msg->more = false;
	msg->id = 0;
	msg->seq = 0;
	lejp_construct(&ctx, on_json, &p, paths, sizeof(paths) / sizeof(paths[0]));
	rest = lejp_parse(&ctx, (const unsigned char *)data, (int)len);
	lejp_destruct(&ctx);
	if (p.why)
		return p.why;
	if (rest < 0 || !p.is_whole)
		return "this is not a JSON object";
	return msg->type == MSG_NONE ? "the message has no type" : NULL;
}
