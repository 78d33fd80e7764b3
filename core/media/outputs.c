/* SPDX-License-Identifier: MIT */
#include "core/media/outputs.h"

#include <errno.h>
#include <stdlib.h>

static const struct told too_slow = {
	CAM_LOWERED, "more is asked for than there is time for: some pictures are left out"};
static const struct told too_much = {
	-EBUSY, "more is asked for than there is time for: ask for fewer or smaller pictures"};

/* ---- Coming and leaving ------------------------------------------------------------------------------------------ */

static struct outputs_client *client_new(struct outputs *s, const struct engine_taker *t)
{
	struct outputs_client *c = calloc(1, sizeof(*c)), **at = &s->clients;

	if (!c)
		return NULL;
	c->first = t->first;
	c->node = t->first ? NULL : t->node;
	c->owner = t->first ? 0 : t->owner;
	c->tail = &c->outputs;
	if (!c->first && quota_open(&s->camera, &c->account, c->node, c->owner)) {
		free(c);
		return NULL;
	}
	while (*at)
		at = &(*at)->next;
	*at = c;
	return c;
}

/* @return the one that this taker belongs to, made if there is none; NULL without memory */
static struct outputs_client *client_of(struct outputs *s, const struct engine_taker *t)
{
	struct outputs_client *c = s->clients;

	while (c && (c->first != t->first || (!c->first && (c->node != t->node || c->owner != t->owner))))
		c = c->next;
	return c ? c : client_new(s, t);
}

static void client_free_unused(struct outputs *s, struct outputs_client *c)
{
	struct outputs_client **at = &s->clients;

	if (c->outputs)
		return;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	if (s->turn == c)
		s->turn = c->next;
	quota_close(&s->camera, &c->account);
	free(c);
}

static void sweep(struct outputs *s, struct outputs_client *c)
{
	struct engine_output **at = &c->outputs, *o;

	while ((o = *at)) {
		if (!o->removed) {
			at = &o->next;
			continue;
		}
		*at = o->next;
		if (c->resume == o)
			c->resume = o->next;
		c->n--;
		free(o);
	}
	c->tail = at;
	client_free_unused(s, c);
}

void outputs_sweep(struct outputs *s)
{
	struct outputs_client *c, *next;

	for (c = s->clients; c; c = next) {
		next = c->next;
		sweep(s, c);
	}
	s->litter = false;
}

static struct engine_output *output_new(const struct cam_want *w, const struct engine_taker *taker)
{
	struct engine_output *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->taker = *taker;
	o->form = w->form;
	o->codec = w->form == CAM_JPEG ? CAM_MJPG : w->codec;
	o->width = w->width;
	o->height = w->height;
	o->quality = w->quality;
	o->fps_num = w->max_fps_num;
	o->fps_den = w->max_fps_den;
	o->max_age_ns = w->queue_age_ns;
	return o;
}

int outputs_add(struct outputs *s, const struct cam_want *w, const struct engine_taker *taker,
	struct engine_output **ret)
{
	struct engine_output *o = output_new(w, taker);

	if (!o)
		return -ENOMEM;
	o->client = client_of(s, taker);
	if (!o->client) {
		free(o);
		return -ENOMEM;
	}
	*o->client->tail = o;
	o->client->tail = &o->next;
	o->client->n++;
	s->n++;
	s->arranged = s->has_interval = false;
	*ret = o;
	outputs_tell_one(s, o);
	return 0;
}

void outputs_remove(struct outputs *s, struct engine_output *o)
{
	if (o->removed)
		return;
	o->removed = true;
	s->n--;
	s->arranged = s->has_interval = false;
	if (s->busy)
		s->litter = true;
	else
		sweep(s, o->client);
}

void outputs_free_sizes(struct outputs *s, bool all)
{
	struct size **at = &s->sizes, *size;

	while ((size = *at)) {
		if (size->used && !all) {
			at = &size->next;
			continue;
		}
		*at = size->next;
		rendition_free(size->rendition);
		free(size);
		quota_set_freed(s->camera.quota);
	}
	if (all)
		s->arranged = false;
}

void outputs_free(struct outputs *s)
{
	for (struct outputs_client *c = s->clients; c; c = c->next)
		for (struct engine_output *o = c->outputs; o; o = o->next)
			o->removed = true;
	s->n = 0;
	outputs_sweep(s);
	outputs_free_sizes(s, true);
}

/* ---- Telling ----------------------------------------------------------------------------------------------------- */

void outputs_tell_one(struct outputs *s, struct engine_output *o)
{
	struct told now = o->lowered;

	if (s->err)
		now = (struct told){s->err, s->why};
	else if (o->starved)
		now = too_much;
	else if (o->missed_ns)
		now = too_slow;
	if ((now.err == o->told.err && now.why == o->told.why) || output_is_gone(o))
		return;
	o->told = now;
	if (now.err == CAM_LOWERED)
		atomic_fetch_add(&s->counters.lowered, 1);
	if (o->taker.told)
		o->taker.told(o->taker.arg, now.err, now.why ? now.why : "");
}

void outputs_tell(struct outputs *s, int err, const char *why)
{
	if (s->err == err && s->why == why)
		return;
	s->err = err;
	s->why = why;
	for (struct outputs_client *c = s->clients; c; c = c->next)
		for (struct engine_output *o = c->outputs; o; o = o->next)
			outputs_tell_one(s, o);
}
