/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/packets/depay_jpeg.h"

#include "lib/bytes.h"
#include "plugins/rtsp_in/packets/jpeg_tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* RFC 2435 3.1 */
enum {
	MAIN_HEADER = 8,
	RESTART_HEADER = 4,
	TABLES_HEADER = 4,
	TYPE_RESTART = 64,
	Q_IN_BAND = 128,
	Q_NOT_KEPT = 255
};
/* ITU-T T.81 table B.1 */
enum {
	SOF0 = 0xc0,
	SOF1 = 0xc1,
	DHT = 0xc4,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	DRI = 0xdd,
	APP0 = 0xe0
};
enum { FILE_HEADER_MAX = 1024, SIDE_MAX = 65535 };

struct jpeg_quantisers {
	uint8_t n; /* 0: none; 1: one for all components */
	uint8_t precision; /* bit k: table k has 16-bit values */
	uint8_t data[2][128];
};

/* What stands in front of a packet's data. */
struct jpeg_header {
	uint32_t offset;
	uint8_t type; /* 0: 4:2:2, 1: 4:2:0 */
	uint8_t q;
	uint32_t width, height;
	unsigned restart; /* interval, 0: none */
	const uint8_t *data;
	size_t len;
};

static int read_header(const struct sdp_media *m, const struct rtp_packet *p, struct jpeg_header *ret)
{
	const uint8_t *b = p->data;
	size_t size = MAIN_HEADER;

	if (p->len < size)
		return -EPROTO;
	*ret = (struct jpeg_header){.offset = (uint32_t)b[1] << 16 | be16(b + 2),
		.type = b[4],
		.q = b[5],
		.width = b[6] ? b[6] * 8u : m->width,
		.height = b[7] ? b[7] * 8u : m->height};
	if (ret->type >= TYPE_RESTART) {
		ret->type -= TYPE_RESTART;
		if (p->len < size + RESTART_HEADER)
			return -EPROTO;
		ret->restart = be16(b + size);
		size += RESTART_HEADER;
	}
	if (ret->type > 1 || !ret->width || !ret->height || ret->width > SIDE_MAX || ret->height > SIDE_MAX)
		return -EPROTO;
	ret->data = b + size;
	ret->len = p->len - size;
	return 0;
}

/* RFC 2435 appendix A */
static void compute_tables(unsigned q, struct jpeg_quantisers *ret)
{
	unsigned factor = q < 50 ? 5000 / q : 200 - 2 * q;

	ret->n = 2;
	ret->precision = 0;
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 64; k++) {
			unsigned value = (jpeg_quantisers[i][k] * factor + 50) / 100;

			ret->data[i][k] = (uint8_t)(value < 1 ? 1 : value > 255 ? 255 : value);
		}
}

/* The first packet of a picture holds its tables, or those told before are valid. Moves h->data behind them. */
static int read_tables(struct depay_jpeg *j, struct jpeg_header *h, struct jpeg_quantisers *ret)
{
	struct jpeg_quantisers *kept;
	size_t len, pos = TABLES_HEADER;

	if (h->len < TABLES_HEADER)
		return -EPROTO;
	len = be16(h->data + 2);
	if (len > h->len - TABLES_HEADER)
		return -EPROTO;
	if (!j->cache)
		j->cache = calloc(Q_NOT_KEPT - Q_IN_BAND, sizeof(*j->cache));
	if (!j->cache)
		return -ENOMEM;
	kept = h->q < Q_NOT_KEPT ? &j->cache[h->q - Q_IN_BAND] : NULL;
	*ret = (struct jpeg_quantisers){.precision = h->data[1]};
	if (!len && kept)
		*ret = *kept;
	while (len && ret->n < 2) {
		size_t size = ret->precision >> ret->n & 1 ? 128 : 64;

		if (size > TABLES_HEADER + len - pos)
			break;
		memcpy(ret->data[ret->n++], h->data + pos, size);
		pos += size;
	}
	h->data += TABLES_HEADER + len;
	h->len -= TABLES_HEADER + len;
	if (!ret->n)
		return -EPROTO;
	if (len && kept)
		*kept = *ret;
	return 0;
}

/* A segment's marker and length, which counts itself. */
static uint8_t *put_segment(uint8_t *p, unsigned marker, size_t len)
{
	*p++ = 0xff;
	*p++ = (uint8_t)marker;
	*p++ = (uint8_t)((len + 2) >> 8);
	*p++ = (uint8_t)(len + 2);
	return p;
}

static uint8_t *put(uint8_t *p, const void *data, size_t len)
{
	memcpy(p, data, len);
	return p + len;
}

