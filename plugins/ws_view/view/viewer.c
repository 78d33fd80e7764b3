/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/view/viewer.h"

#include "lib/clock.h"
#include "plugins/ws_view/view/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is to be said besides pictures, in the order in which it is said. */
enum { DUE_HELLO = 1, DUE_CAMERAS = 2, DUE_LIMITED = 4 };

/* Between two words that something is limited. */
#define LIMITED_NS CAM_SECOND

enum {
	MESSAGE_MAX = 4096, /* bytes of a message from a viewer (fault V3) */
	FRAME_HEAD_MAX = 14 /* RFC 6455, 5.2: with the longest length and the mask */
};

struct viewer {
	struct chain link;
	struct watcher watcher;
	struct viewers *all;
	uint64_t cameras_mark; /* of the list that it has, or is to get */
	struct ws_socket *socket; /* NULL before the handshake is over and after the end */
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
	char rx[MESSAGE_MAX];
};

static void want_write(struct viewer *v)
{
	if (!v->socket)
		return;
	if (!v->asked_ns)
		v->asked_ns = clock_mono_ns();
	ws_want_write(v->socket);
}

static void has_news(struct watcher *watcher)
{
	want_write(chain_entry(watcher, struct viewer, watcher));
}

static void say(struct viewer *v, unsigned what)
{
	v->due |= what;
	want_write(v);
}

/* ---- What it says ---------------------------------------------------------------------------------------------- */

static void limited(struct watcher *watcher, enum limit what)
{
	struct viewer *v = chain_entry(watcher, struct viewer, watcher);
	char peer[64] = "";
	int64_t now = clock_mono_ns();

	if (v->socket)
		ws_peer(v->socket, peer, sizeof(peer));
	limit_count(v->all->web, &v->all->limits, what, peer);
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
	ws_hold(v->socket, true);
	limited(&v->watcher, LIMIT_READING);
	web_pace(v->all->web);
}

/* The library answers pings and says nothing of them: they are paid for by the second. */
static void pay_pings(struct viewer *v, int64_t now)
{
	uint64_t read = ws_bytes_read(v->socket), more = read > v->bytes_read ? read - v->bytes_read : 0;

	if (more > v->bytes_paid)
		pay(v, (size_t)(more - v->bytes_paid), now);
	v->bytes_read = read;
	v->bytes_paid = 0;
}

static const char *on_message(struct viewer *v)
{
	struct wishes *parts = &v->view.parts;
	struct message msg = {.wishes = parts};
	size_t n_before = parts->n;
	const char *why = message_parse(&msg, v->rx, v->rx_len);

	if (why)
		return why;
	if (msg.type == MSG_VIEW)
		return view_said(&v->view, msg.more);
	parts->n = n_before; /* tiles in another message are passed over */
	if (view_ack(&v->view, msg.id, msg.seq))
		credit_return(&v->credit, v->rx_len);
	return NULL;
}

