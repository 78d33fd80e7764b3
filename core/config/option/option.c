/* SPDX-License-Identifier: MIT */

#include "core/config/option/option.h"

#include "core/config/option/format.h"
#include "core/config/words/nearest.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit time_units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", CAM_SECOND},
	{"m", 60 * CAM_SECOND}, {"h", 3600 * CAM_SECOND}, {"d", 86400 * CAM_SECOND}, {NULL, 0}};
static const struct unit size_units[] = {{"", 1}, {"K", INT64_C(1) << 10}, {"M", INT64_C(1) << 20},
	{"G", INT64_C(1) << 30}, {"T", INT64_C(1) << 40}, {NULL, 0}};

/* The value itself, unless it is to stay unseen. */
static const char *shown(const struct cam_opt *o, const char *text, char *buf, size_t room)
{
	if (o->flags & (CAM_SECRET | CAM_URL))
		return "the value";
	snprintf(buf, room, "\"%.*s\"%s", 40, text, strlen(text) > 40 ? "..." : "");
	return buf;
}

static int refuse(const struct cam_opt *o, const char *text, const char *reason, char *why)
{
	char buf[64];

	snprintf(why, OPTION_WHY, "%s %s", shown(o, text, buf, sizeof(buf)), reason);
	return -EINVAL;
}

static int check_range(const struct cam_opt *o, double v, const char *text, char *why)
{
	struct text range = {0};

	if ((o->min == 0 && o->max == 0) || (v >= o->min && v <= o->max))
		return 0;
	text_add(&range, "is not within ");
	option_format_range(o, &range);
	refuse(o, text, text_str(&range), why);
	text_free(&range);
	return -EINVAL;
}

/* That many fit into 63 bits. */
enum { MAX_DIGITS = 18 };

/* @return the number of digits at s; at most MAX_DIGITS are read into ret */
static size_t digits(const char *s, int64_t *ret)
{
	size_t n = 0;

	*ret = 0;
	for (; s[n] >= '0' && s[n] <= '9'; n++)
		if (n < MAX_DIGITS)
			*ret = *ret * 10 + (s[n] - '0');
	return n;
}

static const struct unit *find_unit(const struct unit *u, const char *name)
{
	while (u->name && strcmp(u->name, name) != 0)
		u++;
	return u->name ? u : NULL;
}

/* "1.5" and a unit. @return 0, -EINVAL: not that, -ERANGE: too large */
static int parse_amount(const char *s, const struct unit *units, const char *bare, int64_t *ret)
{
	int64_t whole, part = 0, scale = 1, v;
	size_t n = digits(s, &whole), n_part = 0;
	const struct unit *u;

	if (!n)
		return -EINVAL;
	s += n;
	if (*s == '.') {
		n_part = digits(s + 1, &part);
		if (!n_part || n_part > 9)
			return -EINVAL;
		s += 1 + n_part;
	}
	while (*s == ' ')
		s++;
	u = find_unit(units, *s ? s : bare);
	if (!u)
		return -EINVAL;
	if (n > MAX_DIGITS || __builtin_mul_overflow(whole, u->factor, &v))
		return -ERANGE;
	while (n_part--)
		scale *= 10;
	if (__builtin_add_overflow(
		    v, (int64_t)llround((double)part / (double)scale * (double)u->factor), ret))
		return -ERANGE;
	return 0;
}

static int parse_int(const char *s, int64_t *ret)
{
	bool minus = *s == '-';
	size_t n = digits(s + minus, ret);

	if (!n || s[minus + n])
		return -EINVAL;
	if (n > MAX_DIGITS)
		return -ERANGE;
	if (minus)
		*ret = -*ret;
	return 0;
}

static int parse_float(const char *s, double *ret)
{
	char *end;

	if (!*s || strspn(s, "+-.0123456789eE") != strlen(s))
		return -EINVAL;
	*ret = strtod(s, &end);
	return *end || !isfinite(*ret) ? -EINVAL : 0;
}

static int parse_size(const struct cam_opt *o, const char *s, int64_t *ret)
{
	size_t n = strlen(s);
	int64_t percent;

	if (!n || s[n - 1] != '%')
		return parse_amount(s, size_units, "", ret);
	if (n < 2 || digits(s, &percent) != n - 1 || (o->max > 0 && o->min >= 0))
		return -EINVAL;
	if (percent < 1 || percent > 100)
		return -EDOM;
	*ret = -percent;
	return 0;
}

