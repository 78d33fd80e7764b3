/* SPDX-License-Identifier: MIT */
/* The byte stream of a camera, in pieces. Input: a byte for the channels and pieces, then the stream. */
#include "plugins/rtsp_in/dialogue/wire.h"
#include "tests/fuzz/fuzz.h"

/* A sanitizer looks at all of it. */
static void read_whole(const struct wire *w, const uint8_t *data, size_t len)
{
	static uint8_t sink[WIRE_ROOM];

	HOLDS(!len || (data >= w->buf && data + len <= w->buf + w->end));
	if (len)
		memcpy(sink, data, len);
}

static void look(const struct wire *w, const struct wire_item *item)
{
	HOLDS(w->begin <= w->end && w->end <= WIRE_ROOM);
	HOLDS(item->n_headers <= WIRE_HEADERS_MAX);
	if (item->kind == WIRE_FRAME)
		HOLDS(item->len <= UINT16_MAX && w->known[item->channel]);
	if (item->kind == WIRE_ANSWER)
		HOLDS(item->status >= 100 && item->status <= 599);
	if (item->kind == WIRE_REQUEST)
		HOLDS(*item->method);
	if (item->kind == WIRE_MORE)
		return;
	read_whole(w, item->data, item->len);
	for (unsigned i = 0; item->kind != WIRE_FRAME && i < item->n_headers; i++) {
		HOLDS(strlen(item->header[i].name) < WIRE_HEAD_MAX);
		HOLDS(strlen(item->header[i].value) < WIRE_HEAD_MAX);
		HOLDS(wire_header(item, item->header[i].name, 0));
	}
}

static bool feed(struct wire *w, const uint8_t *data, size_t len)
{
	struct wire_item item;
	size_t room;
	uint8_t *to = wire_room(w, &room);

	HOLDS(room >= WIRE_ROOM / 3 && room >= len);
	memcpy(to, data, len);
	wire_filled(w, len);
	do {
		memset(&item, 0, sizeof(item));
		if (wire_next(w, &item))
			return false;
		look(w, &item);
	} while (item.kind != WIRE_MORE);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = {data, len};
	uint8_t how = fuzz_byte(&f);
	static struct wire first; /* whose memory is kept */
	struct wire w;
	bool goes_on = true;

	HOLDS(first.buf || !wire_init(&first));
	w = first;
	for (unsigned i = 0; i < 4; i++)
		w.known[i] = how >> i & 1;
	while (goes_on && f.len) {
		/* In one piece; else in as many as the bytes say. */
		size_t n = how & 0x80 ? f.len : 1 + (size_t)(f.data[0] ^ how) % 64;

		n = n < f.len ? n : f.len;
		goes_on = feed(&w, f.data, n);
		f.data += n;
		f.len -= n;
	}
	return 0;
}
