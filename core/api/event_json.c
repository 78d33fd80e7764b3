/* SPDX-License-Identifier: MIT */
#include "core/api/event_json.h"

#include "lib/clock.h"

#include <string.h>
#include <time.h>

static const char *const phases[] = {
	[CAM_BEGIN] = "begin", [CAM_UPDATE] = "update", [CAM_END] = "end", [CAM_POINT] = "point"};

const char *event_phase(uint32_t phase)
{
	return phase >= CAM_BEGIN && phase <= CAM_POINT ? phases[phase] : "";
}

static void print_time(int64_t wall_ns, struct text *out)
{
	time_t s = (time_t)(wall_ns / CLOCK_SECOND);
	struct tm tm;
	char text[32];

	gmtime_r(&s, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	text_printf(out, ",\"time\":\"%s.%03dZ\",\"time_s\":%.3f", text,
		(int)(wall_ns % CLOCK_SECOND / CLOCK_MS), (double)wall_ns / (double)CLOCK_SECOND);
}

static void print_boxes(const struct cam_event *e, struct text *out)
{
	text_add(out, ",\"boxes\":[");
	for (uint32_t i = 0; i < e->n_boxes; i++) {
		const struct cam_box *b = &e->boxes[i];

		text_printf(out,
			"%s{\"x\":%.4f,\"y\":%.4f,\"width\":%.4f,\"height\":%.4f,\"score\":%.3f,\"label\":",
			i ? "," : "", (double)b->x, (double)b->y, (double)b->width, (double)b->height,
			(double)b->score);
		text_json(out, *b->label ? b->label : e->label);
		text_add(out, "}");
	}
	text_add(out, "]");
}

void event_json(const struct event *event, struct text *out)
{
	const struct cam_event *e = event_is(event);
	size_t from = out->len;

	text_printf(out, "{\"seq\":%llu,\"id\":%llu,\"phase\":\"%s\",\"topic\":\"%s\",\"label\":",
		(unsigned long long)event_seq(event), (unsigned long long)e->id, event_phase(e->phase),
		e->topic);
	text_json(out, e->label);
	text_add(out, ",\"camera\":");
	text_json(out, e->camera);
	text_add(out, ",\"node\":");
	text_json(out, e->node);
	print_time(e->wall_ns, out);
	text_printf(out, ",\"score\":%.3f,\"peak\":%.3f", (double)e->score, (double)e->peak);
	print_boxes(e, out);
	text_printf(out, ",\"data\":%s}", e->json ? e->json : "{}");
	/* Somebody's `json` may have line ends, which are none within its strings; here an event is one line. */
	for (size_t i = from; out->data && i < out->len; i++)
		if (out->data[i] == '\n' || out->data[i] == '\r')
			out->data[i] = ' ';
}

/* clang-format off */
static const char schema[] = CAM_JSON("type": "object",
	"required": ["seq", "id", "phase", "topic", "label", "camera", "node", "time", "time_s", "score", "peak", "boxes", "data"],
	"properties": {
	"seq": {"type": "integer", "description": "Its place among all that is told: ascending."},
	"id": {"type": "integer", "description": "The same from begin to end: the seq of the begin."},
	"phase": {"enum": ["begin", "update", "end", "point"], "description": "A point has no length."},
	"topic": {"type": "string", "pattern": "^[a-z0-9_]{1,32}$"},
	"label": {"type": "string", "description": "What of the topic."},
	"camera": {"type": "string"},
	"node": {"type": "string", "description": "Who raised it; empty: the server itself, or a program outside."},
	"time": {"type": "string", "format": "date-time"},
	"time_s": {"type": "number", "description": "The same in Unix seconds."},
	"score": {"type": "number", "minimum": 0, "maximum": 1},
	"peak": {"type": "number", "minimum": 0, "maximum": 1, "description": "The highest score since the begin."},
	"boxes": {"type": "array", "items": {"type": "object", "description": "In parts of the picture.",
		"properties": {"x": {"type": "number"}, "y": {"type": "number"}, "width": {"type": "number"},
			"height": {"type": "number"}, "score": {"type": "number"}, "label": {"type": "string"}}}},
	"data": {"type": "object", "description": "Further members, of the topic's own."}});
/* clang-format on */

void event_schema(struct text *out)
{
	text_printf(out, "\"event\":{%s}", schema);
}
