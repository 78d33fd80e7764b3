/* SPDX-License-Identifier: MIT */
#include "core/api/event_post.h"

#include "core/api/reply.h"
#include "core/plugin/request.h"
#include "lib/clock.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the server tells of itself cannot be said by others. */
static const char *const own_topics[] = {"camera", "recording"};

/* A body, as far as it is read. */
struct post {
	json_t *json;
	struct cam_event event;
	struct cam_box boxes[CAM_MAX_BOXES];
	char *data; /* owned */
	int64_t lasts_ns;
	char wrong[200]; /* "": nothing is */
};

__attribute__((format(printf, 2, 3))) static void is_wrong(struct post *p, const char *fmt, ...)
{
	va_list ap;

	if (*p->wrong)
		return;
	va_start(ap, fmt);
	vsnprintf(p->wrong, sizeof(p->wrong), fmt, ap);
	va_end(ap);
}

/* ---- members ---- */

/* @return whether it is there; what is no number from min to max is wrong, and *ret stays as it is */
static bool number(struct post *p, const json_t *of, const char *name, double min, double max, double *ret)
{
	const json_t *v = json_object_get(of, name);
	double value = json_number_value(v);

	if (!v)
		return false;
	if (json_is_number(v) && value >= min && value <= max)
		*ret = value;
	else
		is_wrong(p, "%s: no number from %g to %g", name, min, max);
	return true;
}

static const char *text(struct post *p, const json_t *of, const char *name, size_t most)
{
	const json_t *v = json_object_get(of, name);

	if (!v)
		return NULL;
	if (!json_is_string(v) || json_string_length(v) > most)
		is_wrong(p, "%s: no text of at most %zu bytes", name, most);
	return json_string_value(v);
}

static void only_known(struct post *p, json_t *of, const char *what, const char *const *known)
{
	const char *key;
	json_t *value;

	json_object_foreach(of, key, value)
	{
		size_t i = 0;

		while (known[i] && strcmp(known[i], key))
			i++;
		if (!known[i])
			is_wrong(p,
				"\"%.40s\" is no member of %s; further ones of your own belong into \"data\"",
				key, what);
	}
}

static void read_phase(struct post *p)
{
	static const char *const names[] = {"begin", "update", "end", "point"};
	const char *phase = text(p, p->json, "phase", 16);

	p->event.phase = CAM_POINT;
	for (uint32_t i = 0; phase && i < 4; i++)
		if (!strcmp(phase, names[i])) {
			p->event.phase = i + CAM_BEGIN;
			return;
		}
	if (phase)
		is_wrong(p, "phase: none of begin, update, end, point");
}

static bool follows(const struct post *p)
{
	return p->event.phase == CAM_UPDATE || p->event.phase == CAM_END;
}

