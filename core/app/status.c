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

/* What is told of a camera: the JSON and its schema both come from here. */
static const struct field {
	const char *name;
	enum { TEXT, STATE, CODEC, NUMBER, RATE, LARGE } form;
	size_t offset;
	const char *help;
} fields[] = {
	{"name", TEXT, offsetof(struct cam_camera, name), "As configured."},
	{"state", STATE, offsetof(struct cam_camera, state), "Its source's."},
	{"error", TEXT, offsetof(struct cam_camera, error),
		"The last one in words; empty while the camera is live."},
	{"codec", CODEC, offsetof(struct cam_camera, codec), "Four characters, as H264; empty until known."},
	{"width", NUMBER, offsetof(struct cam_camera, width), "Pixels; 0 until known."},
	{"height", NUMBER, offsetof(struct cam_camera, height), "Pixels; 0 until known."},
	{"fps", RATE, offsetof(struct cam_camera, fps), "Measured over the last seconds."},
	{"bits_per_second", LARGE, offsetof(struct cam_camera, bits_per_second),
		"Measured over the last seconds."},
	{"packets", LARGE, offsetof(struct cam_camera, packets), "Published since the start."},
	{"dropped", LARGE, offsetof(struct cam_camera, dropped), "Dropped by links since the start."},
	{"repaired", LARGE, offsetof(struct cam_camera, repaired), "Time stamps mended since the start."},
	{"subscribers", NUMBER, offsetof(struct cam_camera, subscribers), "Of packets, pictures and JPEGs."},
	{"decoders", NUMBER, offsetof(struct cam_camera, decoders), "0 while nobody wants pictures, else 1."},
};
enum { N_FIELDS = sizeof(fields) / sizeof(fields[0]) };

static void print_value(const struct field *f, const struct cam_camera *c, struct text *out)
{
	const void *at = (const char *)c + f->offset;
	char codec[5];

	switch (f->form) {
	case TEXT:
		text_json(out, *(const char *const *)at);
		break;
	case STATE:
		text_json(out, status_name(*(const uint32_t *)at));
		break;
	case CODEC:
		text_json(out, *(const uint32_t *)at ? codec_name(*(const uint32_t *)at, codec) : "");
		break;
	case NUMBER:
		text_printf(out, "%u", *(const uint32_t *)at);
		break;
	case RATE:
		text_printf(out, "%.2f", *(const double *)at);
		break;
	case LARGE:
		text_printf(out, "%llu", (unsigned long long)*(const uint64_t *)at);
		break;
	}
}

void status_json(const struct cam_camera *c, struct text *out)
{
	for (size_t i = 0; i < N_FIELDS; i++) {
		text_printf(out, "%s\"%s\":", i ? "," : "{", fields[i].name);
		print_value(&fields[i], c, out);
	}
	text_add(out, "}");
}

static void print_type(const struct field *f, struct text *out)
{
	static const char *const types[] = {[TEXT] = "string",
		[STATE] = "string",
		[CODEC] = "string",
		[NUMBER] = "integer",
		[RATE] = "number",
		[LARGE] = "integer"};

	text_printf(out, "{\"type\":\"%s\",\"description\":\"%s\"", types[f->form], f->help);
	for (uint32_t state = CAM_CONNECTING; f->form == STATE && state <= CAM_STOPPED; state++)
		text_printf(out, "%s\"%s\"%s", state == CAM_CONNECTING ? ",\"enum\":[" : ",",
			status_name(state), state == CAM_STOPPED ? "]" : "");
	text_add(out, "}");
}

void status_schema(struct text *out)
{
	text_add(out, "{\"type\":\"object\",\"required\":");
	for (size_t i = 0; i < N_FIELDS; i++)
		text_printf(out, "%s\"%s\"", i ? "," : "[", fields[i].name);
	text_add(out, "],\"properties\":");
	for (size_t i = 0; i < N_FIELDS; i++) {
		text_printf(out, "%s\"%s\":", i ? "," : "{", fields[i].name);
		print_type(&fields[i], out);
	}
	text_add(out, "}}");
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
