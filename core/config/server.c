/* SPDX-License-Identifier: MIT */
#include "core/config/load.h"

#include "core/base/log.h"
#include "core/config/misplaced.h"
#include "core/config/option.h"
#include "core/config/zone.h"

#include <string.h>

static const struct cam_enum levels[] = {{"error", LOG_ERROR, "what fails"},
	{"warn", LOG_WARN, "and what is odd"}, {"info", LOG_INFO, "and each change of state"},
	{"debug", LOG_DEBUG, "and all that helps to find a fault"}, {NULL, 0, NULL}};

static const struct cam_enum anonymous[] = {
	{"auto", CONFIG_ANONYMOUS_AUTO, "none when there are users, else what no login protects"},
	{"none", CONFIG_ANONYMOUS_NONE, "log in"}, {"view", CONFIG_ANONYMOUS_VIEW, "see live pictures"},
	{"playback", CONFIG_ANONYMOUS_PLAYBACK, "and recordings"},
	{"control", CONFIG_ANONYMOUS_CONTROL, "and trigger, move, delete"},
	{"admin", CONFIG_ANONYMOUS_ADMIN, "and change the server"}, {NULL, 0, NULL}};

const struct cam_opt config_server_options[] = {
	{"log_level", CAM_ENUM, 0, CAM_INT_AT(struct config_server, log_level), "info", 0, 0, NULL, levels,
		"What the log holds."},
	{"cpu_threads", CAM_INT, 0, CAM_INT_AT(struct config_server, cpu_threads), "0", 0, 256, "threads",
		NULL, "Threads that decode, scale and encode; 0: one a core."},
	{"queue_memory", CAM_SIZE, 0, CAM_INT_AT(struct config_server, queue_memory), "25%", -100, 1e15, NULL,
		NULL,
		"Memory for packets that wait, most of them for disks; beyond it the camera with the most "
		"loses "
		"whole groups of pictures. 25% is of what the process may use, its container's limit "
		"included."},
	{"timezone", CAM_STRING, 0, CAM_STRING_AT(struct config_server, timezone), "UTC", 0, 0, NULL, NULL,
		"The time zone of file names, by its name in the tz database: Europe/Berlin."},
	{"protect", CAM_BOOL, 0, CAM_BOOL_AT(struct config_server, protect), "true", 0, 0, NULL, NULL,
		"Give up the right to start programs and to open files that the configuration does not "
		"name."},
	{"core_dumps", CAM_BOOL, 0, CAM_BOOL_AT(struct config_server, core_dumps), "false", 0, 0, NULL, NULL,
		"Let a crash leave a core file, and other programs of the same user read the memory: both "
		"show the passwords."},
	{"anonymous", CAM_ENUM, 0, CAM_INT_AT(struct config_server, anonymous), "auto", 0, 0, NULL, anonymous,
		"What whoever has not logged in may do."},
	{0}};
_Static_assert(sizeof(config_server_options) / sizeof(config_server_options[0]) - 1 == LOAD_SERVER_OPTIONS,
	"each has an origin");

static const char *there_are(struct load *l)
{
	const char *list = "; there are";

	for (const struct cam_opt *o = config_server_options; o->name; o++)
		list = arena_printf(
			l->arena, "%s%s %s", list, o == config_server_options ? "" : ",", o->name);
	return list;
}

static const char *unknown(struct load *l, const char *key)
{
	const char *place = misplaced_key(l, key);
	struct nearest near;

	nearest_init(&near, key);
	for (const struct cam_opt *o = config_server_options; o->name; o++)
		nearest_try(&near, o->name);
	if (near.best[0] && !*place)
		return nearest_hint(&near, l->arena);
	place = *place ? place : misplaced_word(l, key);
	return *place ? place : there_are(l);
}

static void one_key(struct load *l, const struct tree *t)
{
	const struct cam_opt *o = option_find(config_server_options, t->key);
	const char *path = tree_path(l->arena, t), *text, *fault;
	char why[OPTION_WHY];

	if (l->report->n_errors >= REPORT_MAX)
		return;
	if (!o) {
		report_error(l->report, &t->key_at, path, "unknown key%s%s", load_odd_character(l, t->key),
			unknown(l, t->key));
		return;
	}
	text = load_shown(l, t);
	if (!text)
		return;
	l->out->server_origins[o - config_server_options] = load_origin(l, t);
	if (option_set(o, text, &l->out->pub.server, why))
		report_error(l->report, &t->at, path, "%s", why);
	fault = !strcmp(o->name, "timezone") ? zone_fault(text, l->arena) : NULL;
	if (fault)
		report_error(l->report, &t->at, path, "\"%.64s\" %s", text, fault);
}

void load_server(struct load *l)
{
	const struct tree *server = tree_get(l->root, "server");
	char why[OPTION_WHY];

	for (const struct cam_opt *o = config_server_options; o->name; o++) {
		option_set(o, o->def, &l->out->pub.server, why);
		l->out->server_origins[o - config_server_options] = "default";
	}
	if (!server || tree_is_null(server))
		return;
	if (server->kind != TREE_MAP) {
		report_error(l->report, &server->at, "server", "must be a mapping of options, not %s",
			tree_kind_name(server));
		return;
	}
	for (const struct tree *t = server->first; t && l->report->n_errors < REPORT_MAX; t = t->next)
		one_key(l, t);
}
