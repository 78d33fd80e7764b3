/* SPDX-License-Identifier: MIT */
#include "core/config/load.h"
#include "core/config/option.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {"plugin", "source", "buffer", "recorder", "sink"};

static const char *kind_name(const struct config_node *n)
{
	return kind_names[n->plugin->kind <= CAM_SINK ? n->plugin->kind : 0];
}

static struct node_info *info_of(struct load *l, const struct config_node *n)
{
	return &l->out->infos[n - l->out->pub.nodes];
}

/* @return the node of that stage of the camera being resolved, NULL if there is none */
static const struct config_node *stage_node(const struct load *l, const char *stage)
{
	for (size_t i = l->first; stage && i < l->out->pub.n_nodes; i++)
		if (!strcmp(l->out->pub.nodes[i].stage, stage))
			return &l->out->pub.nodes[i];
	return NULL;
}

static void from_error(struct load *l, const struct config_node *n, const char *reason)
{
	const struct node_info *info = info_of(l, n);

	report_error(l->report, &info->from_at, arena_printf(l->arena, "%s.from", n->path), "%s", reason);
}

static void check_from(struct load *l, const struct config_node *n)
{
	const struct config_node *to = stage_node(l, n->from);
	struct nearest near;
	bool known = false;

	nearest_init(&near, n->from);
	for (size_t i = 0; i < l->n_stages; i++) {
		known |= !strcmp(l->stages[i], n->from);
		if (strcmp(l->stages[i], n->stage) != 0)
			nearest_try(&near, l->stages[i]);
	}
	if (n->plugin->kind == CAM_SOURCE)
		from_error(l, n, "a source takes nothing from another stage; remove this line");
	else if (!known)
		from_error(l, n,
			arena_printf(l->arena, "camera \"%s\" has no stage \"%.64s\"%s", n->camera, n->from,
				nearest_hint(&near, l->arena)));
	else if (to && to->plugin->kind != CAM_SOURCE && to->plugin->kind != CAM_BUFFER)
		from_error(l, n,
			arena_printf(l->arena,
				"stage \"%s\" is a %s, and only a source or a buffer hands packets on",
				n->from, kind_name(to)));
}

/* A walk along `from` longer than there are stages goes round. */
static void check_cycle(struct load *l, const struct config_node *n)
{
	const struct config_node *at = n;
	size_t steps = l->out->pub.n_nodes - l->first;

	while (at && at->from && steps--) {
		at = stage_node(l, at->from);
		if (at == n) {
			from_error(
				l, n, "this stage takes its packets from itself, around a circle of `from`");
			return;
		}
	}
}

static void add_codecs(struct text *out, const uint32_t *codecs)
{
	for (const uint32_t *c = codecs; *c; c++) {
		char name[5] = {(char)*c, (char)(*c >> 8), (char)(*c >> 16), (char)(*c >> 24), 0};

		text_printf(out, "%s%s", c == codecs ? "" : ", ", name);
	}
}

static bool share_codec(const uint32_t *a, const uint32_t *b)
{
	for (; *a; a++)
		for (const uint32_t *c = b; *c; c++)
			if (*a == *c)
				return true;
	return false;
}

static void check_codecs(struct load *l, const struct config_node *source, const struct config_node *recorder)
{
	const uint32_t *makes = source->plugin->makes, *takes = recorder->plugin->takes;
	struct text lists = {0};

	if (!makes || !takes || share_codec(makes, takes))
		return;
	text_printf(&lists, "%s makes ", source->plugin->name);
	add_codecs(&lists, makes);
	text_printf(&lists, "; %s takes ", recorder->plugin->name);
	add_codecs(&lists, takes);
	report_error(l->report, &info_of(l, recorder)->at, recorder->path,
		"no codec in common with stage \"%s\": %s", source->stage, text_str(&lists));
	text_free(&lists);
}

/* @return the camera's source; NULL, and reported unless a stage is missing for another reason */
static const struct config_node *only_source(struct load *l, const struct where *at, const char *camera)
{
	const struct config_node *source = NULL;
	const char *path = arena_printf(l->arena, "cameras.%s", camera);

	for (size_t i = l->first; i < l->out->pub.n_nodes; i++) {
		const struct config_node *n = &l->out->pub.nodes[i];

		if (n->plugin->kind != CAM_SOURCE)
			continue;
		if (source)
			report_error(l->report, &info_of(l, n)->at, n->path,
				"a second source beside stage \"%s\"; a camera has one, so make it a camera "
				"of its own",
				source->stage);
		else
			source = n;
	}
	if (!source && !l->n_lost)
		report_error(l->report, at, path, "has no source; add `source: {plugin: rtsp_in, url: ...}`");
	return source;
}

