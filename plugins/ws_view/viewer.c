/* SPDX-License-Identifier: MIT */
#include "viewer.h"

#include "limit.h"
#include "view.h"
#include "ws.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What is to be said besides pictures, in the order in which it is said. */
enum { DUE_HELLO = 1, DUE_CAMERAS = 2, DUE_LIMITED = 4 };

/* Between two words that something is limited. */
#define LIMITED_NS CAM_SECOND

/* RFC 6455, 5.2: with the longest length and the mask. */
enum { FRAME_HEAD_MAX = 14 };

struct viewer {
	struct list link;
	struct server *s;
	struct lws *wsi; /* NULL before the handshake is over and after the end */
	struct view view;
	struct credit credit;
	uint64_t bytes_read; /* from its socket, when they were last looked at */
	uint64_t bytes_paid; /* since then, at least so many */
	unsigned due;
	enum limit limited; /* the last one */
	int64_t limited_ns; /* when it was told of one */
	int64_t heard_ns; /* when bytes last came from it */
	int64_t asked_ns; /* since when it is to be writable; 0: nothing to write */
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
	view_init(&v->view, s, v);
	credit_init(&v->credit, clock_mono_ns());
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
	view_end(&v->view);
}

static void want_write(struct viewer *v)
{
	if (!v->wsi)
		return;
	if (!v->asked_ns)
		v->asked_ns = clock_mono_ns();
	ws_want_write(v->wsi);
}

void viewer_has_news(struct viewer *v)
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
	v->heard_ns = clock_mono_ns();
	list_add(&v->s->viewers, &v->link);
	if (!v->s->cameras.len)
		viewers_tell_cameras(v->s);
	say(v, DUE_HELLO | DUE_CAMERAS);
}

/* ---- What it says ---------------------------------------------------------------------------------------------- */

void viewer_limited(struct viewer *v, enum limit what)
{
	char peer[64] = "";
	int64_t now = clock_mono_ns();

	if (v->wsi)
		ws_peer(v->wsi, peer, sizeof(peer));
	limit_count(v->s, what, peer);
	v->limited = what;
	if (now - v->limited_ns < LIMITED_NS)
		return;
	v->limited_ns = now;
	say(v, DUE_LIMITED);
}

/* Read on, or not for a while. */
static void pay(struct viewer *v, size_t bytes, int64_t now)
{
	v->bytes_paid += bytes + FRAME_HEAD_MAX;
	if (!credit_spend(&v->credit, bytes, now))
		return;
	ws_hold(v->wsi, true);
	viewer_limited(v, LIMIT_READING);
	server_pace(v->s);
}

/* The library answers pings and says nothing of them: they are paid for by the second. */
static void pay_pings(struct viewer *v, int64_t now)
{
	uint64_t read = ws_bytes_read(v->wsi), more = read > v->bytes_read ? read - v->bytes_read : 0;

	if (more > v->bytes_paid)
		pay(v, (size_t)(more - v->bytes_paid), now);
	v->bytes_read = read;
	v->bytes_paid = 0;
}

static const char *on_message(struct viewer *v)
{
	struct wishes *parts = &v->view.parts;
	struct view_msg msg = {.wishes = parts};
	size_t n_before = parts->n;
	const char *why = view_msg_parse(&msg, v->rx, v->rx_len);

	if (why)
		return why;
	if (msg.type == MSG_VIEW)
		return view_said(&v->view, msg.more);
	parts->n = n_before; /* tiles in another message are passed over */
	if (view_ack(&v->view, msg.id, msg.seq))
		credit_return(&v->credit, v->rx_len);
	return NULL;
}

int viewer_received(
	struct viewer *v, const char *data, size_t len, bool is_last, bool is_binary, const char **ret_why)
{
	const char *why;

	v->heard_ns = clock_mono_ns();
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
	pay(v, len, v->heard_ns);
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
	struct text text = {0};
	struct timespec t;
	int err;

	clock_gettime(CLOCK_REALTIME, &t);
	text_printf(&text,
		"{\"type\": \"hello\", \"version\": 1, \"wall_ms\": %lld, \"width\": %lld, \"height\": %lld, "
		"\"fps\": %lld, "
		"\"quality\": %lld, \"tiles\": %d, \"message_bytes\": %d}",
		(long long)t.tv_sec * 1000 + t.tv_nsec / 1000000, (long long)conf->width,
		(long long)conf->height, (long long)conf->fps, (long long)conf->quality, TILES_MAX,
		WS_MESSAGE_MAX);
	err = text.failed ? -ENOMEM : ws_write_text(v->s->ws, v->wsi, text.data, text.len);
	text_free(&text);
	return err;
}

