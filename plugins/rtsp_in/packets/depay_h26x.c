/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/packets/depay_h26x.h"

#include "lib/bytes.h"
#include "plugins/lib/av/annexb.h"

/* RFC 6184 table 1 */
enum { H264_NAL_LAST = 23, H264_STAP_A = 24, H264_FU_A = 28, H264_FU_B = 29 };
/* H.264 table 7-1: a slice's partitions after the first begin with its number, not with where it stands. */
enum { H264_PART_B = 3, H264_PART_C = 4 };
/* RFC 7798 4.4 */
enum { HEVC_NAL_LAST = 40, HEVC_AP = 48, HEVC_FU = 49, HEVC_PACI = 50 };
enum { FORBIDDEN = 0x80, FU_START = 0x80, FU_END = 0x40, DONL = 2, DOND = 1 };

/* A NAL unit, or its first fragment: the header, and what follows. */
struct nal {
	const uint8_t *head, *body;
	size_t head_len, len;
};

static const uint8_t start_code[4] = {0, 0, 0, 1};

static int h264_type(const uint8_t *head)
{
	return head[0] & 0x1f;
}

static int hevc_type(const uint8_t *head)
{
	return head[0] >> 1 & 0x3f;
}

static enum annexb_kind kind_of(const struct h26x *h, const struct nal *nal)
{
	return annexb_kind(h->media->codec, &(struct annexb_nal){nal->head, nal->head_len});
}

/* first_mb_in_slice is 0 (H.264 7.3.3), or first_slice_segment_in_pic_flag is set (H.265 7.3.6.1). */
static bool is_first_slice(const struct h26x *h, const struct nal *nal)
{
	int type = h264_type(nal->head);

	if (kind_of(h, nal) != ANNEXB_SLICE || !nal->len || !(nal->body[0] & 0x80))
		return false;
	return h->media->packing == SDP_HEVC || (type != H264_PART_B && type != H264_PART_C);
}

/* The unit under way is over. A picture whose reference is missing is as good as damaged. */
static int end(struct h26x *h)
{
	h->unit->broken = h->unit->broken || h->unit->gap;
	h->has_slice = h->after_marker = false;
	h->ended = h->unit->time;
	return assembly_end(h->unit);
}

/* Something of a time stamp has come. @param begins it can only stand at a unit's beginning */
static int arrive(struct h26x *h, const struct rtp_packet *p, bool begins)
{
	int err = 0;

	if (h->in_fragment)
		h->unit->broken = true; /* its end is missing */
	h->in_fragment = false;
	if (h->lost && h->unit->len)
		h->unit->broken = true;
	/* Parameter sets may have come with a time stamp of their own: they belong to the slice that follows. */
	if (h->has_slice && (begins || p->time != h->unit->time))
		err = end(h);
	if (h->lost && !h->unit->len)
		h->unit->gap = true;
	h->lost = false;
	if (!h->has_slice)
		h->unit->time = p->time;
	h->unit->arrival_ns = p->arrival_ns;
	return err;
}

/* What cannot be understood, or whose beginning is missing. */
static int damage(struct h26x *h, const struct rtp_packet *p)
{
	int err = arrive(h, p, false);

	h->unit->broken = true;
	return err;
}

static int begin_nal(struct h26x *h, const struct rtp_packet *p, const struct nal *nal)
{
	enum annexb_kind kind = kind_of(h, nal);
	bool lost = h->lost, first = is_first_slice(h, nal);
	int err = arrive(h, p, first || kind == ANNEXB_DELIMITER);

	if (err)
		return err;
	/* Some senders repeat parameter sets in front of each slice of a keyframe: those alone begin nothing. */
	if (kind == ANNEXB_SLICE) {
		h->unit->broken = h->unit->broken || (!first && !h->has_slice);
		if (h->after_marker && !first && !lost && p->time == h->ended)
			h->markers_lie = true;
		h->after_marker = false;
		h->has_slice = true;
	}
	err = assembly_add(h->unit, start_code, sizeof(start_code));
	h->nal = h->unit->len;
	if (!err)
		err = assembly_add(h->unit, nal->head, nal->head_len);
	return err ? err : assembly_add(h->unit, nal->body, nal->len);
}

/* Some cameras put a whole access unit, start codes and all, into what they call one parameter set. */
static void end_nal(struct h26x *h)
{
	struct annexb_nal nal;
	size_t pos = 0;

	h->in_fragment = false;
	while (!h->has_slice && annexb_next(h->unit->data + h->nal - sizeof(start_code),
					h->unit->len - h->nal + sizeof(start_code), &pos, &nal))
		h->has_slice = annexb_kind(h->media->codec, &nal) == ANNEXB_SLICE;
}

static int add_nal(struct h26x *h, const struct rtp_packet *p, const struct nal *nal)
{
	int err = nal->head[0] & FORBIDDEN ? damage(h, p) : begin_nal(h, p, nal);

	if (!err && !(nal->head[0] & FORBIDDEN))
		end_nal(h);
	return err;
}

/* @return whether payloads of this type are for others to define: H.264 0, 30, 31, H.265 41 to 47 and 51 to 63 */
static bool is_unknown(const struct h26x *h, int type)
{
	if (h->media->packing == SDP_H264)
		return !type || type > H264_FU_B;
	return (type > HEVC_NAL_LAST && type < HEVC_AP) || type > HEVC_PACI;
}

