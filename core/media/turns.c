/* SPDX-License-Identifier: MIT */
#include "core/media/turns.h"

#include "core/media/arrange.h"
#include "core/media/buf.h"
#include "lib/clock.h"

#include <libavutil/frame.h>
#include <libavutil/mathematics.h>

/* How much earlier than the grid of max_fps a picture may be. */
#define EARLY_NS (10 * CLOCK_MS)
/* Without a picture missed for so long, an output has the rate it wishes for. */
#define CALM (3 * CLOCK_SECOND)
/* With nothing but missed pictures for so long, it is as good as refused. */
#define STARVED (5 * CLOCK_SECOND)

/* ---- Turns ------------------------------------------------------------------------------------------------------- */

/* A picture that is offered. */
struct offer {
	const struct decoded *picture; /* NULL while it is only asked who would have it */
	int64_t time_ns, arrival_ns, now_ns;
	enum turns_who who;
	bool late;
	bool wanted; /* somebody was due to get it */
	bool unmade; /* something could not be made */
};

static int64_t slot_of(const struct outputs *s, const struct engine_output *o, int64_t time_ns)
{
	if (!o->fps_num)
		return time_ns;
	return av_rescale_rnd((int64_t)((uint64_t)time_ns - (uint64_t)s->origin_ns), o->fps_num,
		o->fps_den * CLOCK_SECOND, AV_ROUND_DOWN);
}

static bool is_due(const struct outputs *s, const struct engine_output *o, const struct offer *f)
{
	if (output_is_gone(o) || (f->picture && !o->chosen))
		return false;
	if (f->who == TURNS_NEW)
		return !o->started && !o->client->first &&
		       (!o->max_age_ns || f->now_ns - f->arrival_ns <= o->max_age_ns);
	return !o->started || slot_of(s, o, f->time_ns) != o->slot;
}

/* The picture of a slot was due and has not come. */
static void miss(struct outputs *s, struct engine_output *o, int64_t now_ns)
{
	o->missed_ns = now_ns;
	atomic_fetch_add(&s->counters.refused, 1);
	quota_count_refused(&s->camera);
}

static void put_off(struct outputs *s, struct engine_output *o, const struct offer *f)
{
	int64_t slot = slot_of(s, o, f->time_ns);

	if (o->owed && o->owed_slot != slot)
		miss(s, o, f->now_ns);
	if (!o->owed)
		o->owed_ns = f->now_ns;
	o->owed = true;
	o->owed_slot = slot;
	o->starved = f->now_ns - o->owed_ns > STARVED;
	outputs_tell_one(s, o);
}

static void take_turn(struct outputs *s, struct engine_output *o, const struct offer *f)
{
	int64_t slot = slot_of(s, o, f->time_ns);

	if (o->owed && o->owed_slot != slot)
		miss(s, o, f->now_ns);
	else if (o->missed_ns && f->now_ns - o->missed_ns > CALM)
		o->missed_ns = 0;
	o->owed = o->starved = false;
	o->started = true;
	o->slot = slot;
	outputs_tell_one(s, o);
}

static bool has_live(const struct outputs_client *c)
{
	const struct engine_output *o = c->outputs;

	while (o && output_is_gone(o))
		o = o->next;
	return o;
}

/* ---- Who may ----------------------------------------------------------------------------------------------------- */

/* In this order they are served. */
static bool comes_first(struct outputs *s, struct outputs_client *c, const struct offer *f)
{
	(void)s;
	(void)f;
	return c->first;
}

static bool has_share(struct outputs *s, struct outputs_client *c, const struct offer *f)
{
	(void)f;
	return c->first || quota_has_share(&s->camera, &c->account);
}

static bool has_surplus(struct outputs *s, struct outputs_client *c, const struct offer *f)
{
	return has_share(s, c, f) || (!f->late && quota_has_surplus(&s->camera, false));
}

bool turns_may_decode(struct outputs *s, bool begin, bool late)
{
	bool any = false;

	for (struct outputs_client *c = s->clients; c; c = c->next) {
		if (!has_live(c))
			continue;
		if (has_share(s, c, NULL))
			return true;
		any = true;
	}
	/* All have left, and others may be about to come: the group is not given up for that. */
	return !any || (!late && quota_has_surplus(&s->camera, begin));
}

bool turns_are_due(struct outputs *s, int64_t time_ns, int64_t arrival_ns, enum turns_who who, bool late)
{
	struct offer f = {NULL, time_ns, arrival_ns, clock_mono_ns(), who, late, false, false};

	for (struct outputs_client *c = s->clients; c; c = c->next)
		for (struct engine_output *o = c->outputs; o; o = o->next)
			if (is_due(s, o, &f)) {
				if (has_surplus(s, c, &f))
					return true;
				put_off(s, o, &f);
			}
	return false;
}

void turns_put_off(struct outputs *s, int64_t time_ns)
{
	struct offer f = {NULL, time_ns, time_ns, clock_mono_ns(), TURNS_ALL, true, false, false};

	for (struct outputs_client *c = s->clients; c; c = c->next)
		for (struct engine_output *o = c->outputs; o; o = o->next)
			if (is_due(s, o, &f))
				put_off(s, o, &f);
}

void turns_pay(struct outputs *s, int64_t ns)
{
	int64_t n = 0;

	for (struct outputs_client *c = s->clients; c; c = c->next) {
		if (!has_live(c))
			continue;
		if (c->first) {
			quota_spend(&s->camera, NULL, ns, true);
			return;
		}
		n++;
	}
	/* Who has left meanwhile leaves his part to nobody. */
	for (struct outputs_client *c = s->clients; c && n; c = c->next)
		if (has_live(c))
			quota_spend(&s->camera, &c->account, ns / n, true);
}

