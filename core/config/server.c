/* SPDX-License-Identifier: MIT */
#include "core/config/load.h"

#include "core/base/log.h"
#include "core/config/misplaced.h"
#include "core/config/option.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ZONEINFO "/usr/share/zoneinfo"

static const struct cam_enum levels[] = {{"error", LOG_ERROR, "what fails"},
	{"warn", LOG_WARN, "and what is odd"}, {"info", LOG_INFO, "and each change of state"},
	{"debug", LOG_DEBUG, "and all that helps to find a fault"}, {NULL, 0, NULL}};

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
	{0}};

/*
 * The name that a zone has got since, by the database's own list of links ("L America/New_York US/Eastern"): Debian
 * keeps the old names in a package of their own. @return whether it is an old name
 */
static bool new_timezone(const char *old, char *ret, size_t room)
{
	FILE *f = fopen(ZONEINFO "/tzdata.zi", "re");
	char line[256], target[128], name[128];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		found = sscanf(line, "L %127s %127s", target, name) == 2 && !strcmp(name, old);
		if (found)
			snprintf(ret, room, "%s", target);
	}
	if (f)
		fclose(f);
	return found;
}

static bool is_zone(const char *name)
{
	char path[sizeof(ZONEINFO) + 128];
	struct stat st;

	snprintf(path, sizeof(path), ZONEINFO "/%s", name);
	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* A zone is called by its whole name, or by its city alone. */
struct near_zone {
	struct nearest whole, city;
	char of_city[128];
};

static void try_zone(struct near_zone *near, const char *zone)
{
	const char *slash = strrchr(zone, '/');
	unsigned before = near->city.distance;

	nearest_try(&near->whole, zone);
	nearest_try(&near->city, slash ? slash + 1 : zone);
	if (near->city.distance < before)
		snprintf(near->of_city, sizeof(near->of_city), "%s", zone);
}

/* @return the name that is most likely meant, "" when none is near, or the list of the database is not there */
static const char *nearest_zone(struct load *l, const char *name)
{
	FILE *f = fopen(ZONEINFO "/tzdata.zi", "re");
	struct near_zone near = {0};
	char line[256], zone[128];

	nearest_init_spelling(&near.whole, name, 2);
	nearest_init_spelling(&near.city, name, 1);
	while (f && fgets(line, sizeof(line), f))
		if ((sscanf(line, "Z %127s", zone) == 1 || sscanf(line, "L %*s %127s", zone) == 1) &&
			is_zone(zone))
			try_zone(&near, zone);
	if (f)
		fclose(f);
	return near.whole.best[0] ? arena_copy(l->arena, near.whole.best, strlen(near.whole.best))
				  : arena_copy(l->arena, near.of_city, strlen(near.of_city));
}

/* `UTC+2` is called Etc/GMT-2 there. */
static const char *offset_zone(struct load *l, const char *name)
{
	const char sign = strlen(name) > 3 ? name[3] : 0, *digits = name + 4;
	char zone[32];
	size_t n = 0;

	if ((strncmp(name, "UTC", 3) != 0 && strncmp(name, "GMT", 3) != 0) || (sign != '+' && sign != '-'))
		return "";
	digits += *digits == '0';
	n = strspn(digits, "0123456789");
	snprintf(zone, sizeof(zone), "Etc/GMT%c%.2s", sign == '+' ? '-' : '+', digits);
	if (!n || n > 2 || digits[n] || !is_zone(zone))
		return "";
	return arena_printf(l->arena,
		"; did you mean \"%s\"? The sign is reversed there, and it knows no summer time, as "
		"Europe/Berlin does",
		zone);
}

/* CEST, EDT: an offset at some time of the year, and several zones have it. */
static bool is_abbreviation(const char *name)
{
	size_t n = strlen(name);

	return n >= 3 && n <= 4 && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n && name[n - 1] == 'T';
}

/* @return what to write for a name that is no zone */
static const char *zone_hint(struct load *l, const char *name)
{
	const char *zone = offset_zone(l, name);

	if (*zone)
		return zone;
	if (is_abbreviation(name))
		return "; write a region and its city instead of an abbreviation, as in Europe/Berlin";
	zone = nearest_zone(l, name);
	if (*zone)
		return arena_printf(l->arena, "; did you mean \"%s\"?", zone);
	return "; `ls " ZONEINFO "` shows what is, as in Europe/Berlin";
}

/* @return why it is no time zone, NULL if it is one */
static const char *timezone_fault(struct load *l, const char *name)
{
	char target[128];
	struct stat st;
	size_t n = strlen(name);

	if (!strcmp(name, "UTC"))
		return NULL;
	if (!n || n > 64 || name[0] == '/' || strstr(name, "..") || strstr(name, "//") ||
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/ ") != n)
		return "is not a name of the tz database, such as UTC or Europe/Berlin";
	if (stat(ZONEINFO, &st))
		return "cannot be looked up: install the tz database (package tzdata), or use UTC";
	if (!strchr(name, ' ') && is_zone(name))
		return NULL;
	if (new_timezone(name, target, sizeof(target)))
		return arena_printf(l->arena,
			"is an old name: write %s, or install those too (package tzdata-legacy)", target);
	return arena_printf(l->arena, "is not in the tz database%s", zone_hint(l, name));
}

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
	fault = !strcmp(o->name, "timezone") ? timezone_fault(l, text) : NULL;
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