/* A NAL unit as it stands in a packet or an aggregate, or in a byte stream. @param skip bytes after its header */
static int single(struct h26x *h, const struct rtp_packet *p, const uint8_t *data, size_t len, size_t skip)
{
	bool hevc = h->media->packing == SDP_HEVC;
	size_t head = hevc ? 2 : 1;
	int type;

	if (len < head + skip)
		return damage(h, p);
	type = hevc ? hevc_type(data) : h264_type(data);
	if (is_unknown(h, type))
		return 0;
	if (type > (hevc ? (int)HEVC_NAL_LAST : (int)H264_NAL_LAST))
		return damage(h, p); /* one aggregate in another, or one in the order of a clock of its own */
	return add_nal(h, p, &(struct nal){data, data + head + skip, head, len - head - skip});
}

/* Sizes and NAL units. @param first, next bytes in front of the first size and of the others */
static int aggregate(struct h26x *h, const struct rtp_packet *p, size_t pos, size_t first, size_t next)
{
	int err = 0;

	for (size_t before = first; !err && pos < p->len; before = next) {
		size_t len;

		if (p->len - pos < before + 2)
			return damage(h, p);
		len = be16(p->data + pos + before);
		pos += before + 2;
		if (!len || len > p->len - pos)
			return damage(h, p);
		err = single(h, p, p->data + pos, len, 0);
		pos += len;
	}
	return err;
}

static int add_fragment(struct h26x *h, const struct rtp_packet *p, const struct nal *nal, uint8_t fu)
{
	int type = h->media->packing == SDP_HEVC ? hevc_type(nal->head) : h264_type(nal->head);
	int err;

	if (fu & FU_START) {
		err = nal->head[0] & FORBIDDEN ? damage(h, p) : begin_nal(h, p, nal);
		if (err || nal->head[0] & FORBIDDEN)
			return err;
		h->in_fragment = true;
		h->fragment_type = (uint8_t)type;
	} else if (!h->in_fragment || type != h->fragment_type || p->time != h->unit->time) {
		return damage(h, p);
	} else {
		h->unit->arrival_ns = p->arrival_ns;
		err = assembly_add(h->unit, nal->body, nal->len);
	}
	if (!err && fu & FU_END)
		end_nal(h);
	return err;
}

static int h264_fragment(struct h26x *h, const struct rtp_packet *p)
{
	uint8_t head;
	int type;

	if (p->len < 2)
		return damage(h, p);
	type = h264_type(p->data + 1);
	if (!type || type > H264_NAL_LAST)
		return damage(h, p);
	head = (uint8_t)((p->data[0] & 0xe0) | type);
	return add_fragment(h, p, &(struct nal){&head, p->data + 2, 1, p->len - 2}, p->data[1]);
}

static int hevc_fragment(struct h26x *h, const struct rtp_packet *p)
{
	size_t skip = 3;
	uint8_t head[2];
	int type;

	if (p->len < skip)
		return damage(h, p);
	type = p->data[2] & 0x3f;
	if (h->media->donl && p->data[2] & FU_START)
		skip += DONL;
	if (p->len < skip || type > HEVC_NAL_LAST)
		return damage(h, p);
	head[0] = (uint8_t)((p->data[0] & 0x81) | type << 1);
	head[1] = p->data[1];
	return add_fragment(h, p, &(struct nal){head, p->data + skip, 2, p->len - skip}, p->data[2]);
}

/* A byte stream, as some cameras send it; neither codec has a NAL unit that begins with two zeros. */
static int byte_stream(struct h26x *h, const struct rtp_packet *p)
{
	struct annexb_nal nal;
	size_t pos = 0;
	int err = 0;

	while (!err && annexb_next(p->data, p->len, &pos, &nal))
		err = single(h, p, nal.data, nal.len, 0);
	return err;
}

static bool is_byte_stream(const struct rtp_packet *p)
{
	return p->len > 3 && !p->data[0] && !p->data[1] &&
	       (p->data[2] == 1 || (!p->data[2] && p->data[3] == 1));
}

static int payload(struct h26x *h, const struct rtp_packet *p)
{
	size_t donl = h->media->donl ? DONL : 0;

	if (!p->len)
		return 0;
	if (is_byte_stream(p))
		return byte_stream(h, p);
	if (h->media->packing == SDP_H264) {
		if (h264_type(p->data) == H264_FU_A)
			return h264_fragment(h, p);
		if (h264_type(p->data) == H264_STAP_A)
			return aggregate(h, p, 1, 0, 0);
		return single(h, p, p->data, p->len, 0);
	}
	if (hevc_type(p->data) == HEVC_FU)
		return hevc_fragment(h, p);
	if (hevc_type(p->data) == HEVC_AP)
		return p->len > 2 ? aggregate(h, p, 2, donl, donl ? DOND : 0) : damage(h, p);
	return single(h, p, p->data, p->len, donl);
}

int depay_h26x(struct h26x *h, const struct rtp_packet *p, bool lost)
{
	int err;

	h->lost = h->lost || lost;
	if (lost && h->in_fragment) {
		h->unit->broken = true;
		h->in_fragment = false;
	}
	err = payload(h, p);
	if (!err && p->marker && h->has_slice && !h->in_fragment && !h->markers_lie &&
		p->time == h->unit->time) {
		/* An empty packet, or one for others, may tell of a loss and of the end. */
		h->unit->broken = h->unit->broken || h->lost;
		err = end(h);
		h->after_marker = true;
	}
	if (err)
		h->in_fragment = h->has_slice = h->after_marker = false;
	return err;
}
