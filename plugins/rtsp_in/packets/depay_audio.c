/* SPDX-License-Identifier: MIT */
/* AAC (RFC 3640 3.2, and RFC 6416 with the configuration in the SDP), and codecs of one frame a packet. */
#include "plugins/rtsp_in/packets/depay_private.h"

/* numSubFrames has 6 bits (ISO/IEC 14496-3 1.7.3.2); a thousand cheap frames in one packet are an attack. */
enum { FRAME_SAMPLES = 1024, AU_HEADERS_MAX = 8192, SUB_FRAMES_MAX = 64 };

/* Bits of a buffer, most significant first; zeros behind its end. */
struct bits {
	const uint8_t *data;
	size_t n, pos; /* bits */
};

static uint32_t take_bits(struct bits *b, unsigned n)
{
	uint32_t value = 0;

	for (; n; n--, b->pos++) {
		uint32_t bit = b->pos < b->n ? b->data[b->pos / 8] >> (7 - b->pos % 8) & 1u : 0;

		value = value << 1 | bit;
	}
	return value;
}

/* sample_rate is that of the core coder, at which frames are counted; with SBR the clock may run twice as fast. */
void depay_aac_begin(struct depay *d)
{
	uint32_t rate = d->media->sample_rate;

	d->audio.step = rate ? (uint32_t)((uint64_t)FRAME_SAMPLES * d->media->clock / rate) : FRAME_SAMPLES;
}

/* A frame under way will not be whole any more. */
static int cut_off(struct depay *d)
{
	d->broken = true;
	d->audio.want = 0;
	return depay_end(d);
}

static int give(struct depay *d, const uint8_t *data, size_t len, uint32_t time, bool broken)
{
	int err;

	if (!len) {
		d->gap = true;
		return 0;
	}
	d->broken = broken;
	err = depay_give(d, data, len, time);
	d->broken = false;
	return err;
}

/* The first fragment of a frame that goes on in other packets, each of which tells the whole size anew. */
static int begin_fragment(
	struct depay *d, const struct rtp_packet *p, const uint8_t *data, size_t len, size_t want)
{
	int err = depay_add(d, data, len);

	d->time = p->time;
	d->audio.want = err ? 0 : want;
	return err;
}

static int add_fragment(struct depay *d, const uint8_t *data, size_t len)
{
	int err = depay_add(d, data, len);

	if (!err && d->len < d->audio.want)
		return 0;
	d->audio.want = 0;
	return err ? err : depay_end(d);
}

/* The frames of a packet. @param b their headers */
static int frames(
	struct depay *d, const struct rtp_packet *p, struct bits *b, const uint8_t *data, size_t len)
{
	const struct sdp_media *m = d->media;
	unsigned index = m->index_length;
	uint32_t time = p->time;
	int err = 0;

	for (bool first = true; !err && b->pos + m->size_length + index <= b->n; first = false) {
		size_t size = take_bits(b, m->size_length);

		take_bits(b, index); /* its place among interleaved ones, which are not sent unasked */
		index = m->index_delta_length;
		if (size > len) {
			bool alone = first && b->pos + m->size_length + index > b->n;

			if (alone && len && !p->marker && size <= DEPAY_UNIT_MAX)
				return begin_fragment(d, p, data, len, size);
			return give(d, data, len, time, true);
		}
		if (size)
			err = give(d, data, size, time, false);
		data += size;
		len -= size;
		time += d->audio.step;
	}
	return err;
}

/* @return the size that the first header tells */
static size_t first_size(const struct sdp_media *m, struct bits b)
{
	return take_bits(&b, m->size_length);
}

int depay_aac(struct depay *d, const struct rtp_packet *p, bool lost)
{
	const struct sdp_media *m = d->media;
	size_t headers, bytes;
	struct bits b;
	int err = 0;

	if (d->audio.want && (lost || p->time != d->time))
		err = cut_off(d);
	d->gap = d->gap || lost;
	d->arrival_ns = p->arrival_ns;
	if (err || !p->len)
		return err;
	if (!m->size_length)
		return give(d, p->data, p->len, p->time, false);
	headers = p->len >= 2 ? depay_be16(p->data) : 0;
	bytes = (headers + 7) / 8;
	if (!headers || headers > AU_HEADERS_MAX || bytes > p->len - 2 ||
		headers < (size_t)m->size_length + m->index_length) {
		d->gap = true;
		return d->audio.want ? cut_off(d) : 0;
	}
	b = (struct bits){p->data + 2, headers, 0};
	if (d->audio.want) {
		size_t len = p->len - 2 - bytes;

		if (first_size(m, b) == d->audio.want && len <= d->audio.want - d->len)
			return add_fragment(d, p->data + 2 + bytes, len);
		err = cut_off(d);
	}
	return err ? err : frames(d, p, &b, p->data + 2 + bytes, p->len - 2 - bytes);
}

/* An audioMuxElement: sizes in bytes of up to 255, each followed by its frame (ISO/IEC 14496-3 1.7.3). */
static int mux_element(struct depay *d)
{
	size_t len = d->len, pos = 0;
	bool broken = d->broken;
	uint32_t time = d->time;
	int err = 0;

	for (int n = 0; !err && pos < len && n < SUB_FRAMES_MAX; n++) {
		size_t size = 0;
		uint8_t part;

		do {
			part = d->data[pos++];
			size += part;
		} while (part == 255 && pos < len);
		if (size > len - pos || broken) {
			err = give(d, d->data + pos, size > len - pos ? len - pos : size, time, true);
			break; /* what follows cannot be found */
		}
		if (size)
			err = give(d, d->data + pos, size, time, false);
		pos += size;
		time += d->audio.step;
	}
	d->gap = d->gap || pos < len;
	depay_drop(d);
	return err;
}

int depay_latm(struct depay *d, const struct rtp_packet *p, bool lost)
{
	int err = 0;

	if (d->len && (lost || p->time != d->time)) {
		d->broken = d->broken || lost;
		err = mux_element(d);
	}
	d->gap = d->gap || lost;
	d->broken = d->broken || lost; /* this may be the rest of an element */
	d->arrival_ns = p->arrival_ns;
	if (err)
		return err;
	d->time = p->time;
	err = depay_add(d, p->data, p->len);
	return err || !p->marker ? err : mux_element(d);
}

int depay_whole(struct depay *d, const struct rtp_packet *p, bool lost)
{
	d->gap = d->gap || lost;
	d->arrival_ns = p->arrival_ns;
	return p->len ? give(d, p->data, p->len, p->time, false) : 0;
}
