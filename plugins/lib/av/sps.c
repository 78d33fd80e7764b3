/* SPDX-License-Identifier: MIT */
#include "plugins/lib/av/sps.h"

#include "plugins/lib/av/bits.h"

#include <cam/plugin.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* An SPS of a camera has some 20 to 80 bytes; what stands behind this many is not looked at. */
enum { RBSP_MAX = 1024, REORDER_MAX = 16 };

/* The payload of a NAL unit without its emulation_prevention_three_byte. @return its length */
static size_t unescape(const uint8_t *nal, size_t len, uint8_t ret[RBSP_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < RBSP_MAX; i++) {
		if (i >= 2 && nal[i] == 3 && !nal[i - 1] && !nal[i - 2])
			continue;
		ret[n++] = nal[i];
	}
	return n;
}

static uint32_t get_bit(struct bits *b)
{
	return bits_take(b, 1);
}

/* Exp-Golomb, unsigned. */
static uint32_t get_ue(struct bits *b)
{
	int zeros = 0;

	while (!bits_over(b) && !get_bit(b))
		zeros++;
	if (zeros > 31) {
		b->pos = b->end + 1;
		return 0;
	}
	return (UINT32_C(1) << zeros) - 1 + bits_take(b, (unsigned)zeros);
}

/* Exp-Golomb, signed; the code's size is enough where only its place matters. */
static int32_t get_se(struct bits *b)
{
	uint32_t k = get_ue(b);
	int32_t half = (int32_t)(k / 2);

	return k & 1 ? half + 1 : -half;
}

static void h264_skip_scaling_list(struct bits *b, int size)
{
	uint32_t last = 8, next = 8;

	for (int i = 0; i < size && !bits_over(b); i++) {
		if (next)
			next = (last + (uint32_t)get_se(b)) & 255;
		last = next ? next : last;
	}
}

