/* SPDX-License-Identifier: MIT */

#include "core/config/option/format.h"

#include "core/config/option/url.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MASK "********"

static int64_t int_at(const struct cam_opt *o, const void *config)
{
	int64_t v;

	memcpy(&v, (const char *)config + o->offset, sizeof(v));
	return v;
}

static const char *string_at(const struct cam_opt *o, const void *config)
{
	const char *v;

	memcpy(&v, (const char *)config + o->offset, sizeof(v));
	return v ? v : "";
}

/* The largest unit that leaves a whole number. */
static void format_time(int64_t v, struct text *out)
{
	static const struct {
		const char *name;
		int64_t factor;
	} units[] = {{"d", 86400 * CAM_SECOND}, {"h", 3600 * CAM_SECOND}, {"m", 60 * CAM_SECOND},
		{"s", CAM_SECOND}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}};
	size_t i = 0;

	if (v == 0) {
		text_add(out, "0s");
		return;
	}
	while (v % units[i].factor)
		i++;
	text_printf(out, "%" PRId64 "%s", v / units[i].factor, units[i].name);
}

static void format_size(int64_t v, struct text *out)
{
	const char *units = "KMGT";
	size_t n = 0;

	if (v < 0) {
		text_printf(out, "%" PRId64 "%%", -v);
		return;
	}
	for (; v && v % 1024 == 0 && n < 4; n++)
		v /= 1024;
	text_printf(out, "%" PRId64, v);
	if (n)
		text_add_n(out, &units[n - 1], 1);
}

/* The shortest form that reads back as the same number. */
static void format_float(double v, struct text *out)
{
	char buf[40];

	for (int digits = 6; digits <= 17; digits++) {
		snprintf(buf, sizeof(buf), "%.*g", digits, v);
		if (strtod(buf, NULL) == v)
			break;
	}
	text_add(out, buf);
}

static void format_int(const struct cam_opt *o, int64_t v, struct text *out)
{
	if (o->type == CAM_TIME)
		format_time(v, out);
	else if (o->type == CAM_SIZE)
		format_size(v, out);
	else
		text_printf(out, "%" PRId64, v);
}

/* Limits need not be whole units: one digit behind the point will do. */
static void format_limit(double v, struct text *out)
{
	const char *units = " KMGT";
	size_t n = 0;

	for (; v >= 1024 && n < 4; n++)
		v /= 1024;
	text_printf(out, "%.*f", v == floor(v) ? 0 : 1, v);
	if (n)
		text_add_n(out, &units[n], 1);
}

static void format_number(const struct cam_opt *o, double value, struct text *out)
{
	if (o->type == CAM_FLOAT)
		format_float(value, out);
	else if (o->type == CAM_SIZE && value > 0)
		format_limit(value, out);
	else
		format_int(o,
			value >= 0x1p63    ? INT64_MAX
			: value <= -0x1p63 ? INT64_MIN
					   : (int64_t)value,
			out);
}

void option_format_range(const struct cam_opt *o, struct text *out)
{
	bool percent = o->type == CAM_SIZE && o->min < 0;

	format_number(o, percent ? 0 : o->min, out);
	text_add(out, " to ");
	format_number(o, o->max, out);
	if (o->unit && o->type != CAM_TIME && o->type != CAM_SIZE)
		text_printf(out, " %s", o->unit);
	if (percent)
		text_add(out, " or 1% to 100%");
}

static void format_enum(const struct cam_opt *o, int64_t v, struct text *out)
{
	for (const struct cam_enum *e = o->values; e && e->name; e++) {
		if (e->value == v) {
			text_add(out, e->name);
			return;
		}
	}
}

void option_format(const struct cam_opt *o, const void *config, struct text *out)
{
	bool b;
	double d;

	switch (o->type) {
	case CAM_STRING:
		text_add(out, string_at(o, config));
		break;
	case CAM_BOOL:
		memcpy(&b, (const char *)config + o->offset, sizeof(b));
		text_add(out, b ? "true" : "false");
		break;
	case CAM_FLOAT:
		memcpy(&d, (const char *)config + o->offset, sizeof(d));
		format_float(d, out);
		break;
	case CAM_ENUM:
		format_enum(o, int_at(o, config), out);
		break;
	default:
		format_int(o, int_at(o, config), out);
	}
}

/* @return behind the '=' of the first thing that looks like a password given by name, NULL if there is none */
static const char *named_secret(const char *s)
{
	static const char *const names[] = {
		"password=", "passwd=", "pass=", "pwd=", "token=", "auth=", "secret="};

	for (; *s; s++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (!strncasecmp(s, names[i], strlen(names[i])))
				return s + strlen(names[i]);
	return NULL;
}

static void mask_named(const char *s, struct text *out)
{
	const char *secret;

	while ((secret = named_secret(s))) {
		text_add_n(out, s, (size_t)(secret - s));
		text_add(out, MASK);
		s = secret + strcspn(secret, "&");
	}
	text_add(out, s);
}

void option_mask_url(const char *url, struct text *out)
{
	const char *scheme = strstr(url, "://"), *user = scheme ? scheme + 3 : url,
		   *colon = strchr(user, ':'), *at = url_login_end(user);

	if (at && colon && colon < at) {
		text_add_n(out, url, (size_t)(colon + 1 - url));
		text_add(out, MASK);
		url = at;
	}
	mask_named(url, out);
}

const char *option_type_name(const struct cam_opt *o)
{
	static const char *const names[] = {
		NULL, "true or false", "whole number", "number", "text", "one of", "time", "size"};

	return o->type >= CAM_BOOL && o->type <= CAM_SIZE ? names[o->type] : "unknown";
}
