/* SPDX-License-Identifier: MIT */
#include "core/api/openapi.h"

#include "core/api/event_json.h"
#include "core/api/pattern.h"
#include "core/api/status.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char about[] = CAM_JSON(
	"title": "cam_server", "license": {"name": "MIT", "identifier": "MIT"},
	"description": "What this server answers, with its configuration. HEAD works wherever GET does. Any request may be answered with what components/responses/error says.");
static const char errors[] = CAM_JSON(
	"error": {"description": "What is wrong, in a sentence.", "content": {
		"text/plain": {"schema": {"type": "string"}},
		"application/json": {"schema": {"type": "object", "required": ["error"],
			"properties": {"error": {"type": "string"}}}}}});
/* Of a route that has its help only. */
static const char untold[] = CAM_JSON("responses": {"default": {"description": "See the summary."}});
/* clang-format on */

/* What a route takes, by its name in the configuration. */
static const char *const rights[] = {[CAM_OPEN] = "none",
	[CAM_VIEW] = "view",
	[CAM_PLAYBACK] = "playback",
	[CAM_CONTROL] = "control",
	[CAM_ADMIN] = "admin"};

/* A route to be told of. */
struct entry {
	const struct cam_plugin *plugin;
	const struct cam_route *route;
	const struct cam_operation *operation; /* NULL: its help is all there is */
};

struct entries {
	struct entry *entry;
	size_t n, room;
	bool failed;
};

/* @return whether path is as the pattern up to its '*', so that a table out of step tells no lies */
static bool is_of(const struct cam_operation *op, const struct cam_route *route)
{
	size_t n = strcspn(route->pattern, "*");

	return !strncmp(op->path, route->pattern, n) && op->path[n] == (route->pattern[n] ? '{' : '\0');
}

static void add(struct entries *l, const struct entry *e)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 32;
		struct entry *more = realloc(l->entry, room * sizeof(*more));

		if (!more) {
			l->failed = true;
			return;
		}
		l->entry = more;
		l->room = room;
	}
	l->entry[l->n++] = *e;
}

static void add_plugin(struct entries *l, const struct cam_plugin *p)
{
	const struct cam_operation *op = p->operations;

	for (const struct cam_route *r = p->routes; r && r->method; r++) {
		bool is_told = op && op->path;

		add(l, &(struct entry){p, r, is_told && is_of(op, r) ? op : NULL});
		op += is_told;
	}
}

/* The first entry from `from` on with this pattern, and this method unless it is NULL. @return l->n: none */
static size_t find(const struct entries *l, size_t from, const char *pattern, const char *method)
{
	while (from < l->n && (strcmp(l->entry[from].route->pattern, pattern) ||
				      (method && strcmp(l->entry[from].route->method, method))))
		from++;
	return from;
}

/* What is known of a route that has its help only: the names in its path. */
static void print_untold(const char *pattern, struct text *out)
{
	const char *names[] = {
		strstr(pattern, PATTERN_CAMERA) ? "camera" : NULL, strchr(pattern, '*') ? "tail" : NULL};
	bool any = false;

	for (size_t i = 0; i < 2; i++) {
		if (names[i])
			text_printf(out,
				"%s{\"name\":\"%s\",\"in\":\"path\",\"required\":true,"
				"\"schema\":{\"type\":\"string\"}}",
				any ? "," : "\"parameters\":[", names[i]);
		any |= names[i] != NULL;
	}
	text_add(out, any ? "]," : "");
	text_add(out, untold);
}

static void print_operation(const struct entry *e, struct text *out)
{
	text_add(out, "\"");
	for (const char *c = e->route->method; *c; c++)
		text_printf(out, "%c", tolower((unsigned char)*c));
	text_add(out, "\":{\"summary\":");
	text_json(out, e->route->help ? e->route->help : "");
	text_add(out, ",\"tags\":[");
	text_json(out, e->plugin->name);
	text_printf(out, "],\"x-right\":\"%s\",", rights[e->route->right]);
	if (e->operation)
		text_add(out, e->operation->json);
	else
		print_untold(e->route->pattern, out);
	text_add(out, "}");
}

static void print_path(const struct entry *e, struct text *out)
{
	struct text path = {0};

	for (const char *c = e->operation ? e->operation->path : e->route->pattern; *c; c++)
		if (*c == '*')
			text_add(&path, "{tail}");
		else
			text_add_n(&path, c, 1);
	text_json(out, text_str(&path));
	out->failed = out->failed || path.failed;
	text_free(&path);
}

/* A path holds its methods. Of two plugins with one route the first is told of, as it is asked first. */
static void print_paths(const struct entries *l, struct text *out)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *pattern = l->entry[i].route->pattern;

		if (find(l, 0, pattern, NULL) < i)
			continue;
		text_add(out, i ? "," : "");
		print_path(&l->entry[i], out);
		text_add(out, ":{");
		for (size_t k = i; k < l->n; k = find(l, k + 1, pattern, NULL)) {
			if (find(l, 0, pattern, l->entry[k].route->method) < k)
				continue;
			text_add(out, k > i ? "," : "");
			print_operation(&l->entry[k], out);
		}
		text_add(out, "}");
	}
}

/* What plugins of this configuration raise, and the server itself. */
static void print_topics(const struct graph *g, struct text *out)
{
	text_add(out, "[{\"topic\":\"camera\",\"by\":\"cam_server\",\"summary\":\"How a camera and its "
		      "stages fare.\","
		      "\"labels\":\"connecting live stalled retrying failed stopped fault clock refused\"}");
	for (size_t i = 0; i < g->index.n_plugins; i++)
		for (const struct cam_topic *t = g->index.plugins[i]->topics; t && t->name; t++) {
			text_add(out, ",{\"topic\":");
			text_json(out, t->name);
			text_add(out, ",\"by\":");
			text_json(out, g->index.plugins[i]->name);
			text_add(out, ",\"summary\":");
			text_json(out, t->help ? t->help : "");
			text_add(out, ",\"labels\":");
			text_json(out, t->labels ? t->labels : "");
			text_printf(out, ",\"data\":{%s}}", t->json ? t->json : "");
		}
	text_add(out, "]");
}

void openapi_print(const struct graph *g, const struct cam_plugin *core, struct text *out)
{
	struct entries l = {0};

	add_plugin(&l, core);
	for (size_t i = 0; i < g->index.n_plugins; i++)
		add_plugin(&l, g->index.plugins[i]);
	text_printf(out, "{\"openapi\":\"3.1.0\",\"info\":{%s,\"version\":\"%s\"},\"paths\":{", about,
		PACKAGE_VERSION);
	print_paths(&l, out);
	text_add(out, "},\"components\":{\"schemas\":{");
	status_schemas(out);
	text_add(out, ",");
	event_schema(out);
	text_printf(out, "},\"responses\":{%s}},\"x-topics\":", errors);
	print_topics(g, out);
	text_add(out, "}\n");
	out->failed = out->failed || l.failed;
	free(l.entry);
}