/* YAML 1.1 knows more words for them. @return "true", "false", or NULL */
static const char *meant_bool(const char *text)
{
	static const char *const yes[] = {"true", "yes", "y", "on", "1", "enabled", NULL};
	static const char *const no[] = {"false", "no", "n", "off", "0", "disabled", NULL};

	for (size_t i = 0; yes[i]; i++)
		if (!strcasecmp(text, yes[i]))
			return "true";
	for (size_t i = 0; no[i]; i++)
		if (!strcasecmp(text, no[i]))
			return "false";
	return NULL;
}

static int refuse_enum(const struct cam_opt *o, const char *text, char *why)
{
	const char *meant = meant_bool(text);
	struct text reason = {0};
	struct nearest near;
	bool is_bool = false;

	nearest_init(&near, text);
	text_add(&reason, "is not one of");
	for (const struct cam_enum *e = o->values; e && e->name; e++) {
		is_bool |= meant && !strcmp(e->name, meant);
		text_printf(&reason, "%s %s", e == o->values ? "" : ",", e->name);
		nearest_try(&near, e->name);
	}
	if (is_bool)
		text_printf(&reason, "; write %s", meant);
	else if (near.best[0])
		text_printf(&reason, "; did you mean \"%s\"?", near.best);
	refuse(o, text, text_str(&reason), why);
	text_free(&reason);
	return -EINVAL;
}

/* What a unit is most likely meant to be, by words that end in s, too. @return NULL: no idea */
static const char *meant_unit(const struct cam_opt *o, const char *word)
{
	static const struct {
		const char *word, *unit;
		uint32_t type;
	} words[] = {{"sec", "s", CAM_TIME}, {"second", "s", CAM_TIME}, {"min", "m", CAM_TIME},
		{"minute", "m", CAM_TIME}, {"hr", "h", CAM_TIME}, {"hour", "h", CAM_TIME},
		{"day", "d", CAM_TIME}, {"h", "h", CAM_TIME}, {"d", "d", CAM_TIME}, {"m", "m", CAM_TIME},
		{"s", "s", CAM_TIME}, {"ms", "ms", CAM_TIME}, {"msec", "ms", CAM_TIME},
		{"millisecond", "ms", CAM_TIME}, {"k", "K", CAM_SIZE}, {"kb", "K", CAM_SIZE},
		{"kib", "K", CAM_SIZE}, {"m", "M", CAM_SIZE}, {"mb", "M", CAM_SIZE}, {"mib", "M", CAM_SIZE},
		{"g", "G", CAM_SIZE}, {"gb", "G", CAM_SIZE}, {"gib", "G", CAM_SIZE}, {"t", "T", CAM_SIZE},
		{"tb", "T", CAM_SIZE}, {"tib", "T", CAM_SIZE}, {"megabyte", "M", CAM_SIZE},
		{"gigabyte", "G", CAM_SIZE}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i].word);

		if (words[i].type == o->type && !strncasecmp(word, words[i].word, n) &&
			(!word[n] || (n > 1 && tolower((unsigned char)word[n]) == 's' && !word[n + 1])))
			return words[i].unit;
	}
	return NULL;
}

/* @param err of parsing */
static const char *number_fault(const struct cam_opt *o, const char *text, int err)
{
	if (err == -ERANGE)
		return "is too large";
	if (err == -EDOM)
		return "is not within 1% to 100%";
	if (*text == '-' && text[1] >= '0' && text[1] <= '9' && o->type != CAM_INT)
		return o->type == CAM_TIME ? "is negative; write a time such as 10s, 5m or 250ms"
					   : "is negative; write a size such as 64K, 10M or 50G";
	if (o->type == CAM_TIME)
		return "is not a time such as 10s, 5m or 250ms";
	if (o->type == CAM_SIZE)
		return o->max > 0 && o->min >= 0 ? "is not a size such as 64K, 10M or 50G"
						 : "is not a size such as 64K, 50G or 10%";
	return "is not a whole number";
}

