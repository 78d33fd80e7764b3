/* SPDX-License-Identifier: MIT */
/*
 * --schema. A camera's stage may leave its plugin to `defaults`, which a schema cannot follow: then its keys must be
 * those of one kind of plugin, and each value fits one plugin that has the key. Nothing is required, since any value
 * may come from `defaults`, the environment or the command line.
 */
#include "core/config/show/schema.h"

#include "core/config/option/option.h"
#include "core/config/server_options.h"
#include "core/config/show/plugins.h"
#include "core/config/show/schema_option.h"
#include "core/config/swap.h"
#include "core/config/user_options.h"

#include "core/base/kind.h"
#include "core/config/hears.h"
#include "core/config/loading.h"

#include <string.h>

#define VARIABLE "{\"$ref\": \"#/$defs/variable\"}"

static const char *const definitions =
	"\"variable\": {\"type\": \"string\", \"pattern\": \"[$][{]\", \"description\": \"Holds "
	"${NAME}.\"},\n"
	"\"name\": {\"anyOf\": [{\"pattern\": \"^[a-z0-9_-]{1,64}$\", \"not\": {\"const\": "
	"\"off\"}}, " VARIABLE "]},\n"
	"\"camera_name\": {\"anyOf\": [{\"pattern\": \"^[^ /\\\\\\\\,*?]([^/\\\\\\\\,*?]*[^ "
	"/\\\\\\\\,*?])?$\", "
	"\"maxLength\": 64, \"not\": {\"enum\": [\"off\", \".\", \"..\"]}}, " VARIABLE "]},\n"
	"\"text\": {\"type\": [\"string\", \"number\", \"boolean\"]},\n"
	"\"from\": {\"anyOf\": [{\"$ref\": \"#/$defs/text\"}, {\"type\": \"array\", \"items\": "
	"{\"$ref\": \"#/$defs/text\"}}], \"description\": \"Stages: the stage to take packets from; by "
	"default the "
	"buffer, else the source. Sinks and listeners: names of cameras with * and ?, by commas; by default "
	"all.\"},\n"
	"\"on\": {\"anyOf\": [{\"$ref\": \"#/$defs/topics\"}, {\"type\": \"array\", \"minItems\": 1, "
	"\"items\": {\"$ref\": "
	"\"#/$defs/topics\"}}], \"description\": \"The events to act upon: topics, as motion, or "
	"topic.label, as "
	"object.person, with *; by commas or as a list; by default what the plugin says.\"},\n"
	"\"topics\": {\"type\": \"string\", \"minLength\": 1},\n"
	"\"required\": {\"anyOf\": [{\"enum\": [\"auto\", true, false, \"true\", \"false\"]}, " VARIABLE
	"], \"default\": \"auto\", "
	"\"description\": \"Whether the server ends when this cannot start: auto for sinks and listeners, "
	"not for "
	"a camera's stages.\"},\n"
	"\"stage\": {\"if\": {\"type\": \"object\"}, \"then\": {\"if\": {\"required\": [\"plugin\"]}, "
	"\"then\": {\"allOf\": [{\"$ref\": \"#/$defs/named\"}, {\"properties\": "
	"{\"plugin\": {\"$ref\": \"#/$defs/stage_names\"}}}]}, \"else\": {\"$ref\": \"#/$defs/unnamed\"}}, "
	"\"else\": {\"$ref\": \"#/$defs/switch\"}},\n"
	"\"switch\": {\"anyOf\": [{\"enum\": [\"on\", \"off\", true, false, null]}, " VARIABLE "]},\n"
	"\"address\": {\"type\": \"string\", \"pattern\": \"://|[$][{]\", \"description\": \"Of the camera: "
	"rtsp://...\"},\n"
	"\"source\": {\"anyOf\": [{\"$ref\": \"#/$defs/stage\"}, {\"$ref\": \"#/$defs/address\"}]},\n";

