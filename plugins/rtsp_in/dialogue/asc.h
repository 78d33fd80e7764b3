/* SPDX-License-Identifier: MIT */
/** @file asc.h AAC: AudioSpecificConfigs (ISO/IEC 14496-3 1.6.2.1), and StreamMuxConfigs around them (1.7.3). [any] */
#ifndef CAM_RTSP_IN_ASC_H
#define CAM_RTSP_IN_ASC_H
#include <stddef.h>
#include <stdint.h>

enum { ASC_MAX = 64 /**< bytes that are looked at */ };

struct asc {
	uint32_t sample_rate; /**< of the core, whose frames have 1024 samples */
	uint32_t channels; /**< 0: told elsewhere */
};

/** @return 0, or -EINVAL: too short, or of a kind that we do not know */
int asc_read(const uint8_t *data, size_t len, struct asc *ret);
/** An AAC-LC one. @return its length, 0: there is none for these */
size_t asc_make(uint32_t sample_rate, uint32_t channels, uint8_t ret[2]);
/** The one of a StreamMuxConfig with one program, one layer, one frame a packet. @return its length, 0: another kind */
size_t asc_of_mux_config(const uint8_t *data, size_t len, uint8_t ret[ASC_MAX]);
#endif
