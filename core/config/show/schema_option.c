/* SPDX-License-Identifier: MIT */
#include "core/config/show/schema_option.h"

#include "core/config/show/describe.h"

#include <string.h>

#define OR_VARIABLE "{\"$ref\": \"#/$defs/variable\"}"

static bool has_range(const struct cam_opt *o)
{
	return o->min != 0 || o->max != 0;
}

/* The range of a plain number; one unit of it is `scale` of the table's. */
static void range(const struct cam_opt *o, double scale, double floor, struct text *out)
{
	double min = has_range(o) && o->min > floor ? o->min : floor;

	if (has_range(o) || floor > -1)
		text_printf(out, ", \"minimum\": %.15g", min / scale);
	if (has_range(o))
		text_printf(out, ", \"maximum\": %.15g", o->max / scale);
}

static void enum_values(const struct cam_opt *o, struct text *out)
{
	text_add(out, "\"anyOf\": [{\"enum\": [");
	for (const struct cam_enum *e = o->values; e && e->name; e++) {
		text_add(out, e == o->values ? "" : ", ");
		text_json(out, e->name);
	}
	text_add(out, "]}, " OR_VARIABLE "]");
}

static void number(const struct cam_opt *o, struct text *out)
{
	bool whole = o->type == CAM_INT;

	text_printf(out, "\"anyOf\": [{\"type\": \"%s\"", whole ? "integer" : "number");
	range(o, 1, -0x1p63, out);
	text_printf(out, "}, {\"type\": \"string\", \"pattern\": \"%s\"}, " OR_VARIABLE "]",
		whole ? "^-?[0-9]{1,18}$" : "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$");
}

static void time_or_size(const struct cam_opt *o, struct text *out)
{
	bool time = o->type == CAM_TIME;

	text_add(out, "\"anyOf\": [{\"type\": \"number\"");
	range(o, time ? 1e9 : 1, 0, out);
	text_printf(out, "}, {\"type\": \"string\", \"pattern\": \"^[0-9]{1,18}([.][0-9]{1,9})? *%s$\"}",
		time ? "(ns|us|ms|s|m|h|d)?" : "[KMGT]?");
	if (!time && !(o->max > 0 && o->min >= 0))
		text_add(out, ", {\"type\": \"string\", \"pattern\": \"^0*([1-9][0-9]?|100)%$\"}");
	text_add(out, ", " OR_VARIABLE "]");
}

static void value(const struct cam_opt *o, struct text *out)
{
	switch (o->type) {
	case CAM_BOOL:
		text_add(out, "\"anyOf\": [{\"enum\": [true, false, \"true\", \"false\"]}, " OR_VARIABLE "]");
		break;
	case CAM_ENUM:
		enum_values(o, out);
		break;
	case CAM_INT:
	case CAM_FLOAT:
		number(o, out);
		break;
	case CAM_TIME:
	case CAM_SIZE:
		time_or_size(o, out);
		break;
	default:
		text_add(out, "\"type\": [\"string\", \"number\", \"boolean\"]");
		if (o->flags & CAM_REQUIRED)
			text_add(out, ", \"minLength\": 1");
	}
}

/* @return whether s is a number in JSON too (RFC 8259, section 6), without an exponent */
static bool is_json_number(const char *s)
{
	size_t n;

	s += *s == '-';
	n = strspn(s, "0123456789");
	if (!n || (n > 1 && *s == '0'))
		return false;
	s += n;
	if (*s == '.') {
		n = strspn(s + 1, "0123456789");
		s += n ? n + 1 : 0;
	}
	return !*s;
}

static void default_value(const struct cam_opt *o, struct text *out)
{
	bool bare = o->type != CAM_STRING && o->type != CAM_ENUM &&
		    (is_json_number(o->def) || !strcmp(o->def, "true") || !strcmp(o->def, "false"));

	text_add(out, ", \"default\": ");
	if (bare)
		text_add(out, o->def);
	else
		text_json(out, o->def);
}

void schema_option(const struct cam_opt *o, struct text *out)
{
	struct text help = {0};

	text_json(out, o->name);
	text_add(out, ": {");
	value(o, out);
	if (o->flags & CAM_SECRET)
		text_add(out, ", \"writeOnly\": true");
	if (o->def)
		default_value(o, out);
	if (!(o->flags & CAM_HIDDEN)) {
		option_describe(o, &help);
		text_add(out, ", \"description\": ");
		text_json(out, text_str(&help));
	}
	text_add(out, "}");
	out->failed |= help.failed;
	text_free(&help);
}
