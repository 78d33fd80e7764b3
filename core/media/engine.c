/* SPDX-License-Identifier: MIT */
#include "core/media/engine.h"

#include "core/media/buf.h"
#include "core/media/decoder.h"
#include "core/media/turns.h"
#include "lib/clock.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <stdlib.h>

enum {
	MAX_TAKES = 64, /* more pictures than any packet makes */
	ALL_KEYS = 4 /* so many keyframes in a row: the stream may have nothing else */
};

/* A packet that has waited for so long: the camera is not keeping up. */
#define LATE (CLOCK_SECOND / 4)
/* Nothing but errors for so long is told. */
#define FAILING (3 * CLOCK_SECOND)

struct engine {
	struct outputs outputs;
	struct decoder *decoder; /* NULL: none */
	const struct cam_caps *caps; /* of the last packet, NULL: none */
	int refused; /* no decoder can be had for caps: -errno */
	const char *refused_why;
	struct decoded last; /* the newest picture; frame is owned, NULL: none */
	bool held; /* it has not been offered to all */
	const struct cam_buf *spared; /* a keyframe that was not decoded: what comes next may refer to it */
	bool want_key; /* packets were left out: it goes on at a keyframe */
	bool cheap; /* they were, since keyframes were enough */
	unsigned keys; /* keyframes in a row */
	int64_t time_ns; /* of the last packet */
	int64_t key_ns,
		key_steps_ns
			[2]; /* time of the last keyframe, 0: none; from keyframe to keyframe, 0: not known */
	int64_t failing_ns; /* only errors since then, 0: none */
	bool pushing;
	bool unmade; /* something could not be made in this push, for lack of memory most likely */
	_Atomic(const char *)
		error; /* stays when the last output has left, for who asks why it got nothing */
	atomic_uint_least64_t error_of; /* the format that it is about */
};

/* How a packet is treated. */
struct push {
	const struct cam_buf *packet;
	int64_t catch_up_ns, time_ns;
	bool late, key, past;
};

struct engine *engine_new(void)
{
	struct engine *e = calloc(1, sizeof(*e));

	av_log_set_level(AV_LOG_QUIET);
	return e;
}

void engine_set_quota(struct engine *e, struct quota *quota, const char *camera)
{
	e->outputs.camera.quota = quota;
	e->outputs.camera.name = camera;
}

/* ---- Outputs --------------------------------------------------------------------------------------------------- */

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

int engine_add(struct engine *e, const struct cam_want *w, const struct engine_taker *taker,
	struct engine_output **ret)
{
	return want_ok(w) ? outputs_add(&e->outputs, w, taker, ret) : -EINVAL;
}

/* A format as others see it, to compare. */
static uint64_t format(uint32_t codec, uint32_t width, uint32_t height)
{
	return (uint64_t)codec << 32 | (uint64_t)(width & 0xFFFF) << 16 | (height & 0xFFFF);
}

static void tell(struct engine *e, int err, const char *why)
{
	if (err)
		atomic_store(&e->error_of, format(e->caps->codec, e->caps->width, e->caps->height));
	atomic_store(&e->error, err ? why : NULL);
	outputs_tell(&e->outputs, err, why);
}

static void forget_last(struct engine *e)
{
	av_frame_free(&e->last.frame);
	e->held = false;
}

static void forget_spared(struct engine *e)
{
	buf_unref(e->spared);
	e->spared = NULL;
}

static void forget_keys(struct engine *e)
{
	e->keys = 0;
	e->key_ns = e->key_steps_ns[0] = e->key_steps_ns[1] = 0;
	e->want_key = false;
}

static void forget_decoder(struct engine *e)
{
	forget_last(e);
	forget_spared(e);
	forget_keys(e);
	decoder_free(e->decoder);
	e->decoder = NULL;
	e->failing_ns = 0;
	atomic_store(&e->outputs.counters.decoders, 0);
}

/* Everything that only exists for outputs. */
static void stop_decoding(struct engine *e)
{
	forget_decoder(e);
	caps_unref(e->caps);
	e->caps = NULL;
	e->refused = 0;
	e->outputs.has_origin = false;
	outputs_free_sizes(&e->outputs, true);
	outputs_tell(&e->outputs, 0, NULL);
	quota_set_freed(e->outputs.camera.quota);
}

/* Something has been delivered, so that outputs may have left. */
static void finish(struct engine *e)
{
	e->pushing = false;
	if (!e->outputs.n)
		stop_decoding(e);
}

void engine_remove(struct engine *e, struct engine_output *o)
{
	if (!o)
		return;
	outputs_remove(&e->outputs, o);
	if (!e->pushing && !e->outputs.n)
		stop_decoding(e);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	outputs_free(&e->outputs);
	stop_decoding(e);
	free(e);
}

/* ---- Pictures -------------------------------------------------------------------------------------------------- */