static uint8_t *put_quantisers(uint8_t *p, const struct jpeg_quantisers *t)
{
	for (unsigned i = 0; i < t->n; i++) {
		unsigned wide = t->precision >> i & 1;

		p = put_segment(p, DQT, 65 + 64 * wide);
		*p++ = (uint8_t)(wide << 4 | i);
		p = put(p, t->data[i], 64 + 64 * wide);
	}
	return p;
}

static uint8_t *put_frame(uint8_t *p, const struct jpeg_header *h, const struct jpeg_quantisers *t)
{
	uint8_t sampling = h->type ? 0x22 : 0x21, chroma = t->n > 1;
	bool wide = t->precision & ((1u << t->n) - 1); /* more than baseline has */

	p = put_segment(p, wide ? SOF1 : SOF0, 15);
	return put(p,
		(uint8_t[]){8, (uint8_t)(h->height >> 8), (uint8_t)h->height, (uint8_t)(h->width >> 8),
			(uint8_t)h->width, 3, 1, sampling, 0, 2, 0x11, chroma, 3, 0x11, chroma},
		15);
}

/* RFC 2435 appendix B, as a JFIF file. */
static size_t make_header(
	const struct jpeg_header *h, const struct jpeg_quantisers *t, uint8_t ret[FILE_HEADER_MAX])
{
	uint8_t *p = put(ret, (uint8_t[]){0xff, SOI}, 2);

	p = put_segment(p, APP0, 14);
	p = put(p, "JFIF\0\1\1\0\0\1\0\1\0", 14);
	p = put_quantisers(p, t);
	if (h->restart) {
		p = put_segment(p, DRI, 2);
		*p++ = (uint8_t)(h->restart >> 8);
		*p++ = (uint8_t)h->restart;
	}
	p = put_frame(p, h, t);
	for (int i = 0; i < 4; i++) {
		const struct jpeg_huffman *table = &jpeg_huffman[i];

		p = put_segment(p, DHT, 17 + (size_t)table->n);
		*p++ = table->id;
		p = put(p, table->counts, sizeof(table->counts));
		p = put(p, table->values, table->n);
	}
	p = put_segment(p, SOS, 10);
	p = put(p, (uint8_t[]){3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0}, 10);
	return (size_t)(p - ret);
}

/* The picture under way is over. */
static int end(struct depay_jpeg *j)
{
	static const uint8_t end_of_image[2] = {0xff, EOI};
	int err = 0;

	if (j->header && memcmp(j->unit->data + j->unit->len - 2, end_of_image, 2) != 0)
		err = assembly_add(j->unit, end_of_image, 2);
	if (j->header && j->unit->len - j->header <= 2)
		j->unit->broken = true; /* nothing but its header */
	j->header = 0;
	return err ? err : assembly_end(j->unit);
}

static int begin(struct depay_jpeg *j, const struct rtp_packet *p, struct jpeg_header *h)
{
	uint8_t made[FILE_HEADER_MAX];
	struct jpeg_quantisers tables;
	int err = 0;

	if (h->q >= Q_IN_BAND)
		err = read_tables(j, h, &tables);
	else if (h->q && h->q < 100)
		compute_tables(h->q, &tables);
	else
		err = -EPROTO;
	if (err)
		return err;
	j->unit->time = p->time;
	j->header = make_header(h, &tables, made);
	return assembly_add(j->unit, made, j->header);
}

static int fragment(struct depay_jpeg *j, const struct rtp_packet *p, bool lost)
{
	struct jpeg_header h;
	int err = read_header(j->media, p, &h);
	bool new = err || !h.offset || p->time != j->unit->time;

	if (j->header && (lost || err))
		j->unit->broken = true;
	if (new && !err) {
		int failed = end(j);

		if (failed)
			return failed;
	}
	j->unit->gap = j->unit->gap || lost;
	if (err)
		return err;
	j->unit->arrival_ns = p->arrival_ns;
	if (!h.offset)
		err = begin(j, p, &h);
	else if (!j->header || h.offset != j->unit->len - j->header)
		err = -EPROTO;
	return err ? err : assembly_add(j->unit, h.data, h.len);
}

int depay_jpeg(struct depay_jpeg *j, const struct rtp_packet *p, bool lost)
{
	int err = fragment(j, p, lost);

	if (err == -EPROTO) {
		j->unit->broken = true;
		err = 0;
	}
	if (!err && p->marker)
		err = end(j);
	if (err)
		j->header = 0;
	return err;
}

void depay_jpeg_free(struct depay_jpeg *j)
{
	free(j->cache);
}
