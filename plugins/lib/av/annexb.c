/* SPDX-License-Identifier: MIT */
#include "plugins/lib/av/annexb.h"

#include <cam/plugin.h>

#include <errno.h>
#include <string.h>

/* NAL unit types: H.264 table 7-1, H.265 table 7-1. */
enum { H264_SLICE = 1, H264_IDR = 5, H264_SEI = 6, H264_SPS = 7, H264_PPS = 8, H264_AUD = 9 };
enum {
	HEVC_BLA = 16,
	HEVC_LAST_IRAP = 23,
	HEVC_LAST_VCL = 31,
	HEVC_VPS = 32,
	HEVC_PPS = 34,
	HEVC_AUD = 35,
	HEVC_SEI = 39
};

/* HEAD_MAX bounds the search in a unit that only pretends to begin with parameter sets. */
enum { SEI_RECOVERY_POINT = 6, HEAD_MAX = 65536 };

/* @return the offset of the next 00 00 01 at or after pos, or len */
static size_t start_code(const uint8_t *data, size_t len, size_t pos)
{
	while (pos + 3 <= len) {
		const uint8_t *one = memchr(data + pos + 2, 1, len - pos - 2);

		if (!one)
			return len;
		if (!one[-1] && !one[-2])
			return (size_t)(one - data) - 2;
		pos = (size_t)(one - data) - 1;
	}
	return len;
}

int annexb_next(const uint8_t *data, size_t len, size_t *pos, struct annexb_nal *ret)
{
	while (*pos < len) {
		size_t begin = start_code(data, len, *pos) + 3, end;

		if (begin >= len)
			break;
		*pos = end = start_code(data, len, begin);
		while (end > begin && !data[end - 1])
			end--; /* trailing_zero_8bits, and the zero of a four-byte start code */
		if (end > begin) {
			*ret = (struct annexb_nal){data + begin, end - begin};
			return 1;
		}
	}
	*pos = len;
	return 0;
}

static int nal_type(uint32_t codec, const struct annexb_nal *nal)
{
	return codec == CAM_HEVC ? nal->data[0] >> 1 & 0x3f : nal->data[0] & 0x1f;
}

enum annexb_kind annexb_kind(uint32_t codec, const struct annexb_nal *nal)
{
	int type = nal_type(codec, nal);

	if (codec == CAM_HEVC) {
		if (type <= HEVC_LAST_VCL)
			return ANNEXB_SLICE;
		if (type <= HEVC_PPS)
			return (enum annexb_kind)(ANNEXB_VPS + type - HEVC_VPS);
		return type == HEVC_AUD ? ANNEXB_DELIMITER : type == HEVC_SEI ? ANNEXB_SEI : ANNEXB_OTHER;
	}
	if (type >= H264_SLICE && type <= H264_IDR)
		return ANNEXB_SLICE;
	switch (type) {
	case H264_SEI:
		return ANNEXB_SEI;
	case H264_SPS:
		return ANNEXB_SPS;
	case H264_PPS:
		return ANNEXB_PPS;
	case H264_AUD:
		return ANNEXB_DELIMITER;
	default:
		return ANNEXB_OTHER;
	}
}

/* Many cameras send the same sets twice in one access unit. */
static int has_nal(const struct annexb_sets *sets, const struct annexb_nal *nal)
{
	struct annexb_nal n;
	size_t pos = 0;

	while (annexb_next(sets->data, sets->len, &pos, &n))
		if (n.len == nal->len && !memcmp(n.data, nal->data, n.len))
			return 1;
	return 0;
}

static int append(struct annexb_sets *sets, const struct annexb_nal *nal)
{
	static const uint8_t code[4] = {0, 0, 0, 1};

	if (has_nal(sets, nal))
		return 0;
	if (nal->len + sizeof(code) > sizeof(sets->data) - sets->len || sets->n == ANNEXB_SETS_COUNT)
		return -EMSGSIZE;
	memcpy(sets->data + sets->len, code, sizeof(code));
	memcpy(sets->data + sets->len + sizeof(code), nal->data, nal->len);
	sets->len += sizeof(code) + nal->len;
	sets->n++;
	return 0;
}

