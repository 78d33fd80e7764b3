/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/names.h"

#include <cam/plugin.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int name_make(
	const char *camera, int64_t wall_ns, int copy, char day[NAME_DAY_BYTES], char file[NAME_FILE_BYTES])
{
	time_t seconds = (time_t)(wall_ns / CAM_SECOND);
	char clock[32], offset[8], again[8] = "";
	struct tm tm;
	int n;

	if (!localtime_r(&seconds, &tm) || tm.tm_year < 0 || tm.tm_year > 8099)
		return -ERANGE;
	if (strftime(day, NAME_DAY_BYTES, "%Y-%m-%d", &tm) != NAME_DAY_BYTES - 1 ||
		!strftime(clock, sizeof(clock), "%H-%M-%S", &tm) ||
		!strftime(offset, sizeof(offset), "%z", &tm))
		return -ERANGE;
	if (!tm.tm_gmtoff)
		snprintf(offset, sizeof(offset), "Z");
	if (copy > 1)
		snprintf(again, sizeof(again), "_%d", copy % 100);
	n = snprintf(file, NAME_FILE_BYTES, "%s_%s_%s%s%s.mp4", camera, day, clock, offset, again);
	return n < NAME_FILE_BYTES ? 0 : -ENAMETOOLONG;
}

const char *name_utc(int64_t seconds, char ret[NAME_UTC_BYTES])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(ret, NAME_UTC_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm))
		ret[0] = '\0';
	return ret;
}

/* `shape` has a 9 for each digit; any other character stands for itself. @return what follows in s, or NULL */
static const char *match(const char *s, const char *shape)
{
	for (; *shape; s++, shape++) {
		if (*shape == '9' ? *s < '0' || *s > '9' : *s != *shape)
			return NULL;
	}
	return s;
}

/* Two digits at s. */
static int two(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

bool name_is_day(const char *day)
{
	const char *rest = match(day, "9999-99-99");

	return rest && !*rest && two(day + 5) >= 1 && two(day + 5) <= 12 && two(day + 8) >= 1 &&
	       two(day + 8) <= 31;
}

/* "Z" or "+0100" at s. @return what follows, or NULL */
static const char *parse_offset(const char *s, int64_t *ret_seconds)
{
	const char *rest;

	*ret_seconds = 0;
	if (*s == 'Z')
		return s + 1;
	if (!(rest = match(s, "+9999")) && !(rest = match(s, "-9999")))
		return NULL;
	if (two(s + 1) > 14 || two(s + 3) > 59)
		return NULL;
	*ret_seconds = (two(s + 1) * INT64_C(3600) + two(s + 3) * INT64_C(60)) * (*s == '-' ? -1 : 1);
	return rest;
}

/* ".mp4", or "_2.mp4" to "_99.mp4" */
static bool is_ending(const char *s)
{
	const char *rest = match(s, "_9");

	if (rest) {
		if (*rest >= '0' && *rest <= '9')
			rest++;
		if (s[1] == '0' || (rest == s + 2 && s[1] == '1'))
			return false;
		s = rest;
	}
	return !strcmp(s, ".mp4");
}

bool name_parse(const char *camera, const char *day, const char *file, int64_t *ret_start)
{
	size_t n = strlen(camera);
	struct tm tm = {0};
	int64_t offset;
	const char *clock, *rest;

	if (!name_is_day(day) || strncmp(file, camera, n) != 0 || file[n] != '_' ||
		strncmp(file + n + 1, day, 10) != 0)
		return false;
	clock = file + n + 12;
	rest = match(file + n + 11, "_99-99-99");
	if (!rest || two(clock) > 23 || two(clock + 3) > 59 || two(clock + 6) > 60)
		return false;
	rest = parse_offset(rest, &offset);
	if (!rest || !is_ending(rest))
		return false;
	tm.tm_year = two(day) * 100 + two(day + 2) - 1900;
	tm.tm_mon = two(day + 5) - 1;
	tm.tm_mday = two(day + 8);
	tm.tm_hour = two(clock);
	tm.tm_min = two(clock + 3);
	tm.tm_sec = two(clock + 6);
	*ret_start = (int64_t)timegm(&tm) - offset;
	return true;
}
