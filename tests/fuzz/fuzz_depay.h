/* SPDX-License-Identifier: MIT */
/**
 * @file fuzz_depay.h
 * Payloads to a depacketiser. Input: two bytes a payload, whose bits are the marker, a loss, a new time stamp and its
 * length, and its bytes.
 */
#ifndef CAM_TESTS_FUZZ_DEPAY_H
#define CAM_TESTS_FUZZ_DEPAY_H
#include "plugins/rtsp_in/packets/depay.h"
#include "tests/fuzz/fuzz.h"

enum { FUZZ_MARKER = 0x8000, FUZZ_LOST = 0x4000, FUZZ_NEW_TIME = 0x2000, FUZZ_LEN = 0x0fff };

/** Push all payloads there are. */
static inline void fuzz_depay(struct fuzz *f, const struct sdp_media *media, const struct unit_sink *sink)
{
	struct depay *d = depay_new(media, sink);
	struct rtp_packet p = {.arrival_ns = 1};

	HOLDS(d);
	while (f->len) {
		unsigned how = fuzz_16(f);
		uint8_t *data = fuzz_take(f, how & FUZZ_LEN, &p.len);

		p.data = data;
		p.marker = how & FUZZ_MARKER;
		p.time += how & FUZZ_NEW_TIME ? 3600 : 0;
		p.arrival_ns++;
		HOLDS(!depay_push(d, &p, how & FUZZ_LOST));
		HOLDS(d->unit.len <= d->unit.room && d->unit.room <= 2 * UNIT_MAX);
		free(data);
	}
	depay_is_midway(d);
	depay_free(d);
}

/** Whether a unit is one, padding included. */
static inline void fuzz_unit(const struct access_unit *unit)
{
	HOLDS(unit->len && unit->len <= UNIT_MAX && unit->arrival_ns > 0);
	for (unsigned i = 0; i < UNIT_PADDING; i++)
		HOLDS(!unit->data[unit->len + i]);
}
#endif
