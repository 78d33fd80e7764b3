/* SPDX-License-Identifier: MIT */
#include "core/media/arrange.h"

#include <stdlib.h>

/*
 * What owners may have made of one camera. Eight sizes are a page of tiles on the screens of a few kinds of machines; three
 * qualities of one are good, ordinary and sparing.
 */
enum { MOST_SIZES = 8, MOST_QUALITIES = 3 };

static const struct told of_camera = {CAM_LOWERED, "the camera's pictures are no larger than this"};
static const struct told of_others = {
	CAM_LOWERED, "too many sizes or qualities are asked for: the nearest one that is made serves"};

/* A size in pixels. */
struct wanted {
	uint32_t width, height;
};

/* One side of a wish, when only the other one is given: the same shape, in even numbers. */
static uint32_t keep_shape(uint32_t given, int side, int other)
{
	uint64_t n = ((uint64_t)given * (unsigned)side / (unsigned)other + 1) / 2 * 2;

	return n < RENDITION_MIN_SIDE   ? RENDITION_MIN_SIDE
	       : n > RENDITION_MAX_SIDE ? RENDITION_MAX_SIDE
					: (uint32_t)n;
}

static uint32_t at_most(uint32_t side, int limit, bool *ret_lowered)
{
	if (side <= (uint32_t)limit)
		return side;
	*ret_lowered = true;
	return (uint32_t)limit;
}

/* What a wish means for the camera's size. Nobody but who comes first gets a side larger than the camera's. */
static struct wanted wanted_of(const struct outputs *s, struct engine_output *o)
{
	struct wanted w = {o->width, o->height};
	bool lowered = false;

	if (!o->client->first) {
		w.width = at_most(w.width, s->width, &lowered);
		w.height = at_most(w.height, s->height, &lowered);
	}
	if (lowered)
		o->lowered = of_camera;
	if (!w.width && !w.height) {
		w = (struct wanted){(uint32_t)s->width, (uint32_t)s->height};
	} else if (!w.width || !w.height) {
		w.width = w.width ? w.width : keep_shape(w.height, s->width, s->height);
		w.height = w.height ? w.height : keep_shape(w.width, s->height, s->width);
		if (!o->client->first) {
			w.width = at_most(w.width, s->width, &lowered);
			w.height = at_most(w.height, s->height, &lowered);
		}
	}
	return w;
}

static double ratio(uint32_t a, uint32_t b)
{
	return a > b ? (double)a / b : (double)b / a;
}

static double distance(const struct size *size, struct wanted w)
{
	return ratio(rendition_width(size->rendition), w.width) *
	       ratio(rendition_height(size->rendition), w.height);
}

/* @return the used one that is nearest, NULL: none is used */
static struct size *nearest(const struct outputs *s, struct wanted w)
{
	struct size *found = NULL;

	for (struct size *size = s->sizes; size; size = size->next)
		if (size->used && (!found || distance(size, w) < distance(found, w)))
			found = size;
	return found;
}

/* @return the one of that size, used or not, or NULL */
static struct size *find(const struct outputs *s, struct wanted w)
{
	struct size *size = s->sizes;

	while (size && (rendition_width(size->rendition) != w.width ||
			       rendition_height(size->rendition) != w.height))
		size = size->next;
	return size;
}

/* @return NULL without memory */
static struct size *size_new(struct outputs *s, struct wanted w)
{
	struct size *size = calloc(1, sizeof(*size));

	if (!size)
		return NULL;
	size->rendition = rendition_new(w.width, w.height, &s->counters);
	if (!size->rendition) {
		free(size);
		return NULL;
	}
	size->next = s->sizes;
	s->sizes = size;
	return size;
}

/* @param n_sizes used for owners so far */
static struct size *choose_size(struct outputs *s, struct engine_output *o, unsigned *n_sizes)
{
	struct wanted w = wanted_of(s, o);
	struct size *size = find(s, w);

	if (size && size->used)
		return size;
	if (!o->client->first && *n_sizes >= MOST_SIZES) {
		o->lowered = of_others;
		return nearest(s, w);
	}
	if (!size)
		size = size_new(s, w);
	if (size) {
		size->used = true;
		*n_sizes += !o->client->first;
	}
	return size;
}

static void choose(struct outputs *s, struct engine_output *o, unsigned *n_sizes)
{
	struct told before = o->lowered;

	o->chosen = true;
	o->lowered = (struct told){0};
	o->size = choose_size(s, o, n_sizes);
	if (o->size && o->form == CAM_JPEG) {
		if (rendition_use_quality(o->size->rendition, o->quality,
			    o->client->first ? 0 : MOST_QUALITIES, &o->made_quality))
			o->size = NULL;
		else if (o->made_quality != o->quality)
			o->lowered = of_others;
	}
	if (o->lowered.why && before.why != o->lowered.why)
		quota_count_lowered(&s->camera);
}

/* Each client's next output. @return whether there was any; *ret_failed is set when there was no memory for one */
static bool choose_round(struct outputs *s, bool first, unsigned *n_sizes, bool *ret_failed)
{
	bool any = false;

	for (struct outputs_client *c = s->clients; c; c = c->next) {
		while (c->cursor && output_is_gone(c->cursor))
			c->cursor = c->cursor->next;
		if (!c->cursor || c->first != first)
			continue;
		choose(s, c->cursor, n_sizes);
		*ret_failed |= !c->cursor->size;
		c->cursor = c->cursor->next;
		any = true;
	}
	return any;
}

void arrange_outputs(struct outputs *s, int width, int height)
{
	unsigned n_sizes = 0;
	bool failed = false;

	if (s->arranged && width == s->width && height == s->height)
		return;
	s->width = width;
	s->height = height;
	for (struct size *size = s->sizes; size; size = size->next) {
		size->used = false;
		rendition_forget_qualities(size->rendition);
	}
	for (struct outputs_client *c = s->clients; c; c = c->next) {
		c->cursor = c->outputs;
		for (struct engine_output *o = c->outputs; o; o = o->next)
			o->size = NULL;
	}
	while (choose_round(s, true, &n_sizes, &failed))
		;
	while (choose_round(s, false, &n_sizes, &failed))
		;
	outputs_free_sizes(s, false);
	s->arranged = !failed;
	for (struct outputs_client *c = s->clients; c; c = c->next)
		for (struct engine_output *o = c->outputs; o; o = o->next)
			outputs_tell_one(s, o);
}
