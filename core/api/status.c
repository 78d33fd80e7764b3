/* SPDX-License-Identifier: MIT */
#include "core/api/status.h"

#include "core/base/kind.h"
#include "core/graph/graph_look.h"
#include "core/media/buf.h"
#include "core/plugin/node_state.h"
#include "lib/clock.h"

#include <cam/file_name.h>

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

/* The node that says what a camera's state is. @param r of the camera's meter */
static uint32_t state_of(const struct graph_node *source, const struct meter_reading *r)
{
	uint32_t state = source ? node_state(source->node) : CAM_STOPPED;

	return state == CAM_LIVE && is_stalled(r) ? CAM_STALLED : state;
}

uint32_t status_state(const struct graph *g, size_t camera)
{
	struct meter_reading r;

	meter_read(&g->cameras[camera]->meter, &r);
	return state_of(graph_source(g, camera), &r);
}

/* The first of these nodes that does not work and says why. @return whether there is one */
static bool read_fault(
	struct graph_node *const *nodes, size_t n, const char *camera, char error[STATUS_ERROR_BYTES])
{
	char text[256];

	for (size_t i = 0; i < n; i++) {
		if (nodes[i]->conf->plugin->kind == CAM_SOURCE || !graph_sees(nodes[i]->node, camera) ||
			!graph_is_faulty(nodes[i], text) || !*text)
			continue;
		snprintf(error, STATUS_ERROR_BYTES, "%s: %s", nodes[i]->conf->stage, text);
		return true;
	}
	return false;
}

/* The source's error; if it has none, that of the first stage that does not work, then of what serves many cameras. */
static void read_error(const struct graph *g, size_t camera, uint32_t state, char error[STATUS_ERROR_BYTES])
{
	const struct graph_node *source = graph_source(g, camera);
	size_t n;
	struct graph_node *const *nodes = graph_nodes_of(g, camera, &n);
	const char *name = g->cameras[camera]->name;

	error[0] = '\0';
	if (source && state != CAM_LIVE)
		node_error(source->node, error, NULL);
	if (*error || read_fault(nodes, n, name, error))
		return;
	nodes = graph_nodes_of(g, GRAPH_NO_CAMERA, &n);
	(void)read_fault(nodes, n, name, error);
}

void status_read(const struct graph *g, size_t at, struct cam_camera *ret, char error[STATUS_ERROR_BYTES])
{
	const struct graph_node *source = graph_source(g, at);
	struct camera *camera = g->cameras[at];
	struct engine_stats engine;
	struct meter_reading r;
	const char *why;

	meter_read(&camera->meter, &r);
	demand_get_stats(camera->demand, &engine);
	*ret = (struct cam_camera){.size = sizeof(*ret),
		.name = camera->name,
		.error = error,
		.state = state_of(source, &r),
		.codec = r.codec,
		.width = r.width,
		.height = r.height,
		.fps = r.fps,
		.bits_per_second = r.bits_per_second,
		.packets = atomic_load(&camera->meter.packets),
		.dropped = atomic_load(&camera->meter.dropped),
		.repaired = atomic_load(&camera->meter.repaired),
		.decoders = engine.decoders,
		.clock_rate = atomic_load(&camera->meter.clock_rate),
		.jitter = (double)atomic_load(&camera->meter.jitter_ns) / (double)CLOCK_SECOND,
		.absent = atomic_load(&camera->meter.repairs[TIMELINE_ABSENT]),
		.repeated = atomic_load(&camera->meter.repairs[TIMELINE_REPEATED]),
		.set = atomic_load(&camera->meter.repairs[TIMELINE_SET]),
		.back = atomic_load(&camera->meter.repairs[TIMELINE_BACK]),
		.early = atomic_load(&camera->meter.repairs[TIMELINE_EARLY]),
		.late = atomic_load(&camera->meter.repairs[TIMELINE_FOLLOWED])};
	ret->subscribers = demand_count(camera->demand) + (source ? port_n_links(source->port) : 0);
	if (engine.decoders && ret->subscribers)
		ret->subscribers--; /* the renditions' own */
	read_error(g, at, ret->state, error);
	why = demand_error(camera->demand, r.codec, r.width, r.height);
	if (!*error && ret->state == CAM_LIVE && why)
		snprintf(error, STATUS_ERROR_BYTES, "%s", why);
}

