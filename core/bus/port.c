/* SPDX-License-Identifier: MIT */
#include "core/bus/port.h"

#include "core/base/clock.h"

#include <errno.h>
#include <stdlib.h>

/* An unordered set of pointers. */
struct set {
	void **items;
	size_t n, room;
};

struct port {
	pthread_mutex_t *lock; /* of the tree; taken before the locks of links */
	struct port_history history;
	struct port *parent;
	int64_t newest_ns; /* arrival of the last video packet */
	struct set links, children;
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
		link_unref(p->links.items[i]);
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
	if (p->history.keep)
		p->history.keep(p->history.self, buf);
	for (size_t i = 0; i < p->links.n; i++)
		dropped += link_push(p->links.items[i], buf);
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

static void end_session(struct port *p)
{
	for (size_t i = 0; i < p->links.n; i++)
		link_end_session(p->links.items[i]);
	for (size_t i = 0; i < p->children.n; i++)
		end_session(p->children.items[i]);
}

void port_end_session(struct port *p)
{
	pthread_mutex_lock(p->lock);
	end_session(p);
	pthread_mutex_unlock(p->lock);
}

static const struct port_history *nearest_history(const struct port *p)
{
	while (p->parent && !p->history.replay)
		p = p->parent;
	return &p->history;
}

static int preload(void *arg, const struct cam_buf *buf)
{
	link_preload(arg, buf);
	return 0;
}

int port_add(struct port *p, struct link *link, int64_t since_ns)
{
	int err;

	pthread_mutex_lock(p->lock);
	err = set_add(&p->links, link);
	if (!err) {
		const struct port_history *history = nearest_history(p);

		link_ref(link);
		if (since_ns > 0 && history->replay)
			history->replay(history->self, clock_mono_ns() - since_ns, preload, link);
	}
	pthread_mutex_unlock(p->lock);
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
	bool was;

	pthread_mutex_lock(p->lock);
	was = set_remove(&p->links, link);
	pthread_mutex_unlock(p->lock);
	if (was)
		link_unref(link);
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