static void read_topic(struct post *p)
{
	const char *topic = text(p, p->json, "topic", CAM_MAX_TOPIC);

	p->event.topic = topic;
	p->event.label = text(p, p->json, "label", CAM_MAX_LABEL);
	if (!topic && !follows(p))
		is_wrong(p, "topic: missing; say what it is, as \"motion\", \"object\" or \"trigger\"");
	if (topic && (!*topic || strspn(topic, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(topic)))
		is_wrong(p, "topic: no name of small letters, digits and _");
	for (size_t i = 0; topic && i < sizeof(own_topics) / sizeof(own_topics[0]); i++)
		if (!strcmp(topic, own_topics[i]))
			is_wrong(p, "topic: %s is the server's own", topic);
}

static void read_id(struct post *p)
{
	const json_t *id = json_object_get(p->json, "id");

	if (id && (!json_is_integer(id) || json_integer_value(id) <= 0))
		is_wrong(p, "id: not what the answer to its begin has said");
	else if (id && !follows(p))
		is_wrong(p, "id: the server gives it; it belongs to update and end");
	else if (!id && follows(p))
		is_wrong(p, "id: missing; the answer to its begin has said it");
	p->event.id = (uint64_t)json_integer_value(id);
}

static void read_numbers(struct post *p)
{
	double score = 0, time = 0, lasts = EVENT_POST_LASTS;

	(void)number(p, p->json, "score", 0, 1, &score);
	p->event.score = (float)score;
	if (number(p, p->json, "time", 1, 9e9, &time))
		p->event.wall_ns = llround(time * 1e3) * CLOCK_MS;
	if (number(p, p->json, "lasts", 1, EVENT_POST_LASTS_MOST, &lasts) || !follows(p))
		p->lasts_ns = (int64_t)(lasts * (double)CLOCK_SECOND);
	else
		p->lasts_ns = EVENTS_LASTS_ON;
	p->event.pts_ns = CAM_NO_TS;
}

static void read_box(struct post *p, json_t *from, struct cam_box *to)
{
	static const char *const known[] = {"x", "y", "width", "height", "score", "label", NULL};
	const char *const sides[] = {"x", "y", "width", "height", "score"};
	float *const at[] = {&to->x, &to->y, &to->width, &to->height, &to->score};
	double value = 0;

	only_known(p, from, "a box", known);
	for (size_t i = 0; i < 5; i++) {
		if (!number(p, from, sides[i], 0, 1, &value) && i < 4)
			is_wrong(p, "boxes: %s is missing, in parts of the picture from 0 to 1", sides[i]);
		*at[i] = (float)value;
		value = p->event.score;
	}
	to->label = text(p, from, "label", CAM_MAX_LABEL);
}

static void read_boxes(struct post *p)
{
	const json_t *boxes = json_object_get(p->json, "boxes");

	if (!boxes)
		return;
	if (!json_is_array(boxes) || json_array_size(boxes) > CAM_MAX_BOXES) {
		is_wrong(p, "boxes: no list of at most %d", CAM_MAX_BOXES);
		return;
	}
	p->event.n_boxes = (uint32_t)json_array_size(boxes);
	p->event.boxes = p->boxes;
	for (uint32_t i = 0; i < p->event.n_boxes; i++)
		read_box(p, json_array_get(boxes, i), &p->boxes[i]);
}

static void read_data(struct post *p)
{
	const json_t *data = json_object_get(p->json, "data");

	if (!data)
		return;
	p->data = json_is_object(data) ? json_dumps(data, JSON_COMPACT) : NULL;
	if (!p->data || strlen(p->data) > CAM_MAX_EVENT_JSON)
		is_wrong(p, "data: no object of at most %d bytes", CAM_MAX_EVENT_JSON);
	p->event.json = p->data;
}

static void read_post(struct post *p, const struct cam_request *r)
{
	static const char *const known[] = {
		"phase", "id", "topic", "label", "score", "time", "lasts", "boxes", "data", NULL};
	json_error_t error;

	p->json = json_loadb(r->body ? r->body : "", r->body_len, JSON_REJECT_DUPLICATES, &error);
	p->event.size = sizeof(p->event);
	if (!json_is_object(p->json)) {
		if (p->json)
			is_wrong(p, "the body is no JSON object");
		else
			is_wrong(p, "the body is no JSON: line %d: %.100s", error.line, error.text);
		return;
	}
	only_known(p, p->json, "an event", known);
	read_phase(p);
	read_id(p);
	read_topic(p);
	read_numbers(p);
	read_boxes(p);
	read_data(p);
}

/* ---- the answer ---- */

static const struct cam_header later[] = {{"retry-after", "1"}, {0}};

/* @return whether one more may come: a bucket that fills by EVENT_POST_RATE a second */
static bool may_post(struct api *api)
{
	int64_t now = clock_mono_ns();

	api->posts += (double)(now - api->posts_at_ns) / (double)CLOCK_SECOND * EVENT_POST_RATE;
	if (api->posts > EVENT_POST_RATE)
		api->posts = EVENT_POST_RATE;
	api->posts_at_ns = now;
	if (api->posts < 1) {
		api->posts_refused++;
		return false;
	}
	api->posts--;
	return true;
}

static void answer_wrong(struct cam_reply *reply, int status, const char *why)
{
	struct text body = {0};

	text_add(&body, why);
	text_add(&body, "\n");
	reply_body(reply, "text/plain; charset=utf-8", &body);
	if (reply->status == 200)
		reply->status = status;
}

static void tell(const struct api_ask *ask, struct post *p, struct cam_reply *reply)
{
	struct camera *camera = ask->api->graph->cameras[ask->camera];
	struct text body = {0};
	int err;

	p->event.camera = camera->name;
	p->event.node = "";
	err = events_raise(ask->api->events, camera, &p->event, p->lasts_ns);
	if (!err) {
		text_printf(&body, "{\"id\":%llu}\n", (unsigned long long)p->event.id);
		reply_body(reply, "application/json", &body);
		if (reply->status == 200 && !follows(p))
			reply->status = 201;
	} else if (err == -ENOENT) {
		answer_wrong(
			reply, 404, "id: no event of this camera goes on by it; it may have ended by itself");
	} else if (err == -EMFILE) {
		answer_wrong(reply, 429, "too many events of this camera go on; end some, or use points");
	} else if (err == -EINVAL) {
		answer_wrong(
			reply, 400, "a label is no text that can be shown: UTF-8 without control characters");
	} else {
		answer_wrong(reply, 503, "out of memory");
	}
}

static bool is_json(const struct cam_request *r)
{
	static const char json[] = "application/json";
	const char *type = request_header(r, "content-type");
	size_t n = sizeof(json) - 1;

	return type && !strncasecmp(type, json, n) && (!type[n] || type[n] == ';' || type[n] == ' ');
}

void event_post(const struct api_ask *ask)
{
	struct post *p = calloc(1, sizeof(*p));
	struct cam_reply reply;

	if (!p) {
		reply_text(&reply, 503, "out of memory\n");
	} else if (!is_json(ask->request)) {
		reply_text(&reply, 415, "say Content-Type: application/json\n");
	} else if (!may_post(ask->api)) {
		reply_text(&reply, 429, "too many events a second\n");
		reply.headers = later;
	} else {
		read_post(p, ask->request);
		if (*p->wrong)
			answer_wrong(&reply, 400, p->wrong);
		else
			tell(ask, p, &reply);
	}
	if (p) {
		json_decref(p->json);
		free(p->data);
	}
	free(p);
	ask->done(ask->arg, &reply);
}
