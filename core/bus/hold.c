/* SPDX-License-Identifier: MIT */
#include "core/bus/hold.h"

#include "core/media/buf.h"
#include "lib/clock.h"

#include <assert.h>
#include <stdlib.h>

void hold_init(struct hold *h)
{
	pthread_mutex_init(&h->lock, NULL);
}

void hold_destroy(struct hold *h)
{
#ifdef CAM_ASSERTS
	assert(!h->n);
#endif
	pthread_mutex_destroy(&h->lock);
}

void hold_begin(struct hold *h)
{
	atomic_store_explicit(&h->on, true, memory_order_release);
}

/* Whether there is anything to learn from this one: a stamp that may be late. */
static bool is_telling(const struct cam_buf *buf)
{
	return !(buf->flags & CAM_EXACT) && (buf->dts_ns != CAM_NO_TS || buf->pts_ns != CAM_NO_TS);
}

static bool has_room(struct hold *h)
{
	size_t room = h->room ? 2 * h->room : 32;
	struct cam_buf **bufs;

	if (h->n < h->room)
		return true;
	bufs = room > HOLD_PACKETS ? NULL : realloc(h->bufs, room * sizeof(struct cam_buf *));
	if (!bufs)
		return false;
	h->bufs = bufs;
	h->room = room;
	return true;
}

bool hold_put(struct hold *h, struct cam_buf *buf, size_t bytes)
{
	int64_t now = clock_mono_ns();

	if (!is_telling(buf) || (h->n && now >= h->until_ns) || h->bytes + bytes > HOLD_BYTES || !has_room(h))
		return false;
	if (!h->n)
		h->until_ns = now + HOLD_NS;
	buf_ref(buf);
	h->bufs[h->n++] = buf;
	h->bytes += bytes;
	return true;
}

void hold_end(struct hold *h)
{
	for (size_t i = 0; i < h->n; i++)
		buf_unref(h->bufs[i]);
	free(h->bufs);
	h->bufs = NULL;
	h->n = h->room = 0;
	h->bytes = 0;
	atomic_store_explicit(&h->on, false, memory_order_release);
}
