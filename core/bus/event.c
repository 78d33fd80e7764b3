/* SPDX-License-Identifier: MIT */
#include "core/bus/event.h"

#include "lib/glob.h"
#include "lib/text.h"

#include <errno.h>
#include <jansson.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct event {
	atomic_uint refs;
	size_t bytes;
	uint64_t seq;
	struct cam_event is;
	struct cam_box boxes[]; /* then the texts */
};

/* ---- checking ---- */

static bool is_part(float f)
{
	return f >= 0 && f <= 1; /* false for what is no number */
}

static bool is_topic(const char *s)
{
	size_t n = s ? strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;

	return n && !s[n] && n <= CAM_MAX_TOPIC;
}

static bool is_label(const char *s)
{
	if (!s)
		return true;
	for (const char *c = s; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	return strlen(s) <= CAM_MAX_LABEL && text_is_utf8(s);
}

static bool are_boxes(const struct cam_event *e)
{
	if (e->n_boxes > CAM_MAX_BOXES || (e->n_boxes && !e->boxes))
		return false;
	for (uint32_t i = 0; i < e->n_boxes; i++) {
		const struct cam_box *b = &e->boxes[i];

		if (!is_part(b->x) || !is_part(b->y) || !is_part(b->width) || !is_part(b->height) ||
			!is_part(b->score) || !is_label(b->label))
			return false;
	}
	return true;
}

/* It becomes a part of documents: what is no JSON would break them. */
static bool is_object(const char *s)
{
	size_t n = s ? strnlen(s, CAM_MAX_EVENT_JSON + 1) : 0;
	json_t *json;
	bool is;

	if (!s)
		return true;
	if (n > CAM_MAX_EVENT_JSON)
		return false;
	json = json_loadb(s, n, JSON_REJECT_DUPLICATES, NULL);
	is = json_is_object(json);
	json_decref(json);
	return is;
}

int event_check(const struct cam_event *e)
{
	bool is_good = e->phase >= CAM_BEGIN && e->phase <= CAM_POINT && is_topic(e->topic) &&
		       is_label(e->label) && is_part(e->score) && are_boxes(e) && is_object(e->json);

	return is_good ? 0 : -EINVAL;
}

/* ---- the copy ---- */

static size_t length(const char *s)
{
	return s ? strlen(s) + 1 : 1;
}

static const char *put(char **to, const char *s)
{
	size_t n = length(s);
	const char *at = memcpy(*to, s ? s : "", n);

	*to += n;
	return at;
}

static size_t texts_of(const struct cam_event *e)
{
	size_t n =
		length(e->topic) + length(e->label) + length(e->camera) + length(e->node) + length(e->json);

	for (uint32_t i = 0; i < e->n_boxes; i++)
		n += length(e->boxes[i].label);
	return n;
}

struct event *event_new(const struct cam_event *like, uint64_t seq)
{
	size_t bytes = sizeof(struct event) + like->n_boxes * sizeof(struct cam_box) + texts_of(like);
	struct event *e = malloc(bytes);
	char *to;

	if (!e)
		return NULL;
	atomic_init(&e->refs, 1);
	e->bytes = bytes;
	e->seq = seq;
	e->is = *like;
	e->is.size = sizeof(e->is);
	e->is.picture = NULL;
	to = (char *)&e->boxes[like->n_boxes];
	for (uint32_t i = 0; i < like->n_boxes; i++) {
		e->boxes[i] = like->boxes[i];
		e->boxes[i].label = put(&to, like->boxes[i].label);
	}
	e->is.boxes = e->boxes;
	e->is.topic = put(&to, like->topic);
	e->is.label = put(&to, like->label);
	e->is.camera = put(&to, like->camera);
	e->is.node = put(&to, like->node);
	e->is.json = like->json ? put(&to, like->json) : NULL;
	return e;
}

struct event *event_ref(struct event *e)
{
	atomic_fetch_add_explicit(&e->refs, 1, memory_order_relaxed);
	return e;
}

void event_unref(struct event *e)
{
	if (e && atomic_fetch_sub_explicit(&e->refs, 1, memory_order_acq_rel) == 1)
		free(e);
}

const struct cam_event *event_is(const struct event *e)
{
	return &e->is;
}

uint64_t event_seq(const struct event *e)
{
	return e->seq;
}

size_t event_bytes(const struct event *e)
{
	return e->bytes;
}

/* ---- patterns ---- */

bool event_matches(const struct cam_event *e, const char *pattern)
{
	size_t topic = strcspn(pattern, ".");

	return glob_matches(pattern, topic, e->topic) &&
	       (!pattern[topic] || glob_matches(pattern + topic + 1, strlen(pattern + topic + 1), e->label));
}
