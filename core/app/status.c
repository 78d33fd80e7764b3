/* SPDX-License-Identifier: MIT */
#include "core/app/status.h"

#include "core/base/clock.h"
#include "core/media/buf.h"

/* A camera that is connected and has sent no picture for so long is stalled; slow cameras get three frame times. */
#define STALLED (2 * CLOCK_SECOND)

const char *status_name(uint32_t state)
{
	static const char *const names[] = {
		"", "connecting", "live", "stalled", "retrying", "failed", "stopped"};

	return names[state <= CAM_STOPPED ? state : 0];
}

static bool is_stalled(const struct meter_reading *r)
{
	int64_t limit = STALLED;

	if (r->fps > 0 && 3 / r->fps > 2)
		limit = (int64_t)(3 / r->fps * (double)CLOCK_SECOND);
	return clock_mono_ns() - r->last_video_ns > limit;
}

void status_read(const struct graph *g, struct camera *camera, struct cam_camera *ret, char error[256])
{
	const struct graph_node *source = graph_source(g, camera->name);
	struct engine_stats engine;
	struct meter_reading r;

	meter_read(&camera->meter, &r);
	demand_get_stats(camera->demand, &engine);
	error[0] = '\0';
	if (source)
		node_error(source->node, error, NULL);
	*ret = (struct cam_camera){.size = sizeof(*ret),
		.name = camera->name,
		.error = error,
		.state = source ? node_state(source->node) : CAM_STOPPED,
		.codec = r.codec,
		.width = r.width,
		.height = r.height,
		.fps = r.fps,
		.bits_per_second = r.bits_per_second,
		.packets = atomic_load(&camera->meter.packets),
		.dropped = atomic_load(&camera->meter.dropped),
		.repaired = atomic_load(&camera->meter.repaired),
		.decoders = engine.decoders};
	ret->subscribers = demand_count(camera->demand) + (source ? port_n_links(source->port) : 0);
	if (engine.decoders && ret->subscribers)
		ret->subscribers--; /* the renditions' own */
	if (ret->state == CAM_LIVE && is_stalled(&r))
		ret->state = CAM_STALLED;
	if (ret->state == CAM_LIVE)
		error[0] = '\0';
}

void status_json(const struct cam_camera *c, struct text *out)
{
	char codec[5];

	text_add(out, "{\"name\":");
	text_json(out, c->name);
	text_printf(out, ",\"state\":\"%s\",\"error\":", status_name(c->state));
	text_json(out, c->error);
	text_add(out, ",\"codec\":");
	text_json(out, c->codec ? codec_name(c->codec, codec) : "");
	text_printf(out,
		",\"width\":%u,\"height\":%u,\"fps\":%.2f,\"bits_per_second\":%llu,\"packets\":%llu,"
		"\"dropped\":%llu,\"repaired\":%llu,\"subscribers\":%u,\"decoders\":%u}",
		c->width, c->height, c->fps, (unsigned long long)c->bits_per_second,
		(unsigned long long)c->packets, (unsigned long long)c->dropped,
		(unsigned long long)c->repaired, c->subscribers, c->decoders);
}

uint64_t status_digest(const struct graph *g)
{
	uint64_t digest = 14695981039346656037u; /* FNV-1a */
	struct cam_camera status;
	char error[256];

	for (size_t i = 0; i < g->n_cameras; i++) {
		status_read(g, g->cameras[i], &status, error);
		digest = (digest ^ status.state) * 1099511628211u;
		digest = (digest ^ status.width) * 1099511628211u;
		digest = (digest ^ status.height) * 1099511628211u;
	}
	return digest;
}