/* @return chroma_format_idc; 4 for separate planes */
static uint32_t h264_chroma(struct bits *b, uint32_t profile)
{
	static const uint8_t high[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
	uint32_t chroma;

	if (!memchr(high, (int)profile, sizeof(high)))
		return 1;
	chroma = get_ue(b);
	if (chroma == 3 && get_bit(b))
		chroma = 4;
	get_ue(b); /* bit_depth_luma_minus8 */
	get_ue(b); /* bit_depth_chroma_minus8 */
	get_bit(b); /* qpprime_y_zero_transform_bypass_flag */
	if (get_bit(b))
		for (int i = 0; i < (chroma == 3 || chroma == 4 ? 12 : 8); i++)
			if (get_bit(b))
				h264_skip_scaling_list(b, i < 6 ? 16 : 64);
	return chroma;
}

/* @return pic_order_cnt_type */
static uint32_t h264_order(struct bits *b)
{
	uint32_t type = get_ue(b), n;

	if (type == 0)
		get_ue(b); /* log2_max_pic_order_cnt_lsb_minus4 */
	if (type == 1) {
		get_bit(b);
		get_se(b);
		get_se(b);
		n = get_ue(b);
		for (uint32_t i = 0; i < n && !bits_over(b); i++)
			get_se(b);
	}
	return type;
}

static void h264_skip_hrd(struct bits *b)
{
	uint32_t n = get_ue(b);

	b->pos += 8;
	for (uint32_t i = 0; i <= n && !bits_over(b); i++) {
		get_ue(b);
		get_ue(b);
		get_bit(b);
	}
	b->pos += 20;
}

static void h264_timing(struct bits *b, struct sps *ret)
{
	uint32_t tick = bits_take(b, 32), scale = bits_take(b, 32);

	get_bit(b); /* fixed_frame_rate_flag */
	/* Two ticks a frame; 1 to 240 frames a second are believed. */
	if (!bits_over(b) && tick && tick < UINT32_MAX / 480 && scale >= 2 * tick && scale <= 480 * tick) {
		ret->fps_num = scale;
		ret->fps_den = 2 * tick;
	}
}

/* What stands in front of vui_timing_info_present_flag: shape, overscan, colours. */
static void h264_skip_colours(struct bits *b)
{
	if (get_bit(b) && bits_take(b, 8) == 255)
		b->pos += 32; /* sar_width, sar_height */
	if (get_bit(b))
		get_bit(b); /* overscan_appropriate_flag */
	if (get_bit(b)) {
		b->pos += 4;
		if (get_bit(b))
			b->pos += 24;
	}
	if (get_bit(b)) {
		get_ue(b); /* chroma_sample_loc_type_top_field */
		get_ue(b);
	}
}

static void h264_vui(struct bits *b, struct sps *ret)
{
	uint32_t reorder, nal_hrd, vcl_hrd;

	h264_skip_colours(b);
	if (get_bit(b))
		h264_timing(b, ret);
	nal_hrd = get_bit(b);
	if (nal_hrd)
		h264_skip_hrd(b);
	vcl_hrd = get_bit(b);
	if (vcl_hrd)
		h264_skip_hrd(b);
	if (nal_hrd || vcl_hrd)
		get_bit(b); /* low_delay_hrd_flag */
	get_bit(b); /* pic_struct_present_flag */
	if (!get_bit(b))
		return;
	get_bit(b); /* motion_vectors_over_pic_boundaries_flag */
	for (int i = 0; i < 4; i++)
		get_ue(b);
	reorder = get_ue(b);
	if (!bits_over(b) && reorder <= REORDER_MAX)
		ret->reorder = (int)reorder;
}

/* @return 0, or -EINVAL. Coded size minus the window's margins, these in units of ux by uy pixels. */
static int set_size(struct sps *ret, uint64_t width, uint64_t height, const uint64_t margin[2])
{
	if (width > SPS_SIDE_MAX || height > SPS_SIDE_MAX || margin[0] >= width || margin[1] >= height)
		return -EINVAL;
	ret->width = (uint32_t)(width - margin[0]);
	ret->height = (uint32_t)(height - margin[1]);
	return 0;
}

/* The window's margins in pixels: left plus right, top plus bottom. */
static void get_window(struct bits *b, uint32_t ux, uint32_t uy, uint64_t ret[2])
{
	ret[0] = ret[1] = 0;
	if (!get_bit(b))
		return;
	ret[0] = ((uint64_t)get_ue(b) + get_ue(b)) * ux;
	ret[1] = ((uint64_t)get_ue(b) + get_ue(b)) * uy;
}

static int h264_read(struct bits *b, struct sps *ret)
{
	uint32_t profile, chroma, order, frames_only;
	uint64_t width, height, margin[2];

	b->pos += 8; /* NAL unit header */
	profile = bits_take(b, 8);
	b->pos += 16; /* constraints, level */
	get_ue(b); /* seq_parameter_set_id */
	chroma = h264_chroma(b, profile);
	get_ue(b); /* log2_max_frame_num_minus4 */
	order = h264_order(b);
	get_ue(b); /* max_num_ref_frames */
	get_bit(b); /* gaps_in_frame_num_value_allowed_flag */
	width = ((uint64_t)get_ue(b) + 1) * 16;
	height = ((uint64_t)get_ue(b) + 1) * 16;
	frames_only = get_bit(b);
	height *= 2 - frames_only;
	if (!frames_only)
		get_bit(b); /* mb_adaptive_frame_field_flag */
	get_bit(b); /* direct_8x8_inference_flag */
	get_window(b, chroma == 1 || chroma == 2 ? 2 : 1, (chroma == 1 ? 2 : 1) * (2 - frames_only), margin);
	if (bits_over(b) || set_size(ret, width, height, margin))
		return -EINVAL;
	/* Type 2 has one order only; the Baseline profile has no B slices. */
	if (order == 2 || profile == 66)
		ret->reorder = 0;
	if (get_bit(b))
		h264_vui(b, ret);
	return 0;
}

static void hevc_skip_profile(struct bits *b, uint32_t sub_layers)
{
	uint32_t present = 0;

	b->pos += 96; /* general profile, tier and level */
	for (uint32_t i = 0; i < sub_layers; i++)
		present |= bits_take(b, 2) << (2 * i);
	if (sub_layers)
		b->pos += (size_t)2 * (8 - sub_layers);
	for (uint32_t i = 0; i < sub_layers; i++) {
		uint32_t p = present >> (2 * i);

		b->pos += (p & 2 ? 88 : 0) + (p & 1 ? 8 : 0);
	}
}

static int hevc_read(struct bits *b, struct sps *ret)
{
	uint32_t sub_layers, chroma, all, reorder = 0;
	uint64_t width, height, margin[2];

	b->pos += 16 + 4; /* NAL unit header, sps_video_parameter_set_id */
	sub_layers = bits_take(b, 3);
	get_bit(b); /* sps_temporal_id_nesting_flag */
	hevc_skip_profile(b, sub_layers);
	get_ue(b); /* sps_seq_parameter_set_id */
	chroma = get_ue(b);
	if (chroma == 3 && get_bit(b))
		chroma = 4;
	width = get_ue(b);
	height = get_ue(b);
	get_window(b, chroma == 1 || chroma == 2 ? 2 : 1, chroma == 1 ? 2 : 1, margin);
	if (bits_over(b) || set_size(ret, width, height, margin))
		return -EINVAL;
	get_ue(b); /* bit_depth_luma_minus8 */
	get_ue(b); /* bit_depth_chroma_minus8 */
	get_ue(b); /* log2_max_pic_order_cnt_lsb_minus4 */
	all = get_bit(b); /* sps_sub_layer_ordering_info_present_flag */
	for (uint32_t i = all ? 0 : sub_layers; i <= sub_layers; i++) {
		get_ue(b); /* sps_max_dec_pic_buffering_minus1 */
		reorder = get_ue(b);
		get_ue(b); /* sps_max_latency_increase_plus1 */
	}
	if (!bits_over(b) && reorder <= REORDER_MAX)
		ret->reorder = (int)reorder;
	return 0;
}

int sps_read(uint32_t codec, const struct annexb_sets *sets, struct sps *ret)
{
	struct annexb_nal nal;
	struct sps sps = {.reorder = -1};
	uint8_t rbsp[RBSP_MAX];
	struct bits bits;
	size_t pos = 0;
	int err;

	while (annexb_next(sets->data, sets->len, &pos, &nal)) {
		if (annexb_kind(codec, &nal) != ANNEXB_SPS)
			continue;
		bits = bits_of(rbsp, unescape(nal.data, nal.len, rbsp));
		err = codec == CAM_HEVC ? hevc_read(&bits, &sps) : h264_read(&bits, &sps);
		if (!err)
			*ret = sps;
		return err;
	}
	return -ENOENT;
}
