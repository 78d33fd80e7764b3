/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/packets/depay_audio.h"

#include "lib/bytes.h"
#include "plugins/lib/av/bits.h"

/* numSubFrames has 6 bits (ISO/IEC 14496-3 1.7.3.2); a thousand cheap frames in one packet are an attack. */
enum { FRAME_SAMPLES = 1024, AU_HEADERS_MAX = 8192, SUB_FRAMES_MAX = 64 };

/* sample_rate is that of the core coder, at which frames are counted; with SBR the clock may run twice as fast. */
void depay_audio_begin(struct depay_audio *a)
{
	uint32_t rate = a->media->sample_rate;

	a->step = rate ? (uint32_t)((uint64_t)FRAME_SAMPLES * a->media->clock / rate) : FRAME_SAMPLES;
}

/* A frame under way will not be whole any more. */
static int cut_off(struct depay_audio *a)
{
	a->unit->broken = true;
	a->want = 0;
	return assembly_end(a->unit);
}

static int give(struct depay_audio *a, const uint8_t *data, size_t len, uint32_t time, bool broken)
{
	int err;

	if (!len) {
		a->unit->gap = true;
		return 0;
	}
	a->unit->broken = broken;
	err = assembly_give(a->unit, data, len, time);
	a->unit->broken = false;
	return err;
}

/* The first fragment of a frame that goes on in other packets, each of which tells the whole size anew. */
static int begin_fragment(
	struct depay_audio *a, const struct rtp_packet *p, const uint8_t *data, size_t len, size_t want)
{
	int err = assembly_add(a->unit, data, len);

	a->unit->time = p->time;
	a->want = err ? 0 : want;
	return err;
}

static int add_fragment(struct depay_audio *a, const uint8_t *data, size_t len)
{
	int err = assembly_add(a->unit, data, len);

	if (!err && a->unit->len < a->want)
		return 0;
	a->want = 0;
	return err ? err : assembly_end(a->unit);
}

/* The frames of a packet. @param b their headers */
static int frames(
	struct depay_audio *a, const struct rtp_packet *p, struct bits *b, const uint8_t *data, size_t len)
{
	const struct sdp_media *m = a->media;
	unsigned index = m->index_length;
	uint32_t time = p->time;
	int err = 0;

	for (bool first = true; !err && b->pos + m->size_length + index <= b->end; first = false) {
		size_t size = bits_take(b, m->size_length);

		bits_take(b, index); /* its place among interleaved ones, which are not sent unasked */
		index = m->index_delta_length;
		if (size > len) {
			bool alone = first && b->pos + m->size_length + index > b->end;

			if (alone && len && !p->marker && size <= UNIT_MAX)
				return begin_fragment(a, p, data, len, size);
			return give(a, data, len, time, true);
		}
		if (size)
			err = give(a, data, size, time, false);
		data += size;
		len -= size;
		time += a->step;
	}
	return err;
}

/* @return the size that the first header tells */
static size_t first_size(const struct sdp_media *m, struct bits b)
{
	return bits_take(&b, m->size_length);
}

/* The AU headers of a payload. @return their bytes, 0: what stands there is none */
static size_t read_headers(const struct sdp_media *m, const struct rtp_packet *p, struct bits *ret)
{
	size_t headers = p->len >= 2 ? be16(p->data) : 0, bytes = (headers + 7) / 8;

	if (!headers || headers > AU_HEADERS_MAX || bytes > p->len - 2 ||
		headers < (size_t)m->size_length + m->index_length)
		return 0;
	*ret = (struct bits){p->data + 2, 0, headers};
	return bytes;
}

static int take_payload(struct depay_audio *a, const struct rtp_packet *p)
{
	const struct sdp_media *m = a->media;
	const uint8_t *data;
	size_t bytes, len;
	struct bits b;
	int err = 0;

	if (!m->size_length)
		return give(a, p->data, p->len, p->time, false);
	bytes = read_headers(m, p, &b);
	if (!bytes) {
		a->unit->gap = true;
		return a->want ? cut_off(a) : 0;
	}
	data = p->data + 2 + bytes;
	len = p->len - 2 - bytes;
	if (a->want) {
		if (first_size(m, b) == a->want && len <= a->want - a->unit->len)
			return add_fragment(a, data, len);
		err = cut_off(a);
	}
	return err ? err : frames(a, p, &b, data, len);
}

int depay_audio_aac(struct depay_audio *a, const struct rtp_packet *p, bool lost)
{
	int err = 0;

	if (a->want && (lost || p->time != a->unit->time))
		err = cut_off(a);
	a->unit->gap = a->unit->gap || lost;
	a->unit->arrival_ns = p->arrival_ns;
	return err || !p->len ? err : take_payload(a, p);
}

/* An audioMuxElement: sizes in bytes of up to 255, each followed by its frame (ISO/IEC 14496-3 1.7.3). */
static int mux_element(struct depay_audio *a)
{
	size_t len = a->unit->len, pos = 0;
	bool broken = a->unit->broken;
	uint32_t time = a->unit->time;
	int err = 0;

	for (int n = 0; !err && pos < len && n < SUB_FRAMES_MAX; n++) {
		size_t size = 0;
		uint8_t part;

		do {
			part = a->unit->data[pos++];
			size += part;
		} while (part == 255 && pos < len);
		if (size > len - pos || broken) {
			err = give(a, a->unit->data + pos, size > len - pos ? len - pos : size, time, true);
			break; /* what follows cannot be found */
		}
		if (size)
			err = give(a, a->unit->data + pos, size, time, false);
		pos += size;
		time += a->step;
	}
	a->unit->gap = a->unit->gap || pos < len;
	assembly_drop(a->unit);
	return err;
}

int depay_audio_latm(struct depay_audio *a, const struct rtp_packet *p, bool lost)
{
	int err = 0;

	if (a->unit->len && (lost || p->time != a->unit->time)) {
		a->unit->broken = a->unit->broken || lost;
		err = mux_element(a);
	}
	a->unit->gap = a->unit->gap || lost;
	a->unit->broken = a->unit->broken || lost; /* this may be the rest of an element */
	a->unit->arrival_ns = p->arrival_ns;
	if (err)
		return err;
	a->unit->time = p->time;
	err = assembly_add(a->unit, p->data, p->len);
	return err || !p->marker ? err : mux_element(a);
}

int depay_audio_whole(struct depay_audio *a, const struct rtp_packet *p, bool lost)
{
	a->unit->gap = a->unit->gap || lost;
	a->unit->arrival_ns = p->arrival_ns;
	return p->len ? give(a, p->data, p->len, p->time, false) : 0;
}
