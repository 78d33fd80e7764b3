/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/params.h"

#include "plugins/lib/av/jpeg_size.h"
#include "plugins/lib/av/sps.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <stdlib.h>
#include <string.h>

enum { PADDING = AV_INPUT_BUFFER_PADDING_SIZE, SIDE_MAX = 65535 };

/* What the caps bring, or else what stands in front of the keyframe's first slice. */
static int find_sets(const struct cam_buf *key, struct annexb_sets *sets)
{
	const struct cam_caps *caps = key->caps;
	int found = 0;

	if (caps->extradata_len)
		found = annexb_sets_update(caps->codec, sets, caps->extradata, caps->extradata_len);
	if (!sets->len)
		found = annexb_sets_update(caps->codec, sets, key->plane[0].data, key->plane[0].len);
	return found >= 0 && sets->len ? 0 : -ENODATA;
}

static int find_sets_and_size(const struct cam_buf *key, struct params *ret)
{
	struct annexb_sets *sets = calloc(1, sizeof(*sets));
	struct sps sps;
	int err = sets ? find_sets(key, sets) : -ENOMEM;

	if (!err) {
		ret->len = sets->len;
		ret->sets = calloc(1, sets->len + PADDING);
		err = ret->sets ? 0 : -ENOMEM;
	}
	if (!err)
		memcpy(ret->sets, sets->data, sets->len);
	if (!err && (!ret->width || !ret->height) && !sps_read(key->caps->codec, sets, &sps)) {
		ret->width = sps.width;
		ret->height = sps.height;
	}
	free(sets);
	return err;
}

int params_find(const struct cam_buf *key, struct params *ret)
{
	struct params p = {.width = key->caps->width, .height = key->caps->height};
	int err = 0;

	if (key->caps->codec != CAM_MJPG)
		err = find_sets_and_size(key, &p);
	else if (!p.width || !p.height)
		jpeg_size(key->plane[0].data, key->plane[0].len, &p.width, &p.height);
	if (!err && (!p.width || !p.height || p.width > SIDE_MAX || p.height > SIDE_MAX))
		err = -ENODATA;
	if (err)
		params_finish(&p);
	else
		*ret = p;
	return err;
}

void params_finish(struct params *p)
{
	free(p->sets);
	p->sets = NULL;
	p->len = 0;
}
