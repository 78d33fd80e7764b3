/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/packets/depay_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A keyframe's memory is kept for the next one, unless there has been none for USED_UNITS. */
enum { ROOM_FIRST = 16384, USED_UNITS = 100, ROOM_SPARE = 4 };

struct depay *depay_new(const struct sdp_media *media, const struct depay_sink *sink)
{
	struct depay *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->media = media;
	d->sink = *sink;
	switch (media->packing) {
	case SDP_H264:
	case SDP_HEVC:
		d->push = depay_h26x;
		break;
	case SDP_JPEG:
		d->push = depay_jpeg;
		break;
	case SDP_AAC:
		d->push = depay_aac;
		depay_aac_begin(d);
		break;
	case SDP_LATM:
		d->push = depay_latm;
		depay_aac_begin(d);
		break;
	default:
		d->push = depay_whole;
	}
	return d;
}

void depay_free(struct depay *d)
{
	if (!d)
		return;
	if (d->media->packing == SDP_JPEG)
		free(d->jpeg.cache);
	free(d->data);
	free(d);
}

static int make_room(struct depay *d, size_t len)
{
	size_t room = d->room ? d->room : ROOM_FIRST;
	uint8_t *data;

	if (len > DEPAY_UNIT_MAX)
		return -EMSGSIZE;
	while (room < len)
		room *= 2;
	if (room == d->room)
		return 0;
	data = realloc(d->data, room);
	if (!data)
		return -ENOMEM;
	d->data = data;
	d->room = room;
	return 0;
}

int depay_add(struct depay *d, const void *data, size_t len)
{
	if (!len)
		return 0;
	if (len > d->room - d->len) {
		int err = make_room(d, d->len + len);

		if (err)
			return err;
	}
	memcpy(d->data + d->len, data, len);
	d->len += len;
	return 0;
}

int depay_give(struct depay *d, const uint8_t *data, size_t len, uint32_t time)
{
	struct depay_unit unit = {.len = len,
		.rtp_time = time,
		.arrival_ns = d->arrival_ns,
		.broken = d->broken,
		.gap = d->gap};

	if (len > DEPAY_UNIT_MAX)
		return -EMSGSIZE;
	unit.data = malloc(len + DEPAY_PADDING);
	if (!unit.data)
		return -ENOMEM;
	if (len)
		memcpy(unit.data, data, len);
	memset(unit.data + len, 0, DEPAY_PADDING);
	d->gap = false;
	/* cppcheck-suppress memleak; it is the taker's */
	return d->sink.take(d->sink.arg, &unit);
}

/* After many small units give back what a large one needed. */
static void spare_room(struct depay *d)
{
	size_t room = ROOM_FIRST;
	uint8_t *data;

	if (d->len > d->used)
		d->used = d->len;
	if (++d->n_used < USED_UNITS)
		return;
	while (room < d->used)
		room *= 2;
	if (d->room / ROOM_SPARE > d->used && room < d->room) {
		data = realloc(d->data, room); /* its bytes have been given */
		if (data) {
			d->data = data;
			d->room = room;
		}
	}
	d->used = 0;
	d->n_used = 0;
}

void depay_drop(struct depay *d)
{
	d->len = 0;
	d->broken = false;
}

int depay_end(struct depay *d)
{
	int err;

	if (!d->len) {
		d->gap = d->gap || d->broken;
		d->broken = false;
		return 0;
	}
	err = depay_give(d, d->data, d->len, d->time);
	spare_room(d);
	depay_drop(d);
	return err;
}

int depay_push(struct depay *d, const struct rtp_packet *p, bool lost)
{
	int err = d->push(d, p, lost);

	/* A unit that is too large, or that found no memory, cannot go on. */
	if (err) {
		depay_drop(d);
		d->gap = true;
	}
	return err;
}

bool depay_is_midway(const struct depay *d)
{
	return d->len > 0 || d->broken;
}
