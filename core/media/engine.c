/* SPDX-License-Identifier: MIT */
#include "core/media/engine.h"

#include "core/media/buf.h"
#include "core/media/decoder.h"
#include "core/media/rendition.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <libavutil/mathematics.h>
#include <stdlib.h>

/* How much earlier than the grid of max_fps a picture may be. */
#define EARLY_NS (10 * INT64_C(1000000))

/* More pictures than any packet makes. */
enum { MAX_TAKES = 64 };

/* One size, while outputs want it. */
struct size {
	struct size *next;
	struct rendition *rendition;
	unsigned users;
};

struct engine_output {
	struct engine_output *next;
	struct engine_taker taker;
	struct size *size;
	uint32_t form, codec, quality;
	int64_t fps_num, fps_den; /* 0/0: all */
	int64_t slot; /* of the grid, in which the last picture was delivered */
	bool started; /* slot is valid */
	bool removed; /* in the middle of a push: goes at its end */
};

struct engine {
	struct engine_counters counters;
	struct engine_output *outputs;
	unsigned n_outputs; /* without the removed ones */
	struct size *sizes;
	struct decoder *decoder; /* NULL: none */
	const struct cam_caps *caps; /* of the last packet, NULL: none */
	int refused; /* no decoder can be had for caps: -errno */
	const char *refused_why;
	struct decoded held; /* the newest picture while catching up; frame is owned, NULL: none */
	int64_t origin_ns; /* of the grid */
	bool has_origin, pushing;
	bool unmade; /* something could not be made in this push, for lack of memory most likely */
};

struct engine *engine_new(void)
{
	struct engine *e = calloc(1, sizeof(*e));

	av_log_set_level(AV_LOG_QUIET);
	return e;
}

/* ---- Outputs --------------------------------------------------------------------------------------------------- */

static struct size *size_get(struct engine *e, uint32_t width, uint32_t height)
{
	struct size *s = e->sizes;

	while (s && !rendition_fits(s->rendition, width, height))
		s = s->next;
	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->rendition = rendition_new(width, height, &e->counters);
	if (!s->rendition) {
		free(s);
		return NULL;
	}
	s->next = e->sizes;
	e->sizes = s;
	return s;
}

static void size_put_unused(struct engine *e, struct size *s)
{
	struct size **at = &e->sizes;

	if (s->users)
		return;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	rendition_free(s->rendition);
	free(s);
}

static bool side_ok(uint32_t side)
{
	return !side || (side >= RENDITION_MIN_SIDE && side <= RENDITION_MAX_SIDE);
}

static bool want_ok(const struct cam_want *w)
{
	if (!side_ok(w->width) || !side_ok(w->height) || !w->max_fps_num != !w->max_fps_den)
		return false;
	if (w->form == CAM_JPEG)
		return w->quality >= 1 && w->quality <= 100;
	return w->form == CAM_PICTURE &&
	       (w->codec == CAM_I420 || w->codec == CAM_BGR3 || w->codec == CAM_GREY);
}

static void output_free(struct engine *e, struct engine_output *o)
{
	if (o->form == CAM_JPEG)
		rendition_drop_quality(o->size->rendition, o->quality);
	o->size->users--;
	size_put_unused(e, o->size);
	free(o);
}

int engine_add(struct engine *e, const struct cam_want *w, const struct engine_taker *taker,
	struct engine_output **ret)
{
	struct engine_output *o, **end = &e->outputs;

	if (!want_ok(w))
		return -EINVAL;
	o = calloc(1, sizeof(*o));
	if (!o)
		return -ENOMEM;
	o->taker = *taker;
	o->form = w->form;
	o->codec = w->codec;
	o->quality = w->quality;
	o->fps_num = w->max_fps_num;
	o->fps_den = w->max_fps_den;
	o->size = size_get(e, w->width, w->height);
	if (!o->size || (o->form == CAM_JPEG && rendition_use_quality(o->size->rendition, o->quality))) {
		if (o->size)
			size_put_unused(e, o->size);
		free(o);
		return -ENOMEM;
	}
	o->size->users++;
	while (*end)
		end = &(*end)->next;
	*end = o;
	e->n_outputs++;
	*ret = o;
	return 0;
}

static void drop_held(struct engine *e)
{
	av_frame_free(&e->held.frame);
}

/* Everything that only exists for outputs. */
static void stop_decoding(struct engine *e)
{
	drop_held(e);
	decoder_free(e->decoder);
	e->decoder = NULL;
	atomic_store(&e->counters.decoders, 0);
	caps_unref(e->caps);
	e->caps = NULL;
	e->refused = 0;
	e->has_origin = false;
}

static void sweep(struct engine *e)
{
	struct engine_output **at = &e->outputs, *o;

	while ((o = *at)) {
		if (o->removed) {
			*at = o->next;
			output_free(e, o);
		} else {
			at = &o->next;
		}
	}
	if (!e->n_outputs)
		stop_decoding(e);
}

void engine_remove(struct engine *e, struct engine_output *o)
{
	if (!o || o->removed)
		return;
	o->removed = true;
	e->n_outputs--;
	if (!e->pushing)
		sweep(e);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	for (struct engine_output *o = e->outputs; o; o = o->next)
		o->removed = true;
	e->n_outputs = 0;
	sweep(e);
	free(e);
}

/* ---- Delivery -------------------------------------------------------------------------------------------------- */