/* What is told of a camera, and of a node: the JSON and its schema both come from here. */
struct field {
	const char *name;
	enum { TEXT, FILE_NAME, STATE, CODEC, NUMBER, RATE, FINE, LARGE } form;
	size_t offset;
	const char *help;
};

static const struct field camera_fields[] = {
	{"name", TEXT, offsetof(struct cam_camera, name), "As configured."},
	{"file_name", FILE_NAME, offsetof(struct cam_camera, name),
		"The name as it stands in those of folders, files and rings."},
	{"state", STATE, offsetof(struct cam_camera, state), "Its source's."},
	{"error", TEXT, offsetof(struct cam_camera, error),
		"Its source's last one in words, unless it is live; else that of the first node that does "
		"not work; else why there are no pictures of it."},
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
	{"clock_rate", FINE, offsetof(struct cam_camera, clock_rate),
		"Seconds that the camera stamps in a second; 1 is right. What is off is corrected."},
	{"jitter", FINE, offsetof(struct cam_camera, jitter),
		"Seconds by which packets scatter in a second; the second worst of ten."},
	{"repaired_absent", LARGE, offsetof(struct cam_camera, absent), "Of repaired: there was no stamp."},
	{"repaired_repeated", LARGE, offsetof(struct cam_camera, repeated), "The one before, again."},
	{"repaired_set", LARGE, offsetof(struct cam_camera, set), "The camera's clock was set."},
	{"repaired_back", LARGE, offsetof(struct cam_camera, back), "A little back, again and again."},
	{"repaired_early", LARGE, offsetof(struct cam_camera, early), "The picture came before its time."},
	{"repaired_late", LARGE, offsetof(struct cam_camera, late),
		"Late for so long that its arrival holds."},
};

/* A node as others see it. */
struct stage {
	const char *name, *plugin, *kind, *error;
	uint32_t state, restarts;
	uint64_t dropped;
};

static const struct field stage_fields[] = {
	{"name", TEXT, offsetof(struct stage, name), "As configured."},
	{"plugin", TEXT, offsetof(struct stage, plugin), "What it is of."},
	{"kind", TEXT, offsetof(struct stage, kind), "Its plugin's kind."},
	{"state", STATE, offsetof(struct stage, state), "live while it works."},
	{"error", TEXT, offsetof(struct stage, error), "The last one in words; empty while it works."},
	{"restarts", NUMBER, offsetof(struct stage, restarts), "How often it was started anew."},
	{"dropped", LARGE, offsetof(struct stage, dropped), "Items that its full queues dropped."},
};

#define N_FIELDS(table) (sizeof(table) / sizeof((table)[0]))

static void print_value(const struct field *f, const void *of, struct text *out)
{
	const void *at = (const char *)of + f->offset;
	char codec[5], file_name[CAM_FILE_NAME_BYTES];

	switch (f->form) {
	case TEXT:
		text_json(out, *(const char *const *)at);
		break;
	case FILE_NAME:
		cam_file_name(*(const char *const *)at, file_name, sizeof(file_name));
		text_json(out, file_name);
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
	case FINE:
		text_printf(out, "%.5f", *(const double *)at);
		break;
	case LARGE:
		text_printf(out, "%llu", (unsigned long long)*(const uint64_t *)at);
		break;
	}
}

/* All members, without the braces. */
static void print_values(const struct field *fields, size_t n, const void *of, struct text *out)
{
	for (size_t i = 0; i < n; i++) {
		text_add(out, i ? ",\"" : "\"");
		text_add(out, fields[i].name);
		text_add(out, "\":");
		print_value(&fields[i], of, out);
	}
}

/* A source's state is its camera's: one that sends nothing any more is stalled, whatever it says. */
static uint32_t stage_state(const struct graph_node *n)
{
	struct meter_reading r;

	if (n->conf->plugin->kind != CAM_SOURCE)
		return node_state(n->node);
	meter_read(&n->camera->meter, &r);
	return state_of(n, &r);
}