static int received(
	void *self, const char *data, size_t len, bool is_last, bool is_binary, const char **ret_why)
{
	struct viewer *v = self;
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

/* Send a text and free it. */
static int say_text(struct viewer *v, struct text *text)
{
	int err = text->failed ? -ENOMEM : ws_write(v->socket, text->data, text->len, false);

	text_free(text);
	return err;
}

static int write_hello(struct viewer *v)
{
	const struct ws_view_conf *conf = v->all->web->conf;
	struct text text = {0};

	text_printf(&text,
		"{\"type\": \"hello\", \"version\": 1, \"wall_ms\": %lld, \"width\": %lld, \"height\": %lld, "
		"\"fps\": %lld, "
		"\"quality\": %lld, \"tiles\": %d, \"message_bytes\": %d}",
		(long long)(clock_wall_ns() / CLOCK_MS), (long long)conf->width, (long long)conf->height,
		(long long)conf->fps, (long long)conf->quality, TILES_MAX, MESSAGE_MAX);
	return say_text(v, &text);
}

static int write_limited(struct viewer *v)
{
	struct text text = {0};

	text_printf(&text, "{\"type\": \"limited\", \"error\": \"%s\"}", limit_text(v->limited));
	return say_text(v, &text);
}

static int write_word(struct viewer *v, struct tile *tile)
{
	struct text text = {0};

	tile_word(tile, &text);
	return say_text(v, &text);
}

/* One thing, since the library takes one message a turn. */
static int write_one(struct viewer *v)
{
	struct text text = {0};
	struct tile *tile;

	if (v->due & DUE_HELLO) {
		v->due &= ~(unsigned)DUE_HELLO;
		return write_hello(v);
	}
	if (v->due & DUE_CAMERAS) {
		v->due &= ~(unsigned)DUE_CAMERAS;
		cameras_tell(&v->all->cameras, v->all->web, v->watcher.who, &text);
		return say_text(v, &text);
	}
	if (v->due & DUE_LIMITED) {
		v->due &= ~(unsigned)DUE_LIMITED;
		return write_limited(v);
	}
	tile = view_word(&v->view);
	if (tile)
		return write_word(v, tile);
	tile = view_picture(&v->view);
	return tile ? tile_send(tile, v->socket) : 0;
}

static int writable(void *self)
{
	struct viewer *v = self;
	int err;

	if (!v->socket)
		return 0;
	err = write_one(v);
	if (err)
		return err;
	v->asked_ns = 0;
	if (v->due || view_has_news(&v->view))
		want_write(v);
	return 0;
}

/* ---- From start to end ----------------------------------------------------------------------------------------- */

static void *create(void *arg, const struct cam_who *who)
{
	struct viewers *all = arg;
	struct viewer *v = malloc(sizeof(*v));

	if (!v)
		return NULL;
	memset(v, 0, offsetof(struct viewer, rx));
	v->all = all;
	v->watcher = (struct watcher){has_news, limited, all->web->host->who_ref(who)};
	chain_init(&v->link);
	view_init(&v->view, all->web, &v->watcher);
	credit_init(&v->credit, clock_mono_ns());
	all->web->n_viewers++;
	web_count(all->web, 1);
	return v;
}

/* @return whether there is another list of cameras for it than what it has */
static bool has_new_cameras(struct viewer *v)
{
	uint64_t mark = cameras_mark(&v->all->cameras, v->all->web, v->watcher.who), before = v->cameras_mark;

	v->cameras_mark = mark;
	return mark != before;
}

static void opened(void *self, struct ws_socket *socket)
{
	struct viewer *v = self;

	v->socket = socket;
	v->heard_ns = clock_mono_ns();
	chain_add(&v->all->list, &v->link);
	if (!v->all->cameras.n)
		cameras_look(&v->all->cameras, v->all->web);
	has_new_cameras(v);
	say(v, DUE_HELLO | DUE_CAMERAS);
}

static void closed(void *self)
{
	struct viewer *v = self;

	v->socket = NULL;
	chain_remove(&v->link);
	view_end(&v->view);
}

static void destroy(void *self)
{
	struct viewer *v = self;
	struct web *w = v->all->web;

	closed(v);
	w->n_viewers--;
	web_count(w, -1);
	w->host->who_unref(v->watcher.who);
	free(v);
}

const struct ws_ops viewer_ws_ops = {create, opened, received, writable, closed, destroy};

/* ---- All of them ----------------------------------------------------------------------------------------------- */

void viewers_init(struct viewers *all, struct web *w)
{
	all->web = w;
	chain_init(&all->list);
}

void viewers_free(struct viewers *all)
{
	cameras_free(&all->cameras);
}

/* The viewer that this link is of. */
static struct viewer *viewer_at(struct chain *link)
{
	return chain_entry(link, struct viewer, link);
}

void viewers_tell_cameras(struct viewers *all)
{
	cameras_look(&all->cameras, all->web);
	for (struct chain *l = all->list.next; l != &all->list; l = l->next) {
		if (has_new_cameras(viewer_at(l)))
			say(viewer_at(l), DUE_CAMERAS);
		view_take_up(&viewer_at(l)->view);
	}
}

static bool is_slow(const struct viewer *v, int64_t now)
{
	int64_t since = now - PATIENCE_NS;

	if (v->asked_ns && v->asked_ns < since)
		return true;
	return v->heard_ns < since && view_unacked_since(&v->view) < since;
}

void viewers_check(struct viewers *all, int64_t now)
{
	for (struct chain *l = all->list.next, *next; l != &all->list; l = next) {
		struct viewer *v = viewer_at(l);

		next = l->next;
		view_rest(&v->view, now);
		if (v->socket)
			pay_pings(v, now);
		if (!v->socket || !is_slow(v, now))
			continue;
		web_stat(all->web, STAT_CLOSED_SLOW, 1);
		chain_remove(&v->link);
		ws_kill(v->socket);
	}
	limit_tell(all->web, &all->limits, now);
}

void viewers_adapt(struct viewers *all)
{
	for (struct chain *l = all->list.next; l != &all->list; l = l->next)
		view_adapt(&viewer_at(l)->view);
}

/* @return whether nothing of it waits for the time to come */
static bool go_on(struct viewer *v, int64_t now)
{
	bool was_held = v->credit.is_held, is_back = credit_is_back(&v->credit, now);

	if (was_held && is_back)
		ws_hold(v->socket, false);
	return view_apply(&v->view, now) && is_back;
}

bool viewers_go_on(struct viewers *all, int64_t now)
{
	bool is_done = true;

	for (struct chain *l = all->list.next; l != &all->list; l = l->next)
		is_done = go_on(viewer_at(l), now) && is_done;
	return is_done;
}
