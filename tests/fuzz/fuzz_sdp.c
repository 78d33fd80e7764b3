/* SPDX-License-Identifier: MIT */
/* Session descriptions. */
#include "plugins/rtsp_in/dialogue/sdp.h"
#include "tests/fuzz/fuzz.h"

static void look(const struct sdp_media *m, uint32_t media)
{
	HOLDS(m->media == media && m->codec && m->packing >= SDP_H264 && m->packing <= SDP_WHOLE);
	HOLDS(m->payload_type < 128 && m->clock >= 1 && m->clock <= 1000000);
	HOLDS(m->config_len <= SDP_CONFIG_MAX && strnlen(m->control, URL_MAX) < URL_MAX);
	HOLDS(m->size_length <= 32 && m->index_length <= 32 && m->index_delta_length <= 32);
	if (media == CAM_AUDIO)
		HOLDS(m->sample_rate && m->channels && m->channels <= 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct sdp sdp;
	struct fuzz f = {data, len};
	char *text = (char *)fuzz_take(&f, len, &len);

	if (!sdp_read(text, len, &sdp)) {
		HOLDS(strnlen(sdp.control, URL_MAX) < URL_MAX);
		HOLDS((sdp.has_video || !sdp.video_known) && (sdp.has_audio || !sdp.audio_known));
		if (sdp.video_known)
			look(&sdp.video, CAM_VIDEO);
		if (sdp.audio_known)
			look(&sdp.audio, CAM_AUDIO);
	}
	free(text);
	return 0;
}
