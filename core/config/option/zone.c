/* SPDX-License-Identifier: MIT */
#include "core/config/option/zone.h"

#include "core/config/words/nearest.h"

#include "core/config/tree/report.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ZONEINFO "/usr/share/zoneinfo"

/*
 * The name that a zone has got since, by the database's own list of links ("L America/New_York US/Eastern"): Debian
 * keeps the old names in a package of their own. @return whether it is an old name
 */
static bool new_name(const char *old, char *ret, size_t room)
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
static const char *nearest_zone(struct arena *a, const char *name)
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
	return near.whole.best[0] ? arena_copy(a, near.whole.best, strlen(near.whole.best))
				  : arena_copy(a, near.of_city, strlen(near.of_city));
}

/* `UTC+2` is called Etc/GMT-2 there. */
static const char *offset_zone(struct arena *a, const char *name)
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
	return arena_printf(a,
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
static const char *zone_hint(struct arena *a, const char *name)
{
	const char *zone = offset_zone(a, name);

	if (*zone)
		return zone;
	if (is_abbreviation(name))
		return "; write a region and its city instead of an abbreviation, as in Europe/Berlin";
	zone = nearest_zone(a, name);
	if (*zone)
		return arena_printf(a, "; did you mean \"%s\"?", zone);
	return "; `ls " ZONEINFO "` shows what is, as in Europe/Berlin";
}

const char *zone_fault(const char *name, struct arena *a)
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
	if (new_name(name, target, sizeof(target)))
		return arena_printf(
			a, "is an old name: write %s, or install those too (package tzdata-legacy)", target);
	return arena_printf(a, "is not in the tz database%s", zone_hint(a, name));
}