int64_t turns_interval_ns(struct outputs *s)
{
	int64_t least = INT64_MAX;

	if (s->has_interval)
		return s->interval_ns;
	for (struct outputs_client *c = s->clients; c; c = c->next)
		for (struct engine_output *o = c->outputs; o; o = o->next) {
			int64_t ns = o->fps_num ? av_rescale(CLOCK_SECOND, o->fps_den, o->fps_num) : 0;

			if (!o->removed && ns < least)
				least = ns;
		}
	s->interval_ns = least;
	s->has_interval = true;
	return least;
}

/* ---- Delivery ---------------------------------------------------------------------------------------------------- */

/* Delivers into the output's own memory. @return whether the picture could be made or was not wanted */
static bool deliver_into(struct engine_output *o)
{
	struct rendition *r = o->size->rendition;
	uint8_t *memory = o->taker.into(o->taker.arg, rendition_packed_bytes(r, o->codec));
	const struct cam_buf *buf;

	if (!memory || o->removed)
		return true;
	buf = rendition_into(r, o->codec, memory);
	if (!buf)
		return false;
	o->taker.deliver(o->taker.arg, buf);
	buf_unref(buf);
	return true;
}

static bool deliver_one(struct engine_output *o, const struct decoded *picture)
{
	const struct cam_buf *buf;

	if (!o->size)
		return false;
	rendition_begin(o->size->rendition, picture);
	if (o->form == CAM_PICTURE && o->taker.into)
		return deliver_into(o);
	buf = o->form == CAM_JPEG ? rendition_jpeg(o->size->rendition, o->made_quality)
				  : rendition_picture(o->size->rendition, o->codec);
	if (!buf)
		return false;
	o->taker.deliver(o->taker.arg, buf);
	return true;
}

/* What it gets has been made for another: it costs nothing more. */
static bool is_made(const struct engine_output *o)
{
	return o->size && !o->taker.into && rendition_has(o->size->rendition, o->codec, o->made_quality);
}

static int64_t spent_ns(const struct outputs *s)
{
	return s->camera.quota ? clock_ns(CLOCK_THREAD_CPUTIME_ID) : 0;
}

static void make(struct outputs *s, struct outputs_client *c, struct engine_output *o, struct offer *f)
{
	int64_t began = spent_ns(s);

	take_turn(s, o, f);
	if (!deliver_one(o, f->picture))
		f->unmade = true;
	quota_spend(&s->camera, c->first ? NULL : &c->account, spent_ns(s) - began, false);
}

/* Serve a client's outputs in turn, as long as it may. */
static void serve(struct outputs *s, struct outputs_client *c, struct offer *f,
	bool (*may)(struct outputs *, struct outputs_client *, const struct offer *))
{
	struct engine_output *o = c->resume ? c->resume : c->outputs;
	bool ended = false;

	c->behind = false;
	for (unsigned n = c->n; n; n--, o = o->next ? o->next : c->outputs) {
		if (!is_due(s, o, f))
			continue;
		f->wanted = true;
		if (!is_made(o) && (ended || !may(s, c, f))) {
			if (!ended)
				c->resume = o;
			ended = c->behind = true;
		} else {
			make(s, c, o, f);
		}
	}
}

/* What is left of the time goes to those who are above their share, another one first each time. */
static void serve_from_surplus(struct outputs *s, struct offer *f)
{
	struct outputs_client *c = s->turn ? s->turn : s->clients, *from = c;

	do {
		if (c->behind)
			serve(s, c, f, has_surplus);
		s->turn = c->next ? c->next : s->clients;
		if (c->behind)
			return;
		c = s->turn;
	} while (c != from);
}

static void serve_all(struct outputs *s, struct offer *f)
{
	bool behind = false;

	for (struct outputs_client *c = s->clients; c; c = c->next)
		if (c->first)
			serve(s, c, f, comes_first);
	for (struct outputs_client *c = s->clients; c; c = c->next) {
		if (!c->first)
			serve(s, c, f, has_share);
		behind |= c->behind;
	}
	if (!behind)
		return;
	serve_from_surplus(s, f);
	for (struct outputs_client *c = s->clients; c; c = c->next)
		for (struct engine_output *o = c->behind ? c->outputs : NULL; o; o = o->next)
			if (is_due(s, o, f))
				put_off(s, o, f);
}

bool turns_deliver(struct outputs *s, const struct decoded *picture, enum turns_who who, bool late)
{
	int64_t pts = picture->like.pts_ns, arrival = picture->like.arrival_ns;
	struct offer f = {
		picture, pts == CAM_NO_TS ? arrival : pts, arrival, clock_mono_ns(), who, late, false, false};

	if (!s->has_origin) {
		s->origin_ns = (int64_t)((uint64_t)f.time_ns - EARLY_NS);
		s->has_origin = true;
	}
	arrange_outputs(s, picture->frame->width, picture->frame->height);
	s->busy = true;
	serve_all(s, &f);
	s->busy = false;
	for (struct size *size = s->sizes; size; size = size->next)
		rendition_end(size->rendition);
	if (s->litter)
		outputs_sweep(s);
	if (!f.wanted && who == TURNS_ALL)
		atomic_fetch_add(&s->counters.skipped, 1);
	return !f.unmade;
}
