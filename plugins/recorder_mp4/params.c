/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/params.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <stdlib.h>
#include <string.h>

/* More than any real camera's; an avcC or hvcC counts a set's length in 16 bits. */
enum { MAX_SETS = 64 * 1024, PADDING = AV_INPUT_BUFFER_PADDING_SIZE };

/* @return the start code 00 00 01 at or after p, or end */
static const uint8_t *start_code(const uint8_t *p, const uint8_t *end)
{
	for (; end - p >= 3; p++) {
		if (!p[0] && !p[1] && p[2] == 1)
			return p;
	}
	return end;
}

static bool is_parameter_set(uint32_t codec, uint8_t first_byte)
{
	if (codec == CAM_H264)
		return (first_byte & 0x1f) == 7 || (first_byte & 0x1f) == 8; /* SPS, PPS: H.264 table 7-1 */
	return (first_byte >> 1 & 0x3f) >= 32 &&
	       (first_byte >> 1 & 0x3f) <= 34; /* VPS, SPS, PPS: H.265 table 7-1 */
}

/* Copy the parameter sets of an access unit, each behind a start code. @return bytes written to out */
static size_t copy_sets(uint32_t codec, const uint8_t *p, size_t len, uint8_t *out)
{
	const uint8_t *end = p + len, *next;
	size_t n = 0;

	for (p = start_code(p, end); end - p > 3; p = next) {
		const uint8_t *tail = next = start_code(p + 3, end);

		while (tail[-1] == 0) /* of a longer start code, or padding: no part of the unit */
			tail--;
		if (is_parameter_set(codec, p[3]) && n + (size_t)(tail - p) + 1 <= MAX_SETS) {
			out[n++] = 0;
			memcpy(out + n, p, (size_t)(tail - p));
			n += (size_t)(tail - p);
		}
	}
	return n;
}

static int find_sets(const struct cam_buf *key, struct params *ret)
{
	const struct cam_caps *caps = key->caps;

	if (caps->codec == CAM_MJPG)
		return 0;
	if (caps->extradata_len > MAX_SETS)
		return -ENODATA;
	ret->sets = calloc(1, (caps->extradata_len ? caps->extradata_len : MAX_SETS) + PADDING);
	if (!ret->sets)
		return -ENOMEM;
	ret->len = caps->extradata_len;
	if (ret->len)
		memcpy(ret->sets, caps->extradata, ret->len);
	else
		ret->len = copy_sets(caps->codec, key->plane[0].data, key->plane[0].len, ret->sets);
	return ret->len ? 0 : -ENODATA;
}

/* The size in the frame header, SOF0 to SOF3: ITU-T T.81 B.2.2. */
static void jpeg_size(const uint8_t *p, size_t len, struct params *ret)
{
	for (size_t i = 2; i + 9 < len && p[i] == 0xff;) {
		if (p[i + 1] >= 0xc0 && p[i + 1] <= 0xc3) {
			ret->height = (uint32_t)p[i + 5] << 8 | p[i + 6];
			ret->width = (uint32_t)p[i + 7] << 8 | p[i + 8];
			return;
		}
		i += 2 + ((size_t)p[i + 2] << 8 | p[i + 3]);
	}
}

/* Have libavcodec's parser read the size from the parameter sets; nothing is decoded. */
static void parsed_size(const struct cam_buf *key, struct params *ret)
{
	enum AVCodecID id = key->caps->codec == CAM_H264 ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC;
	size_t len = ret->len + key->plane[0].len;
	AVCodecContext *context = avcodec_alloc_context3(NULL);
	AVCodecParserContext *parser = av_parser_init((int)id);
	uint8_t *data = len < INT32_MAX / 2 ? calloc(1, len + PADDING) : NULL;
	uint8_t *out;
	int out_len;

	if (context && parser && data) {
		memcpy(data, ret->sets, ret->len);
		memcpy(data + ret->len, key->plane[0].data, key->plane[0].len);
		context->codec_id = id;
		parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
		av_parser_parse2(
			parser, context, &out, &out_len, data, (int)len, AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);
		ret->width = parser->width > 0 ? (uint32_t)parser->width : 0;
		ret->height = parser->height > 0 ? (uint32_t)parser->height : 0;
	}
	free(data);
	if (parser)
		av_parser_close(parser);
	avcodec_free_context(&context);
}

int params_find(const struct cam_buf *key, struct params *ret)
{
	struct params p = {.width = key->caps->width, .height = key->caps->height};
	int err = find_sets(key, &p);

	if (!err && (!p.width || !p.height)) {
		if (key->caps->codec == CAM_MJPG)
			jpeg_size(key->plane[0].data, key->plane[0].len, &p);
		else
			parsed_size(key, &p);
	}
	if (!err && (!p.width || !p.height || p.width > 65535 || p.height > 65535))
		err = -ENODATA;
	if (err)
		params_finish(&p);
	else
		*ret = p;
	return err;
}

void params_finish(struct params *p)
{
	free(p->sets);
	p->sets = NULL;
	p->len = 0;
}