/* What stands beside the cameras, of one kind: three times its name. */
#define BESIDE                                                                                               \
	"\"%s\": {\"if\": {\"type\": \"object\"}, \"then\": {\"if\": {\"required\": [\"plugin\"]}, "         \
	"\"then\": {\"allOf\": [{\"$ref\": \"#/$defs/named\"}, {\"properties\": "                            \
	"{\"plugin\": {\"$ref\": \"#/$defs/%s_names\"}}}]}, \"else\": {\"$ref\": \"#/$defs/kind_%s\"}}, "    \
	"\"else\": {\"$ref\": \"#/$defs/switch\"}},\n"

/* A section of what stands beside the cameras: its name, and what it takes: their number, the name of the kind. */
#define NODES(help)                                                                                          \
	"\"%s\": {\"description\": \"" help                                                                  \
	"\", \"type\": [\"object\", \"null\"], \"maxProperties\": %d, \"propertyNames\": {\"$ref\": "        \
	"\"#/$defs/name\"}, \"additionalProperties\": {\"$ref\": \"#/$defs/%s\"}}"

#define SECTIONS                                                                                             \
	"\"defaults\": {\"description\": \"What every camera starts from.\", \"type\": [\"object\", "        \
	"\"null\"], "                                                                                        \
	"\"maxProperties\": %d, \"propertyNames\": {\"$ref\": \"#/$defs/name\"}, "                           \
	"\"additionalProperties\": {\"$ref\": \"#/$defs/stage\"}},\n"                                        \
	"\"cameras\": {\"description\": \"The cameras by name, with what differs from defaults.\", "         \
	"\"type\": [\"object\", \"null\"], \"minProperties\": 1, \"maxProperties\": %d, "                    \
	"\"propertyNames\": {\"$ref\": \"#/$defs/camera_name\"}, \"additionalProperties\": {\"if\": "        \
	"{\"type\": \"string\"}, \"then\": {\"$ref\": \"#/$defs/address\"}, \"else\": {\"type\": "           \
	"[\"object\", \"null\"], "                                                                           \
	"\"maxProperties\": %d, \"propertyNames\": {\"$ref\": \"#/$defs/name\"}, "                           \
	"\"properties\": {\"source\": {\"$ref\": \"#/$defs/source\"}}, "                                     \
	"\"additionalProperties\": {\"$ref\": \"#/$defs/stage\"}}}},\n" NODES(                               \
		"What serves the cameras to the outside.") ",\n" NODES("What hears of what happens to the "  \
								       "cameras.") "\n"

/* The keys of every stage, without a comma behind them. */
static void common_keys(uint32_t kind, bool hears, struct text *out)
{
	if (kind != CAM_SOURCE)
		text_add(out, "\"from\": {\"$ref\": \"#/$defs/from\"},\n");
	if (hears) {
		text_add(out, "\"on\": {\"$ref\": \"#/$defs/on\"},\n");
		schema_option(&config_min_score_option, out);
		text_add(out, ",\n");
	}
	text_add(out, "\"required\": {\"$ref\": \"#/$defs/required\"}");
}

static void file_key(const struct cam_opt *o, struct text *out)
{
	text_printf(out,
		",\n\"%s_file\": {\"$ref\": \"#/$defs/text\", \"description\": \"A file that holds %s.\"}",
		o->name, o->name);
}

/* @return whether a plugin of that kind before number i has the key */
static bool kind_has(const struct plugin_list *l, uint32_t kind, size_t i, const char *key)
{
	while (i--)
		if (l->items[i]->kind == kind && swap_is_key(l->items[i], key))
			return true;
	return false;
}

/* A key that another plugin of the kind has is ignored, so that swapping is one word. */
static void sibling_key(
	const struct plugin_list *l, const struct cam_plugin *p, size_t i, const char *key, struct text *out)
{
	if (!swap_is_key(p, key) && !kind_has(l, p->kind, i, key))
		text_printf(out, ",\n\"%s\": true", key);
}

