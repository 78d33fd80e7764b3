/* SPDX-License-Identifier: MIT */
#include "viewer.h"

#include "tile.h"
#include "view_msg.h"
#include "ws.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What is to be said besides pictures, in the order in which it is said. */
enum { DUE_HELLO = 1, DUE_CAMERAS = 2, DUE_ERROR = 4 };

struct viewer {
	struct list link;
	struct server *s;
	struct lws *wsi; /* NULL before the handshake is over and after the end */
	struct tile *tiles[TILES_MAX];
	size_t n_tiles, next; /* next: whose turn it is to send */
	unsigned due;
	int64_t heard_ns; /* when bytes last came from it */
	int64_t asked_ns; /* since when it is to be writable; 0: nothing to write */
	struct wish *wishes; /* a view that is not whole yet */
	size_t n_wishes;
	char error[200];
	size_t rx_len;
	char rx[WS_MESSAGE_MAX];
};

struct viewer *viewer_new(struct server *s)
{
	struct viewer *v = malloc(sizeof(*v));

	if (!v)
		return NULL;
	memset(v, 0, offsetof(struct viewer, rx));
	v->s = s;
	list_init(&v->link);
	s->n_viewers++;
	server_count(s, 1);
	return v;
}

void viewer_free(struct viewer *v)
{
	viewer_closed(v);
	v->s->n_viewers--;
	server_count(v->s, -1);
	free(v);
}

void viewer_closed(struct viewer *v)
{
	v->wsi = NULL;
	list_remove(&v->link);
	while (v->n_tiles)
		tile_free(v->tiles[--v->n_tiles]);
	free(v->wishes);
	v->wishes = NULL;
}

static void want_write(struct viewer *v)
{
	if (!v->wsi)
		return;
	if (!v->asked_ns)
		v->asked_ns = monotonic_ns();
	ws_want_write(v->wsi);
}

void viewer_has_picture(struct viewer *v)
{
	want_write(v);
}

static void say(struct viewer *v, unsigned what)
{
	v->due |= what;
	want_write(v);
}

void viewer_opened(struct viewer *v, struct lws *wsi)
{
	v->wsi = wsi;
	v->heard_ns = monotonic_ns();
	list_add(&v->s->viewers, &v->link);
	if (!v->s->cameras.len)
		viewers_tell_cameras(v->s);
	say(v, DUE_HELLO | DUE_CAMERAS);
}

/* ---- What it says ---------------------------------------------------------------------------------------------- */

static void tell_error(struct viewer *v, const struct wish *wish, const char *why)
{
	struct out text = {0};

	out_printf(&text, "{\"type\": \"error\", \"id\": %u, \"error\": ", wish->id);
	out_json(&text, why);
	out_add(&text, "}", 1);
	if (!text.failed && text.len < sizeof(v->error)) {
		memcpy(v->error, text.data, text.len + 1);
		say(v, DUE_ERROR);
	}
	out_free(&text);
}

static struct tile *find_tile(struct viewer *v, uint32_t id, size_t *ret_at)
{
	for (size_t i = 0; i < v->n_tiles; i++)
		if (v->tiles[i] && tile_id(v->tiles[i]) == id) {
			*ret_at = i;
			return v->tiles[i];
		}
	return NULL;
}

/* The whole wish is known: tiles that stay as they are stay, others end and begin. */
static void apply(struct viewer *v)
{
	struct tile *now[TILES_MAX] = {NULL};
	size_t n = 0, at, n_old = v->n_tiles;
	const char *why;

	for (size_t i = 0; i < v->n_wishes; i++) {
		struct tile *t = find_tile(v, v->wishes[i].id, &at);

		if (t && tile_is(t, &v->wishes[i]))
			v->tiles[at] = NULL; /* moved to the new set */
		else
			t = NULL;
		now[i] = t;
	}
	for (size_t i = 0; i < n_old; i++)
		tile_free(v->tiles[i]);
	for (size_t i = 0; i < v->n_wishes; i++) {
		why = NULL;
		if (!now[i])
			now[i] = tile_new(v->s, v, &v->wishes[i], &why);
		if (now[i])
			v->tiles[n++] = now[i];
		else
			tell_error(v, &v->wishes[i], why);
	}
	v->n_tiles = n;
	v->next = 0;
}

static const char *on_view(struct viewer *v, const struct view_msg *msg)
{
	v->n_wishes = msg->n_wishes;
	for (size_t i = 0; i < v->n_wishes; i++)
		for (size_t j = 0; j < i; j++)
			if (v->wishes[i].id == v->wishes[j].id)
				return "two tiles have one id";
	if (msg->more)
		return NULL;
	apply(v);
	free(v->wishes);
	v->wishes = NULL;
	v->n_wishes = 0;
	return NULL;
}

static const char *on_message(struct viewer *v)
{
	struct view_msg msg = {.n_wishes = v->n_wishes};
	struct tile *tile;
	const char *why;
	size_t at;

	if (!v->wishes)
		v->wishes = calloc(TILES_MAX, sizeof(*v->wishes));
	if (!v->wishes)
		return "no memory";
	msg.wishes = v->wishes;
	why = view_msg_parse(&msg, v->rx, v->rx_len);
	if (why)
		return why;
	if (msg.type == MSG_VIEW)
		return on_view(v, &msg);
	tile = find_tile(v, msg.id, &at); /* an ack may cross the view that ends its tile */
	if (tile)
		tile_ack(tile, msg.seq);
	return NULL;
}

int viewer_received(
	struct viewer *v, const char *data, size_t len, bool is_last, bool is_binary, const char **ret_why)
{
	const char *why;

