/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/packets/depay.h"

#include <stdlib.h>

struct depay *depay_new(const struct sdp_media *media, const struct unit_sink *sink)
{
	struct depay *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->media = media;
	d->unit.sink = *sink;
	switch (media->packing) {
	case SDP_H264:
	case SDP_HEVC:
		d->h26x = (struct h26x){.media = media, .unit = &d->unit};
		break;
	case SDP_JPEG:
		d->jpeg = (struct depay_jpeg){.media = media, .unit = &d->unit};
		break;
	default:
		d->audio = (struct depay_audio){.media = media, .unit = &d->unit};
		depay_audio_begin(&d->audio);
	}
	return d;
}

void depay_free(struct depay *d)
{
	if (!d)
		return;
	if (d->media->packing == SDP_JPEG)
		depay_jpeg_free(&d->jpeg);
	assembly_free(&d->unit);
	free(d);
}

static int push(struct depay *d, const struct rtp_packet *p, bool lost)
{
	switch (d->media->packing) {
	case SDP_H264:
	case SDP_HEVC:
		return depay_h26x(&d->h26x, p, lost);
	case SDP_JPEG:
		return depay_jpeg(&d->jpeg, p, lost);
	case SDP_AAC:
		return depay_audio_aac(&d->audio, p, lost);
	case SDP_LATM:
		return depay_audio_latm(&d->audio, p, lost);
	default:
		return depay_audio_whole(&d->audio, p, lost);
	}
}

int depay_push(void *depay, const struct rtp_packet *p, bool lost)
{
	struct depay *d = depay;
	int err = push(d, p, lost);

	/* A unit that is too large, or that found no memory, cannot go on. */
	if (err) {
		assembly_drop(&d->unit);
		d->unit.gap = true;
	}
	return err;
}

bool depay_is_midway(const struct depay *d)
{
	return d->unit.len > 0 || d->unit.broken;
}