/* Append those of one kind. @return how many, or -EMSGSIZE */
static int append_kind(
	uint32_t codec, enum annexb_kind kind, const uint8_t *data, size_t len, struct annexb_sets *ret)
{
	struct annexb_nal nal;
	size_t pos = 0;
	int n = 0;

	while (annexb_next(data, len, &pos, &nal)) {
		enum annexb_kind is = annexb_kind(codec, &nal);

		if (is == ANNEXB_SLICE)
			break;
		if (is != kind)
			continue;
		if (append(ret, &nal))
			return -EMSGSIZE;
		n++;
	}
	return n;
}

/* @return the bytes in front of the first slice, so that the kinds need not look through the slices */
static size_t head_len(uint32_t codec, const uint8_t *unit, size_t len)
{
	size_t pos = 0;

	if (len > HEAD_MAX)
		len = HEAD_MAX;
	for (;;) {
		size_t at = start_code(unit, len, pos);
		struct annexb_nal nal = {unit + at + 3, 1};

		if (at + 3 >= len)
			return len;
		if (annexb_kind(codec, &nal) == ANNEXB_SLICE)
			return at;
		pos = at + 3;
	}
}

int annexb_sets_update(uint32_t codec, struct annexb_sets *sets, const uint8_t *unit, size_t len)
{
	size_t head = head_len(codec, unit, len);
	struct annexb_sets next;

	next.len = next.n = 0;
	for (enum annexb_kind kind = ANNEXB_VPS; kind <= ANNEXB_PPS; kind++) {
		int n = append_kind(codec, kind, unit, head, &next);

		if (!n)
			n = append_kind(codec, kind, sets->data, sets->len, &next);
		if (n < 0)
			return n;
	}
	if (next.len == sets->len && !memcmp(next.data, sets->data, next.len))
		return 0;
	sets->len = next.len;
	sets->n = next.n;
	memcpy(sets->data, next.data, next.len);
	return 1;
}

/* H.264 D.1.1: is there a recovery point at this very picture? */
static bool has_recovery_point(const struct annexb_nal *sei)
{
	size_t i = 1;

	while (i + 2 < sei->len) {
		size_t type = 0, size = 0;

		while (i + 2 < sei->len && sei->data[i] == 255)
			type += sei->data[i++];
		type += sei->data[i++];
		while (i + 1 < sei->len && sei->data[i] == 255)
			size += sei->data[i++];
		size += sei->data[i++];
		if (type == SEI_RECOVERY_POINT)
			return i < sei->len && sei->data[i] & 0x80; /* recovery_frame_cnt is 0 */
		if (size > sei->len - i)
			return false;
		i += size;
	}
	return false;
}

bool annexb_is_key(uint32_t codec, const uint8_t *unit, size_t len)
{
	bool recovery = false;
	struct annexb_nal nal;
	size_t pos = 0;

	while (pos < HEAD_MAX) {
		size_t at = start_code(unit, len, pos) + 3, end = at;
		int type;

		if (at >= len)
			break;
		nal = (struct annexb_nal){unit + at, len - at};
		type = nal_type(codec, &nal);
		switch (annexb_kind(codec, &nal)) {
		case ANNEXB_SLICE:
			if (codec == CAM_HEVC)
				return type >= HEVC_BLA && type <= HEVC_LAST_IRAP;
			return type == H264_IDR || recovery;
		case ANNEXB_SEI:
			end = start_code(unit, len, at);
			nal.len = end - at;
			recovery = recovery || (codec == CAM_H264 && has_recovery_point(&nal));
			break;
		default:
			break;
		}
		pos = end;
	}
	return false;
}

bool annexb_sets_complete(uint32_t codec, const struct annexb_sets *sets)
{
	unsigned seen = codec == CAM_HEVC ? 0 : 1u << ANNEXB_VPS;
	struct annexb_nal nal;
	size_t pos = 0;

	while (annexb_next(sets->data, sets->len, &pos, &nal)) {
		enum annexb_kind kind = annexb_kind(codec, &nal);

		if (kind <= ANNEXB_PPS)
			seen |= 1u << kind;
	}
	return seen == 7;
}
