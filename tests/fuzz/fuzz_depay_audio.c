/* SPDX-License-Identifier: MIT */
/*
 * AAC in both packings, G.711 and Opus in RTP; and the configurations of AAC. Input: four bytes for packing and header
 * lengths, then payloads, which are read as configurations as well.
 */
#include "plugins/rtsp_in/dialogue/asc.h"
#include "tests/fuzz/fuzz_depay.h"

static int take(void *arg, struct access_unit *unit)
{
	(void)arg;
	fuzz_unit(unit);
	free(unit->data);
	return 0;
}

static void read_configurations(struct fuzz f)
{
	size_t len, made;
	uint8_t config[ASC_MAX], *data = fuzz_take(&f, f.len, &len);
	struct asc asc;

	if (!asc_read(data, len, &asc))
		HOLDS(asc.sample_rate);
	made = asc_of_mux_config(data, len, config);
	HOLDS(made <= ASC_MAX);
	if (made && !asc_read(config, made, &asc) && asc.channels)
		HOLDS(asc_make(asc.sample_rate, asc.channels, config) <= 2);
	free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const enum sdp_packing packings[] = {SDP_AAC, SDP_LATM, SDP_WHOLE, SDP_AAC};
	struct fuzz f = {data, len};
	uint8_t how = fuzz_byte(&f);
	struct sdp_media media = {.media = CAM_AUDIO,
		.codec = CAM_AAC,
		.packing = packings[how & 3],
		.clock = how & 4 ? 48000 : 1000000,
		.sample_rate = how & 8 ? 48000 : 1,
		.channels = 1,
		.size_length = fuzz_byte(&f) % 33,
		.index_length = fuzz_byte(&f) % 33,
		.index_delta_length = fuzz_byte(&f) % 33};

	read_configurations(f);
	fuzz_depay(&f, &media, &(struct unit_sink){take, NULL});
	return 0;
}
