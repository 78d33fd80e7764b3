/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/ws/outbox.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

/* The largest message: a JPEG of the largest size at the best quality is smaller. */
#define PICTURE_MAX (32u << 20)

/* @return LWS_PRE bytes of room and len more, or NULL */
static uint8_t *make_room(struct outbox *o, size_t len)
{
	uint8_t *room;

	if (LWS_PRE + len <= o->room_len)
		return o->room + LWS_PRE;
	room = realloc(o->room, LWS_PRE + len);
	if (!room)
		return NULL;
	o->room = room;
	o->room_len = LWS_PRE + len;
	return room + LWS_PRE;
}

uint8_t *outbox_put(struct outbox *o, const void *data, size_t len)
{
	uint8_t *at = make_room(o, len);

	outbox_forget(o);
	if (at && len)
		memcpy(at, data, len);
	return at;
}

uint8_t *outbox_put_picture(struct outbox *o, const uint8_t *head, size_t head_len, const struct cam_buf *buf)
{
	size_t len = buf->plane[0].len;
	uint8_t *at = len <= PICTURE_MAX ? make_room(o, head_len + len) : NULL;

	if (!at)
		return NULL;
	/* The library wants room in front, hence a copy; viewers of one picture follow one another and share it. */
	if (o->picture != buf) {
		outbox_forget(o);
		memcpy(at + head_len, buf->plane[0].data, len);
		o->picture = o->host->buf_ref(buf);
	}
	memcpy(at, head, head_len);
	return at;
}

void outbox_forget(struct outbox *o)
{
	o->host->buf_unref(o->picture);
	o->picture = NULL;
}

void outbox_free(struct outbox *o)
{
	free(o->room);
}