void load_wiring(struct load *l, const struct where *camera_at, const char *camera)
{
	const struct config_node *source = only_source(l, camera_at, camera);

	for (size_t i = l->first; i < l->out->pub.n_nodes; i++) {
		const struct config_node *n = &l->out->pub.nodes[i];

		if (n->from) {
			check_from(l, n);
			check_cycle(l, n);
		}
		if (source && n->plugin->kind == CAM_RECORDER)
			check_codecs(l, source, n);
	}
}

/* One use of a value that must be unique. */
struct use {
	const struct config_node *node;
	size_t option;
	const char *value;
};

static int by_value(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int c = strcmp(x->node->plugin->name, y->node->plugin->name);

	if (!c)
		c = x->option < y->option ? -1 : x->option > y->option;
	if (!c)
		c = strcmp(x->value, y->value);
	return c ? c : x->node < y->node ? -1 : x->node > y->node;
}

static size_t find_uses(struct load *l, struct use *uses)
{
	size_t n = 0;

	for (size_t i = 0; i < l->out->pub.n_nodes; i++) {
		const struct config_node *node = &l->out->pub.nodes[i];

		for (size_t k = 0; node->plugin->options && node->plugin->options[k].name; k++) {
			struct text value = {0};

			if (!(node->plugin->options[k].flags & CAM_UNIQUE))
				continue;
			if (uses) {
				option_format(&node->plugin->options[k], node->config, &value);
				uses[n] = (struct use){
					node, k, arena_copy(l->arena, text_str(&value), value.len)};
				l->arena->failed |= value.failed;
				text_free(&value);
			}
			n++;
		}
	}
	return n;
}

static void check_unique(struct load *l)
{
	size_t n = find_uses(l, NULL);
	struct use *uses = n > 1 ? arena_alloc(l->arena, n * sizeof(*uses)) : NULL;

	if (!uses)
		return;
	find_uses(l, uses);
	qsort(uses, n, sizeof(*uses), by_value);
	for (size_t i = 1; i < n; i++) {
		const struct use *a = &uses[i - 1], *b = &uses[i];
		const struct node_info *info = info_of(l, b->node);
		struct text other = {0};

		if (strcmp(a->node->plugin->name, b->node->plugin->name) != 0 || a->option != b->option ||
			strcmp(a->value, b->value) != 0)
			continue;
		where_print(&info_of(l, a->node)->places[a->option], &other);
		report_error(l->report, &info->places[b->option],
			arena_printf(
				l->arena, "%s.%s", b->node->path, b->node->plugin->options[b->option].name),
			"the same value is used by %s (%s); each needs its own", a->node->path,
			text_str(&other));
		text_free(&other);
	}
}

static void check_pattern(struct load *l, const struct config_node *sink, const char *pattern)
{
	const struct config *c = &l->out->pub;
	struct nearest near;

	nearest_init(&near, pattern);
	for (size_t i = 0; i < c->n_cameras; i++) {
		struct config_node one = {.from = pattern};

		if (config_sink_sees(&one, c->cameras[i]))
			return;
		nearest_try(&near, c->cameras[i]);
	}
	from_error(l, sink,
		arena_printf(
			l->arena, "no camera is called \"%.64s\"%s", pattern, nearest_hint(&near, l->arena)));
}

static void check_sink(struct load *l, const struct config_node *sink)
{
	const char *s = sink->from;
	unsigned n = 0;

	while (s) {
		const char *end = strchr(s, ',');
		size_t len = end ? (size_t)(end - s) : strlen(s);

		if (++n > LOAD_MAX_SINKS) {
			from_error(l, sink, "more than 64 patterns; use * to name many cameras");
			return;
		}
		while (len && *s == ' ') {
			s++;
			len--;
		}
		check_pattern(l, sink, arena_copy(l->arena, s, len));
		s = end ? end + 1 : NULL;
	}
}

void load_across(struct load *l)
{
	check_unique(l);
	for (size_t i = 0; i < l->out->pub.n_nodes; i++)
		if (!l->out->pub.nodes[i].camera)
			check_sink(l, &l->out->pub.nodes[i]);
}
