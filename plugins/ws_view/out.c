/* SPDX-License-Identifier: MIT */
#include "out.h"

#include "utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* @return whether n more bytes and a NUL fit */
static bool make_room(struct out *o, size_t n)
{
	size_t room = o->room ? o->room : 256;
	char *data;

	if (o->failed)
		return false;
	while (room < o->len + n + 1)
		room *= 2;
	if (room == o->room)
		return true;
	data = realloc(o->data, room);
	if (!data) {
		o->failed = true;
		return false;
	}
	o->data = data;
	o->room = room;
	return true;
}

void out_add(struct out *o, const char *data, size_t len)
{
	if (!make_room(o, len))
		return;
	memcpy(o->data + o->len, data, len);
	o->len += len;
	o->data[o->len] = '\0';
}

void out_printf(struct out *o, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		o->failed = true;
	else
		out_add(o, text, (size_t)n);
}

void out_json(struct out *o, const char *s)
{
	out_add(o, "\"", 1);
	while (*s) {
		size_t n = utf8_length((const unsigned char *)s);

		if (!n)
			out_add(o, "?", 1);
		else if (*s == '"' || *s == '\\')
			out_printf(o, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			out_printf(o, "\\u%04x", (unsigned)*s);
		else
			out_add(o, s, n);
		s += n ? n : 1;
	}
	out_add(o, "\"", 1);
}

void out_free(struct out *o)
{
	free(o->data);
	*o = (struct out){0};
}