static void siblings(const struct plugin_list *l, const struct cam_plugin *p, struct text *out)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i] == p || l->items[i]->kind != p->kind)
			continue;
		for (const struct cam_opt *o = l->items[i]->options; o && o->name; o++) {
			struct text file = {0};

			text_printf(&file, "%s_file", o->name);
			sibling_key(l, p, i, o->name, out);
			if (option_has_file(l->items[i]->options, o))
				sibling_key(l, p, i, text_str(&file), out);
			out->failed |= file.failed;
			text_free(&file);
		}
	}
}

static void one_plugin(const struct plugin_list *l, const struct cam_plugin *p, struct text *out)
{
	text_printf(out, "\"plugin_%s\": {\"description\": ", p->name);
	text_json(out, p->summary ? p->summary : "");
	text_printf(out, ", \"properties\": {\n\"plugin\": {\"const\": \"%s\"},\n", p->name);
	common_keys(p->kind, p->hears, out);
	for (const struct cam_opt *o = p->options; o && o->name; o++) {
		text_add(out, ",\n");
		schema_option(o, out);
		if (option_has_file(p->options, o))
			file_key(o, out);
	}
	siblings(l, p, out);
	text_add(out, "\n}, \"additionalProperties\": false},\n");
}

/* A key of a kind: as one of the plugins that have it would like it. */
static void key_of_kind(const struct plugin_list *l, uint32_t kind, const char *key, struct text *out)
{
	const char *comma = "";

	text_printf(out, ",\n\"%s\": {\"anyOf\": [", key);
	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i]->kind != kind || !swap_is_key(l->items[i], key))
			continue;
		text_printf(out, "%s{\"$ref\": \"#/$defs/plugin_%s/properties/%s\"}", comma,
			l->items[i]->name, key);
		comma = ", ";
	}
	text_add(out, "]}");
}

static void one_kind(const struct plugin_list *l, uint32_t kind, struct text *out)
{
	text_printf(out, "\"kind_%s\": {\"properties\": {\n", kind_name(kind));
	common_keys(kind, kind_has(l, kind, l->n, "on"), out);
	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i]->kind != kind)
			continue;
		for (const struct cam_opt *o = l->items[i]->options; o && o->name; o++) {
			struct text file = {0};

			text_printf(&file, "%s_file", o->name);
			if (!kind_has(l, kind, i, o->name))
				key_of_kind(l, kind, o->name, out);
			if (option_has_file(l->items[i]->options, o) &&
				!kind_has(l, kind, i, text_str(&file)))
				key_of_kind(l, kind, text_str(&file), out);
			out->failed |= file.failed;
			text_free(&file);
		}
	}
	text_add(out, "\n}, \"additionalProperties\": false},\n");
}

/* What a stage of a camera may be; sinks too, which serve that camera alone then. */
#define STAGE_KINDS (~(1u << CAM_LISTENER))

/* @param kinds a bit each */
static void plugin_names(const struct plugin_list *l, uint32_t kinds, struct text *out)
{
	const char *comma = "";

	text_add(out, "{\"anyOf\": [{\"enum\": [");
	for (size_t i = 0; i < l->n; i++) {
		if (!(kinds & 1u << l->items[i]->kind))
			continue;
		text_printf(out, "%s\"%s\"", comma, l->items[i]->name);
		comma = ", ";
	}
	text_add(out, "]}, " VARIABLE "]}");
}

/* What stages and nodes beside the cameras may be, by kind. */
static void kinds(const struct plugin_list *l, struct text *out)
{
	const char *comma = "";

	text_add(out, "\"unnamed\": {\"anyOf\": [");
	for (uint32_t kind = CAM_SOURCE; kind <= KIND_LAST; kind++) {
		if (!(STAGE_KINDS & 1u << kind))
			continue;
		text_printf(out, "%s{\"$ref\": \"#/$defs/kind_%s\"}", comma, kind_name(kind));
		comma = ", ";
	}
	text_add(out, "]},\n\"stage_names\": ");
	plugin_names(l, STAGE_KINDS, out);
	text_add(out, ",\n");
	for (uint32_t kind = CAM_SOURCE; kind <= KIND_LAST; kind++) {
		const char *name = kind_name(kind);

		one_kind(l, kind, out);
		if (!kind_section(kind))
			continue;
		text_printf(out, BESIDE, name, name, name);
		text_printf(out, "\"%s_names\": ", name);
		plugin_names(l, 1u << kind, out);
		text_add(out, ",\n");
	}
}

