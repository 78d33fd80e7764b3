/* SPDX-License-Identifier: MIT */
#include "core/media/jpeg.h"

#include <errno.h>
#include <stdlib.h>
#include <turbojpeg.h>

struct jpeg {
	tjhandle encoder, decoder; /* NULL until needed */
};

struct jpeg *jpeg_new(void)
{
	return calloc(1, sizeof(struct jpeg));
}

void jpeg_free(struct jpeg *j)
{
	if (!j)
		return;
	if (j->encoder)
		tjDestroy(j->encoder);
	if (j->decoder)
		tjDestroy(j->decoder);
	free(j);
}

size_t jpeg_bound(uint32_t width, uint32_t height)
{
	return tjBufSize((int)width, (int)height, TJSAMP_420);
}

static void planes_of(const struct cam_buf *i420, const unsigned char *ret_data[3], int ret_stride[3])
{
	for (int i = 0; i < 3; i++) {
		ret_data[i] = i420->plane[i].data;
		ret_stride[i] = (int)i420->plane[i].stride;
	}
}

size_t jpeg_encode(struct jpeg *j, const struct cam_buf *i420, int quality, uint8_t *ret, size_t room)
{
	const unsigned char *data[3];
	unsigned long len = room;
	int stride[3];

	if (!j->encoder)
		j->encoder = tjInitCompress();
	if (!j->encoder)
		return 0;
	planes_of(i420, data, stride);
	/* The accurate transform is no slower than the fast one. */
	if (tjCompressFromYUVPlanes(j->encoder, data, (int)i420->caps->width, stride, (int)i420->caps->height,
		    TJSAMP_420, &ret, &len, quality, TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT))
		return 0;
	return len;
}

int jpeg_to_bgr(struct jpeg *j, const struct cam_buf *i420, uint8_t *ret)
{
	int width = (int)i420->caps->width, height = (int)i420->caps->height, stride[3];
	const unsigned char *data[3];

	if (!j->decoder)
		j->decoder = tjInitDecompress();
	if (!j->decoder)
		return -ENOMEM;
	planes_of(i420, data, stride);
	if (tjDecodeYUVPlanes(
		    j->decoder, data, stride, TJSAMP_420, ret, width, width * 3, height, TJPF_BGR, 0))
		return -ENOMEM;
	return 0;
}