/* @return whether the picture of that time is due, and remembers that it was delivered */
static bool take_turn(const struct engine *e, struct engine_output *o, int64_t time_ns)
{
	int64_t slot;

	if (!o->fps_num)
		return true;
	slot = av_rescale_rnd((int64_t)((uint64_t)time_ns - (uint64_t)e->origin_ns), o->fps_num,
		o->fps_den * CAM_SECOND, AV_ROUND_DOWN);
	if (o->started && slot == o->slot)
		return false;
	o->started = true;
	o->slot = slot;
	return true;
}

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

static bool deliver_one(struct engine_output *o)
{
	struct rendition *r = o->size->rendition;
	const struct cam_buf *buf;

	if (o->form == CAM_PICTURE && o->taker.into)
		return deliver_into(o);
	buf = o->form == CAM_JPEG ? rendition_jpeg(r, o->quality) : rendition_picture(r, o->codec);
	if (!buf)
		return false;
	o->taker.deliver(o->taker.arg, buf);
	return true;
}

/* A decoded picture to all whose turn it is. */
static void deliver(struct engine *e, const struct decoded *picture)
{
	int64_t pts = picture->like.pts_ns, time_ns = pts == CAM_NO_TS ? picture->like.arrival_ns : pts;
	bool due = false;

	if (!e->has_origin) {
		e->origin_ns = (int64_t)((uint64_t)time_ns - EARLY_NS);
		e->has_origin = true;
	}
	for (struct engine_output *o = e->outputs; o; o = o->next) {
		if (o->removed || !take_turn(e, o, time_ns))
			continue;
		due = true;
		rendition_begin(o->size->rendition, picture);
		if (!deliver_one(o))
			e->unmade = true;
	}
	for (struct size *s = e->sizes; s; s = s->next)
		rendition_end(s->rendition);
	if (!due)
		atomic_fetch_add(&e->counters.skipped, 1);
}

/* ---- Packets --------------------------------------------------------------------------------------------------- */

/* Makes e->decoder fit the packet. @return 0 or -errno with *ret_why */
static int prepare(struct engine *e, const struct cam_buf *packet, const char **ret_why)
{
	const struct cam_caps *caps = packet->caps;

	if (!caps_equal(caps, e->caps) || e->refused == -ENOMEM) {
		drop_held(e);
		decoder_free(e->decoder);
		e->decoder = NULL;
		caps_unref(e->caps);
		e->caps = caps_ref(caps);
		e->refused = decoder_new(caps, &e->decoder, &e->refused_why);
		atomic_store(&e->counters.decoders, e->decoder != NULL);
	} else if (e->decoder && (packet->flags & CAM_DISCONTINUITY)) {
		drop_held(e);
		decoder_flush(e->decoder);
	}
	if (e->refused)
		*ret_why = e->refused_why;
	return e->refused;
}

/* Keeps a picture for later, instead of the one before. */
static void hold(struct engine *e, const struct decoded *picture)
{
	drop_held(e);
	e->held = *picture;
	e->held.frame = av_frame_clone(picture->frame);
	if (!e->held.frame)
		e->unmade = true;
}

/* Takes all pictures that the decoder has. */
static void take_pictures(struct engine *e, int64_t arrival_ns, int64_t catch_up_ns)
{
	struct decoded picture;
	bool delivered = false;
	int r;

	for (int i = 0; i < MAX_TAKES && e->n_outputs; i++) {
		r = decoder_take(e->decoder, &picture);
		if (!r)
			break;
		atomic_fetch_add(r < 0 ? &e->counters.errors : &e->counters.decoded, 1);
		if (r < 0)
			continue;
		if (picture.like.arrival_ns < catch_up_ns) {
			hold(e, &picture);
			continue;
		}
		deliver(e, &picture);
		delivered = true;
	}
	if (arrival_ns < catch_up_ns)
		return;
	if (e->held.frame && !delivered)
		deliver(e, &e->held);
	drop_held(e);
}

int engine_push(struct engine *e, const struct cam_buf *packet, int64_t catch_up_ns, const char **ret_why)
{
	int r;

	if (!e->n_outputs)
		return 0;
	if (!packet->caps || packet->caps->form != CAM_PACKET || packet->caps->media != CAM_VIDEO ||
		!packet->n_planes) {
		*ret_why = "not a packet of a video track";
		return -EINVAL;
	}
	r = prepare(e, packet, ret_why);
	if (r)
		return r;
	e->unmade = false;
	e->pushing = true;
	r = decoder_push(e->decoder, packet);
	if (r)
		atomic_fetch_add(&e->counters.errors, 1);
	if (r == -ENOMEM)
		e->unmade = true;
	take_pictures(e, packet->arrival_ns, catch_up_ns);
	e->pushing = false;
	sweep(e);
	if (!e->unmade)
		return 0;
	*ret_why = "pictures could not be made: too little memory, or a pixel format that is not supported";
	return -ENOMEM;
}

void engine_get_stats(const struct engine *e, struct engine_stats *ret)
{
	const struct engine_counters *c = &e->counters;

	*ret = (struct engine_stats){
		.decoded = atomic_load(&c->decoded),
		.scaled = atomic_load(&c->scaled),
		.encoded = atomic_load(&c->encoded),
		.errors = atomic_load(&c->errors),
		.skipped = atomic_load(&c->skipped),
		.decoders = atomic_load(&c->decoders),
		.scalers = atomic_load(&c->scalers),
		.encoders = atomic_load(&c->encoders),
		.converted = atomic_load(&c->converted),
	};
}
