/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/dialogue/asc.h"

#include "plugins/lib/av/bits.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* ISO/IEC 14496-3, table 1.17. */
enum { AAC_MAIN = 1, AAC_LC = 2, AAC_LTP = 4, SBR = 5, PS = 29 };
enum { RATE_ESCAPE = 15, RATE_MAX = 192000 };

/* Table 1.18. */
static const uint32_t rates[] = {
	96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350};
enum { N_RATES = sizeof(rates) / sizeof(rates[0]) };

static uint32_t take_rate(struct bits *b)
{
	uint32_t index = bits_take(b, 4);

	if (index == RATE_ESCAPE)
		return bits_take(b, 24);
	return index < N_RATES ? rates[index] : 0;
}

/* Everything up to GASpecificConfig's flags. */
static int read_asc(struct bits *b, struct asc *ret)
{
	static const uint8_t channels[16] = {0, 1, 2, 3, 4, 5, 6, 8};
	uint32_t type = bits_take(b, 5), index;

	ret->sample_rate = take_rate(b);
	index = bits_take(b, 4);
	ret->channels = channels[index];
	if (type == SBR || type == PS) {
		take_rate(b);
		type = bits_take(b, 5);
	}
	if (type < AAC_MAIN || type > AAC_LTP || (index && !ret->channels) || !ret->sample_rate ||
		ret->sample_rate > RATE_MAX)
		return -EINVAL;
	bits_take(b, 1);
	if (bits_take(b, 1))
		bits_take(b, 14);
	bits_take(b, 1);
	return bits_over(b) ? -EINVAL : 0;
}

int asc_read(const uint8_t *data, size_t len, struct asc *ret)
{
	struct bits b = bits_of(data, len);

	return read_asc(&b, ret);
}

size_t asc_make(uint32_t sample_rate, uint32_t channels, uint8_t ret[2])
{
	if (!channels || channels == 7 || channels > 8)
		return 0;
	channels -= channels == 8;
	for (uint32_t i = 0; i < N_RATES; i++) {
		if (rates[i] != sample_rate)
			continue;
		ret[0] = (uint8_t)(AAC_LC << 3 | i >> 1);
		ret[1] = (uint8_t)((i & 1) << 7 | channels << 3);
		return 2;
	}
	return 0;
}

size_t asc_of_mux_config(const uint8_t *data, size_t len, uint8_t ret[ASC_MAX])
{
	struct bits b = bits_of(data, len);
	struct asc asc;
	size_t begin, n;
	bool simple = !bits_take(&b, 1); /* audioMuxVersion */

	simple &= bits_take(&b, 1) == 1; /* allStreamsSameTimeFraming */
	simple &= !bits_take(&b, 6); /* numSubFrames */
	simple &= !bits_take(&b, 4); /* numProgram */
	simple &= !bits_take(&b, 3); /* numLayer */
	begin = b.pos;
	/* Without channels a program_config_element follows, whose length nothing tells. */
	if (!simple || read_asc(&b, &asc) || !asc.channels)
		return 0;
	n = b.pos - begin;
	b.pos = begin;
	memset(ret, 0, ASC_MAX);
	for (size_t i = 0; i < n; i++)
		ret[i / 8] |= (uint8_t)(bits_take(&b, 1) << (7 - i % 8));
	return (n + 7) / 8;
}