	v->heard_ns = monotonic_ns();
	if (is_binary) {
		*ret_why = "messages are text";
		return WS_POLICY;
	}
	if (len > sizeof(v->rx) - v->rx_len) {
		*ret_why = "a message has at most 4096 bytes";
		return WS_TOO_BIG;
	}
	memcpy(v->rx + v->rx_len, data, len);
	v->rx_len += len;
	if (!is_last)
		return 0;
	why = on_message(v);
	v->rx_len = 0;
	*ret_why = why;
	return why ? WS_POLICY : 0;
}

/* ---- What is said to it ---------------------------------------------------------------------------------------- */

static int write_hello(struct viewer *v)
{
	const struct ws_view_conf *conf = v->s->conf;
	struct out text = {0};
	struct timespec t;
	int err;

	clock_gettime(CLOCK_REALTIME, &t);
	out_printf(&text,
		"{\"type\": \"hello\", \"version\": 1, \"wall_ms\": %lld, \"width\": %lld, \"height\": %lld, "
		"\"fps\": %lld, "
		"\"quality\": %lld, \"tiles\": %d, \"message_bytes\": %d}",
		(long long)t.tv_sec * 1000 + t.tv_nsec / 1000000, (long long)conf->width,
		(long long)conf->height, (long long)conf->fps, (long long)conf->quality, TILES_MAX,
		WS_MESSAGE_MAX);
	err = text.failed ? -ENOMEM : ws_write_text(v->s->ws, v->wsi, text.data, text.len);
	out_free(&text);
	return err;
}

/* @return the next tile in turn that has a picture, or NULL */
static struct tile *next_tile(struct viewer *v)
{
	for (size_t i = 0; i < v->n_tiles; i++) {
		struct tile *t = v->tiles[(v->next + i) % v->n_tiles];

		if (tile_has_picture(t)) {
			v->next = (v->next + i + 1) % v->n_tiles;
			return t;
		}
	}
	return NULL;
}

/* One thing, since the library takes one message a turn. */
static int write_one(struct viewer *v)
{
	struct tile *tile;

	if (v->due & DUE_HELLO) {
		v->due &= ~(unsigned)DUE_HELLO;
		return write_hello(v);
	}
	if (v->due & DUE_CAMERAS) {
		v->due &= ~(unsigned)DUE_CAMERAS;
		return ws_write_text(v->s->ws, v->wsi, v->s->cameras.data, v->s->cameras.len);
	}
	if (v->due & DUE_ERROR) {
		v->due &= ~(unsigned)DUE_ERROR;
		return ws_write_text(v->s->ws, v->wsi, v->error, strlen(v->error));
	}
	tile = next_tile(v);
	return tile ? tile_send(tile, v->wsi) : 0;
}

int viewer_writable(struct viewer *v)
{
	int err;

	if (!v->wsi)
		return 0;
	err = write_one(v);
	if (err)
		return err;
	v->asked_ns = 0;
	for (size_t i = 0; i < v->n_tiles && !v->due; i++)
		if (tile_has_picture(v->tiles[i])) {
			want_write(v);
			return 0;
		}
	if (v->due)
		want_write(v);
	return 0;
}

/* ---- All of them ----------------------------------------------------------------------------------------------- */

static const char *state_name(uint32_t state)
{
	static const char *const names[] = {
		"unknown", "connecting", "live", "stalled", "retrying", "failed", "stopped"};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : names[0];
}

static void add_camera(void *arg, const struct cam_camera *camera)
{
	struct out *o = arg;
	char codec[5] = "";

	for (unsigned i = 0; i < 4; i++)
		codec[i] = (char)(camera->codec >> (8 * i));
	out_add(o, o->data[o->len - 1] == '[' ? "" : ", ", o->data[o->len - 1] == '[' ? 0 : 2);
	out_printf(o, "{\"name\": ");
	out_json(o, camera->name);
	out_printf(o, ", \"state\": \"%s\", \"error\": ", state_name(camera->state));
	out_json(o, camera->error ? camera->error : "");
	out_printf(o, ", \"codec\": ");
	out_json(o, codec);
	out_printf(o, ", \"width\": %u, \"height\": %u, \"fps\": %.1f, \"bits_per_second\": %llu}",
		camera->width, camera->height, camera->fps,
		(unsigned long long)camera->bits_per_second / 1000 * 1000);
}

void viewers_tell_cameras(struct server *s)
{
	struct out text = {0};

	out_printf(&text, "{\"type\": \"cameras\", \"cameras\": [");
	if (!text.failed)
		s->host->cameras(s->node, add_camera, &text);
	out_add(&text, "]}", 2);
	if (text.failed || (s->cameras.len == text.len && !memcmp(s->cameras.data, text.data, text.len))) {
		out_free(&text);
		return;
	}
	out_free(&s->cameras);
	s->cameras = text;
	for (struct list *l = s->viewers.next; l != &s->viewers; l = l->next)
		say(list_entry(l, struct viewer, link), DUE_CAMERAS);
}

static bool is_slow(const struct viewer *v, int64_t now)
{
	int64_t since = now - PATIENCE_NS;

	if (v->asked_ns && v->asked_ns < since)
		return true;
	for (size_t i = 0; i < v->n_tiles && v->heard_ns < since; i++)
		if (tile_unacked_since(v->tiles[i]) < since)
			return true;
	return false;
}

void viewers_check(struct server *s, int64_t now)
{
	for (struct list *l = s->viewers.next, *next; l != &s->viewers; l = next) {
		struct viewer *v = list_entry(l, struct viewer, link);

		next = l->next;
		if (!v->wsi || !is_slow(v, now))
			continue;
		server_stat(s, STAT_CLOSED_SLOW, 1);
		list_remove(&v->link);
		ws_kill(v->wsi);
	}
}
