/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/packets/assembly.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A keyframe's memory is kept for the next one, unless there has been none for USED_UNITS. */
enum { ROOM_FIRST = 16384, USED_UNITS = 100, ROOM_SPARE = 4 };

void assembly_free(struct assembly *a)
{
	free(a->data);
	a->data = NULL;
	a->len = a->room = 0;
}

static int make_room(struct assembly *a, size_t len)
{
	size_t room = a->room ? a->room : ROOM_FIRST;
	uint8_t *data;

	if (len > UNIT_MAX)
		return -EMSGSIZE;
	while (room < len)
		room *= 2;
	if (room == a->room)
		return 0;
	data = realloc(a->data, room);
	if (!data)
		return -ENOMEM;
	a->data = data;
	a->room = room;
	return 0;
}

int assembly_add(struct assembly *a, const void *data, size_t len)
{
	if (!len)
		return 0;
	if (len > a->room - a->len) {
		int err = make_room(a, a->len + len);

		if (err)
			return err;
	}
	memcpy(a->data + a->len, data, len);
	a->len += len;
	return 0;
}

int assembly_give(struct assembly *a, const uint8_t *data, size_t len, uint32_t time)
{
	struct access_unit unit = {.len = len,
		.rtp_time = time,
		.arrival_ns = a->arrival_ns,
		.broken = a->broken,
		.gap = a->gap};

	if (len > UNIT_MAX)
		return -EMSGSIZE;
	unit.data = malloc(len + UNIT_PADDING);
	if (!unit.data)
		return -ENOMEM;
	if (len)
		memcpy(unit.data, data, len);
	memset(unit.data + len, 0, UNIT_PADDING);
	a->gap = false;
	/* cppcheck-suppress memleak; it is the taker's */
	return a->sink.take(a->sink.arg, &unit);
}

/* After many small units give back what a large one needed. */
static void spare_room(struct assembly *a)
{
	size_t room = ROOM_FIRST;
	uint8_t *data;

	if (a->len > a->used)
		a->used = a->len;
	if (++a->n_used < USED_UNITS)
		return;
	while (room < a->used)
		room *= 2;
	if (a->room / ROOM_SPARE > a->used && room < a->room) {
		data = realloc(a->data, room); /* its bytes have been given */
		if (data) {
			a->data = data;
			a->room = room;
		}
	}
	a->used = 0;
	a->n_used = 0;
}

void assembly_drop(struct assembly *a)
{
	a->len = 0;
	a->broken = false;
}

int assembly_end(struct assembly *a)
{
	int err;

	if (!a->len) {
		a->gap = a->gap || a->broken;
		a->broken = false;
		return 0;
	}
	err = assembly_give(a, a->data, a->len, a->time);
	spare_room(a);
	assembly_drop(a);
	return err;
}
