/* SPDX-License-Identifier: MIT */
#include "tile.h"

#include "ws.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURE_HEAD = 32, PICTURE_TYPE = 1, PICTURE_VERSION = 1 };

struct tile {
	struct taker taker;
	struct server *s;
	struct viewer *viewer;
	struct wish wish; /* in range */
	const struct cam_buf *waiting; /* a reference */
	bool is_out; /* a picture is on its way */
	uint64_t seq; /* of the last one sent */
	int64_t sent_ns;
};

static uint32_t clamp(uint32_t value, uint32_t min, uint32_t max)
{
	return value < min ? min : value > max ? max : value;
}

/* What was not said is the option's; one of width and height alone keeps the camera's shape. */
static struct wish in_range(const struct server *s, const struct wish *said)
{
	struct wish w = *said;

	if (!w.width && !w.height) {
		w.width = (uint32_t)s->conf->width;
		w.height = (uint32_t)s->conf->height;
	}
	if (w.width)
		w.width = clamp(w.width, 16, 3840);
	if (w.height)
		w.height = clamp(w.height, 16, 2160);
	w.fps = clamp(w.fps ? w.fps : (uint32_t)s->conf->fps, 1, 60);
	w.quality = clamp(w.quality ? w.quality : (uint32_t)s->conf->quality, 1, 100);
	return w;
}

bool tile_is(const struct tile *t, const struct wish *said)
{
	struct wish w = in_range(t->s, said);

	return w.width == t->wish.width && w.height == t->wish.height && w.fps == t->wish.fps &&
	       w.quality == t->wish.quality && !strcmp(w.camera, t->wish.camera);
}

/* Newest wins: a picture that waits gives way. While one is out the server keeps the newest itself. */
static int take(struct taker *taker, const struct cam_buf *buf)
{
	struct tile *t = list_entry(taker, struct tile, taker);

	if (t->is_out)
		return CAM_LATER;
	t->s->host->buf_unref(t->waiting);
	t->waiting = t->s->host->buf_ref(buf);
	viewer_has_picture(t->viewer);
	return 0;
}

struct tile *tile_new(struct server *s, struct viewer *v, const struct wish *wish, const char **ret_why)
{
	struct tile *t = calloc(1, sizeof(*t));
	struct cam_want want = server_want(s);
	int err;

	*ret_why = "there is no memory for this tile";
	if (!t)
		return NULL;
	t->s = s;
	t->viewer = v;
	t->wish = in_range(s, wish);
	t->taker.take = take;
	want.width = t->wish.width;
	want.height = t->wish.height;
	want.max_fps_num = t->wish.fps;
	want.quality = t->wish.quality;
	err = subs_open(&s->subs, s->host, s->node, t->wish.camera, &want, &t->taker);
	if (!err)
		return t;
	if (err != -ENOMEM)
		*ret_why = err == -ENOENT ? "there is no camera of this name" : "this picture cannot be made";
	free(t);
	return NULL;
}

void tile_free(struct tile *t)
{
	if (!t)
		return;
	subs_close(&t->s->subs, t->s->host, t->s->node, &t->taker);
	t->s->host->buf_unref(t->waiting);
	free(t);
}

uint32_t tile_id(const struct tile *t)
{
	return t->wish.id;
}

bool tile_has_picture(const struct tile *t)
{
	return t->waiting && !t->is_out;
}

int64_t tile_unacked_since(const struct tile *t)
{
	return t->is_out ? t->sent_ns : INT64_MAX;
}

static uint8_t *put(uint8_t *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		*at++ = (uint8_t)(value >> (8 * i));
	return at;
}

static void make_head(const struct tile *t, const struct cam_buf *buf, uint8_t head[PICTURE_HEAD])
{
	int64_t age_us = (t->sent_ns - buf->arrival_ns) / 1000;
	uint8_t *at = head;

	at = put(at, PICTURE_TYPE, 1);
	at = put(at, PICTURE_VERSION, 1);
	at = put(at, 0, 2);
	at = put(at, t->wish.id, 4);
	at = put(at, t->seq, 8);
	at = put(at, (uint64_t)buf->wall_ns, 8);
	at = put(at, age_us < 0 ? 0 : age_us > UINT32_MAX ? UINT32_MAX : (uint64_t)age_us, 4);
	at = put(at, buf->caps->width, 2);
	put(at, buf->caps->height, 2);
}

int tile_send(struct tile *t, struct lws *wsi)
{
	const struct cam_buf *buf = t->waiting;
	uint8_t head[PICTURE_HEAD];
	int err;

	t->waiting = NULL;
	t->is_out = true;
	t->seq++;
	t->sent_ns = monotonic_ns();
	make_head(t, buf, head);
	err = ws_write_picture(t->s->ws, wsi, head, sizeof(head), buf);
	if (!err) {
		server_stat(t->s, STAT_PICTURES, 1);
		server_stat(t->s, STAT_BYTES, (int64_t)buf->plane[0].len);
	}
	t->s->host->buf_unref(buf);
	return err;
}

void tile_ack(struct tile *t, uint64_t seq)
{
	if (!t->is_out || seq != t->seq)
		return;
	t->is_out = false;
	taker_resume(t->s, &t->taker);
}
