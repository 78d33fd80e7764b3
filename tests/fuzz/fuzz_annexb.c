/* SPDX-License-Identifier: MIT */
/* Byte streams, parameter sets and what they say. Input: a byte for the codec, then access units with lengths. */
#include "plugins/lib/av/sps.h"
#include "plugins/rtsp_in/packets/order.h"
#include "tests/fuzz/fuzz.h"

#include <cam/plugin.h>
#include <errno.h>

static void walk(uint32_t codec, const uint8_t *unit, size_t len)
{
	struct annexb_nal nal;
	size_t pos = 0, before = 0;

	while (annexb_next(unit, len, &pos, &nal)) {
		HOLDS(nal.data >= unit && nal.data + nal.len <= unit + len && nal.len);
		HOLDS(pos > before && pos <= len);
		HOLDS(annexb_kind(codec, &nal) <= ANNEXB_OTHER);
		before = pos;
	}
}

static void look(uint32_t codec, const struct annexb_sets *sets)
{
	struct sps sps;
	int err = sps_read(codec, sets, &sps);

	HOLDS(sets->len <= ANNEXB_SETS_MAX && sets->n <= ANNEXB_SETS_COUNT);
	HOLDS(!err || err == -ENOENT || err == -EINVAL);
	annexb_sets_complete(codec, sets);
	if (err)
		return;
	HOLDS(sps.width && sps.height && sps.width <= SPS_SIDE_MAX && sps.height <= SPS_SIDE_MAX);
	HOLDS(sps.reorder >= -1 && sps.reorder <= ORDER_DEPTH_MAX && !sps.fps_num == !sps.fps_den);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct annexb_sets sets, before;
	struct fuzz f = {data, len};
	uint32_t codec = fuzz_byte(&f) & 1 ? CAM_HEVC : CAM_H264;

	sets.len = sets.n = 0;
	while (f.len) {
		uint8_t *unit = fuzz_take(&f, fuzz_16(&f), &len);
		int changed;

		walk(codec, unit, len);
		annexb_is_key(codec, unit, len);
		before.len = sets.len;
		memcpy(before.data, sets.data, sets.len);
		changed = annexb_sets_update(codec, &sets, unit, len);
		HOLDS(changed == 1 || changed == 0 || changed == -EMSGSIZE);
		HOLDS(changed == 1 || (before.len == sets.len && !memcmp(before.data, sets.data, sets.len)));
		look(codec, &sets);
		free(unit);
	}
	return 0;
}
