/* SPDX-License-Identifier: MIT */
#include "bench/footage.h"

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *unit_grow(struct unit *u, size_t more)
{
	if (u->len + more > u->room) {
		size_t room = (u->len + more) * 2;
		uint8_t *data = realloc(u->data, room);

		if (!data)
			abort();
		u->data = data;
		u->room = room;
	}
	u->len += more;
	return u->data + u->len - more;
}

/* Appends one payload: `head` bytes of its own header, then the data. */
static void add_payload(struct unit *u, const uint8_t *head, size_t head_len, const uint8_t *data, size_t len)
{
	struct payload *payloads = realloc(u->payloads, (u->n + 1) * sizeof(*payloads));
	uint8_t *p;

	if (!payloads)
		abort();
	u->payloads = payloads;
	u->payloads[u->n++] = (struct payload){u->len, head_len + len};
	p = unit_grow(u, head_len + len);
	if (head_len)
		memcpy(p, head, head_len);
	memcpy(p + head_len, data, len);
}

/* A NAL unit whole, or in fragments: FU-A (RFC 6184 5.8), FU (RFC 7798 4.4.3). */
static void add_nal(struct unit *u, int hevc, const uint8_t *nal, size_t len)
{
	size_t own = hevc ? 2 : 1, most = FOOTAGE_PAYLOAD - own - 1;
	uint8_t head[3], type = hevc ? (nal[0] >> 1) & 63 : nal[0] & 31;

	if (len <= FOOTAGE_PAYLOAD) {
		add_payload(u, NULL, 0, nal, len);
		return;
	}
	head[0] = hevc ? (uint8_t)((nal[0] & 0x81) | 49 << 1) : (uint8_t)((nal[0] & 0xE0) | 28);
	head[1] = hevc ? nal[1] : 0;
	for (size_t at = own; at < len; at += most) {
		size_t n = len - at < most ? len - at : most;

		head[own] = (uint8_t)(type | (at == own ? 0x80 : 0) | (at + n == len ? 0x40 : 0));
		add_payload(u, head, own + 1, nal + at, n);
	}
}

/* Calls fn for each NAL unit of Annex B data. */
static void each_nal(const uint8_t *d, size_t len, void (*fn)(void *, const uint8_t *, size_t), void *arg)
{
	size_t from = 0, i = 0;
	int inside = 0;

	for (; i + 3 <= len; i++) {
		if (d[i] || d[i + 1] || d[i + 2] != 1)
			continue;
		if (inside)
			fn(arg, d + from, i - from - (i > from && !d[i - 1]));
		from = i + 3;
		inside = 1;
		i += 2;
	}
	if (inside && len > from)
		fn(arg, d + from, len - from);
}

struct packing {
	struct unit *unit;
	int hevc;
};

static void pack(void *arg, const uint8_t *nal, size_t len)
{
	struct packing *p = arg;

	if (len > 2)
		add_nal(p->unit, p->hevc, nal, len);
}

static int add_unit(struct footage *f, const AVPacket *pkt)
{
	struct unit *units = realloc(f->units, (f->n + 1) * sizeof(*units));
	struct packing p = {NULL, f->hevc};

	if (!units)
		return -1;
	f->units = units;
	p.unit = &units[f->n++];
	memset(p.unit, 0, sizeof(*p.unit));
	p.unit->key = !!(pkt->flags & AV_PKT_FLAG_KEY);
	each_nal(pkt->data, (size_t)pkt->size, pack, &p);
	return 0;
}

struct sets {
	char text[3][1024];
	int hevc;
};

/* Collects VPS, SPS and PPS in base64. */
static void collect(void *arg, const uint8_t *nal, size_t len)
{
	struct sets *s = arg;
	int type = s->hevc ? (nal[0] >> 1) & 63 : nal[0] & 31, i = s->hevc ? type - 32 : type - 6;

	if (i >= 0 && i < 3 && len < 512)
		av_base64_encode(s->text[i], (int)sizeof(s->text[i]), nal, (int)len);
}

static void describe(struct footage *f, const AVCodecParameters *par)
{
	struct sets s = {.hevc = f->hevc};
	char fmtp[3200];

	each_nal(par->extradata, (size_t)par->extradata_size, collect, &s);
	if (f->hevc)
		snprintf(fmtp, sizeof(fmtp), "sprop-vps=%s;sprop-sps=%s;sprop-pps=%s", s.text[0], s.text[1],
			s.text[2]);
	else
		snprintf(fmtp, sizeof(fmtp), "packetization-mode=1;sprop-parameter-sets=%s,%s", s.text[1],
			s.text[2]);
	snprintf(f->sdp, sizeof(f->sdp),
		"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=footage\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
		"a=control:*\r\nm=video 0 RTP/AVP %d\r\na=rtpmap:%d %s/90000\r\na=fmtp:%d %s\r\n"
		"a=control:track\r\n",
		FOOTAGE_PAYLOAD_TYPE, FOOTAGE_PAYLOAD_TYPE, f->hevc ? "H265" : "H264", FOOTAGE_PAYLOAD_TYPE,
		fmtp);
}

static int read_units(struct footage *f, AVFormatContext *in, int track, AVBSFContext *bsf)
{
	AVPacket *pkt = av_packet_alloc();
	int err = pkt ? 0 : -1;

	while (!err && av_read_frame(in, pkt) >= 0) {
		if (pkt->stream_index != track) {
			av_packet_unref(pkt);
			continue;
		}
		err = av_bsf_send_packet(bsf, pkt);
		while (!err && av_bsf_receive_packet(bsf, pkt) >= 0) {
			err = add_unit(f, pkt);
			av_packet_unref(pkt);
		}
	}
	av_packet_free(&pkt);
	return err || !f->n ? -1 : 0;
}

/* Annex B, with the parameter sets before each keyframe. */
static int open_filter(struct footage *f, const AVCodecParameters *par, AVBSFContext **ret)
{
	const AVBitStreamFilter *filter;

	f->hevc = par->codec_id == AV_CODEC_ID_HEVC;
	if (!f->hevc && par->codec_id != AV_CODEC_ID_H264)
		return -1;
	filter = av_bsf_get_by_name(f->hevc ? "hevc_mp4toannexb" : "h264_mp4toannexb");
	if (!filter || av_bsf_alloc(filter, ret) < 0 || avcodec_parameters_copy((*ret)->par_in, par) < 0)
		return -1;
	return av_bsf_init(*ret) < 0 ? -1 : 0;
}

int footage_load(struct footage *f, const char *path)
{
	AVFormatContext *in = NULL;
	AVBSFContext *bsf = NULL;
	int track, err = -1;

	memset(f, 0, sizeof(*f));
	if (avformat_open_input(&in, path, NULL, NULL) < 0 || avformat_find_stream_info(in, NULL) < 0)
		goto out;
	track = av_find_best_stream(in, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
	if (track < 0 || open_filter(f, in->streams[track]->codecpar, &bsf))
		goto out;
	describe(f, bsf->par_out);
	err = read_units(f, in, track, bsf);
out:
	if (err)
		fprintf(stderr, "%s: no H.264 or H.265 video that can be read\n", path);
	av_bsf_free(&bsf);
	avformat_close_input(&in);
	return err;
}

void footage_free(struct footage *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->units[i].data);
		free(f->units[i].payloads);
	}
	free(f->units);
	memset(f, 0, sizeof(*f));
}
