/* SPDX-License-Identifier: MIT */
/* JPEG in RTP. Input: a byte for the size that the SDP tells, then payloads. */
#include "tests/fuzz/fuzz_depay.h"

static int take(void *arg, struct access_unit *unit)
{
	(void)arg;
	fuzz_unit(unit);
	HOLDS(unit->len > 4 && unit->data[0] == 0xff && unit->data[1] == 0xd8);
	HOLDS(unit->data[unit->len - 2] == 0xff && unit->data[unit->len - 1] == 0xd9);
	free(unit->data);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = {data, len};
	uint8_t how = fuzz_byte(&f);
	struct sdp_media media = {.media = CAM_VIDEO,
		.codec = CAM_MJPG,
		.packing = SDP_JPEG,
		.clock = 90000,
		.width = how & 1 ? 2560 : 0,
		.height = how & 2 ? UINT32_MAX : 0};

	fuzz_depay(&f, &media, &(struct unit_sink){take, NULL});
	return 0;
}