static void deliver(struct engine *e, const struct decoded *picture, enum turns_who who, bool late)
{
	if (!turns_deliver(&e->outputs, picture, who, late))
		e->unmade = true;
}

void engine_show(struct engine *e)
{
	if (!e->last.frame)
		return;
	e->pushing = true;
	deliver(e, &e->last, TURNS_NEW, false);
	finish(e);
}

/* Keeps a picture for those that come, instead of the one before. */
static void keep_last(struct engine *e, const struct decoded *picture, bool held)
{
	forget_last(e);
	e->last = *picture;
	e->last.frame = av_frame_clone(picture->frame);
	e->held = held && e->last.frame;
	if (!e->last.frame)
		e->unmade = true;
}

static void take_picture(struct engine *e, const struct push *p, const struct decoded *picture, bool silent)
{
	bool past = silent || picture->like.arrival_ns < p->catch_up_ns;

	atomic_fetch_add(&e->outputs.counters.decoded, 1);
	e->failing_ns = 0;
	if (atomic_load_explicit(&e->error, memory_order_relaxed) && e->outputs.err != -ENOMEM)
		tell(e, 0, NULL);
	keep_last(e, picture, past && !silent);
	if (!silent)
		deliver(e, picture, past ? TURNS_NEW : TURNS_ALL, p->late);
}

/* The decoder has failed. Now and then that is nothing to be told. */
static void take_error(struct engine *e)
{
	int64_t now = clock_mono_ns();

	atomic_fetch_add(&e->outputs.counters.errors, 1);
	if (!e->failing_ns)
		e->failing_ns = now;
	else if (now - e->failing_ns > FAILING)
		tell(e, -ENOTSUP,
			"none of the camera's last pictures can be decoded: they are damaged, or of a kind "
			"or size "
			"that the decoder does not take");
}

/* Decode a packet, for its picture or, silent, only for those that refer to it. */
static void decode(struct engine *e, const struct push *p, const struct cam_buf *packet, bool silent)
{
	struct quota *quota = e->outputs.camera.quota;
	int64_t began = quota ? clock_ns(CLOCK_THREAD_CPUTIME_ID) : 0;
	struct decoded picture;
	int r = decoder_push(e->decoder, packet);

	if (r)
		take_error(e);
	if (r == -ENOMEM)
		e->unmade = true;
	for (int i = 0; i < MAX_TAKES && e->outputs.n; i++) {
		r = decoder_take(e->decoder, &picture);
		if (quota)
			turns_pay(&e->outputs, clock_ns(CLOCK_THREAD_CPUTIME_ID) - began);
		if (!r)
			break;
		if (r < 0)
			take_error(e);
		else
			take_picture(e, p, &picture, silent);
		if (quota)
			began = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	}
}

/* ---- Packets --------------------------------------------------------------------------------------------------- */

/* Makes e->decoder fit the packet. @return 0 or -errno with *ret_why */
static int prepare(struct engine *e, const struct cam_buf *packet, const char **ret_why)
{
	const struct cam_caps *caps = packet->caps;

	if (!caps_equal(caps, e->caps) || e->refused == -ENOMEM) {
		forget_decoder(e);
		caps_unref(e->caps);
		e->caps = caps_ref(caps);
		e->refused = decoder_new(caps, &e->decoder, &e->refused_why);
		atomic_store(&e->outputs.counters.decoders, e->decoder != NULL);
	} else if (e->decoder && (packet->flags & CAM_DISCONTINUITY)) {
		engine_rewind(e);
	}
	if (e->refused) {
		*ret_why = e->refused_why;
		tell(e, e->refused == -EINVAL ? -ENOTSUP : e->refused, e->refused_why);
	}
	return e->refused;
}

void engine_rewind(struct engine *e)
{
	forget_spared(e);
	forget_keys(e);
	e->held = false;
	if (e->decoder)
		decoder_flush(e->decoder);
}

static void note_key(struct engine *e, const struct push *p)
{
	e->time_ns = p->time_ns;
	if (!p->key) {
		e->keys = 0;
		return;
	}
	e->keys++;
	if (e->key_ns) {
		e->key_steps_ns[1] = e->key_steps_ns[0];
		e->key_steps_ns[0] = p->time_ns - e->key_ns;
	}
	e->key_ns = p->time_ns;
}

/* Whether keyframes come as often as anybody wishes for pictures, a little jitter aside. */
static bool keys_are_enough(struct engine *e)
{
	int64_t interval = turns_interval_ns(&e->outputs);

	return interval >= CLOCK_SECOND && e->key_steps_ns[1] > 0 && e->key_steps_ns[0] > 0 &&
	       e->key_steps_ns[1] - interval <= interval / 20 &&
	       e->key_steps_ns[0] - interval <= interval / 20 &&
	       e->time_ns - e->key_ns <= interval + interval / 2;
}