void status_node_json(const struct graph_node *n, struct text *out)
{
	char error[256] = "";
	struct stage s = {.name = n->conf->stage,
		.plugin = n->conf->plugin->name,
		.kind = kind_name(n->conf->plugin->kind),
		.error = error,
		.state = stage_state(n),
		.restarts = node_restarts(n->node),
		.dropped = atomic_load(&node_flow(n->node)->dropped)};

	if (n->conf->plugin->kind != CAM_SOURCE)
		s.state = graph_is_faulty(n, error) && s.state == CAM_LIVE ? CAM_RETRYING : s.state;
	else if (s.state != CAM_LIVE)
		node_error(n->node, error, NULL);
	text_add(out, "{");
	print_values(stage_fields, N_FIELDS(stage_fields), &s, out);
	text_add(out, "}");
}

/* Those of these nodes that see a camera. @return how many have been printed */
static size_t print_nodes(
	struct graph_node *const *nodes, size_t n, const char *camera, size_t printed, struct text *out)
{
	for (size_t i = 0; i < n; i++) {
		if (!graph_sees(nodes[i]->node, camera))
			continue;
		text_add(out, printed++ ? "," : "");
		status_node_json(nodes[i], out);
	}
	return printed;
}

void status_camera_json(const struct graph *g, size_t camera, struct text *out)
{
	char error[STATUS_ERROR_BYTES];
	struct cam_camera status;
	size_t n, printed;
	struct graph_node *const *nodes = graph_nodes_of(g, camera, &n);

	status_read(g, camera, &status, error);
	text_add(out, "{");
	print_values(camera_fields, N_FIELDS(camera_fields), &status, out);
	text_add(out, ",\"stages\":[");
	printed = print_nodes(nodes, n, status.name, 0, out);
	nodes = graph_nodes_of(g, GRAPH_NO_CAMERA, &n);
	(void)print_nodes(nodes, n, status.name, printed, out);
	text_add(out, "]}");
}

static void print_type(const struct field *f, struct text *out)
{
	static const char *const types[] = {[TEXT] = "string",
		[FILE_NAME] = "string",
		[STATE] = "string",
		[CODEC] = "string",
		[NUMBER] = "integer",
		[RATE] = "number",
		[FINE] = "number",
		[LARGE] = "integer"};

	text_printf(out, "{\"type\":\"%s\",\"description\":\"%s\"", types[f->form], f->help);
	for (uint32_t state = CAM_CONNECTING; f->form == STATE && state <= CAM_STOPPED; state++)
		text_printf(out, "%s\"%s\"%s", state == CAM_CONNECTING ? ",\"enum\":[" : ",",
			status_name(state), state == CAM_STOPPED ? "]" : "");
	text_add(out, "}");
}

static void print_types(
	const struct field *fields, size_t n, const char *more, const char *more_type, struct text *out)
{
	text_add(out, "{\"type\":\"object\",\"required\":[");
	for (size_t i = 0; i < n; i++)
		text_printf(out, "%s\"%s\"", i ? "," : "", fields[i].name);
	text_printf(out, "%s],\"properties\":{", more);
	for (size_t i = 0; i < n; i++) {
		text_printf(out, "%s\"%s\":", i ? "," : "", fields[i].name);
		print_type(&fields[i], out);
	}
	text_printf(out, "%s}}", more_type);
}

void status_schemas(struct text *out)
{
	text_add(out, "\"camera\":");
	print_types(camera_fields, N_FIELDS(camera_fields), ",\"stages\"",
		",\"stages\":{\"type\":\"array\",\"description\":\"In the order of the configuration, then "
		"those that "
		"serve it among others.\","
		"\"items\":{\"$ref\":\"#/components/schemas/node\"}}",
		out);
	text_add(out, ",\"node\":");
	print_types(stage_fields, N_FIELDS(stage_fields), "", "", out);
}

uint64_t status_digest(const struct graph *g, size_t *ret_live)
{
	uint64_t digest = 14695981039346656037u; /* FNV-1a */

	*ret_live = 0;
	for (size_t i = 0; i < g->n_cameras; i++) {
		char error[STATUS_ERROR_BYTES];
		struct meter_reading r;
		uint32_t state;

		meter_read(&g->cameras[i]->meter, &r);
		state = state_of(graph_source(g, i), &r);
		*ret_live += state == CAM_LIVE;
		digest = (digest ^ state) * 1099511628211u;
		digest = (digest ^ r.width) * 1099511628211u;
		digest = (digest ^ r.height) * 1099511628211u;
		/* A stage works again without a change of its state: when it has proven to. */
		read_error(g, i, state, error);
		digest = (digest ^ (*error != '\0')) * 1099511628211u;
	}
	return digest;
}
