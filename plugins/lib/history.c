/* SPDX-License-Identifier: MIT */
#include "plugins/lib/history.h"

#include <stdlib.h>

enum { FIRST_ROOM = 64 };

void history_init(struct history *h, const struct cam_host *host, int64_t span_ns, uint64_t max_bytes)
{
	*h = (struct history){.host = host, .span_ns = span_ns, .max_bytes = max_bytes};
}

static const struct cam_buf **place(const struct history *h, size_t i)
{
	return &h->ring[i & (h->room - 1)];
}

static const struct cam_buf *packet(const struct history *h, size_t i)
{
	return *place(h, i);
}

static bool is_video_key(const struct cam_buf *buf)
{
	return buf->flags & CAM_KEY && buf->caps->media == CAM_VIDEO;
}

static uint64_t packet_bytes(const struct cam_buf *buf)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < buf->n_planes; i++)
		n += buf->plane[i].len;
	return n;
}

static void drop_until(struct history *h, size_t until)
{
	for (; h->first != until; h->first++) {
		const struct cam_buf *buf = packet(h, h->first);

		h->bytes -= packet_bytes(buf);
		h->host->buf_unref(buf);
	}
}

/* Drop the oldest group. Each packet is looked at once on the way to the next keyframe, hence O(1) a packet. */
static void drop_group(struct history *h)
{
	size_t i;

	if (!h->has_second) {
		drop_until(h, h->end);
		return;
	}
	drop_until(h, h->second_key);
	for (i = h->first + 1; i != h->end && !is_video_key(packet(h, i)); i++)
		;
	h->second_key = i;
	h->has_second = i != h->end;
}

static bool grow(struct history *h)
{
	size_t room = h->room ? h->room * 2 : FIRST_ROOM;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	const struct cam_buf **ring = calloc(room, sizeof(*ring));

	if (!ring)
		return false;
	for (size_t i = h->first; i != h->end; i++)
		ring[i & (room - 1)] = packet(h, i);
	free((void *)h->ring);
	h->ring = ring;
	h->room = room;
	return true;
}

static bool too_large(const struct history *h)
{
	return h->bytes > h->max_bytes || history_packets(h) > h->max_bytes / HISTORY_MIN_PACKET + 1;
}

/* Without its oldest group, the history still covers the span. */
static bool too_long(const struct history *h)
{
	return h->has_second &&
	       packet(h, h->second_key)->arrival_ns <= packet(h, h->end - 1)->arrival_ns - h->span_ns;
}

static void push(struct history *h, const struct cam_buf *buf)
{
	if (!h->has_second && h->first != h->end && is_video_key(buf)) {
		h->second_key = h->end;
		h->has_second = true;
	}
	*place(h, h->end++) = h->host->buf_ref(buf);
	h->bytes += packet_bytes(buf);
}

static void drop_surplus(struct history *h)
{
	while (h->first != h->end && (too_large(h) || too_long(h)))
		drop_group(h);
}

void history_keep(struct history *h, const struct cam_buf *buf)
{
	if (h->first == h->end && !is_video_key(buf))
		return;
	if (history_packets(h) == h->room && !grow(h)) {
		drop_until(h, h->end);
		h->has_second = false;
		if (!h->room || !is_video_key(buf))
			return;
	}
	push(h, buf);
	drop_surplus(h);
}

void history_limit(struct history *h, int64_t span_ns, uint64_t max_bytes)
{
	h->span_ns = span_ns;
	h->max_bytes = max_bytes;
	drop_surplus(h);
}

int history_replay(
	const struct history *h, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg)
{
	size_t from = h->first;
	int err = 0;

	for (size_t i = h->first; i != h->end && packet(h, i)->arrival_ns <= from_ns; i++) {
		if (is_video_key(packet(h, i)))
			from = i;
	}
	for (size_t i = from; i != h->end && !err; i++)
		err = emit(arg, packet(h, i));
	return err;
}

size_t history_packets(const struct history *h)
{
	return h->end - h->first;
}

int64_t history_span_ns(const struct history *h)
{
	if (h->first == h->end)
		return 0;
	return packet(h, h->end - 1)->arrival_ns - packet(h, h->first)->arrival_ns;
}

void history_finish(struct history *h)
{
	drop_until(h, h->end);
	free((void *)h->ring);
	h->ring = NULL;
	h->room = 0;
	h->has_second = false;
}