static void named(const struct plugin_list *l, struct text *out)
{
	text_add(out, "\"named\": {\"properties\": {\"plugin\": ");
	plugin_names(l, ~0u, out);
	text_add(out, "}");
	for (size_t i = 0; i < l->n; i++)
		text_printf(out,
			"%s{\"if\": {\"properties\": {\"plugin\": {\"const\": \"%s\"}}}, "
			"\"then\": {\"$ref\": \"#/$defs/plugin_%s\"}}",
			i ? ",\n" : ", \"allOf\": [\n", l->items[i]->name, l->items[i]->name);
	text_add(out, l->n ? "\n]}\n" : "}\n");
}

static void server(struct text *out)
{
	text_add(out, "\"server\": {\"description\": \"Options of the server itself.\", "
		      "\"type\": [\"object\", \"null\"], \"properties\": {");
	for (const struct cam_opt *o = server_options; o->name; o++) {
		text_add(out, o == server_options ? "\n" : ",\n");
		schema_option(o, out);
	}
	text_add(out, "\n}, \"additionalProperties\": false},\n");
}

/* What a user's name may be: what a login holds in front of its ':'. */
#define USERS                                                                                                \
	"\"users\": {\"description\": \"Who may log in, by name.\", \"type\": [\"object\", \"null\"], "      \
	"\"maxProperties\": %d, \"propertyNames\": {\"anyOf\": [{\"pattern\": \"^[^:]+$\", \"maxLength\": "  \
	"%d}, " VARIABLE "]}, \"additionalProperties\": {\"type\": \"object\", \"properties\": {"

static void users(struct text *out)
{
	text_printf(out, USERS, LOAD_MAX_USERS, LOAD_NAME_MAX);
	for (const struct cam_opt *o = user_options; o->name; o++) {
		text_add(out, o == user_options ? "\n" : ",\n");
		if (!strcmp(o->name, "cameras")) /* as `from` of a sink */
			text_printf(out, "\"%s\": {\"$ref\": \"#/$defs/from\"}", o->name);
		else
			schema_option(o, out);
		if (option_has_file(user_options, o))
			file_key(o, out);
	}
	text_add(out, "\n}, \"additionalProperties\": false}},\n");
}

void config_schema(const struct config_plugins *plugins, struct text *out)
{
	struct plugin_list l;

	plugin_list_fill(&l, plugins);
	text_add(out,
		"{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
		"\"title\": \"cam_server.yaml\", \"description\": \"The configuration of "
		"cam_server " PACKAGE_VERSION
		"\",\n\"type\": \"object\", \"required\": [\"cameras\"], \"additionalProperties\": false,\n"
		"\"properties\": {\n");
	server(out);
	users(out);
	text_printf(out, SECTIONS, LOAD_MAX_STAGES, LOAD_MAX_CAMERAS, LOAD_MAX_STAGES, kind_section(CAM_SINK),
		LOAD_MAX_SINKS, kind_name(CAM_SINK), kind_section(CAM_LISTENER), LOAD_MAX_SINKS,
		kind_name(CAM_LISTENER));
	text_add(out, "},\n\"$defs\": {\n");
	text_add(out, definitions);
	for (size_t i = 0; i < l.n; i++)
		one_plugin(&l, l.items[i], out);
	kinds(&l, out);
	named(&l, out);
	text_add(out, "}}\n");
	out->failed |= l.failed;
	plugin_list_free(&l);
}
