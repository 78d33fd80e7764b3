/* SPDX-License-Identifier: MIT */
#include "core/bus/meter.h"

#include "lib/clock.h"

#include <string.h>

#define WINDOW (10 * CLOCK_SECOND)

void meter_init(struct meter *m)
{
	memset(m, 0, sizeof(*m));
	atomic_init(&m->clock_rate, 1);
	pthread_mutex_init(&m->lock, NULL);
}

void meter_destroy(struct meter *m)
{
	pthread_mutex_destroy(&m->lock);
}

void meter_count(struct meter *m, const struct cam_buf *buf, size_t bytes)
{
	atomic_fetch_add_explicit(&m->packets, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->bytes, bytes, memory_order_relaxed);
	pthread_mutex_lock(&m->lock);
	m->pending_bytes += bytes;
	if (buf->track == 0) {
		m->codec = buf->caps->codec;
		m->width = buf->caps->width;
		m->height = buf->caps->height;
		m->last_video_ns = buf->arrival_ns;
		m->frames[m->next] = (struct meter_frame){buf->arrival_ns, m->pending_bytes};
		m->next = (m->next + 1) % METER_FRAMES;
		m->n += m->n < METER_FRAMES;
		m->pending_bytes = 0;
	}
	pthread_mutex_unlock(&m->lock);
}

void meter_read(struct meter *m, struct meter_reading *ret)
{
	int64_t now = clock_mono_ns(), first = 0, last = 0;
	uint64_t bytes = 0;
	unsigned n = 0;

	pthread_mutex_lock(&m->lock);
	*ret = (struct meter_reading){
		.codec = m->codec, .width = m->width, .height = m->height, .last_video_ns = m->last_video_ns};
	for (unsigned i = 0; i < m->n; i++) {
		const struct meter_frame *f = &m->frames[(m->next + METER_FRAMES - m->n + i) % METER_FRAMES];

		if (now - f->arrival_ns > WINDOW)
			continue;
		if (n++ == 0)
			first = f->arrival_ns;
		else
			bytes += f->bytes;
		last = f->arrival_ns;
	}
	pthread_mutex_unlock(&m->lock);
	/* A source that has gone quiet slows down rather than keeping its last rate. */
	if (n >= 2 && now - last > last - first)
		last = now;
	if (n >= 2 && last > first) {
		double seconds = (double)(last - first) / (double)CLOCK_SECOND;

		ret->fps = (n - 1) / seconds;
		ret->bits_per_second = (uint64_t)((double)bytes * 8 / seconds);
	}
}
