/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/common/web.h"

#include "lib/clock.h"

/* How exactly what waits for its time is on time. */
enum { PACE_MS = 25, PUSH_MS = 250 };

void web_stat(struct web *w, unsigned stat, int64_t value)
{
	w->host->stat(w->node, stat, value);
}

uint64_t web_owner(struct web *w)
{
	return ++w->last_owner;
}

bool web_may_view(const struct web *w, const struct cam_who *who, const char *camera)
{
	return w->host->authorise(w->node, who, CAM_VIEW, camera, 0);
}

struct cam_want web_want(const struct web *w, uint64_t owner)
{
	return (struct cam_want){.size = sizeof(struct cam_want),
		.form = CAM_JPEG,
		.width = (uint32_t)w->conf->width,
		.height = (uint32_t)w->conf->height,
		.max_fps_num = (uint32_t)w->conf->fps,
		.max_fps_den = 1,
		.quality = (uint32_t)w->conf->quality,
		.owner = owner};
}

static void on_clock(uv_timer_t *timer)
{
	struct web *w = timer->data;

	w->ops->second(w, clock_mono_ns());
	if (!w->n_conns)
		uv_timer_stop(timer);
}

void web_count(struct web *w, int change)
{
	w->n_conns = (unsigned)((int)w->n_conns + change);
	web_stat(w, STAT_CONNECTIONS, w->n_conns);
	web_stat(w, STAT_VIEWERS, w->n_viewers);
	if (!w->stopping && !uv_is_active((uv_handle_t *)&w->clock))
		uv_timer_start(&w->clock, on_clock, 1000, 1000);
}

void web_released(struct web *w)
{
	if (--w->pending || !w->stopping)
		return;
	w->host->state(w->node, CAM_STOPPED);
}

static void push(struct web *w);

static void on_push(uv_timer_t *timer)
{
	struct web *w = timer->data;

	if (w->cameras_dirty)
		push(w);
}

static void push(struct web *w)
{
	w->cameras_dirty = false;
	uv_timer_start(&w->push, on_push, PUSH_MS, 0);
	w->ops->changed(w);
}

void web_push_cameras(struct web *w)
{
	w->cameras_dirty = true;
	if (!w->stopping && !uv_is_active((uv_handle_t *)&w->push))
		push(w);
}

static void on_pace(uv_timer_t *timer)
{
	struct web *w = timer->data;

	if (w->ops->go_on(w, clock_mono_ns()))
		uv_timer_stop(timer);
}

void web_pace(struct web *w)
{
	if (!w->stopping && !uv_is_active((uv_handle_t *)&w->pace))
		uv_timer_start(&w->pace, on_pace, PACE_MS, PACE_MS);
}

static void open_timer(struct web *w, uv_timer_t *timer)
{
	uv_timer_init(w->loop, timer);
	timer->data = w;
	w->pending++;
}

void web_open(struct web *w)
{
	open_timer(w, &w->clock);
	open_timer(w, &w->push);
	open_timer(w, &w->pace);
}

static void on_closed(uv_handle_t *handle)
{
	web_released(handle->data);
}

static void close_timer(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, on_closed);
}

void web_close(struct web *w)
{
	close_timer(&w->clock);
	close_timer(&w->push);
	close_timer(&w->pace);
}
