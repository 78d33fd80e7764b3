/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/test/packetise.h"

#include "plugins/lib/av/annexb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PAYLOAD_TYPE = 96, SSRC = 0x1234, HEADER = 12, AGGREGATE_MAX = 65536 };

static int copy_to(struct bytes *to, const void *data, size_t len)
{
	to->data = malloc(len ? len : 1);
	if (!to->data)
		return -ENOMEM;
	if (len)
		memcpy(to->data, data, len);
	to->len = len;
	return 0;
}

int units_add(struct units *u, const void *data, size_t len)
{
	if (u->n == UNITS_MAX)
		return -ENOSPC;
	return copy_to(&u->unit[u->n++], data, len);
}

void units_free(struct units *u)
{
	while (u->n)
		free(u->unit[--u->n].data);
}

int packets_add(struct packets *ps, const void *payload, size_t len, bool marker, unsigned unit)
{
	uint32_t time = unit * TIME_STEP;
	uint8_t head[HEADER] = {0x80, (uint8_t)(PAYLOAD_TYPE | marker << 7), (uint8_t)(ps->seq >> 8),
		(uint8_t)ps->seq, (uint8_t)(time >> 24), (uint8_t)(time >> 16), (uint8_t)(time >> 8),
		(uint8_t)time, 0, 0, SSRC >> 8, SSRC & 0xff};
	uint8_t *data;

	if (ps->n == PACKETS_MAX)
		return -ENOSPC;
	data = malloc(HEADER + len);
	if (!data)
		return -ENOMEM;
	memcpy(data, head, HEADER);
	memcpy(data + HEADER, payload, len);
	ps->seq++;
	ps->unit[ps->n] = unit;
	ps->packet[ps->n].data = data;
	ps->packet[ps->n++].len = HEADER + len;
	return 0;
}

void packets_free(struct packets *ps)
{
	while (ps->n)
		free(ps->packet[--ps->n].data);
}

static int add_fragments(struct packets *ps, const struct packing *how, const struct annexb_nal *nal,
	bool marker, unsigned unit)
{
	bool hevc = how->media.packing == SDP_HEVC, start = true;
	size_t head = hevc ? 2 : 1, pos = head;
	uint8_t payload[2048];
	int err = 0;

	while (!err && pos < nal->len) {
		size_t at = 0, len;
		bool end;

		if (hevc) {
			payload[at++] = (uint8_t)((nal->data[0] & 0x81) | 49 << 1);
			payload[at++] = nal->data[1];
		} else {
			payload[at++] = (uint8_t)((nal->data[0] & 0xe0) | 28);
		}
		at++;
		if (start && how->media.donl) {
			payload[at++] = 0;
			payload[at++] = 7;
		}
		len = nal->len - pos < how->mtu - at ? nal->len - pos : how->mtu - at;
		end = pos + len == nal->len;
		payload[head] = (uint8_t)(start << 7 | end << 6 |
					  (hevc ? nal->data[0] >> 1 & 0x3f : nal->data[0] & 0x1f));
		memcpy(payload + at, nal->data + pos, len);
		err = packets_add(ps, payload, at + len, marker && end, unit);
		pos += len;
		start = false;
	}
	return err;
}

static int add_single(struct packets *ps, const struct packing *how, const struct annexb_nal *nal,
	bool marker, unsigned unit)
{
	uint8_t payload[2048];

	if (!how->media.donl)
		return packets_add(ps, nal->data, nal->len, marker, unit);
	memcpy(payload, nal->data, 2);
	payload[2] = 0;
	payload[3] = 7;
	memcpy(payload + 4, nal->data + 2, nal->len - 2);
	return packets_add(ps, payload, nal->len + 2, marker, unit);
}

/* As many as fit. @return how many */
static unsigned aggregate(
	const struct packing *how, const struct annexb_nal *nals, unsigned n, uint8_t *ret, size_t *ret_len)
{
	bool hevc = how->media.packing == SDP_HEVC;
	size_t len = hevc ? 2 : 1;
	unsigned i = 0;

	ret[0] = hevc ? 48 << 1 : 0x60 | 24;
	ret[1] = 1;
	for (; i < n; i++) {
		size_t before = how->media.donl ? (i ? 1 : 2) : 0;

		if (len + before + 2 + nals[i].len > how->mtu)
			break;
		memset(ret + len, 0, before);
		len += before;
		ret[len] = (uint8_t)(nals[i].len >> 8);
		ret[len + 1] = (uint8_t)nals[i].len;
		memcpy(ret + len + 2, nals[i].data, nals[i].len);
		len += 2 + nals[i].len;
	}
	*ret_len = len;
	return i;
}

int packetise(struct packets *ps, const struct packing *how, const struct bytes *b, unsigned unit)
{
	struct annexb_nal nals[64];
	unsigned n = 0, step;
	size_t pos = 0, len;
	uint8_t buf[2048];
	int err = 0;

	while (n < 64 && annexb_next(b->data, b->len, &pos, &nals[n]))
		n++;
	for (unsigned i = 0; !err && i < n; i += step) {
		bool slice = annexb_kind(how->media.codec, &nals[i]) == ANNEXB_SLICE, marker;

		step = how->aggregate ? aggregate(how, nals + i, n - i, buf, &len) : 0;
		marker = !how->no_marker && (i + (step ? step : 1) == n || (how->slice_marker && slice));
		if (step > 1) {
			err = packets_add(ps, buf, len, marker, unit);
			continue;
		}
		step = 1;
		if (nals[i].len + (how->media.donl ? 2 : 0) <= how->mtu)
			err = add_single(ps, how, &nals[i], marker, unit);
		else
			err = add_fragments(ps, how, &nals[i], marker, unit);
	}
	return err;
}

int taken_take(void *taken, struct access_unit *unit)
{
	struct taken *t = taken;

	if (t->n == UNITS_MAX) {
		free(unit->data);
		return -ENOSPC;
	}
	t->unit[t->n++] = *unit;
	return 0;
}

void taken_free(struct taken *t)
{
	while (t->n)
		free(t->unit[--t->n].data);
}

int feed_open(struct feed *f, const struct sdp_media *media, bool reorder, struct taken *taken)
{
	struct unit_sink sink = {taken_take, taken};

	rtp_init(&f->rtp, PAYLOAD_TYPE, media->clock, reorder);
	f->depay = depay_new(media, &sink);
	return f->depay ? 0 : -ENOMEM;
}

void feed_close(struct feed *f)
{
	rtp_free(&f->rtp);
	depay_free(f->depay);
}

static int take(void *arg, const struct rtp_packet *p, bool lost)
{
	struct feed *f = arg;

	return depay_push(f->depay, p, lost);
}

int feed_packet(struct feed *f, const uint8_t *data, size_t len)
{
	struct rtp_packet p;
	uint8_t *fit = malloc(len ? len : 1);
	int err = 0;

	if (!fit)
		return -ENOMEM;
	memcpy(fit, data, len);
	if (!rtp_parse(fit, len, &p))
		err = rtp_push(&f->rtp, &p, take, f);
	free(fit);
	return err;
}
