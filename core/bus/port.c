/* SPDX-License-Identifier: MIT */
#include "core/bus/port.h"

#include "core/media/buf.h"
#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a link that is behind fetches at a time: little enough for the port's lock, enough to be worth it. */
enum { FETCH_ITEMS = 64, FETCH_BYTES = 1 << 20 };

/* An unordered set of pointers. */
struct set {
	void **items;
	size_t n, room;
};

/* Ends of sessions that a link which is behind has not been told. */
enum { MAX_ENDS = 16 };

/* A link on a port, and as long as it is behind, where in the history it is. */
struct hung {
	struct link *link; /* a reference */
	bool behind;
	int64_t from_ns; /* just before the arrival of the last item fetched, or where to begin */
	int64_t ended_ns
		[MAX_ENDS]; /* when, oldest first; of more than there is room for the last ones are one */
	unsigned n_ended;
	uint64_t next[CAM_MAX_TRACKS]; /* seq that is expected, once `has` */
	bool has[CAM_MAX_TRACKS];
};

struct port {
	pthread_mutex_t *lock; /* of the tree; taken before the locks of links */
	struct port_history history;
	struct port *parent;
	int64_t newest_ns; /* arrival of the last video packet */
	uint64_t next[CAM_MAX_TRACKS]; /* seq behind the last packet that came out here */
	struct set links, children; /* of struct hung, struct port */
};

static int set_add(struct set *s, void *item)
{
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 4;
		void **items = realloc(s->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		s->items = items;
		s->room = room;
	}
	s->items[s->n++] = item;
	return 0;
}

static bool set_remove(struct set *s, const void *item)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->items[i] == item) {
			s->items[i] = s->items[--s->n];
			return true;
		}
	}
	return false;
}

static void unhang(struct hung *h)
{
	link_unref(h->link);
	free(h);
}

struct port *port_new(pthread_mutex_t *lock)
{
	struct port *p = calloc(1, sizeof(*p));

	if (p)
		p->lock = lock;
	return p;
}

void port_free(struct port *p)
{
	if (!p)
		return;
	(void)port_set_parent(p, NULL);
	pthread_mutex_lock(p->lock);
	for (size_t i = 0; i < p->children.n; i++)
		((struct port *)p->children.items[i])->parent = NULL;
	pthread_mutex_unlock(p->lock);
	for (size_t i = 0; i < p->links.n; i++)
		unhang(p->links.items[i]);
	free(p->links.items);
	free(p->children.items);
	free(p);
}

void port_set_history(struct port *p, const struct port_history *history)
{
	pthread_mutex_lock(p->lock);
	p->history = history ? *history : (struct port_history){0};
	pthread_mutex_unlock(p->lock);
}

int port_set_parent(struct port *p, struct port *parent)
{
	int err;

	pthread_mutex_lock(p->lock);
	err = parent ? set_add(&parent->children, p) : 0;
	if (!err) {
		if (p->parent)
			set_remove(&p->parent->children, p);
		p->parent = parent;
	}
	pthread_mutex_unlock(p->lock);
	return err;
}

/* Down the tree, with its lock held. */
static unsigned hand_on(struct port *p, const struct cam_buf *buf)
{
	unsigned dropped = 0;

	if (buf->track == 0)
		p->newest_ns = buf->arrival_ns;
	p->next[buf->track] = buf->seq + 1;
	if (p->history.keep)
		p->history.keep(p->history.self, buf);
	for (size_t i = 0; i < p->links.n; i++) {
		const struct hung *h = p->links.items[i];

		if (!h->behind) /* else it finds the packet in the history, which has it already */
			dropped += link_push(h->link, buf);
	}
	for (size_t i = 0; i < p->children.n; i++)
		dropped += hand_on(p->children.items[i], buf);
	return dropped;
}

unsigned port_publish(struct port *p, const struct cam_buf *buf)
{
	unsigned dropped;

	pthread_mutex_lock(p->lock);
	dropped = hand_on(p, buf);
	pthread_mutex_unlock(p->lock);
	return dropped;
}

static void remember_end(struct hung *h)
{
	h->n_ended -= h->n_ended == MAX_ENDS;
	h->ended_ns[h->n_ended++] = clock_mono_ns();
}

static void end_session(struct port *p)
{
	for (size_t i = 0; i < p->links.n; i++) {
		struct hung *h = p->links.items[i];

		if (h->behind)
			remember_end(h);
		else
			link_end_session(h->link);
	}
	for (size_t i = 0; i < p->children.n; i++)
		end_session(p->children.items[i]);
}

void port_end_session(struct port *p)
{
	pthread_mutex_lock(p->lock);
	end_session(p);
	pthread_mutex_unlock(p->lock);
}