/* Whether nothing refers to this packet, as far as one can tell before the next one. */
static bool stands_alone(const struct engine *e, const struct push *p)
{
	return p->key && (p->packet->caps->codec == CAM_MJPG || e->keys > ALL_KEYS);
}

/* @return whether the packet is to be decoded; if not, what that means for those that follow is remembered */
static bool is_needed(struct engine *e, const struct push *p)
{
	bool enough = keys_are_enough(e);

	if (!p->key && (e->want_key || enough)) {
		e->cheap |= !e->want_key;
		e->want_key = true;
		if (!e->cheap)
			turns_put_off(&e->outputs, p->time_ns);
		return false;
	}
	if (!turns_may_decode(&e->outputs, p->key && e->want_key, p->late)) {
		turns_put_off(&e->outputs, p->time_ns);
		e->want_key = p->packet->caps->codec != CAM_MJPG;
		e->cheap = false;
		return false;
	}
	e->want_key = e->cheap = false;
	if (!stands_alone(e, p) && !(p->key && enough))
		return true;
	if (turns_are_due(
		    &e->outputs, p->time_ns, p->packet->arrival_ns, p->past ? TURNS_NEW : TURNS_ALL, p->late))
		return true;
	forget_spared(e);
	e->spared = buf_ref(p->packet);
	return false;
}

static void decode_needed(struct engine *e, const struct push *p)
{
	if (e->spared && !p->key)
		decode(e, p, e->spared, true);
	forget_spared(e);
	if (!e->outputs.n)
		return;
	decoder_hurry(e->decoder, p->past);
	decode(e, p, p->packet, false);
}

static struct push push_of(const struct cam_buf *packet, int64_t catch_up_ns)
{
	bool past = packet->arrival_ns < catch_up_ns;

	return (struct push){
		.packet = packet,
		.catch_up_ns = catch_up_ns,
		.time_ns = packet->pts_ns == CAM_NO_TS ? packet->arrival_ns : packet->pts_ns,
		.late = !past && clock_mono_ns() - packet->arrival_ns > LATE,
		.key = (packet->flags & CAM_KEY) || packet->caps->codec == CAM_MJPG,
		.past = past,
	};
}

/* @return 0, or -ENOMEM if something could not be made */
static int push_one(struct engine *e, const struct push *p, const char **ret_why)
{
	note_key(e, p);
	quota_note(&e->outputs.camera, p->late);
	e->unmade = false;
	e->pushing = true;
	if (is_needed(e, p))
		decode_needed(e, p);
	if (e->held && !p->past) {
		e->held = false;
		deliver(e, &e->last, TURNS_ALL, p->late);
	}
	if (e->unmade) {
		*ret_why = "pictures could not be made: too little memory, or a pixel format that is not "
			   "supported";
		tell(e, -ENOMEM, *ret_why);
	} else if (e->outputs.err == -ENOMEM) {
		tell(e, 0, NULL);
	}
	finish(e);
	return e->unmade ? -ENOMEM : 0;
}

int engine_push(struct engine *e, const struct cam_buf *packet, int64_t catch_up_ns, const char **ret_why)
{
	struct push p;
	int r;

	if (!e->outputs.n)
		return 0;
	if (!packet->caps || packet->caps->form != CAM_PACKET || packet->caps->media != CAM_VIDEO ||
		!packet->n_planes) {
		*ret_why = "not a packet of a video track";
		return -EINVAL;
	}
	r = prepare(e, packet, ret_why);
	if (r)
		return r;
	p = push_of(packet, catch_up_ns);
	return push_one(e, &p, ret_why);
}

bool engine_is_behind(struct engine *e, bool come)
{
	if (!e->want_key || !e->outputs.n)
		return false;
	return e->cheap ? !keys_are_enough(e) : come && turns_may_decode(&e->outputs, true, false);
}

const char *engine_error(const struct engine *e, uint32_t codec, uint32_t width, uint32_t height)
{
	const char *error = atomic_load(&e->error);

	return error && atomic_load(&e->error_of) == format(codec, width, height) ? error : NULL;
}

void engine_get_stats(const struct engine *e, struct engine_stats *ret)
{
	const struct engine_counters *c = &e->outputs.counters;

	*ret = (struct engine_stats){
		.decoded = atomic_load(&c->decoded),
		.scaled = atomic_load(&c->scaled),
		.encoded = atomic_load(&c->encoded),
		.errors = atomic_load(&c->errors),
		.skipped = atomic_load(&c->skipped),
		.refused = atomic_load(&c->refused),
		.lowered = atomic_load(&c->lowered),
		.decoders = atomic_load(&c->decoders),
		.scalers = atomic_load(&c->scalers),
		.encoders = atomic_load(&c->encoders),
		.converted = atomic_load(&c->converted),
	};
}