/* `5 min`, `10GB`: the reason with the number and the unit that is meant, if that can be told. */
static int refuse_number(const struct cam_opt *o, const char *text, int err, char *why)
{
	const char *fault = number_fault(o, text, err), *unit;
	size_t n = strspn(text, "0123456789."), at = n + strspn(text + n, " ");
	char meant[MAX_DIGITS + 4], reason[96];
	int64_t v;

	unit = err == -EINVAL && n && n < MAX_DIGITS ? meant_unit(o, text + at) : NULL;
	snprintf(meant, sizeof(meant), "%.*s%s", unit ? (int)n : 0, text, unit ? unit : "");
	if (!unit || parse_amount(meant, o->type == CAM_TIME ? time_units : size_units, "", &v))
		return refuse(o, text, fault, why);
	snprintf(reason, sizeof(reason), "%s; write %s", fault, meant);
	return refuse(o, text, reason, why);
}

static int set_number(const struct cam_opt *o, const char *text, void *member, char *why)
{
	int64_t v = 0;
	int err;

	if (o->type == CAM_TIME)
		err = parse_amount(text, time_units, "s", &v);
	else if (o->type == CAM_SIZE)
		err = parse_size(o, text, &v);
	else
		err = parse_int(text, &v);
	if (err)
		return refuse_number(o, text, err, why);
	err = check_range(o, (double)v, text, why);
	if (!err)
		memcpy(member, &v, sizeof(v));
	return err;
}

static int set_enum(const struct cam_opt *o, const char *text, void *member, char *why)
{
	for (const struct cam_enum *e = o->values; e && e->name; e++) {
		if (strcmp(e->name, text) != 0)
			continue;
		memcpy(member, &e->value, sizeof(e->value));
		return 0;
	}
	return refuse_enum(o, text, why);
}

static int set_bool(const struct cam_opt *o, const char *text, void *member, char *why)
{
	const char *meant = meant_bool(text);
	bool v = !strcmp(text, "true");

	if (!v && strcmp(text, "false") != 0)
		return refuse(o, text,
			!meant          ? "is neither true nor false"
			: *meant == 't' ? "is neither true nor false; write true"
					: "is neither true nor false; write false",
			why);
	memcpy(member, &v, sizeof(v));
	return 0;
}

static int set_float(const struct cam_opt *o, const char *text, void *member, char *why)
{
	double v;

	if (parse_float(text, &v))
		return refuse(o, text, "is not a number", why);
	if (check_range(o, v, text, why))
		return -EINVAL;
	memcpy(member, &v, sizeof(v));
	return 0;
}

int option_set(const struct cam_opt *o, const char *text, void *config, char *why)
{
	void *member = (char *)config + o->offset;

	switch (o->type) {
	case CAM_STRING:
		memcpy(member, &text, sizeof(text));
		return 0;
	case CAM_BOOL:
		return set_bool(o, text, member, why);
	case CAM_FLOAT:
		return set_float(o, text, member, why);
	case CAM_ENUM:
		return set_enum(o, text, member, why);
	case CAM_INT:
	case CAM_TIME:
	case CAM_SIZE:
		return set_number(o, text, member, why);
	default:
		return refuse(o, text, "belongs to an option of a type that this server does not know", why);
	}
}

static const char *string_at(const struct cam_opt *o, const void *config)
{
	const char *v;

	memcpy(&v, (const char *)config + o->offset, sizeof(v));
	return v ? v : "";
}

bool option_equal(const struct cam_opt *o, const void *a, const void *b)
{
	if (o->type == CAM_STRING)
		return !strcmp(string_at(o, a), string_at(o, b));
	return !memcmp((const char *)a + o->offset, (const char *)b + o->offset,
		o->type == CAM_BOOL ? sizeof(bool) : sizeof(int64_t));
}

const struct cam_opt *option_find(const struct cam_opt *o, const char *name)
{
	while (o && o->name && strcmp(o->name, name) != 0)
		o++;
	return o && o->name ? o : NULL;
}

bool option_has_file(const struct cam_opt *options, const struct cam_opt *o)
{
	size_t n = strlen(o->name);

	if (!(o->flags & (CAM_SECRET | CAM_URL)))
		return false;
	for (const struct cam_opt *other = options; other && other->name; other++)
		if (!strncmp(other->name, o->name, n) && !strcmp(other->name + n, "_file"))
			return false;
	return true;
}