static void tell_gone(struct port *p)
{
	for (size_t i = 0; i < p->links.n; i++)
		link_gone(((struct hung *)p->links.items[i])->link);
	for (size_t i = 0; i < p->children.n; i++)
		tell_gone(p->children.items[i]);
}

void port_tell_gone(struct port *p)
{
	pthread_mutex_lock(p->lock);
	tell_gone(p);
	pthread_mutex_unlock(p->lock);
}

/* ---- history ----------------------------------------------------------------------------------------------------- */

static const struct port_history *nearest_history(const struct port *p)
{
	while (p->parent && !p->history.replay)
		p = p->parent;
	return &p->history;
}

/* One turn of a link that is behind. */
struct fetch {
	struct hung *hung;
	unsigned items;
	size_t bytes;
};

/* The sessions that ended before that time have: with nothing between them they are one end. */
static void tell_ends(struct hung *h, int64_t before_ns)
{
	unsigned n = 0;

	while (n < h->n_ended && h->ended_ns[n] < before_ns)
		n++;
	if (!n)
		return;
	link_end_session(h->link);
	h->n_ended -= n;
	memmove(h->ended_ns, h->ended_ns + n, h->n_ended * sizeof(h->ended_ns[0]));
}

/* @return 1 when the link has enough for now */
static int fetch_one(void *arg, const struct cam_buf *buf)
{
	struct fetch *f = arg;
	struct hung *h = f->hung;
	uint32_t t = buf->track;

	if (h->has[t] && buf->seq < h->next[t])
		return 0;
	if (f->items == FETCH_ITEMS || f->bytes >= FETCH_BYTES)
		return 1;
	tell_ends(h, buf->arrival_ns);
	if (h->has[t] && buf->seq > h->next[t]) /* the history has let go of what comes next */
		link_missed(h->link, buf->seq - h->next[t]);
	h->has[t] = true;
	h->next[t] = buf->seq + 1;
	h->from_ns = buf->arrival_ns - 1; /* a keyframe further on may have arrived together with it */
	link_history(h->link, buf);
	f->items++;
	f->bytes += buf_bytes(buf);
	return 0;
}

/* The history is at its end, or is no more: what came out since it last kept anything is not to be had. */
static void tell_missed(const struct port *p, const struct hung *h)
{
	for (unsigned t = 0; t < CAM_MAX_TRACKS; t++)
		if (h->has[t] && h->next[t] < p->next[t])
			link_missed(h->link, p->next[t] - h->next[t]);
}

static struct hung *find(const struct port *p, const struct link *link)
{
	for (size_t i = 0; i < p->links.n; i++) {
		struct hung *h = p->links.items[i];

		if (h->link == link)
			return h;
	}
	return NULL;
}

static void fetch(void *arg, struct link *link)
{
	struct port *p = arg;
	struct hung *h;

	pthread_mutex_lock(p->lock);
	h = find(p, link);
	if (h && h->behind) {
		const struct port_history *history = nearest_history(p);
		struct fetch f = {.hung = h};

		if (!history->replay || !history->replay(history->self, h->from_ns, fetch_one, &f)) {
			h->behind = false;
			tell_missed(p, h);
			tell_ends(h, INT64_MAX);
			link_caught_up(link);
		}
	}
	pthread_mutex_unlock(p->lock);
}

int port_add(struct port *p, struct link *link, int64_t from_ns)
{
	struct hung *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return -ENOMEM;
	h->link = link_ref(link);
	h->from_ns = from_ns;
	pthread_mutex_lock(p->lock);
	err = set_add(&p->links, h);
	h->behind = !err && from_ns && nearest_history(p)->replay;
	if (h->behind)
		link_pull(link, fetch, p);
	pthread_mutex_unlock(p->lock);
	if (err)
		unhang(h);
	return err;
}

int64_t port_newest_ns(struct port *p)
{
	int64_t ns;

	pthread_mutex_lock(p->lock);
	ns = p->newest_ns;
	pthread_mutex_unlock(p->lock);
	return ns;
}

void port_remove(struct port *p, struct link *link)
{
	struct hung *h;

	pthread_mutex_lock(p->lock);
	h = find(p, link);
	if (h)
		set_remove(&p->links, h);
	pthread_mutex_unlock(p->lock);
	if (h)
		unhang(h);
}

struct port *port_parent(const struct port *p)
{
	return p->parent;
}

static unsigned count_links(const struct port *p)
{
	unsigned n = (unsigned)p->links.n;

	for (size_t i = 0; i < p->children.n; i++)
		n += count_links(p->children.items[i]);
	return n;
}

unsigned port_n_links(struct port *p)
{
	unsigned n;

	pthread_mutex_lock(p->lock);
	n = count_links(p);
	pthread_mutex_unlock(p->lock);
	return n;
}
