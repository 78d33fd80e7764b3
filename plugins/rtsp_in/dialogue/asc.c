/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/dialogue/asc.h"

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

struct bits {
	const uint8_t *data;
	size_t pos, end; /* bits; pos runs on behind the end, where there are zeros */
};

static uint32_t take(struct bits *b, unsigned n)
{
	uint32_t v = 0;

	for (; n; n--, b->pos++) {
		v <<= 1;
		if (b->pos < b->end)
			v |= b->data[b->pos / 8] >> (7 - b->pos % 8) & 1u;
	}
	return v;
}

static uint32_t take_rate(struct bits *b)
{
	uint32_t index = take(b, 4);

	if (index == RATE_ESCAPE)
		return take(b, 24);
	return index < N_RATES ? rates[index] : 0;
}

/* Everything up to GASpecificConfig's flags. */
static int read_asc(struct bits *b, struct asc *ret)
{
	static const uint8_t channels[16] = {0, 1, 2, 3, 4, 5, 6, 8};
	uint32_t type = take(b, 5), index;

	ret->sample_rate = take_rate(b);
	index = take(b, 4);
	ret->channels = channels[index];
	if (type == SBR || type == PS) {
		take_rate(b);
		type = take(b, 5);
	}
	if (type < AAC_MAIN || type > AAC_LTP || (index && !ret->channels) || !ret->sample_rate ||
		ret->sample_rate > RATE_MAX)
		return -EINVAL;
	take(b, 1);
	if (take(b, 1))
		take(b, 14);
	take(b, 1);
	return b->pos <= b->end ? 0 : -EINVAL;
}

int asc_read(const uint8_t *data, size_t len, struct asc *ret)
{
	struct bits b = {data, 0, 8 * len};

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
	struct bits b = {data, 0, 8 * len};
	struct asc asc;
	size_t begin, n;
	bool simple = !take(&b, 1); /* audioMuxVersion */

	simple &= take(&b, 1) == 1; /* allStreamsSameTimeFraming */
	simple &= !take(&b, 6); /* numSubFrames */
	simple &= !take(&b, 4); /* numProgram */
	simple &= !take(&b, 3); /* numLayer */
	begin = b.pos;
	/* Without channels a program_config_element follows, whose length nothing tells. */
	if (!simple || read_asc(&b, &asc) || !asc.channels)
		return 0;
	n = b.pos - begin;
	b.pos = begin;
	memset(ret, 0, ASC_MAX);
	for (size_t i = 0; i < n; i++)
		ret[i / 8] |= (uint8_t)(take(&b, 1) << (7 - i % 8));
	return (n + 7) / 8;
}
