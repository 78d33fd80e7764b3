/* SPDX-License-Identifier: MIT */
/* H.264 and H.265 in RTP, and what a track makes of the units. Input: a byte for the codec, then payloads. */
#include "plugins/lib/av/sps.h"
#include "tests/fuzz/fuzz_depay.h"

struct track {
	uint32_t codec;
	struct annexb_sets sets;
};

static int take(void *arg, struct access_unit *unit)
{
	static const uint8_t start_code[4] = {0, 0, 0, 1};
	struct track *t = arg;
	struct sps sps;

	fuzz_unit(unit);
	HOLDS(unit->len > sizeof(start_code) && !memcmp(unit->data, start_code, sizeof(start_code)));
	annexb_is_key(t->codec, unit->data, unit->len);
	if (annexb_sets_update(t->codec, &t->sets, unit->data, unit->len) == 1)
		(void)sps_read(t->codec, &t->sets, &sps);
	HOLDS(t->sets.len <= ANNEXB_SETS_MAX && t->sets.n <= ANNEXB_SETS_COUNT);
	free(unit->data);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct track t;
	struct fuzz f = {data, len};
	uint8_t how = fuzz_byte(&f);
	struct sdp_media media = {.media = CAM_VIDEO,
		.codec = how & 1 ? CAM_HEVC : CAM_H264,
		.packing = how & 1 ? SDP_HEVC : SDP_H264,
		.clock = 90000,
		.donl = how & 2};

	t.codec = media.codec;
	t.sets.len = t.sets.n = 0;
	fuzz_depay(&f, &media, &(struct unit_sink){take, &t});
	return 0;
}
