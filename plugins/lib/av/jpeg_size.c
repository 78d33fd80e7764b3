/* SPDX-License-Identifier: MIT */
#include "plugins/lib/av/jpeg_size.h"

#include "lib/bytes.h"

/* T.81 table B.1 */
enum { SOF0 = 0xc0, SOF3 = 0xc3, SOS = 0xda };

bool jpeg_size(const uint8_t *data, size_t len, uint32_t *ret_width, uint32_t *ret_height)
{
	size_t i = 2;

	while (i + 9 < len && data[i] == 0xff && data[i + 1] != SOS) {
		if (data[i + 1] >= SOF0 && data[i + 1] <= SOF3) {
			*ret_height = be16(data + i + 5);
			*ret_width = be16(data + i + 7);
			return true;
		}
		i += 2 + (size_t)be16(data + i + 2);
	}
	return false;
}
