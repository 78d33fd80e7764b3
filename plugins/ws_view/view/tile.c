/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/view/tile.h"

#include "lib/clock.h"
#include "plugins/ws_view/common/chain.h"
#include "plugins/ws_view/common/taker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURE_HEAD = 32, PICTURE_TYPE = 1, PICTURE_VERSION = 1 };

/* How long a picture may be on its way before no more are made: several round trips over the worst of lines. */
#define REST_NS (2 * CAM_SECOND)

/* What there is to be said of a tile. */
struct verdict {
	int err; /* 0: it is as wished; CAM_LOWERED; -errno: it has no pictures */
	char why[200];
};

struct tile {
	struct taker taker;
	struct web *web;
	struct watcher *watcher;
	struct wish wish; /* in range */
	bool any_size, any_fps, any_quality; /* the viewer did not say: they are the options' */
	uint64_t owner;
	const struct cam_buf *waiting; /* a reference */
	bool is_out; /* a picture is on its way */
	uint64_t seq; /* of the last one sent */
	int64_t sent_ns;
	bool is_judged; /* `is` holds for the subscription as it is */
	struct verdict is, told;
};

static uint32_t clamp(uint32_t value, uint32_t min, uint32_t max)
{
	return value < min ? min : value > max ? max : value;
}

/* What was not said is the option's; one of width and height alone keeps the camera's shape. */
static struct wish in_range(const struct web *w, const struct wish *said)
{
	struct wish ret = *said;

	if (!ret.width && !ret.height) {
		ret.width = (uint32_t)w->conf->width;
		ret.height = (uint32_t)w->conf->height;
	}
	if (ret.width)
		ret.width = clamp(ret.width, 16, 3840);
	if (ret.height)
		ret.height = clamp(ret.height, 16, 2160);
	ret.fps = clamp(ret.fps ? ret.fps : (uint32_t)w->conf->fps, 1, 60);
	ret.quality = clamp(ret.quality ? ret.quality : (uint32_t)w->conf->quality, 1, 100);
	return ret;
}

static bool is_same(const struct wish *a, const struct wish *b)
{
	return a->width == b->width && a->height == b->height && a->fps == b->fps && a->quality == b->quality;
}

static void note_unsaid(struct tile *t, const struct wish *said)
{
	t->any_size = !said->width && !said->height;
	t->any_fps = !said->fps;
	t->any_quality = !said->quality;
}

bool tile_is(struct tile *t, const struct wish *said)
{
	struct wish w = in_range(t->web, said);

	if (!is_same(&w, &t->wish) || strcmp(w.camera, t->wish.camera) != 0)
		return false;
	note_unsaid(t, said);
	return true;
}

static void judge(struct tile *t, int err, const char *why)
{
	t->is_judged = true;
	t->is.err = err;
	snprintf(t->is.why, sizeof(t->is.why), "%s", why);
	if (tile_has_word(t))
		t->watcher->has_news(t->watcher);
}

bool tile_has_word(const struct tile *t)
{
	return t->is_judged && (t->is.err != t->told.err || strcmp(t->is.why, t->told.why) != 0);
}

void tile_word(struct tile *t, struct text *text)
{
	static const char *const types[] = {"granted", "lowered", "error"};
	int err = t->is.err;

	text_printf(text, "{\"type\": \"%s\", \"id\": %u", types[err < 0 ? 2 : err ? 1 : 0], t->wish.id);
	if (err) {
		text_printf(text, ", \"error\": ");
		text_json(text, t->is.why);
	}
	text_add(text, "}");
	t->told = t->is;
	if (err)
		web_stat(t->web, STAT_TILES_REFUSED, 1);
}

static void drop_waiting(struct tile *t)
{
	t->web->host->buf_unref(t->waiting);
	t->waiting = NULL;
}

/* Newest wins: a picture that waits gives way. While one is out the server keeps the newest itself. */
static int take(struct taker *taker, const struct cam_buf *buf)
{
	struct tile *t = chain_entry(taker, struct tile, taker);

	if (t->is_out)
		return CAM_LATER;
	drop_waiting(t);
	t->waiting = t->web->host->buf_ref(buf);
	if (!t->is_judged)
		judge(t, 0, "");
	t->watcher->has_news(t->watcher);
	return 0;
}

