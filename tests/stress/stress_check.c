/* SPDX-License-Identifier: MIT */
/* What <cam/plugin.h> says of each item that is consumed. */
#include "tests/stress/stress.h"

#include <errno.h>
#include <string.h>

static void bad(struct actor *a, const struct slot *slot, const struct cam_buf *buf, const char *what)
{
	stress_fail("%s: %s (form %u, track %u, seq %llu after %llu, flags %#x, session %u after %u, drop "
		    "%u, since %lld, %lld ns after it was opened)",
		a->host->name(a->node), what, slot->want.form, buf->track, (unsigned long long)buf->seq,
		(unsigned long long)slot->seq[buf->track & 3], buf->flags,
		buf->caps->form == CAM_PACKET ? source_session(buf) : 0, slot->session, slot->want.drop,
		(long long)slot->want.since_ns, (long long)(buf->arrival_ns - slot->opened_ns));
}

/* All of it is memory that may be read. */
static void touch(const struct cam_buf *buf)
{
	volatile uint8_t sum = 0;

	for (uint32_t i = 0; i < buf->n_planes; i++) {
		sum = (uint8_t)(sum + buf->plane[i].data[0]);
		sum = (uint8_t)(sum + buf->plane[i].data[buf->plane[i].len - 1]);
	}
}

/* Budgets are for others: they may have been told that they get less, or another size. */
static bool gets_what_it_names(uint32_t kind)
{
	return kind == CAM_BUFFER || kind == CAM_RECORDER || kind == CAM_DETECTOR;
}

/* @param is_exact the size is the one that was named; others get what the camera's budget for sizes has */
static bool is_as_wished(const struct cam_want *w, const struct cam_buf *buf, bool is_exact)
{
	const struct cam_caps *c = buf->caps;

	if (c->form != w->form || (w->media && c->media != w->media))
		return false;
	if (w->form == CAM_PACKET)
		return buf->n_planes == 1;
	if (w->form == CAM_PICTURE && c->codec != w->codec)
		return false;
	return !is_exact || !w->width || !w->height || (c->width == w->width && c->height == w->height);
}

/* Sequence and time only grow; what is missing is told, in whole GOPs at the next keyframe. */
static void check_order(struct actor *a, const struct slot *slot, const struct cam_buf *buf)
{
	uint32_t t = buf->track, marks = CAM_KEY | CAM_DISCONTINUITY;

	if (!slot->seen[t])
		return;
	if (buf->seq <= slot->seq[t])
		bad(a, slot, buf, "the sequence does not grow");
	if (buf->dts_ns <= slot->dts_ns[t])
		bad(a, slot, buf, "time does not grow");
	if (slot->want.form != CAM_PACKET || t != 0 || buf->seq == slot->seq[t] + 1)
		return;
	if (slot->want.drop == CAM_DROP_LATEST)
		marks = slot->want.media == CAM_VIDEO ? CAM_DISCONTINUITY
						      : 0; /* else another track's may say it */
	if (~buf->flags & marks)
		bad(a, slot, buf, "a gap that does not end at a marked item");
}

/* A new session comes behind the end of the last, marked; behind what history had there is the mark alone. */
static void check_session(struct actor *a, struct slot *slot, const struct cam_buf *buf)
{
	unsigned session = source_session(buf);

	if (buf->track != 0)
		return;
	if (slot->session && session != slot->session) {
		if (slot->want.drop != CAM_DROP_LATEST && !(buf->flags & CAM_DISCONTINUITY))
			bad(a, slot, buf, "a new session that is not marked");
		if (slot->live && !slot->ended)
			bad(a, slot, buf, "a new session before the end of the last");
	}
	slot->session = session;
	slot->live = buf->arrival_ns > slot->opened_ns;
	slot->ended = false;
}

static void count(const struct slot *slot)
{
	static const enum deed of_form[] = {
		[CAM_PACKET] = DID_PACKET, [CAM_PICTURE] = DID_PICTURE, [CAM_JPEG] = DID_JPEG};

	stress_did(of_form[slot->want.form]);
}

void check_item(struct actor *a, struct slot *slot, const struct cam_buf *buf)
{
	if (slot->held)
		bad(a, slot, buf, "delivered before it was resumed");
	if (buf->size != sizeof(*buf) || buf->track >= CAM_MAX_TRACKS || !buf->n_planes || !buf->caps)
		stress_fail("%s: no item at all", a->host->name(a->node));
	if (!is_as_wished(&slot->want, buf, gets_what_it_names(a->plugin->kind)))
		bad(a, slot, buf, "not what was wished for");
	if (buf->dts_ns == CAM_NO_TS || buf->pts_ns < buf->dts_ns || !buf->arrival_ns || !buf->wall_ns)
		bad(a, slot, buf, "stamps that cannot be");
	if (slot->want.until_ns && buf->track == 0 && slot->want.form == CAM_PACKET &&
		buf->arrival_ns >= slot->want.until_ns)
		bad(a, slot, buf, "later than was wished for");
	touch(buf);
	check_order(a, slot, buf);
	if (slot->want.form == CAM_PACKET)
		check_session(a, slot, buf);
	slot->seen[buf->track] = true;
	slot->seq[buf->track] = buf->seq;
	slot->dts_ns[buf->track] = buf->dts_ns;
	count(slot);
}

void check_refused(struct actor *a, int err, const char *why)
{
	bool known = err == -ENOTSUP || err == -E2BIG || err == -EBUSY || err == -ENOMEM ||
		     err == CAM_LOWERED || err == CAM_GRANTED;

	if (!known || !why || !*why != (err == CAM_GRANTED))
		stress_fail("%s: refused by %d: %s", a->host->name(a->node), err, why ? why : "(null)");
}

void check_ended(struct actor *a, struct slot *slot)
{
	if (slot->want.form != CAM_PACKET)
		stress_fail("%s: the end of a session of pictures", a->host->name(a->node));
	if (slot->held)
		stress_fail("%s: the end of a session before it was resumed", a->host->name(a->node));
	slot->ended = true;
}
