/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/unit.h"

#include "plugins/lib/av/annexb.h"

#include <cam/plugin.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Decoders read a little past the end (AV_INPUT_BUFFER_PADDING_SIZE). */
enum { PADDING = 64, ROOM_FIRST = 8192 };

/* Fragments after the first begin in the middle of a NAL unit, where a start code cannot be. */
static bool first_nal(const struct piece *p, struct annexb_nal *ret)
{
	size_t zeros = 0;

	while (zeros < p->len && zeros < 3 && !p->data[zeros])
		zeros++;
	if (zeros < 2 || zeros + 2 >= p->len || p->data[zeros] != 1)
		return false;
	*ret = (struct annexb_nal){p->data + zeros + 1, p->len - zeros - 1};
	return true;
}

/* first_mb_in_slice is 0 (H.264 7.3.3), or first_slice_segment_in_pic_flag is set (H.265 7.3.6.1). */
static bool is_first_slice(uint32_t codec, const struct annexb_nal *nal)
{
	size_t header = codec == CAM_HEVC ? 2 : 1;

	return nal->len > header && nal->data[header] & 0x80;
}

bool unit_ends_before(const struct unit *u, const struct piece *p)
{
	struct annexb_nal nal;

	/* Parameter sets may have come with a time stamp of their own: they belong to the slice that follows. */
	if (!u->has_slice)
		return false;
	if (p->pts != u->pts)
		return true;
	if (!first_nal(p, &nal))
		return false;
	/* Some senders repeat parameter sets in front of each slice of a keyframe: those alone begin nothing. */
	switch (annexb_kind(u->codec, &nal)) {
	case ANNEXB_SLICE:
		return is_first_slice(u->codec, &nal);
	case ANNEXB_DELIMITER:
		return true;
	default:
		return false;
	}
}

static bool has_slice(uint32_t codec, const struct piece *p)
{
	struct annexb_nal nal;
	size_t pos = 0;

	while (annexb_next(p->data, p->len, &pos, &nal))
		if (annexb_kind(codec, &nal) == ANNEXB_SLICE)
			return true;
	return false;
}

static int make_room(struct unit *u, size_t len)
{
	size_t room = u->room ? u->room : ROOM_FIRST;
	uint8_t *data;

	if (len > UNIT_MAX)
		return -EMSGSIZE;
	while (room < len + PADDING)
		room *= 2;
	if (room == u->room)
		return 0;
	data = realloc(u->data, room);
	if (!data)
		return -ENOMEM;
	u->data = data;
	u->room = room;
	return 0;
}

int unit_add(struct unit *u, const struct piece *p)
{
	struct annexb_nal nal;
	bool begins = first_nal(p, &nal);
	int err;

	if (!begins && !u->len) {
		u->broken = true; /* the rest of something whose beginning is lost */
		return 0;
	}
	if (p->len > UNIT_MAX)
		return -EMSGSIZE;
	err = make_room(u, u->len + p->len);
	if (err)
		return err;
	memcpy(u->data + u->len, p->data, p->len);
	u->len += p->len;
	memset(u->data + u->len, 0, PADDING);
	if (!u->has_slice) {
		u->pts = p->pts;
		u->has_slice =
			begins && (annexb_kind(u->codec, &nal) == ANNEXB_SLICE || has_slice(u->codec, p));
	}
	u->arrival_ns = p->arrival_ns;
	return 0;
}

uint8_t *unit_take(struct unit *u)
{
	uint8_t *data = u->data, *fitted = NULL;

	/* History is counted in bytes of packets: a quarter more is the most that may be held. */
	if (u->room > u->len + u->len / 4 + PADDING)
		fitted = realloc(data, u->len + PADDING);
	u->data = NULL;
	u->len = u->room = 0;
	u->has_slice = u->broken = false;
	return fitted ? fitted : data;
}

void unit_clear(struct unit *u)
{
	free(unit_take(u));
}