static void refused(struct taker *taker, int err, const char *why)
{
	judge(chain_entry(taker, struct tile, taker), err, why);
}

static struct cam_want want_of(const struct tile *t, const struct wish *w)
{
	struct cam_want want = web_want(t->web, t->owner);

	want.width = w->width;
	want.height = w->height;
	want.max_fps_num = w->fps;
	want.quality = w->quality;
	return want;
}

/* What who looks at it may not see does not exist for them. */
static bool may_view(const struct tile *t)
{
	return web_may_view(t->web, t->watcher->who, t->wish.camera);
}

static void subscribe(struct tile *t)
{
	struct cam_want want = want_of(t, &t->wish);
	int err = may_view(t) ? taker_open(&t->taker, t->web, t->wish.camera, &want) : -ENOENT;

	if (!err)
		t->is_judged = false;
	else if (err != -ENOENT)
		judge(t, err,
			err == -ENOMEM ? "there is no memory for this tile" : "this picture cannot be made");
	else if (!t->is_judged ||
		 t->is.err != -ENOENT) /* what was said of a camera that is not there still holds */
		judge(t, err, "there is no camera of this name");
}

void tile_adapt(struct tile *t)
{
	struct wish w = t->wish;
	struct cam_want want;

	if (t->any_size)
		w.width = w.height = 0;
	if (t->any_fps)
		w.fps = 0;
	if (t->any_quality)
		w.quality = 0;
	w = in_range(t->web, &w);
	if (is_same(&w, &t->wish))
		return;
	want = want_of(t, &w);
	if (t->taker.sub && taker_change(&t->taker, t->web, w.camera, &want))
		return;
	t->is_judged &= !t->taker.sub;
	t->wish = w; /* one without a subscription takes up with this */
}

static void gone(struct taker *taker)
{
	struct tile *t = chain_entry(taker, struct tile, taker);

	drop_waiting(t);
	subscribe(t); /* another of its name may be there already */
	if (!t->taker.sub)
		judge(t, -ENOENT, "the camera has been taken out of the configuration");
}

struct tile *tile_new(struct web *w, struct watcher *watcher, uint64_t owner, const struct wish *wish,
	const struct tile *before)
{
	static const struct taker_ops ops = {take, refused, gone};
	struct tile *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->taker.ops = &ops;
	t->web = w;
	t->watcher = watcher;
	t->owner = owner;
	t->wish = in_range(w, wish);
	note_unsaid(t, wish);
	if (before)
		t->told = before->told;
	subscribe(t);
	return t;
}

void tile_free(struct tile *t)
{
	if (!t)
		return;
	taker_close(&t->taker, t->web);
	drop_waiting(t);
	free(t);
}

void tile_rest(struct tile *t, int64_t now)
{
	if (t->is_out && now - t->sent_ns > REST_NS)
		taker_close(&t->taker, t->web);
}

void tile_take_up(struct tile *t)
{
	if (t->taker.sub && !may_view(t)) {
		taker_close(&t->taker, t->web);
		gone(&t->taker);
	} else if (!t->taker.sub && !t->is_out) {
		subscribe(t);
	}
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

int tile_send(struct tile *t, struct ws_socket *socket)
{
	const struct cam_buf *buf = t->waiting;
	uint8_t head[PICTURE_HEAD];
	int err;

	t->waiting = NULL;
	t->is_out = true;
	t->seq++;
	t->sent_ns = clock_mono_ns();
	make_head(t, buf, head);
	err = ws_write_picture(socket, head, sizeof(head), buf);
	if (!err) {
		web_stat(t->web, STAT_PICTURES, 1);
		web_stat(t->web, STAT_BYTES, (int64_t)buf->plane[0].len);
	}
	t->web->host->buf_unref(buf);
	return err;
}

bool tile_ack(struct tile *t, uint64_t seq)
{
	if (!t->is_out || seq != t->seq)
		return false;
	t->is_out = false;
	taker_resume(&t->taker, t->web);
	if (!t->taker.sub)
		subscribe(t);
	return true;
}