static int write_limited(struct viewer *v)
{
	struct text text = {0};
	int err;

	text_printf(&text, "{\"type\": \"limited\", \"error\": \"%s\"}", limit_text(v->limited));
	err = text.failed ? -ENOMEM : ws_write_text(v->s->ws, v->wsi, text.data, text.len);
	text_free(&text);
	return err;
}

static int write_word(struct viewer *v, struct tile *tile)
{
	struct text text = {0};
	int err;

	tile_word(tile, &text);
	err = text.failed ? -ENOMEM : ws_write_text(v->s->ws, v->wsi, text.data, text.len);
	text_free(&text);
	return err;
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
	if (v->due & DUE_LIMITED) {
		v->due &= ~(unsigned)DUE_LIMITED;
		return write_limited(v);
	}
	tile = view_word(&v->view);
	if (tile)
		return write_word(v, tile);
	tile = view_picture(&v->view);
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
	if (v->due || view_has_news(&v->view))
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
	struct text *o = arg;
	char codec[5] = "";

	for (unsigned i = 0; i < 4; i++)
		codec[i] = (char)(camera->codec >> (8 * i));
	text_add(o, o->data[o->len - 1] == '[' ? "" : ", ");
	text_printf(o, "{\"name\": ");
	text_json(o, camera->name);
	text_printf(o, ", \"state\": \"%s\", \"error\": ", state_name(camera->state));
	text_json(o, camera->error ? camera->error : "");
	text_printf(o, ", \"codec\": ");
	text_json(o, codec);
	text_printf(o, ", \"width\": %u, \"height\": %u, \"fps\": %.1f, \"bits_per_second\": %llu}",
		camera->width, camera->height, camera->fps,
		(unsigned long long)camera->bits_per_second / 1000 * 1000);
}

void viewers_tell_cameras(struct server *s)
{
	struct text text = {0};

	text_printf(&text, "{\"type\": \"cameras\", \"cameras\": [");
	if (!text.failed)
		s->host->cameras(s->node, add_camera, &text);
	text_add(&text, "]}");
	if (text.failed || (s->cameras.len == text.len && !memcmp(s->cameras.data, text.data, text.len))) {
		text_free(&text);
		return;
	}
	text_free(&s->cameras);
	s->cameras = text;
	for (struct list *l = s->viewers.next; l != &s->viewers; l = l->next)
		say(list_entry(l, struct viewer, link), DUE_CAMERAS);
}

static bool is_slow(const struct viewer *v, int64_t now)
{
	int64_t since = now - PATIENCE_NS;

	if (v->asked_ns && v->asked_ns < since)
		return true;
	return v->heard_ns < since && view_unacked_since(&v->view) < since;
}

void viewers_check(struct server *s, int64_t now)
{
	for (struct list *l = s->viewers.next, *next; l != &s->viewers; l = next) {
		struct viewer *v = list_entry(l, struct viewer, link);

		next = l->next;
		view_rest(&v->view, now);
		if (v->wsi)
			pay_pings(v, now);
		if (!v->wsi || !is_slow(v, now))
			continue;
		server_stat(s, STAT_CLOSED_SLOW, 1);
		list_remove(&v->link);
		ws_kill(v->wsi);
	}
}

void viewers_take_up(struct server *s)
{
	for (struct list *l = s->viewers.next; l != &s->viewers; l = l->next)
		view_take_up(&list_entry(l, struct viewer, link)->view);
}

void viewers_adapt(struct server *s)
{
	for (struct list *l = s->viewers.next; l != &s->viewers; l = l->next)
		view_adapt(&list_entry(l, struct viewer, link)->view);
}

/* @return whether nothing of it waits for the time to come */
static bool go_on(struct viewer *v, int64_t now)
{
	bool was_held = v->credit.is_held, is_back = credit_is_back(&v->credit, now);

	if (was_held && is_back)
		ws_hold(v->wsi, false);
	return view_apply(&v->view, now) && is_back;
}

bool viewers_go_on(struct server *s, int64_t now)
{
	bool is_done = true;

	for (struct list *l = s->viewers.next; l != &s->viewers; l = l->next)
		is_done = go_on(list_entry(l, struct viewer, link), now) && is_done;
	return is_done;
}
