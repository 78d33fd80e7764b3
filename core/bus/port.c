/* SPDX-License-Identifier: MIT */
#include "core/bus/port.h"

#include "core/base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* An unordered set of pointers. */
struct set {
	void **items;
	size_t n, room;
};

struct port {
	pthread_mutex_t lock; /* taken before the locks of children and links */
	struct port_history history;
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

struct port *port_new(void)
{
	struct port *p = calloc(1, sizeof(*p));

	if (p)
		pthread_mutex_init(&p->lock, NULL);
	return p;
}

void port_free(struct port *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->links.n; i++)
		link_unref(p->links.items[i]);
	free(p->links.items);
	free(p->children.items);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void port_set_history(struct port *p, const struct port_history *history)
{
	pthread_mutex_lock(&p->lock);
	p->history = history ? *history : (struct port_history){0};
	pthread_mutex_unlock(&p->lock);
}

int port_attach(struct port *p, struct port *child)
{
	int err;

	pthread_mutex_lock(&p->lock);
	err = set_add(&p->children, child);
	pthread_mutex_unlock(&p->lock);
	return err;
}

void port_detach(struct port *p, struct port *child)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	set_remove(&p->children, child);
	pthread_mutex_unlock(&p->lock);
}

unsigned port_publish(struct port *p, const struct cam_buf *buf)
{
	unsigned dropped = 0;

	pthread_mutex_lock(&p->lock);
	if (p->history.keep)
		p->history.keep(p->history.self, buf);
	for (size_t i = 0; i < p->links.n; i++)
		dropped += link_push(p->links.items[i], buf);
	for (size_t i = 0; i < p->children.n; i++)
		dropped += port_publish(p->children.items[i], buf);
	pthread_mutex_unlock(&p->lock);
	return dropped;
}

static int preload(void *arg, const struct cam_buf *buf)
{
	link_preload(arg, buf);
	return 0;
}

int port_add(struct port *p, struct link *link, int64_t since_ns)
{
	int err;

	pthread_mutex_lock(&p->lock);
	err = set_add(&p->links, link);
	if (!err) {
		link_ref(link);
		if (since_ns > 0 && p->history.replay)
			p->history.replay(p->history.self, clock_mono_ns() - since_ns, preload, link);
	}
	pthread_mutex_unlock(&p->lock);
	return err;
}

void port_remove(struct port *p, struct link *link)
{
	bool was;

	pthread_mutex_lock(&p->lock);
	was = set_remove(&p->links, link);
	pthread_mutex_unlock(&p->lock);
	if (was)
		link_unref(link);
}

unsigned port_n_links(struct port *p)
{
	unsigned n;

	pthread_mutex_lock(&p->lock);
	n = (unsigned)p->links.n;
	pthread_mutex_unlock(&p->lock);
	return n;
}
